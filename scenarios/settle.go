package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"lwcon/commands"
	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/scenarios/report"
	"lwcon/session"
)

// settle gives a step its verdict by what its command gave.
func (t *trial) settle(s *Step, o *report.Step, a *attempt) {
	if a.result != nil {
		o.Exchange = a.result.exchange()
	}
	if a.ours {
		t.impossible(o, a.err)
		return
	}
	if code, skip := t.skipOn(s, a); skip {
		o.Verdict, o.Reason = report.Skip, "the device answered "+code
		if o.Part != report.Teardown {
			t.end(report.Skip, fmt.Sprintf("step %d at line %d: the device answered %s", o.Number, o.Line, code))
		}
		return
	}
	if a.err != nil {
		t.failed(s, o, a)
		return
	}
	o.Verdict = report.Pass
	t.deviations(o, a.subjects(s.Command))
	wrong, err := t.compare(s, o, a)
	switch {
	case err != nil:
		t.impossible(o, err)
	case len(wrong) > 0:
		o.Verdict, o.Failures = report.Fail, wrong
	}
}

// skipOn says whether the answer is one that skips the scenario.
func (t *trial) skipOn(s *Step, a *attempt) (code string, skip bool) {
	if a.result == nil {
		return "", false
	}
	code = a.result.text("code")
	for _, c := range s.skipOn {
		if want, err := c.expand(t.values()); err == nil && sameCode(want, code) {
			return code, true
		}
	}
	return code, false
}

// failed is the outcome of a step whose command gave an error: what the device
// did wrong is FAIL, what keeps one from telling is INCONCLUSIVE.
func (t *trial) failed(s *Step, o *report.Step, a *attempt) {
	e := commands.Classify(a.err)
	o.Reason = e.Message
	if e.Exchange != 0 {
		o.Exchange = e.Exchange
	}
	switch e.Kind {
	case commands.UsageError, commands.ConfigError:
		t.impossible(o, a.err)
	case commands.PayloadError:
		o.Verdict = report.Fail
	case commands.TimeoutError:
		o.Verdict = report.Inconclusive
		if a.event {
			o.Verdict = report.Fail
		}
	default:
		o.Verdict = report.Inconclusive
	}
}

// deviations lists what departs from the specification; what is more than a note
// makes the step pass with a note.
func (t *trial) deviations(o *report.Step, subjects []*fact) {
	for _, f := range subjects {
		for _, d := range f.deviations() {
			if text := d.String(); !slices.Contains(o.Deviations, text) && len(o.Deviations) < maxNotes {
				o.Deviations = append(o.Deviations, text)
			}
			if ruleSeverity(d.rule) > lwm2m.Note {
				o.Verdict = report.PassWithNote
			}
		}
	}
}

// ruleSeverity is what a rule says of its deviations; a rule that is not known
// counts as a warning.
func ruleSeverity(id string) lwm2m.Severity {
	for _, rules := range [][]lwm2m.Rule{formats.Rules(), session.Rules()} {
		for i := range rules {
			if string(rules[i].ID) == id {
				return rules[i].Severity
			}
		}
	}
	return lwm2m.Warning
}

// compare holds what the command gave against what is expected: an answer that is
// no error where nothing is said.
func (t *trial) compare(s *Step, o *report.Step, a *attempt) ([]report.Failure, error) {
	expect := s.expect
	if expect == nil {
		expect = &expectation{at: s.Position}
	}
	var failures []report.Failure
	if a.result != nil && a.result.fields["passed"] == false {
		failures = append(failures, t.unpassed(s, a.result))
	}
	for _, f := range a.subjects(s.Command) {
		wrong, err := expect.compare(f, t.values())
		if err != nil {
			return nil, err
		}
		for _, m := range wrong {
			failures = append(failures, report.Failure{
				Line: m.at.Line, Column: m.at.Column, Path: m.path, Expected: m.expected, Found: m.found, Exchange: f.exchange(),
			})
		}
		const most = 20
		if len(failures) >= most {
			break
		}
	}
	return failures, nil
}

// unpassed is a wait that saw what it must not see, or at the wrong time. Its
// reason is of the form "expected …, found …".
func (t *trial) unpassed(s *Step, result *fact) report.Failure {
	expected, found, _ := strings.Cut(strings.TrimPrefix(result.text("reason"), "expected "), ", found ")
	f := report.Failure{Line: s.Line, Column: s.Column, Expected: expected, Found: found}
	if events, err := result.events(); err == nil && len(events) > 0 {
		f.Exchange = events[len(events)-1].exchange()
	}
	return f
}

// capture takes what the step is to remember.
func (t *trial) capture(s *Step, o *report.Step, a *attempt) {
	subjects := a.subjects(s.Command)
	if len(subjects) == 0 {
		if len(s.captures) > 0 {
			o.Verdict, o.Reason = report.Fail, "expected a result to capture from, found none"
		}
		return
	}
	f := subjects[len(subjects)-1]
	for i := range s.captures {
		c := &s.captures[i]
		v, wrong, err := c.take(f, t.values())
		switch {
		case err != nil:
			t.impossible(o, err)
		case wrong != nil:
			o.Verdict = report.Fail
			o.Failures = append(o.Failures, report.Failure{
				Line: wrong.at.Line, Column: wrong.at.Column, Path: wrong.path,
				Expected: wrong.expected, Found: wrong.found, Exchange: f.exchange(),
			})
		default:
			t.variables[c.name] = v
		}
	}
}
