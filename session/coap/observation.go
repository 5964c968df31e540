package coap

import (
	"context"
	"time"

	"lwcon/session/transport"
)

// Notification is what an observed peer sent.
type Notification struct {
	// Message is the notification, its body put together from all blocks.
	Message *Message
	// Number of its exchange in the Log.
	Number   uint64
	Received time.Time
	// Confirmable tells whether it was sent so.
	Confirmable bool
	// Sequence is the value of its Observe option.
	Sequence uint32
	// Fresh is false for one that is older than one received before, or a
	// repetition; its value is to be shown, not used. RFC 7641 §3.4.
	Fresh bool
	// Ended: the peer ended the observation with this message: an error code,
	// or no Observe option.
	Ended bool
	// Skipped counts notifications dropped before this one because the rest of
	// a block-wise body was still being fetched.
	Skipped int
	// Err is why the rest of a block-wise body is missing; Message then holds
	// the first block.
	Err        error
	Deviations []Deviation
}

// Observation is something of a peer that we observe. Its methods are safe for
// concurrent use.
type Observation struct{}

// Observe sends a request with Observe=0 and delivers the notifications that
// follow, in order, each from the goroutine that receives; notify must return
// quickly and must not call Do, Observe, Cancel or Ping. The method is GET or
// FETCH.
//
// The exchange is that of the first response. The observation is nil where the
// peer refused (an error code) or answered without an Observe option: then the
// response is all that comes. Errors are those of Do. RFC 7641 §3.1.
func (e *Endpoint) Observe(ctx context.Context, peer transport.Address, req *Message, opts RequestOptions, notify func(Notification)) (*Observation, *Exchange, error) {
	return nil, nil, ErrClosed
}

// Peer returns the observed peer.
func (o *Observation) Peer() transport.Address { return transport.Address{} }

// Token returns the token of the observation.
func (o *Observation) Token() []byte { return nil }

// Request returns the request as it was sent.
func (o *Observation) Request() *Message { return nil }

// Ended tells whether the observation is over.
func (o *Observation) Ended() bool { return true }

// Cancel asks the peer to end the observation: the same request, token and
// options, with Observe=1. Notifications are delivered until it has answered;
// then the observation is over whatever the answer was. RFC 7641 §3.6.
func (o *Observation) Cancel(ctx context.Context) (*Exchange, error) { return nil, ErrEnded }

// Forget ends the observation without telling the peer; its next notification
// is answered with RST. Over a stream, which has no RST, it is ignored.
func (o *Observation) Forget() {}
