package commands

import (
	"context"
	"errors"
)

// The exit statuses of lwcon.
const (
	ExitSuccess     = 0
	ExitRefused     = 1   // the peer answered with an error code, or an expectation failed
	ExitUsage       = 2   // wrong usage, or a configuration that does not parse
	ExitNoAnswer    = 3   // no peer, no answer in time, or a failed handshake
	ExitPayload     = 4   // a payload that does not decode
	ExitInterrupted = 130 // SIGINT
	ExitTerminated  = 143 // SIGTERM
)

// exit is the status of a kind of error.
func (k ErrorKind) exit() int {
	switch k {
	case UsageError, ConfigError:
		return ExitUsage
	case PayloadError:
		return ExitPayload
	}
	return ExitNoAnswer
}

// refusable is a result that can be the peer's refusal or a failed check.
type refusable interface{ Refused() bool }

// statused is a result that knows its exit status: that of a run of scenarios.
type statused interface{ ExitStatus() int }

// ExitStatus is the exit status that a command's result and error mean. An
// interrupted context is ExitInterrupted; who received a SIGTERM knows better.
func ExitStatus(r Result, err error) int {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e.Kind.exit()
	case errors.Is(err, context.Canceled):
		return ExitInterrupted
	case errors.Is(err, context.DeadlineExceeded):
		return ExitNoAnswer
	case err != nil:
		return ExitUsage
	}
	if x, ok := r.(statused); ok {
		return x.ExitStatus()
	}
	if x, ok := r.(refusable); ok && x.Refused() {
		return ExitRefused
	}
	return ExitSuccess
}
