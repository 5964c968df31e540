package coap

import (
	"slices"

	"lwcon/session/transport"
)

// Resume takes an observation up that was begun earlier: before a restart, or
// when the peer had another address. The request is the one that began it, with
// its token; nothing is sent. The first notification is taken as fresh. Nil if
// the endpoint is closed.
func (e *Endpoint) Resume(peer transport.Address, req *Message, opts RequestOptions, notify func(Notification)) *Observation {
	m := *req
	m.Options = slices.Clone(req.Options)
	m.SetObserve(0)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil
	}
	now := e.instant()
	p := e.peer(peer, now)
	o := &Observation{
		endpoint: e, peer: p, key: keyOfToken(p, m.Token), request: &m, options: opts, notify: notify,
		last: now - 2*freshAfter,
	}
	if old := e.observations[o.key]; old != nil {
		e.endObservation(old)
	}
	p.live++
	e.observations[o.key] = o
	return o
}
