package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// FirmwarePushOptions change a push.
type FirmwarePushOptions struct {
	FirmwareOptions
	// BlockSize in octets, a power of two from 16 to 1024; 0: that of the link.
	BlockSize int
	// FirstBlock is the block to begin with, in units of the block size: a push that
	// broke off goes on there. Without the beginning the device answers 4.08, and
	// gets all of it.
	FirstBlock uint32
}

// ErrNoPackage: there is nothing to push; an empty Package is a reset.
var ErrNoPackage = errors.New("the package is empty")

// PushFirmware writes a package to a device and follows what becomes of it.
//
//	PUT /5/x/0, Content-Format 42, Block1, Size1
//	2.31 …, 2.04
//	POST /5/x/2    UntilUpdated, once State is 2
//
// A device that refuses, or ends with another Result, is a report; an error is a
// device that does not answer or does not get on, with the report so far.
// Spec: Core 1.1 §E.6.
func PushFirmware(ctx context.Context, e *Endpoint, image []byte, o FirmwarePushOptions) (*FirmwareReport, error) {
	if o.BlockSize > 0 {
		o.Parameters.BlockSize = o.BlockSize
	}
	f := newFirmwareRun("firmware push", e, o.FirmwareOptions)
	if len(image) == 0 {
		return nil, fmt.Errorf("firmware push %s: %w", f.path, ErrNoPackage)
	}
	ready, err := f.prepare(ctx, o.FirstBlock == 0)
	if err != nil {
		return nil, err
	}
	if !ready {
		return f.finish(ctx), nil
	}
	f.report.Total = int64(len(image))
	r, err := f.transfer(ctx, image, o.FirstBlock)
	switch {
	case err != nil:
		return f.broken(ctx, err)
	case r != nil && !f.took(ctx, r):
		return f.conclude(ctx)
	}
	return f.downloaded(ctx, defaultStandstill)
}

// transfer sends the package while it follows State and Result. The answer is
// nil where the device ended the attempt meanwhile.
func (f *firmwareRun) transfer(ctx context.Context, image []byte, first uint32) (*Result, error) {
	f.beginDownload()
	op, err := f.begin("write", coap.PUT, lwm2m.FirmwarePackage)
	if err != nil {
		return nil, err
	}
	op.carrying(lwm2m.FormatOpaque, image)
	op.options.Progress = func(done, _ int) { f.post(func() { f.got(int64(done)) }) }
	sending, cancel := context.WithCancel(ctx)
	defer cancel()
	var answer *firmwareAnswer
	var failure error
	over := false
	f.transferring, f.quiet = true, true
	f.work.Go(func() {
		a, err := f.ask(sending, op, first)
		f.post(func() { answer, failure, over = a, err, true })
	})
	err = f.until(ctx, f.options.DownloadTimeout, max(defaultStandstill, f.patience()), "the end of the transfer", func() bool {
		// a device that has given up may still say why in its answer
		return over || f.result.Failed() && f.result != f.base && f.state == lwm2m.FirmwareIdle &&
			f.server.clock.Now().Sub(f.changed) >= firmwareGrace
	})
	f.transferring, f.quiet = false, false
	if over {
		if failure == nil {
			return f.heed(answer), nil
		}
		return nil, failure
	}
	cancel()
	f.work.Wait()
	return nil, err
}

// patience is how long one block may go unanswered.
func (f *firmwareRun) patience() (d time.Duration) {
	if d = f.options.Timeout; d == 0 {
		d = 2 * f.options.Parameters.TransmitWait()
	}
	return d
}

// took judges the answer to the last block, or to the one that was refused.
func (f *firmwareRun) took(ctx context.Context, r *Result) bool {
	switch {
	case f.refused(r, f.pushRefusal(r)):
		if f.lookNow(ctx) == nil && f.result != lwm2m.FirmwareInitial {
			f.report.Verdict += "; " + f.verdict()
		}
		return false
	case r.Code != Changed:
		f.note(ruleFirmwareAnswer, r.Path, "the last block was answered with %s", r.Code)
	}
	f.report.Octets = f.report.Total
	return true
}

// pushRefusal explains the refusal of a package.
func (f *firmwareRun) pushRefusal(r *Result) string {
	before := &f.report.Before
	switch {
	case r.Code == coap.RequestEntityTooLarge && r.Size1 > 0:
		return fmt.Sprintf("the package has %d octets, the device takes %d", f.report.Total, r.Size1)
	case r.Code == coap.RequestEntityTooLarge:
		f.note(ruleFirmwareLimit, r.Path, "4.13 without Size1")
	case before.HasDelivery && before.Delivery == lwm2m.FirmwarePullOnly:
		return "the delivery method of the device is pull only (/5/x/9 = 0)"
	case before.HasDelivery && r.Code == MethodNotAllowed && f.state == lwm2m.FirmwareIdle:
		f.note(ruleFirmwareDelivery, f.path.Child(lwm2m.FirmwareDelivery), "the delivery method is %s, and a push is refused with %s", before.Delivery, r.Code)
	}
	return ""
}

// beginDownload begins the phase of the download.
func (f *firmwareRun) beginDownload() {
	now := f.server.clock.Now()
	f.phase, f.left, f.changes, f.base = phaseDownload, false, 0, f.result
	f.transferFrom, f.moved = now, now
	f.tell(now, false)
}

// broken is a push that broke off: the report says where it can go on.
func (f *firmwareRun) broken(ctx context.Context, err error) (*FirmwareReport, error) {
	size := int64(f.options.Parameters.BlockSize)
	if size == 0 {
		size = coap.DefaultBlockSize
	}
	var block *coap.BlockError
	if errors.As(err, &block) { // what went out last was not taken
		f.report.Octets = min(f.report.Octets, int64(block.Offset))
	}
	f.report.ResumeAt = uint32(f.report.Octets / size)
	f.report.Verdict = fmt.Sprintf("the transfer broke off after %d of %d octets: %v", f.report.Octets, f.report.Total, err)
	if block != nil && f.lookNow(ctx) == nil && f.result != lwm2m.FirmwareInitial {
		f.report.Verdict += "; " + f.verdict()
	}
	f.report.Reached = f.options.Expect != nil && f.met(false)
	if f.report.Reached {
		return f.finish(ctx), nil
	}
	return f.finish(ctx), err
}

// downloaded follows the device until it has taken or refused the package, and
// goes on with the update if that is the goal.
func (f *firmwareRun) downloaded(ctx context.Context, standstill time.Duration) (*FirmwareReport, error) {
	err := f.until(ctx, f.options.DownloadTimeout, standstill, "state 2 (downloaded)", func() bool {
		there := f.state == lwm2m.FirmwareDownloaded || f.state == lwm2m.FirmwareUpdating
		return there && f.settled() || f.ended()
	})
	switch {
	case err != nil:
		f.report.Verdict = err.Error()
		f.report.Reached = f.options.Expect != nil && f.met(false)
		return f.finish(ctx), err
	case f.options.Until == UntilDownloaded && f.state != lwm2m.FirmwareUpdating,
		f.state != lwm2m.FirmwareDownloaded && f.state != lwm2m.FirmwareUpdating:
		return f.conclude(ctx)
	}
	return f.update(ctx)
}
