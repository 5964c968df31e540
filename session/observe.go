package session

import (
	"bytes"
	"context"
	"slices"
	"time"

	"lwcon/lwm2m"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

// ObserveOptions change an Observe.
type ObserveOptions struct {
	RequestOptions
	Accept *lwm2m.ContentFormat // nil: the client's choice
	// Attributes hold for this observation alone, in place of all that are
	// attached to the path; from 1.2 on.
	Attributes lwm2m.Attributes
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

	members    []lwm2m.Path // of the first answer, if it is of more than a resource
	due        int64        // Unix nanoseconds by when a notification has to be there, 0 if never
	missed     bool         // that it is not there has been told
	deviations int          // from the attributes
	told       time.Time    // when the client answered a cancellation
	strays     int          // notifications after the end
	sequence   sequence
	returned   time.Time // when the first notification came after a time offline; zero once that is over
}

// ObservationState is how an observation stands at a moment.
type ObservationState struct {
	Count int           // notifications, the first answer not counted
	Last  *Notification // the newest; its Response is the first answer's before there is any
	At    time.Time     // when Last came
	// Attributes are those in force, as far as they are known: from the Observe
	// itself, else from Write-Attributes of ours and answers to Discover.
	Attributes lwm2m.Attributes
	// Deviations counts how often the client departed from them.
	Deviations int
}

// State returns how the observation stands.
func (o *Observation) State() ObservationState {
	o.server.mu.Lock()
	defer o.server.mu.Unlock()
	return ObservationState{o.count, o.last, o.at, o.inForce().Attributes, o.deviations}
}

// Observations returns the observations of an endpoint in the order they began.
func (e *Endpoint) Observations() []*Observation {
	e.server.mu.Lock()
	defer e.server.mu.Unlock()
	return slices.Clone(e.server.observations[e])
}

// ObservedAt returns the observation of what was sent to a peer with a token, nil if
// there is none.
func (s *Server) ObservedAt(peer transport.Address, token []byte) *Observation {
	s.mu.Lock()
	defer s.mu.Unlock()
	for e, all := range s.observations {
		for _, o := range all {
			if e.registration != nil && e.registration.Address == peer && o.coap != nil && bytes.Equal(o.coap.Token(), token) {
				return o
			}
		}
	}
	return nil
}

// Observe asks a client to notify of changes. Each notification is an event in
// the server's log. An observation of the same path that is there already ends:
// the new one takes its place.
//
//	GET /3303/0/5700?pmin=5, Observe 0, Accept
//	2.05 with Observe and the present value
//
// Spec: Core 1.2 §6.4.1, RFC 7641.
func Observe(ctx context.Context, e *Endpoint, p lwm2m.Path, opts ObserveOptions) (*Result, error) {
	op, err := begin("observe", e, coap.GET, p, opts.RequestOptions)
	if err != nil {
		return nil, err
	}
	op.accepting(opts.Accept)
	op.parameters(opts.Attributes)
	return op.observe(ctx, nil)
}

// parameters gives an Observe attributes of its own. Spec: Core 1.2 §6.4.1.
func (op *operation) parameters(a lwm2m.Attributes) {
	if a.Empty() {
		return
	}
	op.needs(lwm2m.V1_2, "attributes in an Observe")
	op.attributes = a
	for _, item := range a.Query() {
		op.request.AddQuery(item)
	}
}

// observe sends the request of an observation and enters what the client
// confirms.
func (op *operation) observe(ctx context.Context, paths []lwm2m.Path) (*Result, error) {
	return op.observeAs(ctx, paths, nil)
}

// observeAs is observe; with an observation that had ended, under its number.
func (op *operation) observeAs(ctx context.Context, paths []lwm2m.Path, former *Observation) (*Result, error) {
	e := op.endpoint
	if len(e.Observations()) >= maxObservations {
		return nil, op.failed(ErrTooMany, nil)
	}
	o := e.server.newObservation(op, paths, former)
	var c *coap.Observation
	x, err := op.exchange(ctx, func(ctx context.Context, with coap.RequestOptions) (x *coap.Exchange, err error) {
		c, x, err = op.listener.coap.Observe(ctx, op.peer, op.request, with, o.notified)
		return x, err
	})
	if err != nil {
		return nil, err
	}
	r := op.answer(x)
	if c != nil {
		r.Observation = o.Number
	}
	op.diagnose(r)
	switch {
	case c != nil:
		o.establish(e, c, r)
	case r.Code.IsSuccess():
		r.note(ruleNotObserved, op.path, "%s without Observe: the client does not observe it", r.Code)
	}
	return r, nil
}

// newObservation makes an observation that has no answer yet.
func (s *Server) newObservation(op *operation, paths []lwm2m.Path, former *Observation) *Observation {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := &Observation{
		Endpoint: op.endpoint.name, Path: op.path, Paths: paths,
		Began: s.clock.Now(), operation: op, server: s,
	}
	if former != nil {
		o.Number, o.count, o.deviations = former.Number, former.count, former.deviations
		return o
	}
	s.nextObservation++
	o.Number = s.nextObservation
	return o
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
	if o.Path.Level() <= lwm2m.LevelObjectInstance {
		o.members = memberPaths(&r.Response)
	}
	s.observations[e] = append(s.observations[e], o)
	o.expect(o.at)
	s.schedule(e)
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
	switch {
	case n.Message == nil:
		o.lost()
		return
	case n.Late:
		o.afterEnd(n)
		return
	}
	event := &Notification{
		Observation: o.Number, Path: o.Path, Paths: o.Paths, Sequence: n.Sequence,
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
	offline := o.operation.endpoint.asleep || o.missed
	s.heard(o.operation.endpoint)
	if n.Fresh {
		o.count++
		o.gap(event)
		o.stored(event, offline, n.Received)
		if o.last != nil && event.Response.Code.IsSuccess() {
			o.complete(&event.Response)
			o.timely(event, n.Received)
		}
		o.last, o.at = event, n.Received
		o.expect(o.at)
		if e := o.operation.endpoint; o.due != 0 && e.registration != nil {
			s.schedule(e)
		}
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
	if !o.over {
		o.server.wish(o)
	}
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
	case isBare(r.Payload, r.HasFormat):
		r.note(ruleNotifyNoPayload, o.Path, bareNotification)
	case established && r.HasFormat && r.Format != first:
		r.note(ruleNotifyFormat, o.Path, "the notification is %s, the first answer was %s", r.Format, first)
	}
}

// bareNotification is what departs from ruleNotifyNoPayload.
const bareNotification = "a notification without the value"

// isBare says whether a notification carries no value. An empty payload with a
// Content-Format is an empty one.
func isBare(payload []byte, hasFormat bool) bool { return len(payload) == 0 && !hasFormat }
