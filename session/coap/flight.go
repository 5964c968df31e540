package coap

import (
	"time"

	"lwcon/session/transport"
)

// flight is a message on its way: a confirmable one that is repeated until it
// is answered, or a non-confirmable one whose id is kept in case RST comes.
// RFC 7252 §4.2, §4.3.
type flight struct {
	timer       timer
	peer        *peer
	via         transport.Local
	id          uint16
	confirmable bool
	acked       bool
	number      uint64
	bytes       []byte
	sent        int // transmissions
	limit       int // of repetitions
	wait        time.Duration
	first, last instant // transmissions
	fate        flightFate
}

// flightKey finds the flight that an ACK or RST answers.
type flightKey struct {
	peer *peer
	id   uint16
}

// flightFate is told what became of a flight, by the lock held.
type flightFate interface {
	// repeated: the message is sent again at the time.
	repeated(e *Endpoint, at time.Time, again int)
	// dropped: the repetitions are used up, or the lifetime of the id is over.
	dropped(e *Endpoint, now instant, out *outbox)
	// acknowledged by an Empty ACK.
	acknowledged(e *Endpoint, at time.Time, b []byte, out *outbox)
	// reset by RST.
	reset(e *Endpoint, at time.Time, b []byte, out *outbox)
}

// launch puts a flight on its way; the caller sends the bytes once the lock is
// released.
func (e *Endpoint) launch(f *flight, p Parameters, now instant) {
	f.timer.owner = f
	f.first, f.last, f.sent = now, now, 1
	key := flightKey{f.peer, f.id}
	if old := e.flights[key]; old != nil { // a ghost, or an id that was asked for by hand
		e.land(old)
	}
	f.peer.live++
	e.flights[key] = f
	if !f.confirmable {
		e.set(&f.timer, now+NonLifetime)
		return
	}
	f.limit = p.retransmissions()
	f.wait = p.AckTimeout
	if p.AckRandomFactor > 1 {
		f.wait += time.Duration(e.random.Float64() * (p.AckRandomFactor - 1) * float64(p.AckTimeout))
	}
	e.set(&f.timer, now+f.wait)
}

// land takes a flight out of the air.
func (e *Endpoint) land(f *flight) {
	key := flightKey{f.peer, f.id}
	if e.flights[key] != f {
		return
	}
	e.unset(&f.timer)
	delete(e.flights, key)
	f.peer.live--
}

// expire repeats the message or gives it up.
func (f *flight) expire(e *Endpoint, now instant, out *outbox) {
	if !f.confirmable || f.acked || f.sent > f.limit {
		f.fate.dropped(e, now, out)
		return
	}
	if n, notifies := f.fate.(*notified); notifies && n.relation.waiting != nil {
		e.land(f)
		n.relation.flight = nil
		n.relation.goOn(f.sent, noteSuperseding, out)
		return
	}
	f.wait *= 2
	f.sent++
	f.last = now
	e.set(&f.timer, now+f.wait)
	at, again := e.clock.Now(), f.sent-1
	f.fate.repeated(e, at, again)
	out.add(func() {
		_ = e.send(f.peer, f.via, &entry{
			number: f.number, time: at, note: noteRetransmission, arg: uint32(again), bytes: f.bytes,
		}) // the next repetition or the timeout follows
	})
}

// freeID draws a message id for the peer. WaitForID asks for one that is not
// used again too early: then how long to wait is returned.
func (e *Endpoint) freeID(p *peer, now instant, patient bool) (id uint16, wait time.Duration, err error) {
	before := p.ids.next
	id, early, ok := p.ids.take(now, func(id uint16) bool {
		f := e.flights[flightKey{p, id}]
		return f == nil || f.over()
	})
	if !ok {
		return 0, 0, ErrTooMany
	}
	if early > 0 && patient {
		p.ids.next = before
		return 0, early, nil
	}
	if early > 0 {
		p.ids.used.reused++
	}
	return id, 0, nil
}

// over tells whether nothing waits for an answer to the flight any more.
func (f *flight) over() bool {
	_, haunting := f.fate.(*ghost)
	return haunting
}

// carryOn makes a flight stand in for one that was sent some times already: it
// counts on and waits as long as that would have. RFC 7641 §4.5.2.
func (e *Endpoint) carryOn(f *flight, attempts int) {
	if attempts == 0 {
		return
	}
	f.sent += attempts
	f.wait <<= min(attempts, f.limit)
	e.set(&f.timer, f.first+f.wait)
}
