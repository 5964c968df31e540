package scenarios

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"lwcon/commands"
	"lwcon/scenarios/report"
)

// answer is a result or event by its JSON form.
type answer string

func (a answer) AppendJSON(b []byte) []byte { return append(b, a...) }

// fake is a table of commands that answer what a test says, each line once, in
// their order; the last one again and again.
type fake struct {
	answers map[string][]string // by the command as typed: JSON, or "!KIND message"
	ran     []string
	during  func(line string) // called while a command runs; nil: nothing
}

// table is the real table's grammar with the fake's answers.
func (f *fake) table() commands.Table {
	t := commands.Table{Flags: commands.All().Flags}
	for _, c := range commands.All().Commands {
		row := *c
		row.Roles = 0
		row.Run = func(ctx context.Context, _ *commands.Env, args commands.Args, _ commands.Emit) (commands.Result, error) {
			var words []string
			for i := range row.Parameters {
				words = append(words, args.Texts(row.Parameters[i].Name)...)
			}
			return f.run(ctx, strings.Join(append([]string{row.Name}, words...), " "))
		}
		t.Commands = append(t.Commands, &row)
	}
	return t
}

func (f *fake) run(ctx context.Context, line string) (commands.Result, error) {
	f.ran = append(f.ran, line)
	if f.during != nil {
		f.during(line)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	left := f.answers[line]
	if len(left) == 0 {
		return answer(`{"command":"x","code":"2.05"}`), nil
	}
	if len(left) > 1 {
		f.answers[line] = left[1:]
	}
	if rest, ok := strings.CutPrefix(left[0], "!"); ok {
		kind, message, _ := strings.Cut(rest, " ")
		return nil, &commands.Error{Kind: commands.ErrorKind(kind), Message: message, Exchange: 7}
	}
	return answer(left[0]), nil
}

// values is the JSON of an answer with values: path, type, value each.
func values(exchange int, triples ...string) string {
	var list []string
	for i := 0; i+2 < len(triples); i += 3 {
		list = append(list, fmt.Sprintf(`{"path":%q,"type":%q,"value":%s}`, triples[i], triples[i+1], triples[i+2]))
	}
	return fmt.Sprintf(`{"command":"read","endpoint":"d","path":"/x","code":"2.05","format":"tlv","exchange":%d,"values":[%s]}`, exchange, strings.Join(list, ","))
}

// play runs a scenario against a fake in virtual time, and returns the outcome of
// the scenario and what was told of its steps.
func (f *fake) play(t *testing.T, ctx context.Context, text string, c Config) (report.Scenario, []report.Step) {
	t.Helper()
	s, err := Parse("f.yaml", []byte(text), f.table())
	if err != nil {
		t.Fatal(err)
	}
	var done report.Scenario
	var steps []report.Step
	c.Env = &commands.Env{}
	_, _ = NewRunner(c).Run(ctx, []*Scenario{s}, func(e commands.Event) error {
		switch e := e.(type) {
		case report.Step:
			steps = append(steps, e)
		case report.Scenario:
			done = e
		}
		return nil
	})
	return done, steps
}

// verdicts writes the verdicts of steps in a row.
func verdicts(steps []report.Step) string {
	var list []string
	for _, s := range steps {
		list = append(list, string(s.Verdict))
	}
	return strings.Join(list, " ")
}

func TestTheVerdictOfAScenario(t *testing.T) {
	const refused = `{"command":"x","code":"4.05","exchange":3,"diagnostic":"no"}`
	const late = `!timeout read /3/0: no answer after 93s`
	deviating := `{"command":"x","code":"2.05","deviations":[{"rule":"unheard-of","path":"/3/0","message":"odd"}]}`
	for name, c := range map[string]struct {
		text    string
		answers map[string][]string
		verdict report.Verdict
		steps   string
		reason  string // a part of it
	}{
		"all pass": {
			"steps: [{read: /3/0}, {read: /3/1}]", nil, report.Pass, "PASS PASS", "",
		},
		"an error code fails where nothing is expected": {
			"steps: [{read: /3/0}, {read: /3/1}]",
			map[string][]string{"read /3/0": {refused}},
			report.Fail, "FAIL SKIP", `step 1 at line 2: expected a success code, found 4.05 "no" (exchange 3)`,
		},
		"an error code that is expected passes": {
			"steps: [{read: /3/0, expect: [2.05, 4.05]}]", map[string][]string{"read /3/0": {refused}}, report.Pass, "PASS", "",
		},
		"a class of codes": {
			"steps: [{read: /3/0, expect: 4.xx}]", map[string][]string{"read /3/0": {refused}}, report.Pass, "PASS", "",
		},
		"a success where an error is expected fails": {
			"steps: [{read: /3/0, expect: 4.05}]", nil, report.Fail, "FAIL", "expected code 4.05, found 2.05",
		},
		"no answer is inconclusive": {
			"steps: [{read: /3/0}]", map[string][]string{"read /3/0": {late}}, report.Inconclusive, "INCONCLUSIVE", "no answer after 93s",
		},
		"no answer where severity says fail": {
			"steps: [{read: /3/0, severity: fail}]", map[string][]string{"read /3/0": {late}}, report.Fail, "FAIL", "no answer",
		},
		"an event that does not come fails": {
			"steps: [{wait: update}]", map[string][]string{"wait update": {"!timeout wait update: not within 1m0s"}}, report.Fail, "FAIL", "not within",
		},
		"a device that does not come is inconclusive": {
			"steps: [{wait: registered}]", map[string][]string{"wait registered": {"!timeout wait registered: not within 1m0s"}}, report.Inconclusive, "INCONCLUSIVE", "",
		},
		"a payload that does not decode fails": {
			"steps: [{read: /3/0}]", map[string][]string{"read /3/0": {"!payload tlv: cut"}}, report.Fail, "FAIL", "tlv: cut",
		},
		"a failed setup is inconclusive": {
			"setup: [{read: /3/0}]\nsteps: [{read: /3/1}]", map[string][]string{"read /3/0": {refused}}, report.Inconclusive, "INCONCLUSIVE SKIP", "success code",
		},
		"a failed setup of severity fail fails": {
			"setup: [{read: /3/0, severity: fail}]\nsteps: [{read: /3/1}]", map[string][]string{"read /3/0": {refused}}, report.Fail, "FAIL SKIP", "",
		},
		"a note lets the scenario go on": {
			"steps: [{read: /3/0, severity: note}, {read: /3/1}]", map[string][]string{"read /3/0": {refused}}, report.PassWithNote, "PASS-WITH-NOTE PASS", "",
		},
		"a deviation is noted": {
			"steps: [{read: /3/0}]", map[string][]string{"read /3/0": {deviating}}, report.PassWithNote, "PASS-WITH-NOTE", "",
		},
		"inconclusive by severity": {
			"steps: [{read: /3/0, severity: inconclusive}]", map[string][]string{"read /3/0": {refused}}, report.Inconclusive, "INCONCLUSIVE", "",
		},
		"teardown runs whatever happened, each step of it": {
			"steps: [{read: /3/0}]\nteardown: [{read: /3/2}, {read: /3/3}]",
			map[string][]string{"read /3/0": {refused}, "read /3/2": {refused}},
			report.Fail, "FAIL PASS-WITH-NOTE PASS", "",
		},
		"a failed teardown is noted": {
			"steps: [{read: /3/0}]\nteardown: [{read: /3/2}]", map[string][]string{"read /3/2": {refused}}, report.PassWithNote, "PASS PASS-WITH-NOTE", "",
		},
		"skip-on ends the scenario": {
			"steps: [{read: /3/0, skip-on: 4.05}, {read: /3/1}]\nteardown: [{read: /3/2}]",
			map[string][]string{"read /3/0": {refused}},
			report.Skip, "SKIP SKIP PASS", "the device answered 4.05",
		},
		"a false when skips the step alone": {
			`steps: [{read: /3/0}, {read: /3/1, when: '${last.code == "4.04"}'}, {read: /3/2, when: '${last.code == "2.05"}'}]`, nil,
			report.Pass, "PASS SKIP PASS", "",
		},
		"every step skipped": {
			"steps: [{read: /3/0, when: '${1 > 2}'}]", nil, report.Skip, "SKIP", "every step was skipped",
		},
		"a scenario that cannot be carried out is inconclusive": {
			"steps: [{read: /3/0, when: '${last.a.b == 1}'}]", nil, report.Inconclusive, "INCONCLUSIVE", "when: ${last.a.b == 1}: cannot fetch b from",
		},
		"a wait that has not passed": {
			"steps: [{wait: silence --for 1s}]",
			map[string][]string{"wait silence 1s": {`{"command":"wait","passed":false,"reason":"expected silence, found update after 1s","events":[{"event":"update","exchange":5}]}`}},
			report.Fail, "FAIL", "expected silence, found update after 1s (exchange 5)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fake{answers: c.answers}
				if f.answers == nil {
					f.answers = map[string][]string{}
				}
				done, steps := f.play(t, t.Context(), "scenario: x\n"+c.text, Config{})
				if done.Verdict != c.verdict || verdicts(steps) != c.steps || !strings.Contains(done.Reason, c.reason) {
					t.Errorf("got %s (%s) by %s; want %s (%s) by %s", done.Verdict, done.Reason, verdicts(steps), c.verdict, c.reason, c.steps)
				}
				if (done.Verdict == report.PassWithNote) != (len(done.Notes) > 0 && done.Verdict.Passed()) {
					t.Errorf("%s with notes %q", done.Verdict, done.Notes)
				}
				if done.Steps != len(steps) || done.Passed+done.Failed+done.Inconclusive+done.Skipped != done.Steps {
					t.Errorf("the counts do not add up: %+v", done)
				}
			})
		})
	}
}

