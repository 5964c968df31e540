package session

import (
	"context"
	"errors"
	"slices"
	"time"

	"lwcon/lwm2m"
)

// maxQueued is how many requests wait for one sleeping endpoint; one more fails
// with ErrTooMany.
const maxQueued = 1000

// DefaultAwakeTime is how long a client in queue mode is taken to be awake after
// its last message: MAX_TRANSMIT_WAIT. Spec: Core 1.1 §6.5.
const DefaultAwakeTime = 93 * time.Second

// ErrDropped: the request was taken out of the queue before it was sent.
var ErrDropped = errors.New("dropped from the queue")

// Queued is a request that waits for a client in queue mode to wake up.
type Queued struct {
	Number    uint64 // counted over the server, from 1
	Endpoint  string
	Operation string
	Path      lwm2m.Path
	Since     time.Time
	Place     int  // in the queue of the endpoint, from 1
	Missed    int  // how often it was sent, and the client slept before it answered
	Away      bool // what is waited for is a new connection of a client that is not in queue mode
}

// waiting is a request in the queue; it may go when its channel closes.
type waiting struct {
	Queued
	leave chan struct{}
	err   error // why it leaves without being sent
}

// Asleep says whether the client is out of reach until it is heard of: in queue
// mode and taken to be asleep, or without the connection that it had.
func (e *Endpoint) Asleep() bool {
	e.server.mu.Lock()
	defer e.server.mu.Unlock()
	return e.asleep
}

// Away says whether the client, though not in queue mode, is out of reach until
// it connects anew: its connection is gone, or it was restored without it.
func (e *Endpoint) Away() bool {
	e.server.mu.Lock()
	defer e.server.mu.Unlock()
	return e.asleep && e.registration != nil && !e.registration.Queue
}

// Queue returns the requests that wait for the client to wake up, in the order
// in which they will go.
func (e *Endpoint) Queue() []Queued {
	e.server.mu.Lock()
	defer e.server.mu.Unlock()
	list := make([]Queued, len(e.server.queues[e]))
	for i, w := range e.server.queues[e] {
		list[i] = w.Queued
		list[i].Place = i + 1
	}
	return list
}

// Drop takes a request out of the queue, which fails with ErrDropped; false if
// it is not there.
func (s *Server) Drop(number uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for e, queue := range s.queues {
		for i, w := range queue {
			if w.Number == number {
				s.queues[e] = slices.Delete(queue, i, i+1)
				w.err = ErrDropped
				close(w.leave)
				return true
			}
		}
	}
	return false
}

// SetAwakeTime changes how long clients in queue mode are taken to be awake
// after a message; 0 is DefaultAwakeTime.
func (s *Server) SetAwakeTime(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.awake()
	s.awakeTime = d
	change := int64(s.awake() - before)
	for _, e := range s.endpoints {
		if e.registration != nil && e.registration.Queue && !e.asleep && change != 0 {
			e.awakeUntil += change
			s.schedule(e)
		}
	}
}

// awake is how long clients in queue mode are taken to be awake; s.mu is held.
func (s *Server) awake() time.Duration {
	if s.awakeTime > 0 {
		return s.awakeTime
	}
	return DefaultAwakeTime
}

// AwakeTime returns what SetAwakeTime set, else DefaultAwakeTime.
func (s *Server) AwakeTime() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.awake()
}

// heard notes that the client sent something: it is awake, and what waits for
// it may go. s.mu is held.
func (s *Server) heard(e *Endpoint) {
	e.cut = false
	if e.registration == nil || !e.registration.Queue {
		if e.asleep {
			e.asleep = false // it registered anew, without queue mode, or connected anew
			s.grant(e)
		}
		return
	}
	now := s.clock.Now()
	e.awakeUntil = now.Add(s.awake()).UnixNano()
	if e.asleep {
		e.asleep = false
		s.log.Append(Event{Kind: EventAwake, Time: now, Endpoint: e.name, Registration: e.registration})
	}
	s.grant(e)
	s.schedule(e)
}

// sleep takes a client in queue mode to be asleep from now on; s.mu is held.
func (s *Server) sleep(e *Endpoint) {
	if e.asleep || e.registration == nil || !e.registration.Queue {
		return
	}
	e.asleep = true
	if interrupt := s.attempts[e]; interrupt != nil {
		interrupt(errAsleep)
	}
	s.log.Append(Event{Kind: EventAsleep, Time: s.clock.Now(), Endpoint: e.name, Registration: e.registration})
}

// release fails all that waits for a client; s.mu is held.
func (s *Server) release(e *Endpoint, err error) {
	for _, w := range s.queues[e] {
		w.err = err
		close(w.leave)
	}
	delete(s.queues, e)
}

// grant lets the first request go that waits for a client, if none is under way
// and the client is awake; s.mu is held.
func (s *Server) grant(e *Endpoint) {
	queue := s.queues[e]
	if e.busy || e.asleep || len(queue) == 0 {
		return
	}
	w := queue[0]
	s.queues[e] = slices.Delete(queue, 0, 1)
	e.busy = true
	close(w.leave)
}

// turn waits until it is the request's turn: a client in queue mode is sent one
// request after the other, and none while it is asleep. Then it notes where the
// client is. Who gets a turn gives it back by done.
func (op *operation) turn(ctx context.Context) error {
	s, e := op.endpoint.server, op.endpoint
	s.mu.Lock()
	g := e.registration
	if g != nil && !e.asleep && (!g.Queue || !e.busy && len(s.queues[e]) == 0) {
		if g.Queue {
			op.taken, e.busy = true, true
		}
		op.listener, op.peer = e.listener, g.Address
		s.mu.Unlock()
		return nil
	}
	if g == nil || len(s.queues[e]) >= maxQueued {
		s.mu.Unlock()
		if g == nil {
			return op.failed(ErrNotRegistered, nil)
		}
		return op.failed(ErrTooMany, nil)
	}
	w, asleep := op.enqueue(len(s.queues[e])), e.asleep
	s.mu.Unlock()
	if asleep && op.options.Queued != nil {
		op.options.Queued(w.Queued)
	}
	return op.wait(ctx, w)
}

// enqueue puts a request into the queue, behind so many others; server.mu is held.
// It has the same number each time.
func (op *operation) enqueue(behind int) *waiting {
	s, e := op.endpoint.server, op.endpoint
	if op.waits == nil {
		s.nextQueued++
		op.waits = &Queued{Number: s.nextQueued, Endpoint: e.name, Operation: op.name, Path: op.path, Since: s.clock.Now()}
	}
	op.waits.Place, op.waits.Away = behind+1, e.registration != nil && !e.registration.Queue
	w := &waiting{leave: make(chan struct{}), Queued: *op.waits}
	s.queues[e] = slices.Insert(s.queues[e], behind, w)
	return w
}

// wait waits in the queue for a turn.
func (op *operation) wait(ctx context.Context, w *waiting) error {
	s, e := op.endpoint.server, op.endpoint
	select {
	case <-w.leave:
	case <-ctx.Done():
		if !s.Drop(w.Number) {
			<-w.leave
			if w.err == nil {
				op.taken = true
				op.done(nil) // the turn came too late
			}
		}
		return op.failed(ctx.Err(), nil)
	}
	if w.err != nil {
		return op.failed(w.err, nil)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	op.taken = true
	if e.registration == nil {
		return op.failed(ErrNotRegistered, nil)
	}
	op.listener, op.peer = e.listener, e.registration.Address
	return nil
}
