package report

import (
	"fmt"
	"time"
)

// Part is a section of a scenario.
type Part string

// The parts, in the order in which they run.
const (
	Setup    Part = "setup"
	Steps    Part = "steps"
	Teardown Part = "teardown"
)

// Step is the outcome of one step.
//
//	{"scenario":"smoke/clock","step":3,"part":"steps","line":17,"column":5,"do":"read /3/0/14","verdict":"FAIL",
//	 "seconds":0.031,"exchange":9,"failures":[{"line":18,"column":14,"path":"/3/0/14","expected":"+02:00",
//	 "found":"\"+01:00\" (string)","exchange":9,"message":"…"}],"deviations":["…"]}
//
// "reason" says why a step was skipped or could not be done.
type Step struct {
	Scenario     string // id
	File         string
	Number       int // counted over all parts, from 1
	Part         Part
	Line, Column int    // of the command
	Name         string // what the scenario calls it, "" if nothing
	Do           string // the command as it ran
	Verdict      Verdict
	Duration     time.Duration
	Exchange     uint64    // of the answer, 0 if there was none
	Reason       string    // of SKIP and of what could not be done
	Failures     []Failure // expectations that do not hold
	Deviations   []string  // from the specification
	Attempts     int       // of an `until`, 0 without
	Header       string    // for people: begins the text of a scenario's first step
}

// Failure is one expectation that does not hold.
type Failure struct {
	Line, Column int    // of the expectation
	Path         string // of the value, "" if it is not about one
	Expected     string
	Found        string
	Exchange     uint64 // where to see it, 0 if nowhere
}

// String says what was expected, what was found, and in which exchange.
func (f Failure) String() string {
	where, exchange := "", ""
	if f.Path != "" {
		where = f.Path + " "
	}
	if f.Exchange != 0 {
		exchange = fmt.Sprintf(" (exchange %d)", f.Exchange)
	}
	return "expected " + where + f.Expected + ", found " + f.Found + exchange
}

// AppendJSON appends the outcome as one JSON object on one line.
func (s Step) AppendJSON(b []byte) []byte {
	type failure struct {
		Line     int    `json:"line"`
		Column   int    `json:"column"`
		Path     string `json:"path,omitempty"`
		Expected string `json:"expected"`
		Found    string `json:"found"`
		Exchange uint64 `json:"exchange,omitempty"`
		Message  string `json:"message"`
	}
	var failures []failure
	for _, f := range s.Failures {
		failures = append(failures, failure{f.Line, f.Column, f.Path, f.Expected, f.Found, f.Exchange, f.String()})
	}
	return appendJSON(b, struct {
		Scenario   string    `json:"scenario"`
		Step       int       `json:"step"`
		Part       Part      `json:"part"`
		File       string    `json:"file"`
		Line       int       `json:"line"`
		Column     int       `json:"column"`
		Name       string    `json:"name,omitempty"`
		Do         string    `json:"do"`
		Verdict    Verdict   `json:"verdict"`
		Reason     string    `json:"reason,omitempty"`
		Seconds    float64   `json:"seconds"`
		Attempts   int       `json:"attempts,omitempty"`
		Exchange   uint64    `json:"exchange,omitempty"`
		Failures   []failure `json:"failures,omitempty"`
		Deviations []string  `json:"deviations,omitempty"`
	}{
		s.Scenario, s.Number, s.Part, s.File, s.Line, s.Column, s.Name, s.Do, s.Verdict, s.Reason,
		seconds(s.Duration), s.Attempts, s.Exchange, failures, s.Deviations,
	})
}

// AppendText appends the outcome for people: a line, and below it what is wrong,
// each with its place in the file.
func (s Step) AppendText(b []byte) []byte {
	if s.Header != "" {
		b = append(append(b, printable(s.Header)...), '\n')
	}
	title := s.Do
	if s.Name != "" {
		title = s.Name + " (" + s.Do + ")"
	}
	if s.Part != Steps {
		title = string(s.Part) + ": " + title
	}
	if s.Verdict == Skip && s.Reason != "" {
		title += " - " + s.Reason
	}
	b = fmt.Appendf(b, "  %-14s %3d  %s\n", s.Verdict, s.Number, printable(title))
	below := func(line, column int, text string) {
		b = fmt.Appendf(b, "      %s:%d:%d: %s\n", s.File, line, column, printable(text))
	}
	if s.Verdict != Skip && s.Reason != "" {
		reason := s.Reason
		if s.Exchange != 0 {
			reason += fmt.Sprintf(" (exchange %d)", s.Exchange)
		}
		below(s.Line, s.Column, reason)
	}
	for _, f := range s.Failures {
		below(f.Line, f.Column, f.String())
	}
	for _, d := range s.Deviations {
		b = fmt.Appendf(b, "      deviation %s\n", printable(d))
	}
	return b
}
