package report

import (
	"strings"
	"testing"
	"time"
)

func TestTheExitStatusOfARun(t *testing.T) {
	for _, c := range []struct {
		verdicts []Verdict
		allow    bool
		want     int
	}{
		{nil, false, 2},
		{nil, true, 2},
		{[]Verdict{Pass}, false, 0},
		{[]Verdict{PassWithNote}, false, 0},
		{[]Verdict{Pass, Skip}, false, 0},
		{[]Verdict{Skip}, false, 2},
		{[]Verdict{Skip}, true, 0},
		{[]Verdict{Pass, Inconclusive}, false, 3},
		{[]Verdict{Skip, Inconclusive}, true, 3},
		{[]Verdict{Pass, Inconclusive, Fail}, false, 1},
	} {
		r := Run{AllowAllSkipped: c.allow}
		for _, v := range c.verdicts {
			r.Count(v)
		}
		if got := r.ExitStatus(); got != c.want || r.Scenarios() != len(c.verdicts) {
			t.Errorf("%v: exit status %d of %d scenarios, want %d", c.verdicts, got, r.Scenarios(), c.want)
		}
	}
}

func TestThePeersTextDoesNoHarmToATerminal(t *testing.T) {
	const hostile = "\x1b[2J\r\n\u009bx\u202e ü"
	const escaped = `\x1b[2J\r\n\u009bx\u202e ü`
	step := Step{
		File: "f.yaml", Part: Steps, Do: hostile, Name: hostile, Verdict: Fail, Reason: hostile,
		Deviations: []string{hostile}, Failures: []Failure{{Path: hostile, Expected: hostile, Found: hostile}},
	}
	scenario := Scenario{ID: hostile, Endpoint: hostile, Verdict: Fail, Reason: hostile, Notes: []string{hostile}}
	for _, text := range []string{string(step.AppendText(nil)), string(scenario.AppendText(nil))} {
		if strings.Contains(text, "\x1b") || strings.Contains(text, "\r") || strings.Contains(text, "\u202e") {
			t.Errorf("not escaped: %q", text)
		}
		if !strings.Contains(text, escaped) {
			t.Errorf("%q does not show %s", text, escaped)
		}
	}
}

func TestJSONHasItsFieldsInAFixedOrder(t *testing.T) {
	step := Step{Scenario: "a/b", File: "a/b.yaml", Number: 3, Part: Steps, Line: 17, Column: 5, Do: "read /3/0 <&>", Verdict: Pass, Duration: 31234 * time.Microsecond, Exchange: 9}
	if got, want := string(step.AppendJSON(nil)), `{"scenario":"a/b","step":3,"part":"steps","file":"a/b.yaml","line":17,"column":5,"do":"read /3/0 <&>","verdict":"PASS","seconds":0.031,"exchange":9}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	run := Run{Duration: 1500 * time.Millisecond}
	run.Count(Pass)
	if got, want := string(run.AppendJSON([]byte("x"))), `x{"command":"run","scenarios":1,"passed":1,"passed-with-note":0,"failed":0,"inconclusive":0,"skipped":0,"seconds":1.5}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
