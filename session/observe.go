package session

import (
	"context"
	"slices"
	"time"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// ObserveOptions change an Observe.
type ObserveOptions struct {
	RequestOptions
	Accept *lwm2m.ContentFormat // nil: the client's choice
}

// Observation is something of a client that is observed. It is safe for
// concurrent use.
type Observation struct {
	Number   uint64 // counted over the server, from 1
	Endpoint string
	Path     lwm2m.Path   // the root of a composite one
	Paths    []lwm2m.Path // of a composite one; else nil
	Began    time.Time

	operation *operation
	server    *Server
	format    lwm2m.ContentFormat // of the first answer

	// Under server.mu.
	coap  *coap.Observation
	count int
	last  *Notification
	at    time.Time // of last
	over  bool
}

// ObservationState is how an observation stands at a moment.
type ObservationState struct {
	Count int           // notifications, the first answer not counted
	Last  *Notification // the newest; its Response is the first answer's before there is any
	At    time.Time     // when Last came
}

// State returns how the observation stands.
func (o *Observation) State() ObservationState {
	o.server.mu.Lock()
	defer o.server.mu.Unlock()
	return ObservationState{o.count, o.last, o.at}
}

// Observations returns the observations of an endpoint in the order they began.
func (e *Endpoint) Observations() []*Observation {
	e.server.mu.Lock()
	defer e.server.mu.Unlock()
	return slices.Clone(e.server.observations[e])
}

// Observe asks a client to notify of changes. Each notification is an event in
// the server's log. An observation of the same path that is there already ends:
// the new one takes its place.
//
//	GET /3303/0/5700, Observe 0, Accept
//	2.05 with Observe and the present value
//
// Spec: Core 1.2 §6.4.1, RFC 7641.
func Observe(ctx context.Context, e *Endpoint, p lwm2m.Path, opts ObserveOptions) (*Result, error) {
	op, err := begin("observe", e, coap.GET, p, opts.RequestOptions)
	if err != nil {
		return nil, err
	}
	op.accepting(opts.Accept)
	return op.observe(ctx, nil)
}

// observe sends the request of an observation and enters what the client
// confirms.
func (op *operation) observe(ctx context.Context, paths []lwm2m.Path) (*Result, error) {
	e := op.endpoint
	if len(e.Observations()) >= maxObservations {
		return nil, op.failed(ErrTooMany, nil)
	}
	o := e.server.newObservation(op, paths)
	var c *coap.Observation
	x, err := op.exchange(ctx, func(with coap.RequestOptions) (x *coap.Exchange, err error) {
		c, x, err = op.listener.coap.Observe(ctx, op.peer, op.request, with, o.notified)
		return x, err
	})
	if err != nil {
		return nil, err
	}
	r := op.result(x)
	switch {
	case c != nil:
		r.Observation = o.Number
		o.establish(e, c, r)
	case r.Code.IsSuccess():
		r.note(ruleNotObserved, op.path, "%s without Observe: the client does not observe it", r.Code)
	}
	return r, nil
}

// newObservation makes an observation that has no answer yet.
func (s *Server) newObservation(op *operation, paths []lwm2m.Path) *Observation {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nextObservation++
	return &Observation{
		Number: s.nextObservation, Endpoint: op.endpoint.name, Path: op.path, Paths: paths,
		Began: s.clock.Now(), operation: op, server: s,
	}
}

// establish enters an observation that the client confirmed, and drops the one
// of the same path that it replaces.
func (o *Observation) establish(e *Endpoint, c *coap.Observation, r *Result) {
	s := o.server
	s.mu.Lock()
	defer s.mu.Unlock()
	o.coap, o.format = c, r.Format
	if o.last == nil {
		o.last = &Notification{Observation: o.Number, Path: o.Path, Response: r.Response}
		o.at = s.clock.Now()
	}
	if e.registration == nil || o.over { // ended while the answer was on its way
		o.drop()
		return
	}
	for _, other := range s.observations[e] {
		if other.of(o.Path, o.Paths) {
			s.leave(other)
			other.drop()
			break
		}
	}
	s.observations[e] = append(s.observations[e], o)
	s.note(e, e.listener)
}

// leave takes an observation off the list of its endpoint; s.mu is held.
func (s *Server) leave(o *Observation) {
	e := o.operation.endpoint
	rest := slices.DeleteFunc(s.observations[e], func(other *Observation) bool { return other == o })
	if len(rest) == 0 {
		delete(s.observations, e)
		return
	}
	s.observations[e] = rest
}

// of says whether the observation is that of a path, or of a list of paths.
func (o *Observation) of(p lwm2m.Path, paths []lwm2m.Path) bool {
	return o.Path == p && slices.Equal(o.Paths, paths)
}

// drop forgets the observation without a word to the client; server.mu is held.
func (o *Observation) drop() {
	o.over = true
	if o.coap != nil {
		o.coap.Forget()
	}
}

// notified takes a notification in. It is called from the goroutine that
// receives, in the order of arrival.
func (o *Observation) notified(n coap.Notification) {
	if n.Message == nil {
		o.lost()
		return
	}
	event := &Notification{
		Observation: o.Number, Path: o.Path, Sequence: n.Sequence,
		Confirmable: n.Confirmable, Fresh: n.Fresh, Ended: n.Ended, Skipped: n.Skipped,
		Response: o.operation.decode(n.Message),
	}
	if n.Err != nil {
		event.Response.Err = n.Err
	}
	o.check(&event.Response)
	event.Response.Deviations = append(fromMessage(n.Deviations), event.Response.Deviations...)
	s := o.server
	s.mu.Lock()
	s.heard(o.operation.endpoint)
	if n.Fresh {
		o.count++
		o.last, o.at = event, n.Received
	}
	if n.Ended {
		o.over = true
		s.leave(o)
		s.note(o.operation.endpoint, o.operation.endpoint.listener)
	}
	s.mu.Unlock()
	s.log.Append(Event{
		Kind: EventNotification, Time: n.Received, Endpoint: o.Endpoint, Exchange: n.Number,
		Notification: event, Deviations: event.Response.Deviations,
	})
}

// lost takes note that the way to the client is gone.
func (o *Observation) lost() {
	o.server.mu.Lock()
	defer o.server.mu.Unlock()
	o.over = true
	o.server.leave(o)
}

// check notes where a notification departs from the first answer.
func (o *Observation) check(r *Response) {
	if !r.Code.IsSuccess() {
		return
	}
	o.server.mu.Lock()
	established, first := o.coap != nil, o.format
	o.server.mu.Unlock()
	switch {
	case len(r.Payload) == 0 && !r.HasFormat:
		r.note(ruleNotifyNoPayload, o.Path, "a notification without the value")
	case established && r.HasFormat && r.Format != first:
		r.note(ruleNotifyFormat, o.Path, "the notification is %s, the first answer was %s", r.Format, first)
	}
}
