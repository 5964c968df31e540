package report

import (
	"fmt"
	"strings"
	"time"
)

// Run is the outcome of a run of scenarios.
//
//	{"command":"run","scenarios":3,"passed":1,"passed-with-note":0,"failed":1,"inconclusive":0,"skipped":1,"seconds":4.2}
type Run struct {
	Counts          map[Verdict]int
	Duration        time.Duration
	AllowAllSkipped bool // a run in which everything was skipped is a success
}

// Count takes the outcome of one scenario in.
func (r *Run) Count(v Verdict) {
	if r.Counts == nil {
		r.Counts = map[Verdict]int{}
	}
	r.Counts[v]++
}

// Scenarios is how many there were, each case counted.
func (r *Run) Scenarios() int {
	n := 0
	for _, v := range Verdicts() {
		n += r.Counts[v]
	}
	return n
}

// ExitStatus is 0 if at least one scenario passed and none failed or was
// inconclusive; 1 if any failed; 3 if none failed but one was inconclusive; 2 if
// none ran or everything was skipped (0 where that is allowed).
func (r *Run) ExitStatus() int {
	switch {
	case r.Counts[Fail] > 0:
		return 1
	case r.Counts[Inconclusive] > 0:
		return 3
	case r.Counts[Pass]+r.Counts[PassWithNote] > 0:
		return 0
	case r.Counts[Skip] > 0 && r.AllowAllSkipped:
		return 0
	}
	return 2
}

// AppendJSON appends the outcome as one JSON object on one line.
func (r *Run) AppendJSON(b []byte) []byte {
	return appendJSON(b, struct {
		Command      string  `json:"command"`
		Scenarios    int     `json:"scenarios"`
		Passed       int     `json:"passed"`
		PassWithNote int     `json:"passed-with-note"`
		Failed       int     `json:"failed"`
		Inconclusive int     `json:"inconclusive"`
		Skipped      int     `json:"skipped"`
		Seconds      float64 `json:"seconds"`
	}{
		"run", r.Scenarios(), r.Counts[Pass], r.Counts[PassWithNote], r.Counts[Fail], r.Counts[Inconclusive],
		r.Counts[Skip], seconds(r.Duration),
	})
}

// AppendText appends the outcome for people.
func (r *Run) AppendText(b []byte) []byte {
	var parts []string
	for _, v := range Verdicts() {
		if n := r.Counts[v]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	if len(parts) == 0 {
		parts = []string{"none ran"}
	}
	noun := "scenarios"
	if r.Scenarios() == 1 {
		noun = "scenario"
	}
	return fmt.Appendf(b, "%d %s: %s, %.1f s\n", r.Scenarios(), noun, strings.Join(parts, ", "), r.Duration.Seconds())
}
