package coap

import (
	"errors"
	"fmt"
	"time"

	"lwcon/session/transport"
)

// Errors that callers branch on.
var (
	// ErrTimeout: the peer did not answer in time; the error is a
	// *TimeoutError.
	ErrTimeout = errors.New("no answer")
	// ErrReset: the peer rejected the message with RST.
	ErrReset = errors.New("the peer answered with RST: it does not know or cannot process the message")
	// ErrClosed: the endpoint was closed.
	ErrClosed = errors.New("endpoint closed")
	// ErrUnreachable: the link could not reach the peer or lost it; the error
	// is a *TransportError.
	ErrUnreachable = errors.New("peer unreachable")
	// ErrBlock: a block-wise transfer broke off; the error is a *BlockError.
	ErrBlock = errors.New("block-wise transfer failed")
	// ErrAnswered: the request was answered or ignored before.
	ErrAnswered = errors.New("request already answered")
	// ErrEnded: the observation or relation is over.
	ErrEnded = errors.New("observation ended")
	// ErrRejected: a response came that must not be used; the error is a
	// *RejectedError.
	ErrRejected = errors.New("response refused")
	// ErrTooMany: a limit on what is under way was reached.
	ErrTooMany = errors.New("too many under way")

	errReleased     = errors.New("the peer has released the connection")
	errTokenTooLong = fmt.Errorf("token: at most %d bytes can be encoded", MaxToken)
)

// RejectedError tells why a response was refused.
type RejectedError struct {
	// Code of the response.
	Code   Code
	Reason string
}

func (e *RejectedError) Error() string {
	return fmt.Sprintf("response %v refused: %s", e.Code, e.Reason)
}

// Is makes errors.Is(err, ErrRejected) true.
func (e *RejectedError) Is(target error) bool { return target == ErrRejected }

// TimeoutError tells how long and how often a request was sent without an
// answer.
type TimeoutError struct {
	// After is the time since the first transmission.
	After time.Duration
	// Transmissions counts the first one too.
	Transmissions int
	// Acknowledged: the peer acknowledged the request but sent no response.
	Acknowledged bool
}

func (e *TimeoutError) Error() string {
	plural := "s"
	if e.Transmissions == 1 {
		plural = ""
	}
	s := fmt.Sprintf("no answer after %v (%d transmission%s", e.After.Round(time.Millisecond), e.Transmissions, plural)
	if e.Acknowledged {
		s += ", acknowledged"
	}
	return s + ")"
}

// Is makes errors.Is(err, ErrTimeout) true.
func (e *TimeoutError) Is(target error) bool { return target == ErrTimeout }

// TransportError is what the link said when it could not reach the peer.
type TransportError struct {
	Peer  transport.Address
	Cause error
}

func (e *TransportError) Error() string {
	if e.Cause == nil {
		return fmt.Sprintf("%v: connection closed by the peer", e.Peer)
	}
	return fmt.Sprintf("%v: %v", e.Peer, e.Cause)
}

// Unwrap returns the link's error.
func (e *TransportError) Unwrap() error { return e.Cause }

// Is makes errors.Is(err, ErrUnreachable) true.
func (e *TransportError) Is(target error) bool { return target == ErrUnreachable }

// BlockError tells where and why a block-wise transfer broke off. RFC 7959.
type BlockError struct {
	// Option is Block1 or Block2.
	Option OptionNumber
	// Asked and Came are the blocks concerned.
	Asked, Came Block
	// Offset is how many bytes of the body had been transferred.
	Offset int
	// Reason says what was expected and what was found.
	Reason string
}

func (e *BlockError) Error() string {
	return fmt.Sprintf("%v at byte %d: %s", e.Option, e.Offset, e.Reason)
}

// Is makes errors.Is(err, ErrBlock) true.
func (e *BlockError) Is(target error) bool { return target == ErrBlock }
