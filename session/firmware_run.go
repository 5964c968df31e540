package session

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"lwcon/lwm2m"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

// firmwareRun follows one update. All of it happens on the goroutine of the
// caller: what goes on beside it, a transfer or a read, posts what came of it.
type firmwareRun struct {
	server   *Server
	endpoint *Endpoint
	path     lwm2m.Path // /5/x
	options  FirmwareOptions
	report   *FirmwareReport
	events   *Reader
	began    time.Time
	phase    string

	state    lwm2m.FirmwareState
	result   lwm2m.FirmwareResult
	base     lwm2m.FirmwareResult // what Result was when the attempt began
	changes  int                  // of State and Result since the phase began
	left     bool                 // the state was another one since the phase began
	quiet    bool                 // nothing is read now
	changed  time.Time            // when State or Result last changed
	moved    time.Time            // when something last got on
	looked   time.Time            // when the last read of both began that was answered
	tried    time.Time            // when the last read of both began
	single   bool                 // the device does not let its instance be read as a whole
	observed map[lwm2m.Path]bool  // what is observed, by whomsoever
	mine     map[uint64]lwm2m.Path
	told     time.Time          // when progress was last told
	stop     context.CancelFunc // of the read that is under way, nil if none is
	reads    int
	work     sync.WaitGroup

	listener *Listener
	local    transport.Local // where the device reaches us

	transferring bool
	transferFrom time.Time

	mu     sync.Mutex
	posted []func()
	wake   context.CancelFunc
}

// The phases of an update.
const (
	phaseReset    = "reset"
	phaseDownload = "download"
	phaseUpdate   = "update"
)

// newFirmwareRun begins a report.
func newFirmwareRun(operation string, e *Endpoint, o FirmwareOptions) *firmwareRun {
	now := e.server.clock.Now()
	p := lwm2m.NewPath(lwm2m.FirmwareObject, o.Instance)
	return &firmwareRun{
		server: e.server, endpoint: e, path: p, options: o, began: now, moved: now,
		events:   e.server.log.Reader(e.server.log.End()),
		observed: map[lwm2m.Path]bool{}, mine: map[uint64]lwm2m.Path{},
		report: &FirmwareReport{
			Operation: operation, Endpoint: e.name, Path: p, Goal: o.Until, Expected: o.Expect,
		},
	}
}

// note records a deviation once.
func (f *firmwareRun) note(rule lwm2m.RuleID, p lwm2m.Path, format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	for i := range f.report.Deviations {
		d := &f.report.Deviations[i]
		if d.Rule == rule && d.Path == p {
			if d.Message != message {
				d.More++
			}
			return
		}
	}
	f.report.Deviations = append(f.report.Deviations, lwm2m.Deviation{Rule: rule, Path: p, Offset: -1, Message: message})
}

// post has something done on the goroutine of the run.
func (f *firmwareRun) post(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.posted = append(f.posted, do)
	if f.wake != nil {
		f.wake()
	}
}

// step waits for what comes next, at most for a time: something posted, or an
// event of the endpoint.
func (f *firmwareRun) step(ctx context.Context, wait time.Duration) error {
	waiting, cancel := context.WithCancel(ctx)
	defer cancel()
	f.mu.Lock()
	posted := f.posted
	f.posted = nil
	if len(posted) == 0 {
		f.wake = cancel
	}
	f.mu.Unlock()
	for _, do := range posted {
		do()
	}
	if len(posted) > 0 {
		return ctx.Err()
	}
	timer := f.server.clock.AfterFunc(max(wait, 0), cancel)
	defer timer.Stop()
	e, lost, err := f.events.Next(waiting)
	f.mu.Lock()
	f.wake = nil
	f.mu.Unlock()
	if lost > 0 {
		f.tried = time.Time{} // something may have passed: look at once
	}
	if err == nil {
		f.take(ctx, &e)
	}
	return ctx.Err()
}

