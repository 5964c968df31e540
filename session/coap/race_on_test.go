//go:build race

package coap

// raced says that the race detector looks on: it costs ten times the time, and
// keeps something of each of the many goroutines and timers of a long test.
const raced = true
