package coap

import (
	"time"

	"lwcon/session/transport"
)

const (
	// idStretch is how many message ids share a note of when they were used.
	idStretch  = 256
	idStretchs = 1 << 16 / idStretch
)

// messageIDs gives out the message ids for one peer: one after the other, so
// that the one unused longest comes next. RFC 7252 §4.4.
type messageIDs struct {
	next uint16
	used *idHistory // after the first stretch
}

// idHistory notes when each stretch of ids was last left, plus one so that zero
// means never, and how many ids were used again too early.
type idHistory struct {
	left   [idStretchs]instant
	reused uint64
}

// take returns the next id for which free is true. early is how much sooner
// than the exchange lifetime the id is used again, 0 where it is not. False if
// all are in use.
func (m *messageIDs) take(now instant, free func(uint16) bool) (id uint16, early time.Duration, ok bool) {
	for range 1 << 16 {
		id = m.next
		m.next++
		if m.next%idStretch == 0 {
			if m.used == nil {
				m.used = new(idHistory)
			}
			// Marked after the last id of the stretch was looked up below.
			defer func(stretch int) { m.used.left[stretch] = now + 1 }(int(id / idStretch))
		}
		if free(id) {
			return id, m.early(id, now), true
		}
	}
	return 0, 0, false
}

// givenOut tells whether an id may be one of the last that were given out: its
// acknowledgement then is only late.
func (m *messageIDs) givenOut(id uint16) bool {
	const recent = 4096
	return m.next-id <= recent && m.next != id
}

func (m *messageIDs) early(id uint16, now instant) time.Duration {
	if m.used == nil {
		return 0
	}
	left := m.used.left[id/idStretch]
	if left == 0 || now+1-left >= ExchangeLifetime {
		return 0
	}
	return ExchangeLifetime - (now + 1 - left)
}

// IDsReused returns how many message ids were used again for the peer within
// the exchange lifetime, which RFC 7252 §4.4 forbids and more than 65,536
// exchanges within 247 s need. The count ends when the peer is forgotten.
func (e *Endpoint) IDsReused(peer transport.Address) uint64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	p := e.peers.all[peer]
	if p == nil || p.ids.used == nil {
		return 0
	}
	return p.ids.used.reused
}
