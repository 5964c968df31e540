package coap

import (
	"hash/maphash"
	"time"
)

// ghost is the flight of a call that is over but was repeated: each repetition
// may still bring its own answer, and all are to be the same. RFC 7252 §4.5.
type ghost struct {
	flight flight
	hash   uint64 // of the acknowledgement that was taken, 0 where none was
}

// haunt leaves a ghost in place of the call's flight. The lock is held.
func (e *Endpoint) haunt(c *call) {
	f := &c.flight
	e.land(f)
	if c.response == nil && !f.acked {
		return
	}
	g := &ghost{flight: flight{peer: f.peer, via: f.via, id: f.id, number: f.number, acked: true, confirmable: true}}
	for _, t := range c.transfer.exchange.Transmissions {
		if len(t.Bytes) > 1 && t.Direction != 0 && Type(t.Bytes[0]>>4&3) == Acknowledgement {
			g.hash = maphash.Bytes(e.seed, t.Bytes)
		}
	}
	g.flight.fate = g
	g.flight.timer.owner = &g.flight
	g.flight.peer.live++
	e.flights[flightKey{f.peer, f.id}] = &g.flight
	e.set(&g.flight.timer, f.first+ExchangeLifetime)
}

// differs tells whether an acknowledgement is another one than that taken.
func (g *ghost) differs(e *Endpoint, b []byte) bool {
	return g.hash != 0 && maphash.Bytes(e.seed, b) != g.hash
}

func (g *ghost) repeated(*Endpoint, time.Time, int) {}

func (g *ghost) dropped(e *Endpoint, _ instant, _ *outbox) { e.land(&g.flight) }

func (g *ghost) acknowledged(*Endpoint, time.Time, []byte, *outbox) {}

func (g *ghost) reset(*Endpoint, time.Time, []byte, *outbox) {}
