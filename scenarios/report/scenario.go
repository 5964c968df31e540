package report

import (
	"fmt"
	"time"
)

// Scenario is the outcome of one scenario, or of one of its cases.
//
//	{"scenario":"smoke/clock","title":"…","file":"…","endpoint":"dev1","verdict":"FAIL","seconds":1.2,
//	 "steps":9,"passed":4,"failed":1,"inconclusive":0,"skipped":4,"notes":["…"]}
type Scenario struct {
	ID       string
	Title    string
	File     string
	Tags     []string
	ETS      []string
	Endpoint string // of the device, "" if none was there
	Verdict  Verdict
	Reason   string // why it is no pass
	Notes    []string
	Duration time.Duration
	// Steps counts all steps; of them Passed, with a note or without, and those of
	// the other verdicts.
	Steps, Passed, Failed, Inconclusive, Skipped int
}

// AppendJSON appends the outcome as one JSON object on one line.
func (s Scenario) AppendJSON(b []byte) []byte {
	return appendJSON(b, struct {
		Scenario string   `json:"scenario"`
		Title    string   `json:"title"`
		File     string   `json:"file"`
		Tags     []string `json:"tags,omitempty"`
		ETS      []string `json:"ets,omitempty"`
		Endpoint string   `json:"endpoint"`
		Verdict  Verdict  `json:"verdict"`
		Reason   string   `json:"reason,omitempty"`
		Notes    []string `json:"notes,omitempty"`
		Seconds  float64  `json:"seconds"`
		Steps    int      `json:"steps"`
		Passed   int      `json:"passed"`
		Failed   int      `json:"failed"`
		Unclear  int      `json:"inconclusive"`
		Skipped  int      `json:"skipped"`
	}{
		s.ID, s.Title, s.File, s.Tags, s.ETS, s.Endpoint, s.Verdict, s.Reason, s.Notes, seconds(s.Duration),
		s.Steps, s.Passed, s.Failed, s.Inconclusive, s.Skipped,
	})
}

// AppendText appends the outcome for people.
func (s Scenario) AppendText(b []byte) []byte {
	device := s.Endpoint
	if device == "" {
		device = "no device"
	}
	b = fmt.Appendf(b, "%s %s: %d of %d steps passed, %.1f s, %s", s.Verdict, printable(s.ID), s.Passed, s.Steps, s.Duration.Seconds(), printable(device))
	if s.Reason != "" {
		b = fmt.Appendf(b, ": %s", printable(s.Reason))
	}
	b = append(b, '\n')
	for _, n := range s.Notes {
		b = fmt.Appendf(b, "  note: %s\n", printable(n))
	}
	return b
}
