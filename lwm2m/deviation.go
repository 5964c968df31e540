package lwm2m

import "fmt"

// Deviation is one departure of a peer from the specification: which rule, where
// and what was found. It is data, not an error: the payload or message was used
// all the same.
type Deviation struct {
	Rule    RuleID
	Path    Path   // what it concerns; the zero Path if nothing in particular
	Offset  int    // octet in the payload or message, -1 if none
	Message string // what was found and what is right
	More    int    // so many further ones of the same rule are counted here, not listed
}

// String writes the deviation on one line.
func (d Deviation) String() string {
	where := ""
	if d.Path != (Path{}) {
		where = " " + d.Path.String()
	}
	if d.Offset >= 0 {
		where += fmt.Sprintf(" at octet %d", d.Offset)
	}
	more := ""
	if d.More > 0 {
		more = fmt.Sprintf(" (and %d more)", d.More)
	}
	return fmt.Sprintf("%s%s: %s%s", d.Rule, where, d.Message, more)
}

// RuleID is the name of a rule, lower-case words with hyphens, the subject
// first: "tlv-integer-length". Names are only ever added.
type RuleID string

// Severity says what a deviation does to interoperability.
type Severity uint8

const (
	// Note is legal or harmless, but worth a look.
	Note Severity = iota
	// Warning is not conformant, but most peers survive it.
	Warning
	// Failure breaks interoperability with strict peers.
	Failure
)

// String returns "note", "warning" or "failure".
func (s Severity) String() string {
	return [...]string{"note", "warning", "failure"}[min(s, Failure)]
}

// Rule is what the specification demands and who is known to depart from it.
type Rule struct {
	ID       RuleID
	Severity Severity
	Summary  string // one sentence: what the specification demands
	Section  string // where it says so
	Seen     string // who is known to do it, "" if nobody in particular
}
