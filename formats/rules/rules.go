package rules

import "lwcon/lwm2m"

// All returns every rule by name in alphabetical order. The slice is the
// caller's.
func All() []lwm2m.Rule {
	var all []lwm2m.Rule
	for _, rows := range tables {
		all = append(all, rows...)
	}
	return all
}

// tables are the rules by what they concern; their order is alphabetical.
var tables = [...][]lwm2m.Rule{}
