// Package clock is the one source of time for everything that waits.
//
// Code that needs the time or a timer takes a Clock as a field. Tests use Real
// inside a testing/synctest bubble, where time is virtual; a long experiment
// can use Scaled, where an hour passes in a minute.
package clock

import "time"

// Clock tells the time and calls back later. Implementations are safe for
// concurrent use.
type Clock interface {
	// Now returns the current time in UTC.
	Now() time.Time
	// AfterFunc calls f in its own goroutine after d has passed.
	AfterFunc(d time.Duration, f func()) Timer
	// NewTimer returns a timer whose channel receives once after d.
	NewTimer(d time.Duration) Timer
}

// Timer is a timer of a Clock.
type Timer interface {
	// C is the channel of a timer made by NewTimer; nil for AfterFunc.
	C() <-chan time.Time
	// Stop prevents the timer from firing; false if it has fired or was
	// stopped before.
	Stop() bool
	// Reset makes the timer fire after d from now; it reports what Stop would.
	Reset(d time.Duration) bool
}

// Real is the clock of the machine.
func Real() Clock { return Scaled(1) }

// Scaled is a clock on which time passes speed times as fast as on the
// machine's, starting at the present. A speed that is not positive is taken
// as 1.
func Scaled(speed float64) Clock {
	if !(speed > 0) {
		speed = 1
	}
	return &scaled{speed: speed, start: time.Now()}
}

type scaled struct {
	speed float64
	start time.Time
}

func (c *scaled) Now() time.Time {
	if c.speed == 1 {
		return time.Now().UTC()
	}
	passed := float64(time.Since(c.start)) * c.speed
	return c.start.Add(time.Duration(passed)).UTC()
}

// machine converts a duration on this clock to one on the machine's. It is at
// least a nanosecond: in a synctest bubble a timer that is due at once runs
// inside the call that sets it, under which the race detector of Go 1.26.8 now
// and then crashes.
func (c *scaled) machine(d time.Duration) time.Duration {
	if c.speed != 1 {
		d = time.Duration(float64(d) / c.speed)
	}
	return max(d, 1)
}

func (c *scaled) AfterFunc(d time.Duration, f func()) Timer {
	return &timer{clock: c, timer: time.AfterFunc(c.machine(d), f)}
}

func (c *scaled) NewTimer(d time.Duration) Timer {
	t := time.NewTimer(c.machine(d))
	return &timer{clock: c, timer: t, c: t.C}
}

type timer struct {
	clock *scaled
	timer *time.Timer
	c     <-chan time.Time
}

func (t *timer) C() <-chan time.Time { return t.c }

func (t *timer) Stop() bool { return t.timer.Stop() }

func (t *timer) Reset(d time.Duration) bool { return t.timer.Reset(t.clock.machine(d)) }
