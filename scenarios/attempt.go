package scenarios

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lwcon/commands"
	"lwcon/scenarios/report"
)

// attempt is one try of a step's command, and what it gave.
type attempt struct {
	result *fact   // nil if there is none
	events []*fact // emitted, or of a wait's result
	err    error   // of the command, or of what had to be put in
	ours   bool    // err is one of the scenario: nothing was sent
	event  bool    // it waited for an event, which the device failed to give in time
}

// subjects are what an expectation is held against: the events that a wait
// counted, else the result, else what was emitted.
func (a *attempt) subjects(command string) []*fact {
	switch {
	case len(a.events) > 0 && (a.result == nil || command == "wait"):
		return a.events
	case a.result != nil:
		return []*fact{a.result}
	}
	return a.events
}

// states are what a wait can be for that is no event: a device that does not come
// or wake leaves the scenario without an answer.
func states() []string { return []string{"registered", "asleep", "awake"} }

// step tries a step and fills in its outcome.
func (t *trial) step(ctx context.Context, s *Step, o *report.Step) {
	started := t.runner.clock.Now()
	defer func() { o.Duration = t.runner.clock.Now().Sub(started) }()
	if s.name != nil {
		o.Name, _ = s.name.expand(t.values()) // a name without its variable is no name
	}
	if s.when != nil {
		holds, err := s.when.holds(t.values())
		if err != nil {
			t.impossible(o, fmt.Errorf("when: %w", err))
			return
		}
		if !holds {
			o.Verdict, o.Reason = report.Skip, "when: ${"+s.when.source+"} is false"
			return
		}
	}
	t.began = true
	a, ok := t.repeat(ctx, s, o)
	if ctx.Err() != nil && a.err != nil {
		o.Verdict, o.Reason = report.Skip, reasonAborted
		t.end(report.Skip, reasonAborted)
		return
	}
	t.settle(s, o, a)
	if !ok && o.Verdict.Passed() {
		o.Verdict = report.Fail
		o.Failures = append(o.Failures, report.Failure{
			Line: s.until.at.Line, Column: s.until.at.Column,
			Expected: "${" + s.until.source + "} in time", Found: fmt.Sprintf("false after %d attempts", o.Attempts), Exchange: o.Exchange,
		})
	}
	if o.Verdict.Passed() {
		t.capture(s, o, a)
	}
}

// impossible is the outcome of a step that could not be tried.
func (t *trial) impossible(o *report.Step, err error) {
	o.Verdict, o.Reason = report.Inconclusive, err.Error()
	if o.Part == report.Teardown {
		o.Verdict = report.Skip // nothing to undo: what it needs was never there
	}
}

// repeat tries the step once or, with `until`, again and again until that holds;
// ok is false if it never did.
func (t *trial) repeat(ctx context.Context, s *Step, o *report.Step) (a *attempt, ok bool) {
	if s.until == nil {
		return t.try(ctx, s, o, 0), true
	}
	limit := DefaultPatience
	if s.timeout != nil {
		text, err := s.timeout.expand(t.values())
		d, good := parseDuration(text)
		switch {
		case err != nil:
			return &attempt{err: err, ours: true}, true
		case !good:
			return &attempt{err: badDuration(text), ours: true}, true
		}
		limit = d
	}
	end := t.runner.clock.Now().Add(limit)
	for {
		o.Attempts++
		a = t.try(ctx, s, o, max(end.Sub(t.runner.clock.Now()), time.Millisecond))
		if ctx.Err() != nil || a.ours {
			return a, true
		}
		holds, err := s.until.holds(t.values())
		switch {
		case err != nil && a.err == nil:
			return &attempt{err: fmt.Errorf("until: %w", err), ours: true}, true
		case holds && err == nil:
			return a, true
		}
		left := end.Sub(t.runner.clock.Now())
		if left <= 0 {
			return a, false
		}
		t.pause(ctx, min(pollEvery, left))
	}
}

// badDuration tells of a variable that is no duration.
func badDuration(text string) error {
	return fmt.Errorf("timeout: expected a duration such as 500ms, 10s or 3m, found %s", quoted(text))
}

// try runs the step's command once. A timeout of 0 is that of the step.
func (t *trial) try(ctx context.Context, s *Step, o *report.Step, timeout time.Duration) *attempt {
	a := &attempt{ours: true}
	var call commands.Call
	if call, a.err = t.call(s, o); a.err != nil {
		return a
	}
	restore, err := t.scope(s, timeout)
	defer restore()
	if err != nil {
		a.err = err
		return a
	}
	a.ours = false
	a.event = s.Command == "wait" && !slices.Contains(states(), call.Args.Text("topic"))
	before := t.env.Cursor()
	if waited := t.waited(s); waited != nil {
		t.env.Seek(waited.cursor)
		defer t.env.Seek(before)
	}
	result, err := call.Do(ctx, t.env, func(e commands.Event) error {
		if len(a.events) < maxEvents {
			f, err := factOf(e)
			if err != nil {
				return err
			}
			a.events = append(a.events, f)
		}
		return nil
	})
	a.err = err
	t.read(a, s, result)
	t.subscribed(s, result)
	return a
}

// read turns the result into data, and makes ${last} of it.
func (t *trial) read(a *attempt, s *Step, result commands.Result) {
	if result != nil {
		f, err := factOf(result)
		if err != nil && a.err == nil {
			a.err = err
		}
		a.result = f
		if events, err := f.events(); err == nil && len(events) > 0 {
			a.events = events
		}
	}
	t.last = map[string]any{}
	if subjects := a.subjects(s.Command); len(subjects) > 0 {
		t.last = subjects[len(subjects)-1].variables()
	}
	var failed *commands.Error
	if errors.As(a.err, &failed) {
		if f, err := readFact(failed.AppendJSON(nil)); err == nil {
			t.last["error"] = f.variables()["error"]
		}
	}
}

// scope sets device and timeout for one step; restore takes them back.
func (t *trial) scope(s *Step, timeout time.Duration) (restore func(), err error) {
	before := t.env.Timeout
	restore = func() { t.env.Timeout = before }
	values := t.values()
	t.env.Endpoint = t.target
	if s.endpoint != nil {
		if t.env.Endpoint, err = s.endpoint.expand(values); err != nil {
			return restore, err
		}
	}
	switch {
	case timeout > 0:
		t.env.Timeout = timeout
	case s.timeout != nil:
		text, err := s.timeout.expand(values)
		if err != nil {
			return restore, err
		}
		d, ok := parseDuration(text)
		if !ok {
			return restore, badDuration(text)
		}
		t.env.Timeout = d
	}
	return restore, nil
}