// take takes note of an event.
func (f *firmwareRun) take(ctx context.Context, e *Event) {
	if e.Endpoint != f.endpoint.name || e.Simulated {
		return
	}
	switch e.Kind {
	case EventNotification:
		f.notified(e)
	case EventRegister:
		f.report.Registered = true
		f.changed, f.moved = e.Time, e.Time // what was known is known no more
		f.left = f.left || f.phase == phaseUpdate
		clear(f.observed)
		clear(f.mine)
		f.add(FirmwareStep{Time: e.Time, State: f.state, Result: f.result, How: "register"})
		f.stopReading() // it went to where the device was before
		f.look(ctx, true)
	}
}

// notified takes State and Result out of a notification.
func (f *firmwareRun) notified(e *Event) {
	n := e.Notification
	if n == nil || !f.path.Contains(n.Path) && !n.Path.Contains(f.path) {
		return
	}
	if n.Ended {
		delete(f.observed, n.Path)
	}
	if n.Fresh && n.Response.Tree != nil {
		f.saw(e.Time, valuesOf(n.Response.Tree, f.path), "notification")
	}
}

// firmwareValues are State and Result as far as something said them.
type firmwareValues struct {
	state, result       int64
	hasState, hasResult bool
}

// valuesOf takes State and Result of an instance out of a payload.
func valuesOf(tree *lwm2m.Tree, p lwm2m.Path) (v firmwareValues) {
	if n, ok := numberAt(tree, p.Child(lwm2m.FirmwareStateID)); ok {
		v.state, v.hasState = n, true
	}
	if n, ok := numberAt(tree, p.Child(lwm2m.FirmwareResultID)); ok {
		v.result, v.hasResult = n, true
	}
	return v
}

// numberAt returns an integer of a payload, however it was typed.
func numberAt(tree *lwm2m.Tree, p lwm2m.Path) (int64, bool) {
	n := tree.Find(p)
	if n == nil || !n.HasValue() {
		return 0, false
	}
	v := n.Value()
	i, err := strconv.ParseInt(v.String(), 10, 64)
	return i, err == nil
}

// saw takes note of values, and of what is wrong about them.
func (f *firmwareRun) saw(at time.Time, v firmwareValues, how string) {
	state, result := f.state, f.result
	if v.hasState {
		state = lwm2m.FirmwareState(min(max(v.state, -1), 127))
		if !state.Known() {
			f.note(ruleFirmwareState, f.path.Child(lwm2m.FirmwareStateID), "expected 0 to 3, found %d", v.state)
		}
	}
	if v.hasResult {
		result = lwm2m.FirmwareResult(min(max(v.result, -1), 32767))
		if !result.Known(f.version()) {
			f.note(ruleFirmwareResult, f.path.Child(lwm2m.FirmwareResultID), "expected a result of object 5 %s, found %d", f.version(), v.result)
		}
	}
	if state == f.state && result == f.result {
		return
	}
	f.checkMove(f.state, state, how)
	f.state, f.result = state, result
	if result == lwm2m.FirmwareInitial {
		f.base = result
	}
	f.left = f.left || f.phase == phaseUpdate || state != lwm2m.FirmwareIdle
	f.changed, f.moved = at, at
	f.changes++
	f.add(FirmwareStep{Time: at, State: state, Result: result, How: how})
}

// version is that of the device's object 5.
func (f *firmwareRun) version() lwm2m.Version {
	if g := f.endpoint.Registration(); g != nil {
		return g.ObjectVersion(lwm2m.FirmwareObject)
	}
	return lwm2m.V1_2
}

// checkMove notes where a state follows another one that it cannot follow.
func (f *firmwareRun) checkMove(from, to lwm2m.FirmwareState, how string) {
	p := f.path.Child(lwm2m.FirmwareStateID)
	switch {
	case to == lwm2m.FirmwareDownloading && (from == lwm2m.FirmwareDownloaded || from == lwm2m.FirmwareUpdating):
		f.note(ruleFirmwareBackwards, p, "from %d (%s) to %d (%s)", int(from), from, int(to), to)
	case how != "notification":
	case from == lwm2m.FirmwareIdle && (to == lwm2m.FirmwareDownloaded || to == lwm2m.FirmwareUpdating),
		from == lwm2m.FirmwareDownloading && to == lwm2m.FirmwareUpdating && !f.report.Before.Automatic:
		f.note(ruleFirmwareSkipped, p, "from %d (%s) to %d (%s)", int(from), from, int(to), to)
	}
}

