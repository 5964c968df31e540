package session

import (
	"container/heap"
	"time"

	"lwcon/session/clock"
)

// expiries ends registrations whose lifetime has passed: one timer for all of
// them. It is under Server.mu.
type expiries struct {
	queue expiryQueue
	timer clock.Timer
	armed time.Time // when the timer fires, zero if it is not set
}

// expiry is one registration's end. A later end leaves the entry as it is: when
// its time comes, the endpoint is queued again. An earlier end is queued at
// once, and the entry that it overtakes is passed over.
type expiry struct {
	at       int64 // Unix nanoseconds
	endpoint *Endpoint
}

type expiryQueue []expiry

func (q expiryQueue) Len() int           { return len(q) }
func (q expiryQueue) Less(i, j int) bool { return q[i].at < q[j].at }
func (q expiryQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *expiryQueue) Push(x any)        { *q = append(*q, x.(expiry)) }
func (q *expiryQueue) Pop() any {
	last := len(*q) - 1
	x := (*q)[last]
	(*q)[last] = expiry{}
	*q = (*q)[:last]
	return x
}

// schedule takes note of when an endpoint's registration ends; s.mu is held.
func (s *Server) schedule(e *Endpoint) {
	at, ok := e.registration.Expires()
	if !ok {
		return
	}
	if end := at.UnixNano(); e.queued == 0 || end < e.queued {
		e.queued = end
		heap.Push(&s.expiries.queue, expiry{end, e})
	}
	s.arm()
}

// arm sets the timer to the first end; s.mu is held.
func (s *Server) arm() {
	x := &s.expiries
	if len(x.queue) == 0 || s.closed {
		return
	}
	first := time.Unix(0, x.queue[0].at)
	if !x.armed.IsZero() && !first.Before(x.armed) {
		return
	}
	wait := max(first.Sub(s.clock.Now()), 0)
	if x.timer == nil {
		x.timer = s.clock.AfterFunc(wait, s.expire)
	} else {
		x.timer.Reset(wait)
	}
	x.armed = first
}

// expire ends what has run out.
func (s *Server) expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expiries.armed = time.Time{}
	now := s.clock.Now()
	for q := &s.expiries.queue; len(*q) > 0 && (*q)[0].at <= now.UnixNano(); {
		x := heap.Pop(q).(expiry)
		e := x.endpoint
		if x.at != e.queued {
			continue
		}
		e.queued = 0
		if e.registration == nil {
			continue
		}
		if end, ok := e.registration.Expires(); ok && end.After(now) {
			s.schedule(e)
		} else if ok {
			s.end(e, EventExpired, 0)
		}
	}
	s.arm()
}
