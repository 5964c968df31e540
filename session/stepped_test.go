package session

import (
	"container/heap"
	"sync"
	"time"

	"lwcon/session/clock"
)

// stepped is a clock that stands still until it is advanced: for benchmarks,
// which cannot run in a synctest bubble.
type stepped struct {
	mu     sync.Mutex
	now    time.Time
	timers steppedQueue
}

func newStepped() *stepped { return &stepped{now: time.Unix(1_800_000_000, 0).UTC()} }

func (s *stepped) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Advance lets time pass; timers that are due fire in order, in this goroutine.
func (s *stepped) Advance(d time.Duration) {
	s.mu.Lock()
	end := s.now.Add(d)
	for len(s.timers) > 0 && !s.timers[0].at.After(end) {
		t := heap.Pop(&s.timers).(*steppedTimer)
		s.now, t.index = t.at, -1
		s.mu.Unlock()
		t.fire()
		s.mu.Lock()
	}
	s.now = end
	s.mu.Unlock()
}

func (s *stepped) AfterFunc(d time.Duration, f func()) clock.Timer {
	t := &steppedTimer{clock: s, f: f, index: -1}
	t.Reset(d)
	return t
}

func (s *stepped) NewTimer(d time.Duration) clock.Timer {
	t := &steppedTimer{clock: s, c: make(chan time.Time, 1), index: -1}
	t.Reset(d)
	return t
}

type steppedTimer struct {
	clock *stepped
	at    time.Time
	f     func()
	c     chan time.Time
	index int // in the queue, -1 if not there
}

func (t *steppedTimer) fire() {
	if t.f != nil {
		t.f()
		return
	}
	select {
	case t.c <- t.at:
	default:
	}
}

func (t *steppedTimer) C() <-chan time.Time { return t.c }

func (t *steppedTimer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	if t.index < 0 {
		return false
	}
	heap.Remove(&t.clock.timers, t.index)
	t.index = -1
	return true
}

func (t *steppedTimer) Reset(d time.Duration) bool {
	running := t.Stop()
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	t.at = t.clock.now.Add(d)
	heap.Push(&t.clock.timers, t)
	return running
}

type steppedQueue []*steppedTimer

func (q steppedQueue) Len() int           { return len(q) }
func (q steppedQueue) Less(i, j int) bool { return q[i].at.Before(q[j].at) }

func (q steppedQueue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

func (q *steppedQueue) Push(x any) {
	t := x.(*steppedTimer)
	t.index = len(*q)
	*q = append(*q, t)
}

func (q *steppedQueue) Pop() any {
	last := len(*q) - 1
	t := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return t
}
