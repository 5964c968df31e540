//go:build !race

package coap

// raced says that the race detector looks on.
const raced = false
