package coap

import (
	"context"
	"slices"
)

// MaxQueued is how many requests may wait for their turn with one peer.
const MaxQueued = 10_000

// callQueue holds those that wait until the peer has fewer than NSTART requests
// under way, in order. RFC 7252 §4.7.
type callQueue struct{ waiting []chan error }

// takeTurn waits until a request may go out. The lock is held, and released
// while it waits.
func (e *Endpoint) takeTurn(ctx context.Context, p *peer, limit int) error {
	if p.stream != nil && p.stream.released {
		return &TransportError{Peer: p.address, Cause: errReleased}
	}
	if limit < 0 || p.queue == nil && int(p.busy) < limit {
		p.busy++
		return nil
	}
	if p.queue == nil {
		p.queue = new(callQueue)
	}
	if len(p.queue.waiting) >= MaxQueued {
		return ErrTooMany
	}
	turn := make(chan error, 1)
	p.queue.waiting = append(p.queue.waiting, turn)
	e.mu.Unlock()
	var err error
	select {
	case err = <-turn:
		e.mu.Lock()
		if err == nil && ctx.Err() != nil { // both in the same moment
			e.passTurn(p)
			err = ctx.Err()
		}
		return err
	case <-ctx.Done():
	}
	e.mu.Lock()
	if p.queue != nil {
		if i := slices.Index(p.queue.waiting, turn); i >= 0 {
			p.queue.waiting = slices.Delete(p.queue.waiting, i, i+1)
			p.settle()
			return ctx.Err()
		}
	}
	if err := <-turn; err == nil { // it came in the same moment
		e.passTurn(p)
	}
	return ctx.Err()
}

// passTurn gives a turn to the next that waits. The lock is held.
func (e *Endpoint) passTurn(p *peer) {
	if p.queue != nil && len(p.queue.waiting) > 0 {
		next := p.queue.waiting[0]
		p.queue.waiting = p.queue.waiting[1:]
		p.settle()
		next <- nil
		return
	}
	p.busy--
	e.releaseLater(p)
}

// settle drops a queue in which nobody waits.
func (p *peer) settle() {
	if len(p.queue.waiting) == 0 {
		p.queue = nil
	}
}

func (q *callQueue) fail(err error) {
	for _, turn := range q.waiting {
		turn <- err
	}
	q.waiting = nil
}
