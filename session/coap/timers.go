package coap

import (
	"time"

	"lwcon/session/clock"
)

// instant is the time since an endpoint was made; it does not jump when the
// wall clock is set.
type instant = time.Duration

// timer is a place in an endpoint's heap of timers. Its owner embeds it.
type timer struct {
	at    instant
	index int // in the heap, plus one; 0 where it is not set
	owner timerOwner
}

// timerOwner is told that its time has come. The endpoint's lock is held; what
// must be done without it goes to the outbox.
type timerOwner interface {
	expire(e *Endpoint, now instant, out *outbox)
}

// outbox collects what is to be done once the lock is released, in order.
type outbox struct{ todo []func() }

func (o *outbox) add(f func()) { o.todo = append(o.todo, f) }

func (o *outbox) run() {
	for _, f := range o.todo {
		f()
	}
}

// timers is a binary heap, earliest first, with one timer of the clock behind
// all of them. The clock's timer is moved only to an earlier time: one that
// fires too early costs less than one moved for each exchange.
type timers struct {
	heap  []*timer
	clock clock.Timer
	armed instant // when the clock's timer fires; 0 where it does not
}

// stop unsets every timer, for good.
func (h *timers) stop() {
	for _, t := range h.heap {
		t.index = 0
	}
	h.heap = nil
	if h.clock != nil {
		h.clock.Stop()
	}
}

// set puts the timer at the instant, or moves it there. A closed endpoint sets
// none.
func (e *Endpoint) set(t *timer, at instant) {
	if e.closed {
		return
	}
	t.at = at
	h := &e.timers
	if t.index == 0 {
		h.heap = append(h.heap, t)
		t.index = len(h.heap)
		h.up(t.index - 1)
	} else {
		h.down(h.up(t.index - 1))
	}
	e.arm()
}

// unset takes the timer out.
func (e *Endpoint) unset(t *timer) {
	if t.index == 0 {
		return
	}
	h := &e.timers
	i, last := t.index-1, len(h.heap)-1
	h.heap[i] = h.heap[last]
	h.heap[i].index = i + 1
	h.heap[last] = nil
	h.heap = h.heap[:last]
	t.index = 0
	if i < last {
		h.down(h.up(i))
	}
}

// arm makes the clock's timer fire in time for the earliest timer.
func (e *Endpoint) arm() {
	h := &e.timers
	if len(h.heap) == 0 {
		return
	}
	first := h.heap[0].at
	if h.armed != 0 && h.armed <= first {
		return
	}
	h.armed = max(1, first)
	wait := max(0, first-e.instant())
	if h.clock == nil {
		h.clock = e.clock.AfterFunc(wait, e.tick)
	} else {
		h.clock.Reset(wait)
	}
}

// tick lets every timer whose time has come expire.
func (e *Endpoint) tick() {
	var out outbox
	e.mu.Lock()
	now := e.instant()
	e.timers.armed = 0
	for len(e.timers.heap) > 0 && e.timers.heap[0].at <= now && !e.closed {
		t := e.timers.heap[0]
		e.unset(t)
		t.owner.expire(e, now, &out)
	}
	e.arm()
	e.mu.Unlock()
	out.run()
}

func (h *timers) up(i int) int {
	for i > 0 {
		parent := (i - 1) / 2
		if h.heap[parent].at <= h.heap[i].at {
			break
		}
		h.swap(i, parent)
		i = parent
	}
	return i
}

func (h *timers) down(i int) {
	for {
		least := i
		for _, child := range [...]int{2*i + 1, 2*i + 2} {
			if child < len(h.heap) && h.heap[child].at < h.heap[least].at {
				least = child
			}
		}
		if least == i {
			return
		}
		h.swap(i, least)
		i = least
	}
}

func (h *timers) swap(i, j int) {
	h.heap[i], h.heap[j] = h.heap[j], h.heap[i]
	h.heap[i].index, h.heap[j].index = i+1, j+1
}
