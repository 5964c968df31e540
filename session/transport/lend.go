package transport

import (
	"sync"
	"sync/atomic"
	"time"
)

// Lender is a link whose receiving can be done, for a while, by the goroutine
// that waits for what will be received. To wake a goroutine costs as much as all
// else that an exchange over loopback takes; one that receives its own answer
// need not be woken.
//
// The link's own goroutine receives unless it was told to Rest; it comes back by
// itself when nobody has stood in for it for restTime, and takes over from one
// that has stood in for longer.
type Lender interface {
	// Stand delivers what arrives, on the caller's goroutine, until the waiting
	// one is over, the link's own goroutine takes over again, or the link is
	// closed. It does nothing and returns false while somebody else receives.
	Stand(w Waiting) bool
	// Rest tells the link's own goroutine, during a call of Receive, that nobody
	// waits for anything further, so that it need not go on at once.
	Rest()
	// Resume ends the rest: somebody waits who does not stand in.
	Resume()
}

// Waiting is what a goroutine waits for.
type Waiting interface {
	// Over tells whether it has come. It is called often, and must be quick.
	Over() bool
}

// restTime bounds how much later a message is received because the link's own
// goroutine rests; twice this, how long one that stands in misses that its
// context has ended.
const restTime = 500 * time.Microsecond

// reading is the right to receive on a link: one goroutine has it at a time.
type reading struct {
	resting atomic.Bool // asked for
	mu      sync.Mutex
	taken   bool
	wanted  bool   // back, by the link's own goroutine
	turns   uint64 // of those who stood in
	resume  chan struct{}
}

func newReading() reading { return reading{resume: make(chan struct{}, 1)} }

// try takes the right if nobody has it. Otherwise who has it must not rest,
// since somebody waits.
func (r *reading) try() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.taken || r.wanted {
		r.resting.Store(false)
		return false
	}
	r.taken = true
	r.turns++
	return true
}

func (r *reading) release() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.taken = false
	r.resting.Store(false)
}

// rest waits, on the link's own goroutine, until nobody has stood in for
// restTime, and takes the right. interrupt makes a blocked read return; it is
// called on one that has blocked that long.
func (r *reading) rest(interrupt func()) {
	// The machine's time on purpose: this waits for the machine's scheduler.
	timer := time.NewTimer(restTime)
	defer timer.Stop()
	r.mu.Lock()
	seen := r.turns
	r.mu.Unlock()
	for {
		hurry := false
		select {
		case <-timer.C:
			timer.Reset(restTime)
		case <-r.resume:
			hurry = true
		}
		r.mu.Lock()
		idle := r.turns == seen || hurry || r.wanted
		seen = r.turns
		if idle && !r.taken {
			r.taken, r.wanted = true, false
			r.mu.Unlock()
			return
		}
		blocked := idle && !hurry
		r.wanted = r.wanted || blocked
		r.mu.Unlock()
		if blocked {
			interrupt()
		}
	}
}

// Rest implements Lender.
func (r *reading) Rest() { r.resting.Store(true) }

// Resume implements Lender.
func (r *reading) Resume() {
	select {
	case r.resume <- struct{}{}:
	default:
	}
}

// borrowed lets a wrapper of a link lend what the link lends.
type borrowed struct{ Link }

// Stand implements Lender.
func (b borrowed) Stand(w Waiting) bool {
	l, lends := b.Link.(Lender)
	return lends && l.Stand(w)
}

// Rest implements Lender.
func (b borrowed) Rest() {
	if l, lends := b.Link.(Lender); lends {
		l.Rest()
	}
}

// Resume implements Lender.
func (b borrowed) Resume() {
	if l, lends := b.Link.(Lender); lends {
		l.Resume()
	}
}
