package transport

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"lwcon/session/clock"
)

const (
	// reorderDelay is how long a datagram is held back so that later ones
	// overtake it, unless its Fault says otherwise.
	reorderDelay = 100 * time.Millisecond
	// maxHeldDatagrams bounds what is held back at one time; beyond it
	// datagrams are lost.
	maxHeldDatagrams = 10_000
)

// Fault is what goes wrong in one direction. The zero value is a faultless
// link. On a stream only Delay has an effect: all else would break it.
type Fault struct {
	// Lose, Duplicate and Reorder are shares of the datagrams, 0 to 1. A
	// datagram that is reordered is held back for a tenth of a second beyond the
	// delay.
	Lose, Duplicate, Reorder float64
	// Delay is added to every datagram.
	Delay time.Duration
}

// check refuses shares that are none.
func (f Fault) check() error {
	for _, share := range []float64{f.Lose, f.Duplicate, f.Reorder} {
		if !(share >= 0 && share <= 1) {
			return fmt.Errorf("share %v: want 0 to 1", share)
		}
	}
	if f.Delay < 0 {
		return errors.New("delay: want 0 or more")
	}
	return nil
}

// Faulty wraps a link and harms what passes it, in either direction, in a way
// that the seed repeats exactly for the same sequence of datagrams. Wrapped
// around a Tapped link, the tap sees what really passed; what was harmed is
// told to note too, which may be nil.
type Faulty struct {
	borrowed
	clock clock.Clock
	note  WireTap

	mu     sync.Mutex
	random [2]*rand.Rand // of each direction, so that neither disturbs the other
	faults [2]Fault
	held   int
	queues [2]delayQueue // of a stream, where order is kept
	closed bool
}

// NewFaulty wraps the link; it harms nothing until Set.
func NewFaulty(l Link, c clock.Clock, seed uint64, note WireTap) *Faulty {
	f := &Faulty{borrowed: borrowed{l}, clock: c, note: note}
	for d := range f.random {
		f.random[d] = rand.New(rand.NewPCG(seed, uint64(d)))
	}
	return f
}

// Set changes what goes wrong from now on in a direction.
func (f *Faulty) Set(d Direction, fault Fault) error {
	if err := fault.check(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults[d] = fault
	return nil
}

// Get returns what goes wrong in a direction.
func (f *Faulty) Get(d Direction) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.faults[d]
}

// Start begins to deliver.
func (f *Faulty) Start(r Receiver) error { return f.Link.Start(faultyReceiver{r, f}) }

// Send sends b, or loses, doubles or delays it. An error of a delayed one is
// lost with it.
func (f *Faulty) Send(to Address, via Local, b []byte) error {
	now := WireRecord{Direction: Sent, Local: via, Remote: to, Bytes: b}
	return f.pass(now, func(b []byte) error { return f.Link.Send(to, via, b) })
}

// Close ends the link; what is held back is lost.
func (f *Faulty) Close() error {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	return f.Link.Close()
}

type faultyReceiver struct {
	Receiver
	faulty *Faulty
}

func (r faultyReceiver) Receive(d Datagram) {
	record := WireRecord{Direction: Received, Local: d.Local, Remote: d.From, Bytes: d.Bytes}
	_ = r.faulty.pass(record, func(b []byte) error {
		r.Receiver.Receive(Datagram{From: d.From, Local: d.Local, Bytes: b})
		return nil
	})
}

// fate is what becomes of one datagram: how often it passes, and after how
// long.
type fate struct {
	copies int
	delay  time.Duration
	note   string
}

// draw decides. The same number of draws is made for each datagram, so that a
// change of one share leaves the others' decisions as they are.
func (f *Faulty) draw(d Direction) fate {
	f.mu.Lock()
	defer f.mu.Unlock()
	fault, random := f.faults[d], f.random[d]
	if fault == (Fault{}) {
		return fate{copies: 1}
	}
	lose, duplicate, reorder := random.Float64(), random.Float64(), random.Float64()
	got := fate{copies: 1, delay: fault.Delay}
	if got.delay > 0 {
		got.note = fmt.Sprintf("delayed %v", got.delay)
	}
	if f.Reliable() {
		return got
	}
	switch {
	case lose < fault.Lose:
		return fate{note: "lost"}
	case duplicate < fault.Duplicate:
		got.copies, got.note = 2, "duplicated"
	}
	if reorder < fault.Reorder {
		got.delay += reorderDelay
		got.note = "reordered"
	}
	return got
}

// pass lets a datagram meet its fate.
func (f *Faulty) pass(r WireRecord, on func([]byte) error) error {
	fate := f.draw(r.Direction)
	if fate.note != "" && f.note != nil {
		r.Time, r.Note = f.clock.Now(), fate.note
		f.note(r)
	}
	if fate.delay == 0 && !f.queued(r.Direction) {
		var err error
		for range fate.copies {
			err = on(r.Bytes)
		}
		return err
	}
	b := slices.Clone(r.Bytes)
	for range fate.copies {
		f.hold(r.Direction, fate.delay, func() { _ = on(b) })
	}
	return nil
}

// hold does something after a delay; on a stream, after all that was held
// before it.
func (f *Faulty) hold(d Direction, delay time.Duration, do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.held >= maxHeldDatagrams || f.closed {
		return
	}
	f.held++
	if f.Reliable() {
		f.queues[d].add(f, f.clock.Now().Add(delay), do)
		return
	}
	f.clock.AfterFunc(delay, func() {
		f.mu.Lock()
		f.held--
		closed := f.closed
		f.mu.Unlock()
		if !closed {
			do()
		}
	})
}

// queued tells whether something of a stream is still held back, which what
// follows must not overtake.
func (f *Faulty) queued(d Direction) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.queues[d].waiting) > 0 || f.queues[d].running
}

// delayQueue holds the bytes of streams back without changing their order.
type delayQueue struct {
	waiting []delayed
	running bool
}

type delayed struct {
	due time.Time
	do  func()
}

// add puts one behind the others. f.mu is held.
func (q *delayQueue) add(f *Faulty, due time.Time, do func()) {
	q.waiting = append(q.waiting, delayed{due, do})
	if !q.running {
		q.running = true
		f.clock.AfterFunc(max(0, due.Sub(f.clock.Now())), func() { q.run(f) })
	}
}

// run does what is due, one after the other.
func (q *delayQueue) run(f *Faulty) {
	for {
		f.mu.Lock()
		if len(q.waiting) == 0 || f.closed {
			q.running = false
			f.mu.Unlock()
			return
		}
		next := q.waiting[0]
		if wait := next.due.Sub(f.clock.Now()); wait > 0 {
			f.clock.AfterFunc(wait, func() { q.run(f) })
			f.mu.Unlock()
			return
		}
		q.waiting = q.waiting[1:]
		f.held--
		f.mu.Unlock()
		next.do()
	}
}
