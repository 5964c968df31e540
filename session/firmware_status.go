package session

import (
	"context"
	"fmt"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// ReadFirmware reads what a device says of its firmware object. A refusal is in
// the report. Spec: Core 1.1 §E.6.
func ReadFirmware(ctx context.Context, e *Endpoint, o FirmwareOptions) (*FirmwareReport, error) {
	f := newFirmwareRun("firmware status", e, o)
	if err := f.status(ctx, &f.report.Before); err != nil {
		return nil, err
	}
	if f.report.Refusal == nil {
		f.report.Reached = f.met(true)
		f.report.Verdict = fmt.Sprintf("state %d, %s: %s; result %d, %s: %s",
			int(f.state), f.state, f.state.Meaning(), int(f.result), f.result, f.result.Meaning())
	}
	return f.finish(ctx), nil
}

// met says whether what is expected was found: the expected Result, else the
// goal.
func (f *firmwareRun) met(goal bool) bool {
	if f.options.Expect != nil {
		return f.result == *f.options.Expect
	}
	return goal
}

// status reads all of the object that is not the package, and the version of the
// firmware.
func (f *firmwareRun) status(ctx context.Context, into *FirmwareStatus) error {
	began := f.server.clock.Now()
	r := f.read(ctx, f.single)
	if r.err != nil {
		return r.err
	}
	f.looked, f.tried, f.single = began, began, r.single
	answer := f.heed(r.answer)
	if !r.values.hasState || !r.values.hasResult {
		f.refused(answer, "")
		if f.report.Refusal == nil {
			f.report.Refusal = answer
			f.report.Verdict = fmt.Sprintf("%s: State and Update Result cannot be read", f.path)
		}
		return nil
	}
	f.state, f.result = lwm2m.FirmwareState(r.values.state), lwm2m.FirmwareResult(r.values.result)
	f.changed, f.left = began, false
	f.base = f.result
	f.checkBoth(r)
	*into = FirmwareStatus{State: f.state, Result: f.result}
	if r.tree != nil {
		into.take(r.tree, f.path)
	}
	into.Version = f.version3(ctx)
	return nil
}

// take takes the descriptive resources out of the instance.
func (s *FirmwareStatus) take(tree *lwm2m.Tree, p lwm2m.Path) {
	for i := range tree.Nodes {
		n := &tree.Nodes[i]
		q := n.Path()
		if !n.HasValue() || !p.Contains(q) {
			continue
		}
		switch v := n.Value(); q.Resource() {
		case lwm2m.FirmwarePackageURI:
			s.URI = v.String()
		case lwm2m.FirmwarePkgName:
			s.PkgName = v.String()
		case lwm2m.FirmwarePkgVersion:
			s.PkgVersion = v.String()
		case lwm2m.FirmwareProtocols:
			if protocol, ok := numberAt(tree, q); ok {
				s.Protocols = append(s.Protocols, protocol)
			}
		case lwm2m.FirmwareDelivery:
			method, ok := numberAt(tree, q)
			s.Delivery, s.HasDelivery = lwm2m.FirmwareDeliveryMethod(method), ok
		case lwm2m.FirmwareAutomatic:
			s.Automatic = v.Bool()
		}
	}
}

// version3 reads the version of the firmware, /3/0/3; "" where it can't be.
func (f *firmwareRun) version3(ctx context.Context) string {
	op, err := begin("read", f.endpoint, coap.GET, lwm2m.NewPath(3, 0, 3), f.request())
	if err != nil {
		return ""
	}
	a, err := f.ask(ctx, op, 0)
	if err != nil || a.Tree == nil {
		return ""
	}
	if n := a.Tree.Find(op.path); n != nil && n.HasValue() {
		return n.Value().String()
	}
	return ""
}

// refused takes note of an answer that is an error, and explains it. what is a
// reason of this request in particular, "" if there is none.
func (f *firmwareRun) refused(r *Result, what string) bool {
	if r.Code.IsSuccess() {
		return false
	}
	f.report.Refusal = r
	reason := what
	if reason == "" {
		reason = refusalOf(r.Code)
	}
	f.report.Verdict = fmt.Sprintf("%s %s was refused with %s", r.Operation, r.Path, r.Code)
	if reason != "" {
		f.report.Verdict += ": " + reason
	}
	if text := printable(string(r.Payload)); text != "" {
		f.report.Verdict += fmt.Sprintf(" (the device says %q)", text)
	}
	return true
}

// refusalOf says what a refusal of a request to object 5 usually means.
func refusalOf(code Code) string {
	switch code {
	case BadRequest:
		return "the device cannot read the value, or another attempt is under way"
	case Unauthorized:
		return "this server has no right to it"
	case NotFound:
		return "the device has no such instance or resource; does it register object 5?"
	case MethodNotAllowed:
		return "the state does not allow it, or the device does not take packages in this way"
	case coap.RequestEntityIncomplete:
		return "the device lost track of the blocks"
	case coap.RequestEntityTooLarge:
		return "the package is too long for the device"
	case coap.UnsupportedContentFormat:
		return "the device wants the package in another content format"
	case InternalServerError:
		return "the device failed; State and Update Result may tell why"
	case coap.ServiceUnavailable:
		return "the device is busy; try again later"
	}
	return ""
}

// finish completes the report: nothing of the run goes on.
func (f *firmwareRun) finish(ctx context.Context) *FirmwareReport {
	f.stopReading()
	f.work.Wait()
	f.unobserve(ctx, f.state != lwm2m.FirmwareUpdating)
	r := f.report
	r.Duration = f.server.clock.Now().Sub(f.began)
	if r.After.Version == "" {
		r.After.Version = r.Before.Version
	}
	after := r.After
	r.After = r.Before
	r.After.State, r.After.Result, r.After.Version = f.state, f.result, after.Version
	if after.PkgVersion != "" || after.PkgName != "" {
		r.After.PkgName, r.After.PkgVersion = after.PkgName, after.PkgVersion
	}
	return r
}
