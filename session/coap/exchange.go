package coap

import (
	"context"
	"time"

	"lwcon/session/transport"
)

// Exchange is a request, its response and all that passed for it. It is
// complete and no longer changed once Do has returned it.
type Exchange struct {
	// Number counts the exchanges of a Log from 1.
	Number uint64
	Peer   transport.Address
	Local  transport.Local
	// Request as sent: with token and message id, its body whole.
	Request *Message
	// Response is nil where none came; its body is put together from all blocks
	// and it carries the options of the first one.
	Response *Message
	// Start is when the request was first sent; zero if it never was.
	Start time.Time
	// RTT is the time from the last transmission of the request, or of its last
	// block, to the response.
	RTT time.Duration
	// Duration is the time from the first transmission to the end.
	Duration time.Duration
	// Transmissions are all messages of the exchange in order of time.
	Transmissions []Transmission
	// Deviations are those that the message layer found in what the peer sent.
	Deviations []Deviation
}

// Transmission is one message of an exchange on the wire.
type Transmission struct {
	Time      time.Time
	Direction transport.Direction
	// Bytes are the message as on the wire, above DTLS and TLS.
	Bytes []byte
	// Note says why: "retransmission 2", "separate response", "block 3".
	Note string
}

// RequestOptions change how one request is sent. The zero value is right for
// most.
type RequestOptions struct {
	// Parameters override those of the peer and the endpoint.
	Parameters Parameters
	// Timeout is the longest wait for each response, counted from the first
	// transmission of the request; default TransmitWait. A confirmable request
	// that nobody acknowledges can end earlier, when its repetitions are used
	// up.
	Timeout time.Duration
	// MessageID is the id to use; nil lets the endpoint choose.
	MessageID *uint16
	// Via is the local end to send from; the zero value means the one on which
	// the peer was last heard.
	Via transport.Local
	// SingleBlocks sends the message as it is and returns the response as it
	// came, without gathering blocks.
	SingleBlocks bool
	// Progress is told how many bytes of the body went or came, and how many
	// there are (0 while unknown). It is called from the goroutine of Do.
	Progress func(done, total int)
}

// Do sends a request to the peer and waits for the response. A 4.xx or 5.xx
// response is a result, not an error. The request's Type says whether it is
// confirmable. A body longer than a block goes out and comes in block-wise.
//
// The exchange is not nil unless the request could not even be numbered; beside
// an error it tells what had passed. Errors: ErrTimeout, ErrReset,
// ErrUnreachable, ErrBlock, ErrClosed, or the context's.
//
// Do must not be called from a Handler or from another callback of the
// endpoint: those run on the goroutine that receives the response.
func (e *Endpoint) Do(ctx context.Context, peer transport.Address, req *Message, opts RequestOptions) (*Exchange, error) {
	return nil, ErrClosed
}

// Ping asks the peer for a sign of life: an Empty confirmable message that is
// answered with RST, or a Ping message over a stream. The exchange has neither
// Request nor Response. RFC 7252 §4.3, RFC 8323 §5.4.
func (e *Endpoint) Ping(ctx context.Context, peer transport.Address) (*Exchange, error) {
	return nil, ErrClosed
}
