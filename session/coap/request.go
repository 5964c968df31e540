package coap

import (
	"time"

	"lwcon/session/transport"
)

// Handler answers a request with Respond or Ignore, before it returns or later
// from any goroutine. It runs on the goroutine that receives: it must return
// quickly and must not call Do, Observe or Ping; one that needs them starts a
// goroutine. Requests of one peer are handled in order of arrival.
type Handler func(r *Request)

// Request is a request that a peer sent. Its methods are safe for concurrent
// use.
type Request struct {
	// Message is the request, its body put together from all blocks. It may be
	// kept and must not be changed.
	Message *Message
	Peer    transport.Address
	Local   transport.Local
	// Number of the exchange in the Log.
	Number uint64
	// Received is when it (its last block) arrived.
	Received time.Time
	// Confirmable tells whether it was sent so; always true over a stream.
	Confirmable bool
	// Deviations are those that Scan found in it.
	Deviations []Deviation
}

// Respond answers the request. The first answer within AckDelay travels in the
// acknowledgement; a later one becomes a message of its own, confirmable if the
// request was. A body longer than a block is kept and served block-wise. The
// response's type, id and token are filled in; m must not be changed
// afterwards. An answer that the request's No-Response option declines is not
// sent, which is no error. Errors: ErrAnswered, ErrClosed, the link's.
func (r *Request) Respond(m *Message) error { return ErrClosed }

// Acknowledge sends an Empty acknowledgement now, so that the response will
// come separately.
func (r *Request) Acknowledge() error { return ErrClosed }

// Ignore ends the request without any answer, not even an acknowledgement.
func (r *Request) Ignore() {}

// AcceptObserve makes the peer an observer, if the request asks for it
// (Observe=0); the response given to Respond then carries the first sequence
// number, provided that it is a success. It replaces an older relation of the
// same peer and token. onEnd may be nil; it is called once, when the relation
// ends for a reason other than its own End method. Nil if the request does not
// ask to observe. RFC 7641 §4.1.
func (r *Request) AcceptObserve(onEnd func(EndReason)) *Relation { return nil }
