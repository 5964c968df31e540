package session

import (
	"context"
	"time"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// firmwareReading is what a read of object 5 brought.
type firmwareReading struct {
	tree     *lwm2m.Tree // of the instance, nil where that could not be read
	values   firmwareValues
	single   bool // the instance could not be read as a whole
	answer   *firmwareAnswer
	observed map[lwm2m.Path]uint64 // what is observed now, 0 by somebody else
	err      error
}

// read reads State and Result: the instance as a whole, else one by one. It may
// run beside the run.
func (f *firmwareRun) read(ctx context.Context, single bool) (r firmwareReading) {
	r.single = single
	if !single {
		a, err := f.get(ctx, -1)
		if r.answer, r.err = a, err; err != nil {
			return r
		}
		if a.Tree != nil && a.Err == nil {
			r.tree, r.values = a.Tree, valuesOf(a.Tree, f.path)
		}
		if r.values.hasState && r.values.hasResult || a.Code == NotFound {
			return r
		}
		r.single = true
	}
	for _, resource := range [...]int{lwm2m.FirmwareStateID, lwm2m.FirmwareResultID} {
		a, err := f.get(ctx, resource)
		if err != nil {
			r.err = err
			return r
		}
		if r.answer == nil || !a.Code.IsSuccess() {
			r.answer = a
		}
		if a.Tree == nil {
			continue
		}
		v := valuesOf(a.Tree, f.path)
		if v.hasState {
			r.values.state, r.values.hasState = v.state, true
		}
		if v.hasResult {
			r.values.result, r.values.hasResult = v.result, true
		}
	}
	return r
}

// get reads a resource of the object, the instance for -1.
func (f *firmwareRun) get(ctx context.Context, resource int) (*firmwareAnswer, error) {
	op, err := f.begin("read", coap.GET, resource)
	if err != nil {
		return nil, err
	}
	return f.ask(ctx, op, 0)
}

// look reads State and Result by the side, unless that is under way; first it
// has them observed, where it is told so.
func (f *firmwareRun) look(ctx context.Context, observe bool) {
	if f.stop != nil {
		return
	}
	reading, cancel := context.WithCancel(ctx)
	f.stop = cancel
	f.reads++
	number, single, began := f.reads, f.single, f.server.clock.Now()
	f.work.Go(func() {
		defer cancel()
		var observed map[lwm2m.Path]uint64
		if observe {
			observed = f.observe(reading)
		}
		r := f.read(reading, single)
		r.observed = observed
		f.post(func() {
			if number == f.reads && f.stop != nil {
				f.stop, f.tried = nil, began
				if r.err == nil {
					f.looked = began
				}
				f.found(r)
			}
		})
	})
}

// stopReading gives up the read that is under way.
func (f *firmwareRun) stopReading() {
	if f.stop != nil {
		f.stop()
		f.stop = nil
	}
}

// found takes note of what a read brought.
func (f *firmwareRun) found(r firmwareReading) {
	for p, number := range r.observed {
		f.observed[p] = true
		if number != 0 {
			f.mine[number] = p
		}
	}
	if r.err != nil {
		return // a device that is busy or away: what is awaited has its time
	}
	f.single = r.single
	watched := len(f.observed) == 2 && r.observed == nil && f.server.clock.Now().Sub(f.changed) >= firmwareCheck
	before := [2]int64{int64(f.state), int64(f.result)}
	f.saw(f.server.clock.Now(), r.values, "read")
	if watched && before != [2]int64{int64(f.state), int64(f.result)} {
		f.note(ruleFirmwareSilent, f.path, "a read found state %d result %d, the last notification said %d and %d",
			int(f.state), int(f.result), before[0], before[1])
	}
	f.checkBoth(r)
}

// checkBoth notes a State and Result that do not go together.
func (f *firmwareRun) checkBoth(r firmwareReading) {
	if r.tree != nil && r.tree.Find(f.path.Child(lwm2m.FirmwarePackage)) != nil {
		f.note(ruleFirmwarePackage, f.path.Child(lwm2m.FirmwarePackage), "a read of the instance carries the package")
	}
	if !r.values.hasState || !r.values.hasResult || f.phase == "" {
		return
	}
	p := f.path.Child(lwm2m.FirmwareResultID)
	busy := f.state == lwm2m.FirmwareDownloading || f.state == lwm2m.FirmwareUpdating
	kept := f.result == lwm2m.FirmwareUpdateFailed || f.result == lwm2m.FirmwareDeferred
	if f.result != lwm2m.FirmwareInitial && (busy || f.state == lwm2m.FirmwareDownloaded && !kept) {
		f.note(ruleFirmwareNotReset, p, "expected 0 in state %d, found %d (%s)", int(f.state), int(f.result), f.result)
	}
}

// observe observes State and Result, where nobody does; what the device refuses
// is read instead.
func (f *firmwareRun) observe(ctx context.Context) map[lwm2m.Path]uint64 {
	observed := map[lwm2m.Path]uint64{}
	for _, resource := range [...]uint16{lwm2m.FirmwareStateID, lwm2m.FirmwareResultID} {
		p := f.path.Child(resource)
		if f.isObserved(p) {
			observed[p] = 0
			continue
		}
		r, err := Observe(ctx, f.endpoint, p, ObserveOptions{RequestOptions: f.request()})
		if err == nil && r.Observation != 0 {
			observed[p] = r.Observation
		}
	}
	return observed
}

// isObserved says whether something observes a resource of the object, alone or
// with others.
func (f *firmwareRun) isObserved(p lwm2m.Path) bool {
	for _, o := range f.endpoint.Observations() {
		if o.Paths == nil && o.Path.Contains(p) {
			return true
		}
	}
	return false
}

// unobserve cancels the observations of the run. A device that is not there any
// more is told with its next notification.
func (f *firmwareRun) unobserve(ctx context.Context, reachable bool) {
	for _, o := range f.endpoint.Observations() {
		p, ours := f.mine[o.Number]
		if !ours || o.Path != p {
			continue
		}
		if reachable {
			ending, cancel := f.within(ctx, firmwareGrace)
			_, err := Cancel(ending, f.endpoint, p, CancelOptions{})
			cancel()
			reachable = err == nil
			continue
		}
		_, _ = Cancel(ctx, f.endpoint, p, CancelOptions{Passive: true}) // nothing is asked
	}
}

// within ends a context after a time of the server's clock, also where the one
// that it comes from is over.
func (f *firmwareRun) within(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	limited, cancel := context.WithCancel(context.WithoutCancel(ctx))
	timer := f.server.clock.AfterFunc(d, cancel)
	return limited, func() {
		timer.Stop()
		cancel()
	}
}

// settled says whether State and Result were read after they last changed.
func (f *firmwareRun) settled() bool { return !f.looked.Before(f.changed) && !f.looked.IsZero() }

// nextLook returns when State and Result are to be read again: at once after a
// change, else now and then, more often where they are not observed.
func (f *firmwareRun) nextLook(now time.Time) time.Duration {
	every := firmwarePoll
	if len(f.observed) == 2 {
		every = firmwareCheck
	}
	if f.stop != nil {
		return every
	}
	if f.tried.Before(f.changed) {
		return 0
	}
	return f.tried.Add(every).Sub(now)
}

// until follows the device until done says so, for a limit, or where there is
// none for as long as it does not stand still.
func (f *firmwareRun) until(ctx context.Context, limit, standstill time.Duration, want string, done func() bool) error {
	began := f.server.clock.Now()
	f.moved = began
	for !done() {
		now := f.server.clock.Now()
		from, allowed := began, limit
		if limit <= 0 {
			from, allowed = f.moved, standstill
		}
		wait := allowed - now.Sub(from)
		if wait <= 0 {
			return &FirmwareTimeoutError{Path: f.path, After: allowed, State: f.state, Want: want}
		}
		if f.quiet {
			wait = min(wait, firmwareGrace)
		} else {
			next := f.nextLook(now)
			if next <= 0 {
				f.look(ctx, false)
				next = firmwarePoll
			}
			wait = min(wait, next)
		}
		if err := f.step(ctx, wait); err != nil {
			return err
		}
	}
	return nil
}

// ended says whether the attempt has ended with a Result, or without one.
func (f *firmwareRun) ended() bool {
	over := f.state == lwm2m.FirmwareIdle || f.phase == phaseUpdate && f.state == lwm2m.FirmwareDownloaded
	switch {
	case f.result != lwm2m.FirmwareInitial && f.result != f.base:
		return f.settled()
	case f.left && over && f.result != lwm2m.FirmwareInitial:
		return f.settled()
	case f.left && over:
		return f.settled() && f.server.clock.Now().Sub(f.changed) >= firmwareGrace
	}
	return false
}
