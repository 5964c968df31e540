package session

import (
	"context"
	"errors"
	"time"

	"lwcon/session/coap"
)

// errAsleep ends a request that the client in queue mode did not answer while it
// was taken to be awake.
var errAsleep = errors.New("the client went to sleep")

// sending is what sends the request of an operation and waits for its answer.
type sending func(context.Context, coap.RequestOptions) (*coap.Exchange, error)

// attempt sends the request once. That to a client in queue mode ends with
// errAsleep when the client is taken to have gone to sleep.
func (op *operation) attempt(ctx context.Context, o coap.RequestOptions, ask sending) (*coap.Exchange, error) {
	s, e := op.endpoint.server, op.endpoint
	if !op.taken {
		return ask(ctx, o)
	}
	ctx, interrupt := context.WithCancelCause(ctx)
	defer interrupt(nil)
	s.mu.Lock()
	if e.asleep {
		interrupt(errAsleep)
	}
	s.attempts[e] = interrupt
	s.mu.Unlock()
	x, err := ask(ctx, o)
	if err != nil && errors.Is(context.Cause(ctx), errAsleep) {
		err = errAsleep
	}
	return x, err
}

// done gives the turn back. What the client missed goes to the head of the queue
// again, which is returned.
func (op *operation) done(err error) (again *waiting) {
	if !op.taken && err == nil {
		return nil
	}
	s, e := op.endpoint.server, op.endpoint
	s.mu.Lock()
	defer s.mu.Unlock()
	if op.taken {
		op.taken, e.busy = false, false
		delete(s.attempts, e)
	}
	g := e.registration
	missed := errors.Is(err, errAsleep)
	if errors.Is(err, coap.ErrTimeout) && op.options.Timeout == 0 && g != nil && g.Queue {
		s.sleep(e)
		missed = true
	}
	if missed && g != nil && len(s.queues[e]) < maxQueued {
		again = op.enqueue(0)
		op.waits.Missed++
		again.Missed = op.waits.Missed
	}
	s.grant(e)
	return again
}

// talks says whether a client in queue mode that is asked something sent a message
// within its awake time, if none that ended the request: an acknowledgement, a
// block. Then it is taken to be awake as long from there on. s.mu is held.
func (s *Server) talks(e *Endpoint, now time.Time) bool {
	if s.attempts[e] == nil || e.listener == nil {
		return false
	}
	silence, known := e.listener.coap.Silence(e.registration.Address)
	if !known || silence >= s.awake() {
		return false
	}
	e.awakeUntil = now.Add(s.awake() - silence).UnixNano()
	return true
}
