package session

import (
	"context"
	"sync"
)

// Limits of a Log: the oldest events make room.
const (
	maxLogEvents = 100_000
	maxLogOctets = 64 << 20
	logPage      = 1_000 // events; the ring grows by pages
)

// Log is the ring of what happened. Any number of readers follow it, each with
// its own cursor; nobody waits for anybody. It is safe for concurrent use.
type Log struct {
	mu     sync.Mutex
	pages  [maxLogEvents / logPage]*[logPage]Event // a ring, made as needed
	first  uint64                                  // number of the oldest event kept
	next   uint64                                  // number of the next event
	octets int                                     // estimated size of all events kept
	wake   chan struct{}                           // closed at the next event; nil while nobody waits
}

// NewLog makes an empty log.
func NewLog() *Log { return &Log{first: 1, next: 1} }

// Append puts an event into the log and returns its number.
func (l *Log) Append(e Event) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.Number = l.next
	size := e.octets()
	for l.first < l.next && (l.next-l.first >= maxLogEvents || l.octets+size > maxLogOctets) {
		l.drop()
	}
	if page := &l.pages[(e.Number-1)%maxLogEvents/logPage]; *page == nil {
		*page = new([logPage]Event)
	}
	*l.slot(e.Number) = e
	l.octets += size
	l.next++
	if l.wake != nil {
		close(l.wake)
		l.wake = nil
	}
	return e.Number
}

// drop forgets the oldest event.
func (l *Log) drop() {
	e := l.slot(l.first)
	l.octets -= e.octets()
	*e = Event{}
	l.first++
}

// slot returns the place of an event; its page is there.
func (l *Log) slot(number uint64) *Event {
	i := (number - 1) % maxLogEvents
	return &l.pages[i/logPage][i%logPage]
}

// octets estimates what an event keeps alive.
func (e *Event) octets() int {
	n := 160 + len(e.Endpoint)
	if e.Registration != nil {
		n += 200 + len(e.Registration.Raw)
	}
	if e.Notification != nil {
		n += 200 + e.Notification.Response.octets()
	}
	if e.Request != nil && e.Request.Payload != nil {
		n += len(e.Request.Payload.Payload) + 64*len(e.Request.Payload.Nodes)
	}
	if e.Step != nil && e.Step.Tree != nil {
		n += len(e.Step.Tree.Payload) + 64*len(e.Step.Tree.Nodes)
	}
	for i := range e.Deviations {
		n += 80 + len(e.Deviations[i].Message)
	}
	return n
}

// End returns the number of the newest event, 0 if there was none: a Reader
// from End sees what comes after now.
func (l *Log) End() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.next - 1
}

// Reader returns a cursor that stands behind the event of a number: 0 for all
// that is kept, Log.End() for what is still to come.
func (l *Log) Reader(after uint64) *Reader { return &Reader{log: l, next: after + 1} }

// Reader is a cursor in a Log. It is for one goroutine at a time.
type Reader struct {
	log  *Log
	next uint64
}

// TryNext returns the next event if there is one. lost counts the events that
// the log had to forget before this reader came to them.
func (r *Reader) TryNext() (e Event, lost uint64, ok bool) {
	r.log.mu.Lock()
	defer r.log.mu.Unlock()
	return r.take()
}

// Next waits for the next event; the error is that of ctx.
func (r *Reader) Next(ctx context.Context) (e Event, lost uint64, err error) {
	for {
		r.log.mu.Lock()
		e, lost, ok := r.take()
		if !ok && r.log.wake == nil {
			r.log.wake = make(chan struct{})
		}
		wake := r.log.wake
		r.log.mu.Unlock()
		if ok {
			return e, lost, nil
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return Event{}, 0, ctx.Err()
		}
	}
}

// take returns the next event; the log is locked.
func (r *Reader) take() (e Event, lost uint64, ok bool) {
	if r.next < r.log.first {
		lost = r.log.first - r.next
		r.next = r.log.first
	}
	if r.next >= r.log.next {
		return Event{}, lost, false
	}
	e = *r.log.slot(r.next)
	r.next++
	return e, lost, true
}
