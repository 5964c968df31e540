// Package rules is the one table of what payloads and messages must keep to:
// the name of each rule, what the specification demands and where, how bad a
// departure is, and who is known to depart.
package rules
