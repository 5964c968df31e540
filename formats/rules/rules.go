package rules

import (
	"slices"
	"strings"

	"lwcon/lwm2m"
)

// row is a rule as the tables write it: lwm2m.Rule without the field names.
type row struct {
	ID       lwm2m.RuleID
	Severity lwm2m.Severity
	Summary  string
	Section  string
	Seen     string
}

// tables are the rules by what they concern.
var tables = [...][]row{attributes, common, link, lwm2mFormats, senml, text, tlv}

// Severity says what a departure from a rule does; a rule that is not known
// counts as a failure.
func Severity(id lwm2m.RuleID) lwm2m.Severity {
	for _, rows := range tables {
		for i := range rows {
			if rows[i].ID == id {
				return rows[i].Severity
			}
		}
	}
	return lwm2m.Failure
}

// All returns every rule, by name in alphabetical order. The slice is the
// caller's.
func All() []lwm2m.Rule {
	var all []lwm2m.Rule
	for _, rows := range tables {
		for _, r := range rows {
			all = append(all, lwm2m.Rule(r))
		}
	}
	slices.SortFunc(all, func(a, b lwm2m.Rule) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return all
}