func TestWhatIsCapturedIsUsedExactly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answers: map[string][]string{
			"read /1":   {values(1, "/1/0/0", "integer", "1", "/1/2/0", "integer", "123")},
			"read /5/0": {values(2, "/5/0/1", "integer", "9223372036854775807", "/5/0/2", "string", `"a b \"c\""`, "/5/0/3", "opaque", `"00ff"`, "/5/0/4", "unsigned", "18446744073709551615")},
		}}
		done, steps := f.play(t, t.Context(), `
scenario: x
steps:
  - read: /1
    capture: {x: {instance: "/1/*/0", equals: "${server.ssid}"}, code: code}
  - read: /1/${x}/1
  - read: /5/0
    capture: {big: /5/0/1, text: /5/0/2, octets: /5/0/3, biggest: "/5/0/4"}
  - write: /5/0/1 ${big}
  - write: /5/0/2 ${text}
  - write: {path: "/5/0/3", value: "hex:${octets}"}
  - write: ["/5/0/4", "${biggest}"]
  - read: /5/0
    when: ${big == 9223372036854775807 && big - 1 > 1 && code == "2.05"}
    expect: {values: {"/5/0/*": {exists: true}, "/5/0/1": {equals: "${big}"}, /5/0/4: "${biggest}"}}
  - read: /1
    capture: {y: {instance: "/1/*/0", equals: 7}}
`, Config{ShortServerID: 123})
		want := []string{
			"read /1", "read /1/2/1", "read /5/0", "write /5/0/1 9223372036854775807", `write /5/0/2 a b "c"`, "write /5/0/3 hex:00ff",
			"write /5/0/4 18446744073709551615", "read /5/0", "read /1",
		}
		if strings.Join(f.ran, "\n") != strings.Join(want, "\n") {
			t.Errorf("ran\n%s\nwant\n%s", strings.Join(f.ran, "\n"), strings.Join(want, "\n"))
		}
		if got := "step 9 at line 16: expected /1/*/0 7 at one instance, found /1/0/0=1, /1/2/0=123 (exchange 1)"; done.Reason != got {
			t.Errorf("got %q (%s), want %q", done.Reason, verdicts(steps), got)
		}
	})
}

