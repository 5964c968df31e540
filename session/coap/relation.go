package coap

import "lwcon/session/transport"

// EndReason is why a relation with an observer ended.
type EndReason uint8

// Reasons.
const (
	// EndedByReset: the observer answered a notification with RST.
	EndedByReset EndReason = iota + 1
	// EndedByRequest: the observer sent Observe=1.
	EndedByRequest
	// EndedByTimeout: a confirmable notification was not acknowledged.
	EndedByTimeout
	// EndedByError: a notification with an error code was sent.
	EndedByError
	// EndedByReplacement: the same observer registered again with the token.
	EndedByReplacement
	// EndedByPeer: the peer is gone, or the endpoint was closed.
	EndedByPeer
)

// Relation is a peer that observes something of ours. Its methods are safe for
// concurrent use.
type Relation struct{}

// Peer returns the observer.
func (r *Relation) Peer() transport.Address { return transport.Address{} }

// Token returns the token of the registration.
func (r *Relation) Token() []byte { return nil }

// Request returns the request that registered it.
func (r *Relation) Request() *Message { return nil }

// Ended tells whether it is over.
func (r *Relation) Ended() bool { return true }

// Notify sends the message as the next notification; number is its exchange in
// the Log. While a confirmable one is not acknowledged, only the newest of the
// following ones is kept and then sent. A code that is not 2.xx ends the
// relation. Errors: ErrEnded, ErrClosed, the link's. RFC 7641 §4.2, §4.5.
func (r *Relation) Notify(m *Message, confirmable bool) (number uint64, err error) {
	return 0, ErrEnded
}

// End forgets the observer; nothing is sent.
func (r *Relation) End() {}
