package commands

import (
	"time"

	"lwcon/session"
	"lwcon/session/credentials"
	"lwcon/session/transport"
)

// ClientState is how a client stands beside what it registered.
type ClientState struct {
	Asleep       bool // in queue mode, and taken to be asleep
	Away         bool // its connection or session is gone, and it is not in queue mode
	Waiting      int  // requests in its queue
	Observations int
	Expires      time.Time // when the registration ends unless updated; zero if never
	// ExpiresSoon says that less than a tenth of the lifetime is left.
	ExpiresSoon bool
	// Session and Identity, as it is shown, are of a device that speaks securely,
	// Session else nil.
	Session  *transport.SessionState
	Identity string
}

// soon is the part of a lifetime that is its end.
const soon = 10

// stateOf is how an endpoint stands now.
func stateOf(e *session.Endpoint, g *session.Registration, now time.Time) ClientState {
	away := e.Away()
	s := ClientState{Asleep: e.Asleep() && !away, Away: away, Waiting: len(e.Queue()), Observations: len(e.Observations())}
	if end, limited := g.Expires(); limited {
		s.Expires = end
		s.ExpiresSoon = end.Sub(now) < g.Lifetime/soon
	}
	if state, who, secured := e.Secured(); secured {
		s.Session, s.Identity = &state, credentials.Printable(who.Name)
	}
	return s
}

// state writes how a client stands.
func (o *object) state(s *ClientState) {
	o.boolean("asleep", s.Asleep)
	if s.Away {
		o.boolean("disconnected", true)
	}
	o.integer("waiting", int64(s.Waiting))
	o.integer("observations", int64(s.Observations))
	if !s.Expires.IsZero() {
		o.moment("expires", s.Expires)
		o.boolean("expires-soon", s.ExpiresSoon)
	}
	if s.Session == nil {
		return
	}
	in := o.object("session")
	in.text("protocol", s.Session.Protocol)
	if s.Session.Suite != 0 {
		in.text("suite", s.Session.Suite.String())
	}
	in.text("identity", s.Identity)
	in.boolean("connection-id", s.Session.CID)
	if s.Session.Resumed {
		in.boolean("resumed", true)
	}
	o.close(in)
}
