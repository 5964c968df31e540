package scenarios

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"lwcon/commands"
	"lwcon/scenarios/report"
	"lwcon/session"
)

// Reasons for what was not tried.
const (
	reasonAborted = "aborted"
	reasonEarlier = "an earlier step did not pass"
)

// trial is one run of one scenario with one case on one device.
type trial struct {
	runner *Runner
	job    job
	env    *commands.Env // its own
	emit   commands.Emit

	variables     map[string]any // of vars, cases and captures
	last          map[string]any // ${last}
	subscriptions map[string]*subscription
	target        string // the device: a pattern, its name once it is known
	required      bool   // requires was checked

	done    report.Scenario
	number  int    // of the step, over all parts
	began   bool   // a step was tried
	skipped int    // steps of the part steps that were skipped by their when
	ended   string // why the steps that follow are not tried, "" if they are
	emitted error  // why nothing can be emitted any more
}

// subscription is an observation with a name, and the place from which a wait
// for it counts.
type subscription struct {
	path   string
	cursor commands.Cursor
}

// run runs the scenario. Its verdict is in t.done.
func (t *trial) run(ctx context.Context) {
	s := t.job.scenario
	started := t.runner.clock.Now()
	if ctx.Err() != nil {
		t.end(report.Skip, reasonAborted)
	}
	stop := t.prepare(ctx)
	t.part(ctx, report.Setup, s.Setup)
	t.part(ctx, report.Steps, s.Steps)
	t.teardown(ctx)
	if stop != nil {
		ending, cancel := t.outliving(ctx)
		if err := stop(ending); err != nil {
			t.note("simulated device: " + commands.Classify(err).Message)
		}
		cancel()
	}
	t.conclude(len(s.Steps))
	t.done.Duration = t.runner.clock.Now().Sub(started)
	t.tell(t.done)
}

