package device

import (
	"time"
)

// Retry is how a device goes about registering with a server, and what it does
// where that fails, by the resources 13 to 20 of object 1.
// Spec: Core 1.2 §6.2.1.1, §E.2.
type Retry struct {
	Ordered       bool          // it has a place in the order of registrations
	Order         int64         // /1/x/13: the lowest registers first
	Delay         time.Duration // /1/x/14: before the first attempt
	Block         bool          // /1/x/15: until it registers, those behind it in the order wait
	Bootstrap     bool          // /1/x/16: where it fails for good, ask the bootstrap server
	Count         int           // /1/x/17: attempts of a sequence
	Timer         time.Duration // /1/x/18: between the first two attempts; doubled each time
	SequenceDelay time.Duration // /1/x/19: between two sequences
	Sequences     int           // /1/x/20: sequences, then it has failed for good
}

// Resources of object 1 about retries. Spec: Core 1.2 §E.2.
const (
	serverOrder         = 13
	serverInitialDelay  = 14
	serverBlock         = 15
	serverRebootstrap   = 16
	serverRetryCount    = 17
	serverRetryTimer    = 18
	serverSequenceDelay = 19
	serverSequenceCount = 20
)

// The values that hold where a resource is absent. Spec: Core 1.2 §E.2.
const (
	defaultRetryCount    = 5
	defaultRetryTimer    = 60 * time.Second
	defaultSequenceDelay = 86400 * time.Second
	defaultSequenceCount = 1
	// maxRetryCount bounds what a server can ask for.
	maxRetryCount = 1_000_000
	// maxBackOff is where the wait between two attempts is not doubled any more.
	maxBackOff = 365 * 24 * time.Hour
)

// Retry returns how the device registers with a server.
func (d *Device) Retry(server uint16) Retry {
	d.mu.Lock()
	defer d.mu.Unlock()
	in := d.tree.account(server)
	r := Retry{
		Order: in.number(serverOrder), Delay: in.seconds(serverInitialDelay),
		Block: in.says(serverBlock, false), Bootstrap: in.says(serverRebootstrap, true),
		Count: defaultRetryCount, Timer: defaultRetryTimer,
		SequenceDelay: defaultSequenceDelay, Sequences: defaultSequenceCount,
	}
	r.Ordered = r.Order >= 0
	if n := in.number(serverRetryCount); n >= 0 {
		r.Count = int(min(max(n, 1), maxRetryCount))
	}
	if n := in.number(serverSequenceCount); n >= 0 {
		r.Sequences = int(min(max(n, 1), maxRetryCount))
	}
	if in.number(serverRetryTimer) >= 0 {
		r.Timer = in.seconds(serverRetryTimer)
	}
	if in.number(serverSequenceDelay) >= 0 {
		r.SequenceDelay = in.seconds(serverSequenceDelay)
	}
	return r
}

// Wait returns how long to wait before the attempt that follows a number of
// failed ones, over all sequences; false if there is none: the registration has
// failed.
func (r *Retry) Wait(failed int) (wait time.Duration, more bool) {
	sequence, attempt := failed/r.Count, failed%r.Count
	switch {
	case attempt > 0:
		wait = r.Timer
		for range attempt - 1 {
			wait = min(2*wait, maxBackOff)
		}
		return wait, true
	case sequence < r.Sequences:
		return r.SequenceDelay, true
	}
	return r.SequenceDelay, false
}

// says returns the value of a resource of type Boolean, another one if the
// instance does not have it.
func (in *instance) says(resource uint16, absent bool) bool {
	if e := in.one(resource); e != nil {
		return e.value.Bool()
	}
	return absent
}