func TestUntilTriesAgainUntilItHoldsOrTimeIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		state := func(n string) string { return values(1, "/5/0/3", "integer", n) }
		f := &fake{answers: map[string][]string{"read /5/0/3": {state("0"), "!timeout no answer", state("1"), state("2")}}}
		text := "scenario: x\nsteps:\n  - read: /5/0/3\n    until: ${last.value == %s}\n    timeout: 10s\n    expect: {value: 2}\n"
		done, steps := f.play(t, t.Context(), fmt.Sprintf(text, "2"), Config{})
		if done.Verdict != report.Pass || steps[0].Attempts != 4 || steps[0].Duration != 3*pollEvery {
			t.Errorf("got %s after %d attempts and %v, want PASS after 4 and 3s", done.Verdict, steps[0].Attempts, steps[0].Duration)
		}
		done, steps = f.play(t, t.Context(), fmt.Sprintf(text, "3"), Config{})
		if done.Verdict != report.Fail || steps[0].Duration.Seconds() != 10 || !strings.Contains(done.Reason, "expected ${last.value == 3} in time, found false after 11 attempts") {
			t.Errorf("got %s, %q after %v", done.Verdict, done.Reason, steps[0].Duration)
		}
	})
}

func TestCasesRunOneByOneWithTheirVariables(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answers: map[string][]string{"read /3/0 json": {`{"code":"4.06"}`}}}
		s, err := Parse("f.yaml", []byte(`
scenario: x
vars: {format: text, path: "/3/${server.ssid}"}
cases: [{format: tlv}, {format: json, path: /3/0}]
setup: [{status: }]
steps: [{read: "${path} --accept ${format}"}]
teardown: [{version: }]
`), f.table())
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		result, err := NewRunner(Config{Env: &commands.Env{}}).Run(t.Context(), []*Scenario{s}, func(e commands.Event) error {
			if e, ok := e.(report.Scenario); ok {
				ids = append(ids, e.ID+" "+string(e.Verdict))
			}
			return nil
		})
		if got := strings.Join(ids, ", "); err != nil || got != "f[tlv] PASS, f[json,_3_0] FAIL" || result.ExitStatus() != 1 {
			t.Errorf("got %s, %v, exit status %d", got, err, result.ExitStatus())
		}
		if got := strings.Join(f.ran, ", "); got != "status, read /3/1 tlv, version, status, read /3/0 json, version" {
			t.Errorf("ran %s", got)
		}
	})
}

