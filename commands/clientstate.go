package commands

import (
	"time"

	"lwcon/session"
)

// ClientState is how a client stands beside what it registered.
type ClientState struct {
	Asleep       bool // in queue mode, and taken to be asleep
	Waiting      int  // requests in its queue
	Observations int
	Expires      time.Time // when the registration ends unless updated; zero if never
	// ExpiresSoon says that less than a tenth of the lifetime is left.
	ExpiresSoon bool
}

// soon is the part of a lifetime that is its end.
const soon = 10

// stateOf is how an endpoint stands now.
func stateOf(e *session.Endpoint, g *session.Registration, now time.Time) ClientState {
	s := ClientState{Asleep: e.Asleep(), Waiting: len(e.Queue()), Observations: len(e.Observations())}
	if end, limited := g.Expires(); limited {
		s.Expires = end
		s.ExpiresSoon = end.Sub(now) < g.Lifetime/soon
	}
	return s
}

// state writes how a client stands.
func (o *object) state(s *ClientState) {
	o.boolean("asleep", s.Asleep)
	o.integer("waiting", int64(s.Waiting))
	o.integer("observations", int64(s.Observations))
	if !s.Expires.IsZero() {
		o.moment("expires", s.Expires)
		o.boolean("expires-soon", s.ExpiresSoon)
	}
}
