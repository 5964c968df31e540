package scenarios

import (
	"time"

	"lwcon/commands"
)

// Scenario is one scenario file, read and checked. It is not changed once read,
// and any number of runs share it.
type Scenario struct {
	ID        string // path below the folder that was given, without extension
	File      string // as it was named
	Directory string // of the file: what @FILE and profiles are relative to
	Title     string
	Tags      []string
	ETS       []string // the cases of the enabler test specification that it covers
	Simulate  string   // profile of the device that a simulated run starts, "" if none
	Requires  Requirements
	Setup     []*Step
	Steps     []*Step
	Teardown  []*Step
	Cases     []Case // one without a name where the file has none

	table commands.Table
	vars  []variable
}

// Case is one set of variables that a scenario runs with.
type Case struct {
	Name string // what stands in [] behind the id, "" if the file has no cases
	vars []variable
}

// variable is one entry of vars or of a case.
type variable struct {
	name  string
	at    Position
	value *template
}

// Severity is what a step's failure does to the verdict of its scenario.
type Severity string

// The severities.
const (
	SeverityFail         Severity = "fail"         // FAIL, even where it would be less
	SeverityInconclusive Severity = "inconclusive" // INCONCLUSIVE: what the scenario needs is not there
	SeverityNote         Severity = "note"         // the scenario goes on and passes with a note
)

// Step is one command of a scenario with what is expected of it.
type Step struct {
	Position          // of the command's key
	Command  string   // its name
	Severity Severity // "" if the part of the scenario says

	command  *commands.Command
	words    []*template // as typed behind the command
	bindings []binding   // instead of words: by parameter
	name     *template   // nil if it has none
	expect   *expectation
	captures []capture
	as       string
	endpoint *template
	timeout  *template
	until    *expression
	when     *expression
	skipOn   []*template
}

// binding gives a parameter its words.
type binding struct {
	at        Position
	parameter string
	words     []*template
}

// source writes the step's command as it stands in the file.
func (s *Step) source() string {
	line := s.Command
	for _, w := range s.words {
		line += " " + w.source()
	}
	for _, b := range s.bindings {
		line += " " + b.parameter + ":"
		for _, w := range b.words {
			line += " " + w.source()
		}
	}
	return line
}

// templates are all texts of a step, for what goes over all variables.
func (s *Step) templates() []*template {
	all := append([]*template(nil), s.words...)
	for _, b := range s.bindings {
		all = append(all, b.words...)
	}
	for _, t := range []*template{s.name, s.endpoint, s.timeout} {
		if t != nil {
			all = append(all, t)
		}
	}
	all = append(all, s.skipOn...)
	return all
}

// parseDuration reads 500ms, 10s, 3m; a bare number is seconds.
func parseDuration(s string) (time.Duration, bool) {
	d, err := time.ParseDuration(s)
	if err != nil {
		d, err = time.ParseDuration(s + "s")
	}
	return d, err == nil && d >= 0
}