func TestAnInterruptedRunTearsDownAndReportsTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		f := &fake{answers: map[string][]string{}}
		f.during = func(line string) {
			if line == "read /3/1" {
				cancel()
			}
		}
		done, steps := f.play(t, ctx, "scenario: x\nsteps: [{read: /3/0}, {read: /3/1}, {read: /3/2}]\nteardown: [{read: /3/3}]", Config{})
		if got := verdicts(steps); got != "PASS SKIP SKIP PASS" || done.Verdict != report.Skip || done.Reason != "aborted" {
			t.Errorf("got %s, %s %q", got, done.Verdict, done.Reason)
		}
		for _, s := range steps[1:3] {
			if s.Reason != "aborted" {
				t.Errorf("step %d skipped for %q", s.Number, s.Reason)
			}
		}
		done, steps = f.play(t, ctx, "scenario: y\nsteps: [{read: /3/0}]\nteardown: [{read: /3/3}]", Config{})
		if got := verdicts(steps); got != "SKIP SKIP" || done.Verdict != report.Skip || done.Reason != "aborted" {
			t.Errorf("after it: %s, %s %q", got, done.Verdict, done.Reason)
		}
	})
}

func TestTheStepsOfATeardownThatNeedWhatWasNeverThereAreSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answers: map[string][]string{"read /3/0/14": {`{"code":"4.04"}`}, "cancel /3/0/13": {"!usage cancel /3/0/13: not observed"}}}
		done, steps := f.play(t, t.Context(), `
scenario: x
steps:
  - read: /3/0/14
    capture: {offset: /3/0/14}
    severity: note
teardown:
  - write: /3/0/14 ${offset}
  - cancel: /3/0/13
`, Config{})
		if got := verdicts(steps); got != "PASS-WITH-NOTE SKIP SKIP" || done.Verdict != report.PassWithNote {
			t.Errorf("got %s, %s", got, done.Verdict)
		}
		if got := strings.Join(f.ran, ", "); got != "read /3/0/14, cancel /3/0/13" {
			t.Errorf("ran %s", got)
		}
	})
}

func TestAFailureOfTheOutputEndsTheRun(t *testing.T) {
	f := &fake{answers: map[string][]string{}}
	s, err := Parse("f.yaml", []byte("scenario: x\nsteps: [{status: }]\n"), f.table())
	if err != nil {
		t.Fatal(err)
	}
	broken := fmt.Errorf("broken pipe")
	_, err = NewRunner(Config{Env: &commands.Env{}}).Run(t.Context(), []*Scenario{s, s, s}, func(commands.Event) error { return broken })
	if err != broken || len(f.ran) != 1 {
		t.Errorf("got %v after %v", err, f.ran)
	}
}
