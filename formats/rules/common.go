package rules

import "lwcon/lwm2m"

// Rules of every format.
const (
	Duplicate lwm2m.RuleID = "duplicate-path"
)
