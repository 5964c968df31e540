// Package report is what a run of scenarios tells: the outcome of each step, of
// each scenario, and of all of them, as data with a JSON and a text form.
package report
