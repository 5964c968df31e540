package session

import (
	"errors"
	"fmt"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// Errors that callers branch on. Those of the message layer pass through:
// coap.ErrTimeout, coap.ErrReset, coap.ErrUnreachable, coap.ErrBlock.
var (
	// ErrClosed: the server or client was closed.
	ErrClosed = errors.New("closed")
	// ErrNotRegistered: the endpoint has no registration (any more).
	ErrNotRegistered = errors.New("not registered")
	// ErrNotObserved: there is no observation to cancel.
	ErrNotObserved = errors.New("not observed")
	// ErrNoServer: the device knows no server, and no bootstrap server to ask.
	ErrNoServer = errors.New("the device has no account with a server")
	// ErrOffline: the device is cut off from its servers.
	ErrOffline = errors.New("the device is offline")
	// ErrNotBootstrapped: the bootstrap server refuses the device.
	ErrNotBootstrapped = errors.New("not bootstrapped")
	// ErrNoFinish: the bootstrap server did not end what it began.
	ErrNoFinish = errors.New("no Finish within 247 s")
	// ErrReplaced: the device asked for a bootstrap again meanwhile.
	ErrReplaced = errors.New("the device asked for a bootstrap again")
	// ErrMuted: the server wants no Send, /1/x/23 of its account is not false.
	ErrMuted = errors.New("the server has muted Send")
	// ErrTooMany: a limit of this package is reached.
	ErrTooMany = errors.New("too many")
)

// OperationError is an operation that got no answer: which, of whom, and why.
type OperationError struct {
	Operation string
	Endpoint  string
	Path      lwm2m.Path
	Exchange  uint64 // 0 if nothing was sent
	Err       error
	// Deviations are those of what came and was no answer that could be used.
	Deviations []lwm2m.Deviation
}

func (e *OperationError) Error() string {
	switch e.Operation {
	case "register", "update", "deregister", "send":
		return fmt.Sprintf("%s %s: %s", e.Operation, e.Endpoint, e.reason()) // it is the device's own
	}
	return fmt.Sprintf("%s %s: %s", e.Operation, e.Path, e.reason())
}

// reason says what happened in the words of the command line.
func (e *OperationError) reason() string {
	var timeout *coap.TimeoutError
	if errors.As(e.Err, &timeout) {
		if n := len(e.Deviations); n > 0 {
			return timeout.Error() + "; what came could not be used: " + e.Deviations[n-1].Message
		}
		return timeout.Error()
	}
	if errors.Is(e.Err, ErrNotRegistered) {
		return fmt.Sprintf("endpoint %q is not registered", e.Endpoint)
	}
	return e.Err.Error()
}

// Unwrap returns the cause.
func (e *OperationError) Unwrap() error { return e.Err }
