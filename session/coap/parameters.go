package coap

import (
	"time"

	"lwcon/session/transport"
)

// Parameters tune the message layer. A zero value means the default: what the
// link's Timing says, else what the RFCs say. They can be given for an
// endpoint, for a peer and for one request; the narrower one wins, value by
// value.
type Parameters struct {
	// AckTimeout is the least first wait for an acknowledgement; default 2 s.
	AckTimeout time.Duration
	// AckRandomFactor: the first wait is drawn between AckTimeout and
	// AckTimeout times this; default 1.5. 1 or less makes waits exact.
	AckRandomFactor float64
	// MaxRetransmit is how often a confirmable message is repeated; default 4,
	// negative means never.
	MaxRetransmit int
	// NSTART is how many requests may be under way with a peer; default 1,
	// negative means without limit. RFC 7252 §4.7.
	NSTART int
	// BlockSize is the payload of one block in bytes, a power of two from 16 to
	// 1024; default 1024. Others are rounded down.
	BlockSize int
	// TokenLength is the length of the tokens that are chosen, 1 to 8 bytes;
	// default 4.
	TokenLength int
	// MaxBody is the longest body put together from blocks, in bytes; default
	// DefaultMaxBody.
	MaxBody int
	// AckDelay is how long a request waits for its response before it is
	// acknowledged with an Empty message; default 200 ms, negative means at once.
	AckDelay time.Duration
	// BlockLifetime is how long an unfinished body, or one from which blocks are
	// served, is kept after it was last touched; default 247 s.
	BlockLifetime time.Duration
	// WaitForID makes a request wait rather than use a message id again within
	// the exchange lifetime.
	WaitForID bool
}

// Defaults. RFC 7252 §4.8, RFC 7959, and the project's own where no RFC says.
const (
	DefaultAckTimeout      = 2 * time.Second
	DefaultAckRandomFactor = 1.5
	DefaultMaxRetransmit   = 4
	DefaultNSTART          = 1
	DefaultBlockSize       = 1024
	DefaultTokenLength     = 4
	// DefaultMaxBody bounds what an endless Block2 can make us keep.
	DefaultMaxBody       = 8 << 20
	DefaultAckDelay      = 200 * time.Millisecond
	DefaultBlockLifetime = ExchangeLifetime
)

// Time spans derived from the defaults. RFC 7252 §4.8.2.
const (
	// ExchangeLifetime: a message id of a confirmable message means the same
	// message for so long.
	ExchangeLifetime = 247 * time.Second
	// NonLifetime is the same of a non-confirmable message.
	NonLifetime = 145 * time.Second
)

// TransmitWait is how long a confirmable message can go unanswered before the
// sender gives up: MAX_TRANSMIT_WAIT, 93 s with the defaults.
func (p Parameters) TransmitWait() time.Duration {
	p = p.over(Parameters{}.defaults(transport.Timing{}))
	spans := int64(1)<<(p.retransmissions()+1) - 1
	return time.Duration(float64(p.AckTimeout) * float64(spans) * max(1, p.AckRandomFactor))
}

// retransmissions is MaxRetransmit as a count. Beyond 30 a wait of 2 s would
// not fit into a Duration.
func (p Parameters) retransmissions() int { return min(max(0, p.MaxRetransmit), 30) }

// over fills the zero values of p from q.
func (p Parameters) over(q Parameters) Parameters {
	fill(&p.AckTimeout, q.AckTimeout)
	fill(&p.AckRandomFactor, q.AckRandomFactor)
	fill(&p.MaxRetransmit, q.MaxRetransmit)
	fill(&p.NSTART, q.NSTART)
	fill(&p.BlockSize, q.BlockSize)
	fill(&p.TokenLength, q.TokenLength)
	fill(&p.MaxBody, q.MaxBody)
	fill(&p.AckDelay, q.AckDelay)
	fill(&p.BlockLifetime, q.BlockLifetime)
	p.WaitForID = p.WaitForID || q.WaitForID
	return p
}

// Under returns the parameters with all that the narrower ones say in their
// place.
func (p Parameters) Under(narrower Parameters) Parameters { return narrower.over(p) }

func fill[T comparable](v *T, from T) {
	var zero T
	if *v == zero {
		*v = from
	}
}

// defaults fills every zero value from the link's timing and the RFCs.
func (p Parameters) defaults(t transport.Timing) Parameters {
	p = p.over(Parameters{AckTimeout: t.AckTimeout, MaxRetransmit: t.MaxRetransmit, BlockSize: t.BlockSize})
	return p.over(Parameters{
		AckTimeout:      DefaultAckTimeout,
		AckRandomFactor: DefaultAckRandomFactor,
		MaxRetransmit:   DefaultMaxRetransmit,
		NSTART:          DefaultNSTART,
		BlockSize:       DefaultBlockSize,
		TokenLength:     DefaultTokenLength,
		MaxBody:         DefaultMaxBody,
		AckDelay:        DefaultAckDelay,
		BlockLifetime:   DefaultBlockLifetime,
	})
}
