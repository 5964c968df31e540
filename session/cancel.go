package session

import (
	"context"
	"slices"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// CancelOptions change a Cancel.
type CancelOptions struct {
	// Passive forgets the observation; the next notification is answered with
	// RST. Else the client is told.
	Passive bool
}

// Cancel ends the observation of a path.
//
//	GET /3303/0/5700, Observe 1, the token and options of the Observe
//	2.05
//
// A passive one returns a Result without code. Spec: Core 1.2 §6.4.2.
func Cancel(ctx context.Context, e *Endpoint, p lwm2m.Path, opts CancelOptions) (*Result, error) {
	return cancel(ctx, e, p, nil, opts)
}

// CancelComposite ends the observation of a list of paths, the same as in
// ObserveComposite. Spec: Core 1.2 §6.4.4.
func CancelComposite(ctx context.Context, e *Endpoint, paths []lwm2m.Path, opts CancelOptions) (*Result, error) {
	return cancel(ctx, e, lwm2m.Path{}, paths, opts)
}

func cancel(ctx context.Context, e *Endpoint, p lwm2m.Path, paths []lwm2m.Path, opts CancelOptions) (*Result, error) {
	o := e.take(p, paths)
	if o == nil {
		op := &operation{name: "cancel", endpoint: e, path: p}
		return nil, op.failed(ErrNotObserved, nil)
	}
	op := *o.operation // notifications on their way still decode by the old one
	op.name = "cancel"
	if opts.Passive {
		o.coap.Forget()
		return &Result{Operation: op.name, Endpoint: e.name, Path: p, Observation: o.Number}, nil
	}
	x, err := op.exchange(ctx, func(ctx context.Context, _ coap.RequestOptions) (*coap.Exchange, error) { return o.coap.Cancel(ctx) })
	if err != nil {
		o.coap.Forget()
		return nil, err
	}
	o.server.mu.Lock()
	o.told = o.server.clock.Now()
	o.server.mu.Unlock()
	r := op.result(x)
	r.Observation = o.Number
	return r, nil
}

// take removes an observation from the endpoint's list; nil if it is not there.
func (e *Endpoint) take(p lwm2m.Path, paths []lwm2m.Path) *Observation {
	s := e.server
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.observations[e]
	i := slices.IndexFunc(list, func(o *Observation) bool { return o.of(p, paths) })
	if i < 0 {
		return nil
	}
	o := list[i]
	s.leave(o)
	s.note(e, e.listener)
	o.over = true
	return o
}
