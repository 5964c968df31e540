package console

import (
	"fmt"
	"strings"

	"lwcon/commands"
	"lwcon/console/terminal"
	"lwcon/lwm2m"
)

// knownRules are the rules of all packages by name.
func knownRules() map[lwm2m.RuleID]lwm2m.Rule {
	rules := map[lwm2m.RuleID]lwm2m.Rule{}
	for _, r := range commands.Rules() {
		rules[r.ID] = r
	}
	return rules
}

// maxDeviations is how many deviations text shows of one result; JSON has them
// all.
const maxDeviations = 12

// deviations writes how a peer departs from the specification: where, what, by
// which section, and who is known to do the same. Bytes to blame are marked in
// a dump of the octets, a payload, unless there are none.
func (t *Text) deviations(p *page, found []lwm2m.Deviation, octets string) {
	t.deviationsOf(p, found, octets, func(d *lwm2m.Deviation) bool { return !strings.HasPrefix(string(d.Rule), "coap-") })
}

// deviationsOf is deviations where only some of them point at the octets: those of
// the message layer count the octets of a whole message.
func (t *Text) deviationsOf(p *page, found []lwm2m.Deviation, octets string, points func(*lwm2m.Deviation) bool) {
	var offsets []int
	for i := range found[:min(len(found), maxDeviations)] {
		d := &found[i]
		t.deviation(p, d)
		if d.Offset >= 0 && points(d) {
			offsets = append(offsets, d.Offset)
		}
	}
	if more := len(found) - maxDeviations; more > 0 {
		p.line("deviation", fmt.Sprintf("… and %d more; --output json lists them all", more))
	}
	if len(offsets) > 0 && octets != "" {
		t.dump(p, octets, offsets...)
	}
}

// deviation writes one: severity, rule and place on a line, what was found and
// the section below it.
func (t *Text) deviation(p *page, d *lwm2m.Deviation) {
	rule, known := t.rules[d.Rule]
	severity := "deviation"
	if known {
		severity = rule.Severity.String()
	}
	mark := t.Style.Refusal
	switch rule.Severity {
	case lwm2m.Failure:
		mark = t.Style.Failure
	case lwm2m.Note:
		mark = t.Style.Dim
	}
	where := ""
	if d.Path != (lwm2m.Path{}) {
		where = " " + terminal.Escape(d.Path.String())
	}
	if d.Offset >= 0 {
		where += fmt.Sprintf(" byte %d", d.Offset)
	}
	text := mark(severity) + " " + string(d.Rule) + where + ": " + terminal.Escape(d.Message)
	if d.More > 0 {
		text += fmt.Sprintf(" (and %d more)", d.More)
	}
	if rest := ruleOrigin(rule); rest != "" {
		text += " " + t.Style.Dim(rest)
	}
	p.line("deviation", text)
}

// ruleOrigin is where a rule stands and who is known to break it.
func ruleOrigin(r lwm2m.Rule) string {
	switch {
	case r.Section == "":
		return ""
	case r.Seen == "":
		return "[" + r.Section + "]"
	}
	return "[" + r.Section + "; known of: " + r.Seen + "]"
}
