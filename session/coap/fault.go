package coap

import (
	"strings"
	"time"

	"lwcon/session/transport"
)

// NoteFault writes to the log, and shows the tap, what a link did on purpose to a
// message of this endpoint. A link with a method Notify, as transport.Faulty has,
// is given it. The record stands under the exchange that the message is of, as
// far as that is known; its note begins with "fault:".
func (e *Endpoint) NoteFault(r transport.WireRecord) {
	n, arg := faultNote(r.Note)
	scanned := Scan(r.Bytes, e.stream)
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return
	}
	p := e.peers.all[r.Remote]
	if p == nil {
		p = &peer{address: r.Remote, local: r.Local}
	}
	number, known := e.exchangeOf(p, &scanned.Message)
	e.mu.Unlock()
	if !known {
		number = e.log.next()
	}
	e.pass(p, r.Local, &entry{number: number, time: r.Time, direction: r.Direction, note: n, arg: arg, bytes: r.Bytes})
}

// faultNote makes a note of what a fault says of itself.
func faultNote(text string) (note, uint32) {
	switch text {
	case "lost":
		return noteLost, 0
	case "duplicated":
		return noteDuplicated, 0
	case "reordered":
		return noteReordered, 0
	}
	wait, _ := time.ParseDuration(strings.TrimPrefix(text, "delayed "))
	return noteDelayed, uint32(min(wait.Milliseconds(), 1<<32-1))
}

// exchangeOf finds the exchange under way that a message is of. The lock is
// held.
func (e *Endpoint) exchangeOf(p *peer, m *Message) (number uint64, known bool) {
	if !e.stream {
		if f := e.flights[flightKey{p, m.ID}]; f != nil {
			return f.number, true
		}
		if d := e.duplicates.find(flightKey{p, m.ID}, e.instant()); d != nil {
			return d.number, true
		}
	}
	if len(m.Token) > MaxToken {
		return 0, false
	}
	key := keyOfToken(p, m.Token)
	if c := e.calls[key]; c != nil {
		return c.transfer.exchange.Number, true
	}
	return 0, false
}
