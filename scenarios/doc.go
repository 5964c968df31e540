// Package scenarios replays YAML scenarios against a live device and gives a
// verdict for each.
//
// A Scenario is read once, by Parse or Load: every key, word, variable and
// duration that can be checked without a device is checked then, and what is
// wrong is told with file, line and column. A Runner runs scenarios: each step
// is a command of the same table that the prompt and the shell use, and what it
// gives is compared as data, never as text. The package report writes down what
// a run emits.
//
// # Variables
//
// ${…} stands in values and in path keys, never in the names of steps and
// parameters. Between the braces stands an expression of
// github.com/expr-lang/expr, most often just a name: a variable of vars or
// cases, what an earlier step captured, or one of server.ssid, endpoint,
// registration.… and last.… (the fields of their JSON forms). It is put into
// words that are parted already, so that a value with blanks or quotes stays one
// word. $${ is the text ${. Variables of vars and cases are text; captured ones
// have the type of their value, integers with every digit.
//
// # Verdicts
//
// A step without an expectation fails on a 4.xx or 5.xx answer. The first step
// that fails ends its scenario; teardown always runs. An unanswered request and
// a device that is not there are INCONCLUSIVE, as is a failed setup; an event
// that a wait of the steps does not see in time is FAIL. What departs from the
// specification but passes, a failed step of severity note and a failed
// teardown make PASS-WITH-NOTE.
package scenarios
