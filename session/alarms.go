package session

import (
	"container/heap"
	"time"

	"lwcon/session/clock"
)

// alarms wakes the server when the lifetime of a registration has passed, or
// the time for which a client in queue mode is taken to be awake, or that by which
// a notification has to be there: one timer for all endpoints. It is under Server.mu.
type alarms struct {
	queue alarmQueue
	timer clock.Timer
	armed time.Time // when the timer fires, zero if it is not set
}

// alarm is when to look at an endpoint. A later time leaves the entry as it is:
// when it comes, the endpoint is queued again. An earlier time is queued at
// once, and the entry that it overtakes is passed over.
type alarm struct {
	at       int64 // Unix nanoseconds
	endpoint *Endpoint
}

type alarmQueue []alarm

func (q alarmQueue) Len() int           { return len(q) }
func (q alarmQueue) Less(i, j int) bool { return q[i].at < q[j].at }
func (q alarmQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *alarmQueue) Push(x any)        { *q = append(*q, x.(alarm)) }
func (q *alarmQueue) Pop() any {
	last := len(*q) - 1
	x := (*q)[last]
	(*q)[last] = alarm{}
	*q = (*q)[:last]
	return x
}

// next returns when to look at a registered endpoint; false if never.
func (e *Endpoint) next() (time.Time, bool) {
	at, ok := e.registration.Expires()
	for _, o := range e.server.observations[e] {
		if due := time.Unix(0, o.due); o.due != 0 && (!ok || due.Before(at)) {
			at, ok = due, true
		}
	}
	if awake := time.Unix(0, e.awakeUntil); e.registration.Queue && !e.asleep && (!ok || awake.Before(at)) {
		return awake, true
	}
	return at, ok
}

// schedule takes note of when to look at an endpoint; s.mu is held.
func (s *Server) schedule(e *Endpoint) {
	at, ok := e.next()
	if !ok {
		return
	}
	if t := at.UnixNano(); e.alarm == 0 || t < e.alarm {
		e.alarm = t
		heap.Push(&s.alarms.queue, alarm{t, e})
	}
	s.arm()
}

// arm sets the timer to the first alarm; s.mu is held.
func (s *Server) arm() {
	x := &s.alarms
	if len(x.queue) == 0 || s.closed {
		return
	}
	first := time.Unix(0, x.queue[0].at)
	if !x.armed.IsZero() && !first.Before(x.armed) {
		return
	}
	wait := max(first.Sub(s.clock.Now()), 0)
	if x.timer == nil {
		x.timer = s.clock.AfterFunc(wait, s.ring)
	} else {
		x.timer.Reset(wait)
	}
	x.armed = first
}

// ring looks at the endpoints whose time has come.
func (s *Server) ring() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.alarms.armed = time.Time{}
	now := s.clock.Now()
	for q := &s.alarms.queue; len(*q) > 0 && (*q)[0].at <= now.UnixNano(); {
		x := heap.Pop(q).(alarm)
		e := x.endpoint
		if x.at != e.alarm {
			continue
		}
		e.alarm = 0
		if e.registration != nil {
			s.look(e, now)
		}
	}
	s.arm()
}

// look ends a registration whose lifetime has passed, and notes that a client
// has gone to sleep or owes a notification; s.mu is held.
func (s *Server) look(e *Endpoint, now time.Time) {
	if end, ok := e.registration.Expires(); ok && !end.After(now) {
		s.end(e, EventExpired, 0)
		return
	}
	if e.registration.Queue && e.awakeUntil <= now.UnixNano() && !s.talks(e, now) {
		s.sleep(e)
	}
	s.overdue(e, now)
	s.schedule(e)
}
