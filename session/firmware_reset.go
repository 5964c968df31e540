package session

import (
	"context"
	"fmt"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// ResetFirmware sets the state machine of a device back to Idle.
//
//	PUT /5/x/1, ""
//	PUT /5/x/0, one NUL octet    where the first is refused or leads to nothing
//	2.04
//
// Spec: Core 1.1 §E.6.
func ResetFirmware(ctx context.Context, e *Endpoint, o FirmwareOptions) (*FirmwareReport, error) {
	f := newFirmwareRun("firmware reset", e, o)
	if err := f.status(ctx, &f.report.Before); err != nil {
		return nil, err
	}
	if f.report.Refusal != nil {
		return f.finish(ctx), nil
	}
	if err := f.reset(ctx); err != nil {
		return f.finish(ctx), err
	}
	return f.finish(ctx), nil
}

// reset starts over, and looks whether it did.
func (f *firmwareRun) reset(ctx context.Context) error {
	f.phase = phaseReset
	defer func() { f.phase = "" }()
	f.tell(f.server.clock.Now(), false)
	for i, way := range [...]struct {
		resource int
		format   lwm2m.ContentFormat
		body     string
	}{
		{lwm2m.FirmwarePackageURI, lwm2m.FormatText, ""},
		{lwm2m.FirmwarePackage, lwm2m.FormatOpaque, "\x00"},
	} {
		op, err := f.begin("write", coap.PUT, way.resource)
		if err != nil {
			return err
		}
		op.carrying(way.format, []byte(way.body))
		a, err := f.ask(ctx, op, 0)
		if err != nil {
			return err
		}
		r := f.heed(a)
		if !f.refused(r, "") {
			if f.report.Refusal = nil; f.lookNow(ctx) != nil {
				return ctx.Err()
			}
			if f.state == lwm2m.FirmwareIdle && f.result == lwm2m.FirmwareInitial {
				f.report.Refusal = nil
				f.report.Reached, f.report.Verdict = f.met(true), "state 0 and result 0"
				return nil
			}
			f.note(ruleFirmwareReset, op.path, "after %s state is %d and result %d, expected 0 and 0", r.Code, int(f.state), int(f.result))
		} else if i == 0 {
			f.note(ruleFirmwareResetURI, op.path, `"" was refused with %s`, r.Code)
		}
	}
	if f.report.Refusal == nil {
		f.report.Verdict = fmt.Sprintf("the reset was answered with success, but state is %d and result %d", int(f.state), int(f.result))
	}
	return nil
}

// lookNow reads State and Result and waits for them.
func (f *firmwareRun) lookNow(ctx context.Context) error {
	began := f.server.clock.Now()
	r := f.read(ctx, f.single)
	f.tried = began
	if r.err != nil {
		return r.err
	}
	f.looked = began
	f.found(r)
	return nil
}

// prepare reads how the device stands and sets it back to Idle where it does not
// stand there, unless it is to go on. False: there is nothing to go on with.
func (f *firmwareRun) prepare(ctx context.Context, reset bool) (ready bool, err error) {
	if err := f.status(ctx, &f.report.Before); err != nil {
		return false, err
	}
	switch {
	case f.report.Refusal != nil:
		return false, nil
	case f.state == lwm2m.FirmwareUpdating && reset:
		f.report.Verdict = "the device is installing a package: state 3 (updating)"
		return false, nil
	case reset && (f.state != lwm2m.FirmwareIdle || f.result != lwm2m.FirmwareInitial):
		if err := f.reset(ctx); err != nil {
			return false, err
		}
		f.report.Refusal, f.report.Reached, f.report.Verdict = nil, false, ""
	}
	for p, number := range f.observe(ctx) {
		f.observed[p] = true
		if number != 0 {
			f.mine[number] = p
		}
	}
	f.base, f.left, f.changes = f.result, false, 0
	return true, ctx.Err()
}
