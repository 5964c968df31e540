package session

import (
	"fmt"
	"time"
)

// maxDeparted is how many locations that are no longer registered a server
// remembers; the oldest makes room.
const maxDeparted = 1000

// departure is how a location came to its end.
type departure struct {
	endpoint string
	how      string // "its lifetime of 60 s passed without an Update"
	when     time.Time
	ours     bool // the server dropped it by itself: the client could not know
	refused  int  // requests to it since that were answered 4.04
}

// departures remember the last locations that ended. It is under Server.mu.
type departures struct {
	by    map[string]*departure // by the last segment of the location
	order []string              // oldest first
}

// add remembers the end of a location.
func (d *departures) add(id string, x departure) {
	if d.by == nil {
		d.by = map[string]*departure{}
	}
	if _, again := d.by[id]; !again {
		if len(d.order) >= maxDeparted {
			delete(d.by, d.order[0])
			d.order = append(d.order[:0], d.order[1:]...)
		}
		d.order = append(d.order, id)
	}
	d.by[id] = &x
}

// how says how a registration ended.
func (g *Registration) how(why EventKind, forgotten bool) string {
	switch {
	case forgotten:
		return "was dropped by hand"
	case why == EventReplaced:
		return "was replaced by a new Register"
	case why == EventDeregister:
		return "de-registered"
	}
	return fmt.Sprintf("had no Update within its lifetime of %d s", int64(g.Lifetime/time.Second))
}

// unknownLocation says why a location is not registered, and how that came about,
// counting the refusal that follows. s.mu is held.
func (s *Server) unknownLocation(id string, now time.Time) (message string, x *departure) {
	x = s.departed.by[id]
	if x == nil {
		message = fmt.Sprintf("location /rd/%s: not known; this server started %s ago and keeps nothing of before",
			printable(id), ago(now.Sub(s.started)))
		s.departed.add(id, departure{when: now, how: message})
		x = s.departed.by[id]
	}
	x.refused++
	if x.endpoint == "" {
		return x.how, x
	}
	return fmt.Sprintf("location /rd/%s: not registered; %q %s %s ago, at %s",
		printable(id), x.endpoint, x.how, ago(now.Sub(x.when)), x.when.UTC().Format(time.RFC3339)), x
}

// ago is a span of time in whole seconds.
func ago(d time.Duration) time.Duration { return d.Round(time.Second) }
