package transport

import (
	"sync"
	"sync/atomic"
	"time"

	"lwcon/session/clock"
)

// Follower is a link from which a caller that waits for an answer can read
// itself. That saves handing the answer from the link's own reader to the
// caller, which costs more than all else of a quick exchange: the wake-up of
// another thread. All that arrives meanwhile is delivered as ever, from the
// caller's goroutine.
type Follower interface {
	Link
	// Follow reads in the calling goroutine until w is over, and reports
	// whether it did. Where the link's own reader is at work, it returns at once
	// with false. Rapid says that the calls come in quick succession: then the
	// own reader steps aside for the next one, for about followPause after the
	// last.
	Follow(w Waiting, rapid bool) bool
	// Interrupt makes a Follow look again whether it is over. Who ends what it
	// waits for from another goroutine calls it.
	Interrupt()
	// Release lets the link's own reader go on at once: others wait too.
	Release()
}

// Waiting is something that a Follow waits for.
type Waiting interface {
	// Over tells whether it has come; it must not block.
	Over() bool
}

// followPause is how long the link's own reader lets callers read before it
// looks whether they still do. What arrives after the last one waits for at
// most twice as long.
const followPause = time.Millisecond

// roles decides who reads a socket: its own goroutine, or a caller.
type roles struct {
	reading sync.Mutex    // held by who reads
	aside   atomic.Bool   // the own reader has stepped aside, or will after this datagram
	turns   atomic.Uint32 // counts callers that have read
	release chan struct{} // has one element if the own reader is to go on at once
}

func (r *roles) init() { r.release = make(chan struct{}, 1) }

// rest returns once the own reader is to go on: callers have not read for
// followPause, or Release was called.
func (r *roles) rest() {
	timer := clock.Real().NewTimer(followPause)
	defer timer.Stop()
	for {
		before := r.turns.Load()
		select {
		case <-timer.C():
			if r.turns.Load() != before || !r.reading.TryLock() {
				timer.Reset(followPause)
				continue
			}
			r.reading.Unlock()
		case <-r.release:
		}
		r.aside.Store(false)
		return
	}
}

// Follow implements Follower.
func (u *UDP) Follow(w Waiting, rapid bool) bool {
	if !u.roles.aside.Load() {
		if rapid {
			u.roles.aside.Store(true)
		}
		return false
	}
	if !u.roles.reading.TryLock() {
		return false
	}
	defer u.roles.reading.Unlock()
	u.roles.turns.Add(1)
	u.readUntil(w)
	return true
}

// Interrupt implements Follower.
func (u *UDP) Interrupt() {
	_ = u.conn.SetReadDeadline(time.Unix(1, 0)) // fails only once the socket is closed, which interrupts too
}

// Release implements Follower.
func (u *UDP) Release() {
	select {
	case u.roles.release <- struct{}{}:
	default:
	}
}

// Over tells the own reader to step aside.
func (r *roles) Over() bool { return r.aside.Load() }
