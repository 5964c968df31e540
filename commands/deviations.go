package commands

import (
	"fmt"
	"slices"
	"strings"

	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session"
	"lwcon/session/coap"
)

// RuleList is every rule whose breach is named as a deviation.
//
//	{"command":"help","rules":[{"rule":"tlv-…","severity":"warning","summary":"…","section":"…","seen":"…"}]}
type RuleList struct{ Rules []lwm2m.Rule }

// AppendJSON appends the rules as one JSON object.
func (l *RuleList) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", "help")
	o.list("rules", len(l.Rules), func(i int, in *object) {
		r := &l.Rules[i]
		in.text("rule", string(r.ID))
		in.text("severity", r.Severity.String())
		in.text("summary", r.Summary)
		in.text("section", r.Section)
		in.optional("seen", r.Seen)
	})
	return o.end()
}

// String lists the rules for people: the name, then what it asks.
func (l *RuleList) String() string {
	var b strings.Builder
	for i := range l.Rules {
		r := &l.Rules[i]
		fmt.Fprintf(&b, "%s (%s)\n  %s %s\n", r.ID, r.Severity, r.Summary, r.Section)
		if r.Seen != "" {
			fmt.Fprintf(&b, "  seen: %s\n", r.Seen)
		}
	}
	return b.String()
}

// Rules returns every rule of payloads, of live traffic and of the message
// layer, by name.
func Rules() []lwm2m.Rule {
	rules := formats.Rules()
	rules = append(rules, session.Rules()...)
	for _, r := range coap.Rules() {
		severity, seen := messageLayerRule(r.ID)
		rules = append(rules, lwm2m.Rule{ID: lwm2m.RuleID(r.ID), Severity: severity, Summary: r.Sentence, Section: r.Section, Seen: seen})
	}
	rules = append(rules, lwm2m.Rule{
		ID: ruleMessageTrailing, Severity: lwm2m.Warning,
		Summary: "Nothing follows a message that stands by itself.", Section: "RFC 8323 §3.2",
	}, lwm2m.Rule{
		ID: ruleRequestNoFormat, Severity: lwm2m.Warning,
		Summary: "A request with a payload has a Content-Format.", Section: "Transport 1.1 §6.4",
		Seen: "devices of the drafts before 1.0, in which text was the default",
	}, lwm2m.Rule{
		ID: ruleAttributesPayload, Severity: lwm2m.Warning,
		Summary: "A Write-Attributes has neither payload nor Content-Format.", Section: "Transport 1.1 §6.4.4",
	})
	slices.SortStableFunc(rules, func(a, b lwm2m.Rule) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return slices.CompactFunc(rules, func(a, b lwm2m.Rule) bool { return a.ID == b.ID })
}

// messageLayerRule says what a departure from a rule of the message layer does
// to interoperability, and who is known to do it.
func messageLayerRule(id string) (severity lwm2m.Severity, seen string) {
	switch id {
	case "coap-duplicate-answer", "coap-wrong-token", "coap-unmatched-ack":
		return lwm2m.Failure, ""
	case "coap-other-port":
		return lwm2m.Warning, "lwm2m-node-lib, devices behind a NAT"
	case "coap-block1-missing", "coap-block1-mismatch", "coap-block2-mismatch":
		return lwm2m.Warning, "Zephyr, mbed-coap"
	case "coap-duplicates-shortened":
		return lwm2m.Note, ""
	}
	return lwm2m.Warning, ""
}
