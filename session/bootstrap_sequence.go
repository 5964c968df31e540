package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// BootstrapOptions change a sequence.
type BootstrapOptions struct {
	RequestOptions
	// StopBefore is the stage before which the sequence stops; StageNone: it runs to
	// its end.
	StopBefore BootstrapStage
	// Account is given instead of the one that the bootstrap server has.
	Account *BootstrapAccount
	// Followed is told each step; nil: nobody. The steps are in the log in any case.
	Followed func(*BootstrapStep)
}

// bootstrapSequence is the bootstrap of one device under way.
type bootstrapSequence struct {
	client  *BootstrapClient
	options BootstrapOptions
	account *BootstrapAccount
	report  *BootstrapReport
	placed  []lwm2m.Path // instances that were written
}

// errBroken ends a sequence whose last step says why.
var errBroken = errors.New("the sequence broke off")

// Run runs the sequence on a device, from where it stopped before if it did: it
// discovers what is there, deletes and writes what the account says, looks whether
// it is there, and finishes. A device whose sequence is running already is waited
// for. A step that fails ends the sequence, except for what devices need not have:
// Discover, Delete and the check. The error is that of ctx.
func (b *BootstrapServer) Run(ctx context.Context, c *BootstrapClient, o BootstrapOptions) (*BootstrapReport, error) {
	b.mu.Lock()
	if c.running != nil {
		running := c.running
		b.mu.Unlock()
		select {
		case <-running:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		return c.report, nil
	}
	if c.phase != BootstrapOpen {
		defer b.mu.Unlock()
		return c.ended(), nil
	}
	done := make(chan struct{})
	c.running = done
	s := &bootstrapSequence{client: c, options: o, account: c.account, report: &BootstrapReport{Endpoint: c.name}}
	if o.Account != nil {
		s.account = o.Account
		c.account = o.Account
	}
	stage := c.next
	b.mu.Unlock()
	begun := b.server.clock.Now()
	err := s.run(ctx, stage)
	b.mu.Lock()
	defer b.mu.Unlock()
	s.report.Duration = b.server.clock.Now().Sub(begun)
	if err != nil && c.phase == BootstrapOpen && ctx.Err() == nil {
		c.phase = BootstrapFailed
	}
	s.report.Phase = c.phase
	c.report, c.running = s.report, nil
	close(done)
	return s.report, ctx.Err()
}

// ended is the report of a bootstrap that is over; the lock is held.
func (c *BootstrapClient) ended() *BootstrapReport {
	if c.report != nil {
		return c.report
	}
	r := &BootstrapReport{Endpoint: c.name, Phase: c.phase}
	if c.phase == BootstrapFailed {
		r.Verdict = "the device asked anew"
	}
	return r
}

// run runs the stages that are left.
func (s *bootstrapSequence) run(ctx context.Context, from BootstrapStage) error {
	if s.account == nil {
		return s.fail("no account: nothing says what to write")
	}
	for stage := from; stage <= StageFinish; stage++ {
		s.client.setNext(stage)
		if stage == s.options.StopBefore {
			s.report.Stopped = stage
			s.tell(&BootstrapStep{
				Stage: stage, Operation: StepStopped, Last: true,
				Notes: []string{"before " + stage.String() + "; bootstrap goes on, bs-… commands act by hand; the device waits 247 s at most"},
			})
			return nil
		}
		if err := s.stage(ctx, stage); err != nil {
			return err
		}
	}
	return nil
}

func (s *bootstrapSequence) stage(ctx context.Context, stage BootstrapStage) error {
	switch stage {
	case StageDiscover:
		return s.discover(ctx, stage)
	case StageDelete:
		return s.delete(ctx)
	case StageWrite:
		return s.write(ctx)
	case StageCheck:
		return s.check(ctx)
	default:
		return s.finish(ctx)
	}
}

func (c *BootstrapClient) setNext(stage BootstrapStage) {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.next = stage
}

// fail ends the sequence for a reason that no step has.
func (s *bootstrapSequence) fail(reason string) error {
	s.report.Verdict = reason
	return errBroken
}

// tell shows a step.
func (s *bootstrapSequence) tell(step *BootstrapStep) {
	s.report.Steps = append(s.report.Steps, step)
	s.client.log(step)
	if s.options.Followed != nil {
		s.options.Followed(step)
	}
}

// log puts a step into the log.
func (c *BootstrapClient) log(step *BootstrapStep) {
	server := c.server.server
	server.log.Append(Event{
		Kind: EventBootstrapStep, Time: server.clock.Now(), Endpoint: c.name, Exchange: step.Exchange,
		Step: step, Deviations: step.Deviations,
	})
}

// did makes a step of an operation's outcome and shows it. needed says that the
// sequence cannot go on without. The error ends the sequence.
func (s *bootstrapSequence) did(ctx context.Context, stage BootstrapStage, operation string, p lwm2m.Path, r *Result, err error, needed bool, notes ...string) error {
	step := &BootstrapStep{Stage: stage, Operation: operation, Path: p, Err: err, Notes: notes}
	if r != nil {
		step.Code, step.Err, step.Tree, step.Duration, step.Exchange, step.Deviations = r.Code, r.Err, r.Tree, r.Duration, r.Exchange, r.Deviations
		if r.Code.Class() >= 4 && len(r.Payload) > 0 {
			step.Notes = append(step.Notes, "the device says: "+printable(string(r.Payload)))
		}
	}
	var broken *OperationError
	if errors.As(err, &broken) {
		step.Exchange, step.Err = broken.Exchange, broken.Err
	}
	refused := r != nil && r.Code.Class() >= 4
	fatal := err != nil || needed && refused
	switch {
	case ctx.Err() != nil:
		step.Err = ctx.Err()
	case errors.Is(err, ErrReplaced):
		step.Notes = append(step.Notes, "it asked for a bootstrap again")
	case fatal && operation != "bs-finish":
		step.Notes = append(step.Notes, "the sequence ends here, without a Finish; the device goes back to what it had after 247 s")
	}
	step.Last = fatal || operation == "bs-finish"
	s.tell(step)
	if !fatal {
		return nil
	}
	if err != nil {
		s.report.Verdict = fmt.Sprintf("%s %s: %v", operation, p, step.Err)
	} else {
		s.report.Verdict = fmt.Sprintf("%s %s was answered %s", operation, p, r.Code)
	}
	return errBroken
}

// discover looks what the device has.
func (s *bootstrapSequence) discover(ctx context.Context, stage BootstrapStage) error {
	r, err := BootstrapDiscover(ctx, s.client, lwm2m.Path{}, s.options.RequestOptions)
	var notes []string
	if r != nil && r.Code == Content && stage == StageDiscover {
		notes = s.own()
	}
	if r != nil && r.Code == Content && stage == StageCheck {
		for _, p := range s.placed {
			if !slices.Contains(s.client.snapshot().instances, p) {
				notes = append(notes, p.String()+" was written and is not listed")
			}
		}
	}
	if r != nil && r.Code != Content {
		notes = []string{"where the account of this bootstrap server is stays unknown; /0/0 and /0/1 are left alone"}
	}
	return s.did(ctx, stage, "bs-discover", lwm2m.Path{}, r, err, false, notes...)
}

// own says where the account of the bootstrap server is.
func (s *bootstrapSequence) own() []string {
	d := s.client.snapshot()
	var security []string
	for _, p := range d.kept {
		if p.Object() == securityObject {
			security = append(security, p.String())
		}
	}
	switch len(security) {
	case 0:
		return []string{"no instance of object 0 is without ssid: the device has no account of this bootstrap server"}
	case 1:
		return []string{"the account of this bootstrap server is " + security[0]}
	}
	return []string{"which of " + strings.Join(security, " ") + " is the account of this bootstrap server cannot be seen: each but one should have ssid"}
}

// snapshot is what is known of the device.
func (c *BootstrapClient) snapshot() bootstrapDevice {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	return c.device
}

// delete deletes what the account says. What belongs to the bootstrap server is
// left out; devices keep it in any case.
func (s *bootstrapSequence) delete(ctx context.Context) error {
	for _, p := range s.account.Delete {
		if slices.Contains(s.client.snapshot().kept, p) {
			s.tell(&BootstrapStep{Stage: StageDelete, Operation: StepSkipped, Path: p, Notes: []string{"bs-delete: it is the account of this bootstrap server"}})
			continue
		}
		r, err := BootstrapDelete(ctx, s.client, p, s.options.RequestOptions)
		if err := s.did(ctx, StageDelete, "bs-delete", p, r, err, false); err != nil {
			return err
		}
		if r.Code.IsSuccess() {
			s.client.deleted(p)
		}
	}
	security := slices.DeleteFunc(slices.Clone(s.client.snapshot().kept), func(p lwm2m.Path) bool { return p.Object() != securityObject })
	if len(security) > 1 && len(s.account.Delete) > 0 {
		return s.discover(ctx, StageDelete) // what is left of object 0 is the bootstrap server's
	}
	return nil
}

// deleted takes note of what is gone.
func (c *BootstrapClient) deleted(p lwm2m.Path) {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	kept := c.device.kept
	c.device.instances = slices.DeleteFunc(slices.Clone(c.device.instances), func(in lwm2m.Path) bool {
		return p.Contains(in) && !slices.Contains(kept, in)
	})
}

// write writes the account, one Write for each instance, in places that leave the
// bootstrap server's own alone.
func (s *bootstrapSequence) write(ctx context.Context) error {
	d := s.client.snapshot()
	places := s.account.place(d.keptOrGuessed(), d.instances)
	fill := s.client.placeholders()
	for _, group := range s.account.writes() {
		from := instanceIn(group[0].Path())
		to := places.to(from)
		nodes := make([]lwm2m.Node, len(group))
		for i, n := range group {
			nodes[i] = s.client.typed(places.node(n, fill))
		}
		var notes []string
		if to != from {
			notes = append(notes, fmt.Sprintf("%s of the account; on the device that is the bootstrap server's", from))
		}
		notes = append(notes, suspectKeys(nodes)...)
		r, err := BootstrapWrite(ctx, s.client, to, nodes, WriteOptions{RequestOptions: s.options.RequestOptions})
		if r != nil {
			r.Tree = s.client.written(to, nodes)
		}
		if err := s.did(ctx, StageWrite, "bs-write", to, r, err, true, notes...); err != nil {
			return err
		}
		s.placed = append(s.placed, to)
	}
	return nil
}

// written is what was written as a tree, for those who look on.
func (c *BootstrapClient) written(at lwm2m.Path, nodes []lwm2m.Node) *lwm2m.Tree {
	types := map[lwm2m.Path]lwm2m.Type{}
	for i := range nodes {
		types[nodes[i].Path()] = nodes[i].Value().Type()
	}
	o := formats.Options{At: at, Definitions: c.definitions(), TypeOf: func(p lwm2m.Path) (lwm2m.Type, bool) {
		t, ok := types[p]
		return t, ok
	}}
	body, err := formats.Encode(lwm2m.FormatTLV, nodes, o)
	if err != nil {
		return nil
	}
	tree, _ := formats.Decode(lwm2m.FormatTLV, body, o) // we wrote it
	return tree
}

// finish ends the bootstrap, and explains a refusal.
func (s *bootstrapSequence) finish(ctx context.Context) error {
	r, err := BootstrapFinish(ctx, s.client, s.options.RequestOptions)
	var notes []string
	if r != nil && r.Code == coap.NotAcceptable {
		notes = s.account.Inconsistencies()
		if len(notes) == 0 {
			notes = []string{"the account itself looks consistent: each server of object 0 has its settings in object 1"}
		}
		notes = append([]string{"4.06: the device finds what it has inconsistent"}, notes...)
		notes = append(notes, "correct it by bs-write, and bs-finish again: the device still waits")
	}
	if err := s.did(ctx, StageFinish, "bs-finish", lwm2m.Path{}, r, err, true, notes...); err != nil {
		if r != nil && r.Code == coap.NotAcceptable {
			s.report.Verdict = "the device refused the Finish: 4.06"
			return nil // it can be corrected: the bootstrap stays open
		}
		return err
	}
	return nil
}