// prepare sets the variables and starts the simulated device. It returns what
// stops that, nil if there is none.
func (t *trial) prepare(ctx context.Context) (stop func(context.Context) error) {
	if t.ended != "" {
		return nil
	}
	if err := t.setVariables(); err != nil {
		t.end(report.Inconclusive, err.Error())
		return nil
	}
	if !t.runner.config.Simulate {
		return nil
	}
	profile := t.job.scenario.Simulate
	if profile == "" {
		t.end(report.Skip, "names no profile to simulate")
		return nil
	}
	if strings.ContainsAny(profile, `/\`) || filepath.Ext(profile) != "" {
		profile = filepath.Join(t.job.scenario.Directory, profile)
	}
	simulated, err := t.runner.config.Start(ctx, t.env, profile)
	if err != nil {
		t.end(report.Inconclusive, "simulate "+profile+": "+commands.Classify(err).Message)
		return nil
	}
	t.target = simulated.Endpoint
	return simulated.Stop
}

// setVariables gives vars and the case their values, in their order. Those that
// lwcon.yaml has for the device stand above those of the scenario, those of the
// case above both, those of the command line above all.
func (t *trial) setVariables() error {
	own := t.deviceVars()
	for i, list := range [][]variable{t.job.scenario.vars, t.job.c.vars} {
		for _, v := range list {
			text, err := v.value.expand(t.values())
			if err != nil {
				return fmt.Errorf("variable %s: %w", v.name, err)
			}
			if given, ok := own[v.name]; ok && i == 0 {
				text = given
			}
			if given, ok := t.runner.config.Vars[v.name]; ok {
				text = given
			}
			t.variables[v.name] = text
		}
	}
	return nil
}

// values is what expressions see now.
func (t *trial) values() map[string]any {
	all := make(map[string]any, len(t.variables)+4)
	for name, v := range t.variables {
		all[name] = v
	}
	all["server"] = map[string]any{"ssid": int(t.runner.config.ShortServerID)}
	all["last"] = t.last
	all["registration"] = map[string]any{}
	g := t.registration()
	all["endpoint"] = t.target
	if g != nil {
		event := commands.Happened{Event: session.Event{Kind: session.EventRegister, Time: g.Registered, Endpoint: g.Endpoint, Registration: g, Exchange: g.Exchange}}
		if f, err := factOf(event); err == nil {
			all["registration"] = f.variables()
		}
	}
	return all
}

// registration is that of the device, nil if it is not there. Once it was there,
// the trial stays with it: another device that registers is none of its business.
func (t *trial) registration() *session.Registration {
	if t.env.Sessions == nil {
		return nil
	}
	e, err := t.env.Sessions.Server().Find(t.target)
	if err != nil {
		return nil
	}
	g := e.Registration()
	if g != nil {
		t.target, t.done.Endpoint = e.Name(), e.Name()
	}
	return g
}

// deviceVars gives the variables that lwcon.yaml has for the device, if it has the
// device, their values.
func (t *trial) deviceVars() map[string]string {
	if t.env.Sessions == nil || t.target == "" {
		return nil
	}
	return t.env.Sessions.Credentials().Vars(t.target)
}

// requirements holds the device against what the scenario requires, as soon as
// there is one.
func (t *trial) requirements() {
	if t.required || t.ended != "" {
		return
	}
	g := t.registration()
	if g == nil {
		return
	}
	t.required = true
	if len(t.deviceVars()) > 0 { // who it is was not known before
		if err := t.setVariables(); err != nil {
			t.end(report.Inconclusive, err.Error())
			return
		}
	}
	if missing := t.job.scenario.Requires.Missing(g); missing != "" {
		t.end(report.Skip, missing)
	}
}

// part runs the steps of setup or steps until one of them ends the trial.
func (t *trial) part(ctx context.Context, part report.Part, steps []*Step) {
	for _, s := range steps {
		t.requirements()
		if t.ended == "" && ctx.Err() != nil {
			t.end(report.Skip, reasonAborted)
		}
		o := t.outcome(s, part)
		if t.ended != "" {
			o.Verdict, o.Reason = report.Skip, t.ended
		} else {
			t.step(ctx, s, &o)
		}
		t.take(s, &o)
	}
	t.requirements()
}

// teardown runs the steps of teardown: each of them, whatever the others gave,
// even where ctx is over. Where no step was tried there is nothing to undo.
func (t *trial) teardown(ctx context.Context) {
	ending, cancel := t.outliving(ctx)
	defer cancel()
	if ctx.Err() != nil {
		t.env.Wait = 0 // somebody wants it to end: a device that is gone stays gone
	}
	for _, s := range t.job.scenario.Teardown {
		o := t.outcome(s, report.Teardown)
		switch {
		case !t.began:
			o.Verdict, o.Reason = report.Skip, t.ended
		case ending.Err() != nil:
			o.Verdict, o.Reason = report.Skip, reasonAborted
		default:
			t.step(ending, s, &o)
		}
		t.take(s, &o)
	}
}

// outliving is a context that goes on for a while once ctx is over.
func (t *trial) outliving(ctx context.Context) (context.Context, context.CancelFunc) {
	ending, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		t.runner.clock.AfterFunc(teardownTime, cancel)
	})
	return ending, func() {
		stop()
		cancel()
	}
}

// outcome begins the report of a step.
func (t *trial) outcome(s *Step, part report.Part) report.Step {
	t.number++
	o := report.Step{
		Scenario: t.done.ID, File: t.job.scenario.File, Number: t.number, Part: part,
		Line: s.Line, Column: s.Column, Do: t.job.scenario.table.Discreet(s.source()),
	}
	if t.number == 1 {
		o.Header = t.done.ID + ": " + t.done.Title
	}
	return o
}

// take makes the verdict of a step count for the scenario, and tells it.
func (t *trial) take(s *Step, o *report.Step) {
	weigh(s, o)
	t.done.Steps++
	switch o.Verdict {
	case report.Skip:
		t.done.Skipped++
	case report.Fail:
		t.done.Failed++
	case report.Inconclusive:
		t.done.Inconclusive++
	default:
		t.done.Passed++
	}
	t.judge(o)
	t.tell(*o)
}

// weigh is what a step that did not pass means where it stands: its severity says
// so, else a teardown only gives a note, and a setup is what the scenario needs.
func weigh(s *Step, o *report.Step) {
	if o.Verdict != report.Fail && o.Verdict != report.Inconclusive {
		return
	}
	switch {
	case s.Severity == SeverityFail:
		o.Verdict = report.Fail
	case s.Severity == SeverityNote, s.Severity == "" && o.Part == report.Teardown:
		o.Verdict = report.PassWithNote
	case s.Severity == SeverityInconclusive, o.Part == report.Setup:
		o.Verdict = report.Inconclusive
	}
}

// judge draws the conclusion for the scenario.
func (t *trial) judge(o *report.Step) {
	where := fmt.Sprintf("step %d at line %d: ", o.Number, o.Line)
	switch o.Verdict {
	case report.Skip:
		if o.Part == report.Steps && t.ended == "" {
			t.skipped++
		}
	case report.PassWithNote:
		if len(o.Failures) > 0 || o.Reason != "" {
			t.note(where + summary(o))
		}
		for _, d := range o.Deviations {
			t.note(where + "deviation " + d)
		}
	case report.Fail, report.Inconclusive:
		if t.ended == "" || o.Verdict == report.Fail && t.done.Verdict != report.Fail {
			t.end(o.Verdict, where+summary(o))
		}
	}
}

// summary is the first thing that is wrong with a step.
func summary(o *report.Step) string {
	switch {
	case o.Reason != "":
		return o.Reason
	case len(o.Failures) > 0:
		return o.Failures[0].String()
	}
	return string(o.Verdict)
}

// end ends the trial but for its teardown.
func (t *trial) end(v report.Verdict, reason string) {
	t.done.Verdict, t.done.Reason = v, reason
	t.ended = reasonEarlier
	if v == report.Skip {
		t.ended = reason
	}
}

// maxNotes is how many notes a scenario's outcome lists.
const maxNotes = 100

// note keeps something that does not take a pass away.
func (t *trial) note(text string) {
	if len(t.done.Notes) < maxNotes {
		t.done.Notes = append(t.done.Notes, text)
	}
}

// conclude gives the scenario its verdict if no step did.
func (t *trial) conclude(steps int) {
	switch {
	case t.done.Verdict != "":
	case t.skipped == steps:
		t.done.Verdict, t.done.Reason = report.Skip, "every step was skipped"
	case len(t.done.Notes) > 0:
		t.done.Verdict = report.PassWithNote
	default:
		t.done.Verdict = report.Pass
	}
}

// tell emits an outcome.
func (t *trial) tell(e commands.Event) {
	if t.emitted == nil && t.emit != nil {
		t.emitted = t.emit(e)
	}
}

// pause waits, or until ctx is over.
func (t *trial) pause(ctx context.Context, d time.Duration) {
	timer := t.runner.clock.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C():
	case <-ctx.Done():
	}
}
