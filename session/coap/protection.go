package coap

import "lwcon/session/transport"

// Protection is called once for each message between the exchange layer and
// the message layer: OSCORE lives there. A retransmission repeats the protected
// bytes and does not call it again. Implementations are safe for concurrent
// use and return quickly; they must not change the message that they are
// given, but may return it.
type Protection interface {
	// ProtectRequest returns the message to send in place of m, with the same
	// token. The state is given to UnprotectResponse with each response to it.
	ProtectRequest(peer transport.Address, m *Message) (out *Message, state any, err error)
	// UnprotectResponse returns what the response or notification m holds.
	// After an error the response is not taken, and the error is noted in the
	// exchange.
	UnprotectResponse(peer transport.Address, state any, m *Message) (*Message, error)
	// UnprotectRequest returns what the request m holds. The state is given to
	// ProtectResponse with each response and notification to it. An error that
	// is a *Refusal is answered with its response; any other one with 4.00.
	UnprotectRequest(peer transport.Address, m *Message) (in *Message, state any, err error)
	// ProtectResponse returns the message to send in place of m, with the same
	// token.
	ProtectResponse(peer transport.Address, state any, m *Message) (*Message, error)
}

// Refusal is an error of UnprotectRequest that says how to answer; the answer
// is sent unprotected. RFC 8613 §8.2.
type Refusal struct {
	Code   Code
	Reason string
}

func (r *Refusal) Error() string { return r.Code.String() + ": " + r.Reason }
