package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// UpdateFirmware has a device install the package that it has, and follows it
// over reboot and Register until the Result is there.
//
//	POST /5/x/2
//	2.04
//
// Reports and errors are as those of PushFirmware. Spec: Core 1.1 §E.6.
func UpdateFirmware(ctx context.Context, e *Endpoint, o FirmwareOptions) (*FirmwareReport, error) {
	o.Until = UntilUpdated
	f := newFirmwareRun("firmware update", e, o)
	ready, err := f.prepare(ctx, false)
	if err != nil {
		return nil, err
	}
	if !ready {
		return f.finish(ctx), nil
	}
	return f.update(ctx)
}

// update executes Update, unless the device has begun by itself, and follows
// it.
func (f *firmwareRun) update(ctx context.Context) (*FirmwareReport, error) {
	state := f.state
	f.phase, f.left, f.changes, f.base = phaseUpdate, state == lwm2m.FirmwareUpdating, 0, f.result
	f.tell(f.server.clock.Now(), false)
	if state != lwm2m.FirmwareUpdating {
		r, err := f.execute(ctx)
		switch {
		case err != nil:
			f.report.Verdict = err.Error()
			return f.finish(ctx), err
		case r != nil && f.refused(r, f.executeRefusal(state)):
			if state == lwm2m.FirmwareDownloaded {
				f.note(ruleFirmwareExecute, r.Path, "%s in state 2", r.Code)
			}
			_ = f.lookNow(ctx) // the verdict stands without it
			return f.conclude(ctx)
		case r != nil && state != lwm2m.FirmwareDownloaded:
			f.note(ruleFirmwareUpdated, r.Path, "%s in state %d", r.Code, int(state))
		}
	}
	limit := f.options.UpdateTimeout
	if limit == 0 {
		limit = defaultUpdateLimit
	}
	if err := f.until(ctx, limit, 0, "the result of the update", f.ended); err != nil {
		f.report.Verdict = err.Error()
		f.report.Reached = f.options.Expect != nil && f.met(false)
		return f.finish(ctx), err
	}
	return f.conclude(ctx)
}

// executeRefusal explains the refusal of Update.
func (f *firmwareRun) executeRefusal(state lwm2m.FirmwareState) string {
	if state != lwm2m.FirmwareDownloaded {
		return fmt.Sprintf("there is no package to install, the state is %d (%s)", int(state), state)
	}
	return ""
}

// execute sends the Execute while it follows State and Result: a device that
// reboots at once may never answer. The result is nil where it did not.
func (f *firmwareRun) execute(ctx context.Context) (*Result, error) {
	op, err := f.begin("execute", coap.POST, lwm2m.FirmwareUpdate)
	if err != nil {
		return nil, err
	}
	sending, cancel := context.WithCancel(ctx)
	defer cancel()
	var answer *firmwareAnswer
	var failure error
	over := false
	f.stopReading()
	f.work.Go(func() {
		a, err := f.ask(sending, op, 0)
		f.post(func() { answer, failure, over = a, err, true })
	})
	f.quiet = true
	for !over && !f.left && ctx.Err() == nil {
		if err := f.step(ctx, time.Hour); err != nil {
			break
		}
	}
	f.quiet = false
	cancel()
	f.work.Wait()
	if err := f.step(ctx, 0); err != nil { // what was posted last
		return nil, err
	}
	switch {
	case answer != nil:
		return f.heed(answer), nil
	case f.left || errors.Is(failure, context.Canceled):
		return nil, ctx.Err()
	}
	return nil, failure
}

// verdict is the Result in words.
func (f *firmwareRun) verdict() string {
	return fmt.Sprintf("result %d, %s: %s", int(f.result), f.result, f.result.Meaning())
}

// conclude judges how the attempt ended and completes the report.
func (f *firmwareRun) conclude(ctx context.Context) (*FirmwareReport, error) {
	r := f.report
	f.checkEnd()
	success := f.result == lwm2m.FirmwareSuccess && f.state == lwm2m.FirmwareIdle && f.phase == phaseUpdate
	if success {
		r.After.Version = f.version3(ctx)
		if r.After.Version != "" && r.After.Version == r.Before.Version {
			f.note(ruleFirmwareVersion, lwm2m.NewPath(3, 0, 3), "it is still %q", r.After.Version)
		}
	}
	goal := success
	if f.options.Until == UntilDownloaded && f.phase == phaseDownload {
		goal = r.Refusal == nil && f.state == lwm2m.FirmwareDownloaded && !f.result.Failed()
	}
	r.Reached = f.met(goal)
	if r.Verdict == "" {
		r.Verdict = fmt.Sprintf("state %d, %s; %s", int(f.state), f.state, f.verdict())
		if f.result == lwm2m.FirmwareInitial && !goal {
			r.Verdict = fmt.Sprintf("state %d, %s, and result 0: the device does not tell how the attempt ended", int(f.state), f.state)
		} else if goal && f.state == lwm2m.FirmwareDownloaded {
			r.Verdict = "state 2, downloaded: " + f.state.Meaning()
		}
	}
	if e := f.options.Expect; e != nil && !r.Reached {
		r.Verdict = fmt.Sprintf("expected result %d (%s), found %d (%s); %s", int(*e), *e, int(f.result), f.result, r.Verdict)
	}
	return f.finish(ctx), ctx.Err()
}

// checkEnd notes where State and Result at the end do not go together.
func (f *firmwareRun) checkEnd() {
	p := f.path.Child(lwm2m.FirmwareStateID)
	kept := f.result == lwm2m.FirmwareUpdateFailed && f.state == lwm2m.FirmwareDownloaded
	switch {
	case f.result.Failed() && f.state != lwm2m.FirmwareIdle && !kept && f.changes > 0:
		f.note(ruleFirmwareAfter, p, "expected 0 with result %d, found %d", int(f.result), int(f.state))
	case f.left && f.state == lwm2m.FirmwareIdle && f.result == lwm2m.FirmwareInitial && f.report.Refusal == nil:
		f.note(ruleFirmwareNoResult, f.path.Child(lwm2m.FirmwareResultID), "after the %s state is 0 and result 0", f.phase)
	}
}