// add adds a step to the report and tells it.
func (f *firmwareRun) add(s FirmwareStep) {
	if len(f.report.Steps) < maxFirmwareSteps {
		f.report.Steps = append(f.report.Steps, s)
	}
	f.tell(s.Time, s.How)
}

// tell tells how the update goes on.
func (f *firmwareRun) tell(at time.Time, how string) {
	if f.options.Followed == nil {
		return
	}
	r := f.report
	p := FirmwareProgress{
		Time: at, Endpoint: f.endpoint.name, Path: f.path, Phase: f.phase,
		State: f.state, Result: f.result, How: how, Octets: r.Octets, Total: r.Total,
	}
	if passed := at.Sub(f.transferFrom).Seconds(); f.transferring && passed > 0 {
		p.Rate = float64(r.Octets-r.From) / passed
		if p.Rate > 0 && r.Total > r.Octets {
			p.Remaining = time.Duration(float64(r.Total-r.Octets) / p.Rate * float64(time.Second))
		}
	}
	f.told = at
	f.options.Followed(p)
}

// got takes note of octets that the device got.
func (f *firmwareRun) got(octets int64) {
	now := f.server.clock.Now()
	f.report.Octets = max(f.report.Octets, octets)
	f.moved = now
	f.report.Transfer = now.Sub(f.transferFrom)
	if now.Sub(f.told) >= progressEvery || octets == f.report.Total {
		f.tell(now, "")
	}
}

// firmwareAnswer is an answer, and where the device reaches us.
type firmwareAnswer struct {
	*Result
	listener *Listener
	local    transport.Local
}

// ask sends the request of an operation.
func (f *firmwareRun) ask(ctx context.Context, op *operation, firstBlock uint32) (*firmwareAnswer, error) {
	x, err := op.exchange(ctx, func(ctx context.Context, with coap.RequestOptions) (*coap.Exchange, error) {
		with.FirstBlock = firstBlock
		return op.listener.coap.Do(ctx, op.peer, op.request, with)
	})
	if err != nil {
		return nil, err
	}
	return &firmwareAnswer{op.result(x), op.listener, x.Local}, nil
}

// heed takes note of an answer to more than a read of State and Result.
func (f *firmwareRun) heed(a *firmwareAnswer) *Result {
	f.listener, f.local, f.report.Exchange = a.listener, a.local, a.Exchange
	for _, d := range a.Deviations {
		if len(f.report.Deviations) < maxFirmwareSteps {
			f.report.Deviations = append(f.report.Deviations, d)
		}
	}
	return a.Result
}

// begin starts a request to a resource of the object; the instance itself for -1.
func (f *firmwareRun) begin(name string, method coap.Code, resource int) (*operation, error) {
	p := f.path
	if resource >= 0 {
		p = p.Child(uint16(resource))
	}
	return begin(name, f.endpoint, method, p, f.request())
}

// request are the options of a request that is none of a transfer.
func (f *firmwareRun) request() RequestOptions {
	o := f.options.RequestOptions
	o.Progress, o.Token, o.MessageID = nil, nil, nil
	o.TypeOf = func(p lwm2m.Path) (lwm2m.Type, bool) {
		switch p.Cut(lwm2m.LevelResource) {
		case f.path.Child(lwm2m.FirmwareStateID), f.path.Child(lwm2m.FirmwareResultID),
			f.path.Child(lwm2m.FirmwareProtocols), f.path.Child(lwm2m.FirmwareDelivery):
			return lwm2m.Integer, true
		}
		return lwm2m.None, false
	}
	return o
}
