package coap

import (
	"math/rand/v2"

	"lwcon/session/clock"
	"lwcon/session/transport"
)

// Config is what an Endpoint is made of. Only Link is required.
type Config struct {
	// Link carries the messages; the endpoint starts and closes it.
	Link transport.Link
	// Clock is the source of time; nil means the machine's.
	Clock clock.Clock
	// Handler answers requests; nil answers each with 4.04.
	Handler Handler
	// Parameters of all peers that have none of their own.
	Parameters Parameters
	// Protection is called for each message; nil leaves them as they are.
	Protection Protection
	// Random draws message ids, tokens and waits; nil is seeded by the machine.
	Random rand.Source
	// Log numbers the exchanges and keeps what passed; nil makes a new one.
	// Endpoints that share one count together.
	Log *Log
	// Tap is shown every message that passes; nil shows nobody.
	Tap Tap
	// OnPeer is told when a peer comes, moves or goes.
	OnPeer func(PeerEvent)
}

// Endpoint speaks CoAP over one link with any number of peers. It is safe for
// concurrent use.
type Endpoint struct{}

// NewEndpoint starts the link and serves it until Close.
func NewEndpoint(c Config) (*Endpoint, error) { return &Endpoint{}, nil }

// Close ends the endpoint and its link. Requests under way fail with ErrClosed.
func (e *Endpoint) Close() error { return nil }

// Link returns the link.
func (e *Endpoint) Link() transport.Link { return nil }

// Log returns the log.
func (e *Endpoint) Log() *Log { return nil }

// SetPeerParameters overrides the endpoint's parameters for one peer, until
// they are set to the zero value.
func (e *Endpoint) SetPeerParameters(peer transport.Address, p Parameters) {}

// SendRaw gives bytes to the link as they are. Nothing is awaited; what comes
// back is handled as anything that comes. The number is that under which the
// bytes stand in the log.
func (e *Endpoint) SendRaw(peer transport.Address, b []byte) (number uint64, err error) {
	return 0, ErrClosed
}

// Forget drops what is kept of a peer: duplicates, blocks, relations.
// Observations and requests under way are not touched.
func (e *Endpoint) Forget(peer transport.Address) {}

// PeerChange is what became of a peer.
type PeerChange uint8

// Peer changes.
const (
	// PeerUp: a stream connection stands.
	PeerUp PeerChange = iota + 1
	// PeerMoved: the peer is now reached at another address.
	PeerMoved
	// PeerDown: the connection is gone.
	PeerDown
)

// PeerEvent tells that a peer came, moved or went.
type PeerEvent struct {
	Change PeerChange
	Peer   transport.Address
	// To is the new address of a peer that moved.
	To transport.Address
	// Cause is why the peer went, nil where it closed in order.
	Cause error
}
