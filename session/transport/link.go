// Package transport holds the links that carry messages between peers.
//
// A link sends bytes to an address, hands over the bytes that arrive, and says
// what it knows of its peers. It knows nothing of what the bytes mean: a
// datagram link delivers each datagram whole, a stream link delivers the bytes
// of a connection in order and in pieces of any size.
package transport

import (
	"errors"
	"time"
)

// Errors that callers branch on; links wrap them with the address concerned.
var (
	// ErrClosed: the link was closed.
	ErrClosed = errors.New("link closed")
	// ErrTooLong: the bytes exceed what the link carries in one piece.
	ErrTooLong = errors.New("message too long for the link")
	// ErrNoPeer: a stream link has no connection with the address.
	ErrNoPeer = errors.New("no connection with the peer")
	// ErrPortInUse: another program listens on the address.
	ErrPortInUse = errors.New("port already in use")
)

// Link carries bytes between this program and its peers. Implementations are
// safe for concurrent use.
type Link interface {
	// Start begins to deliver to r. It is called once, before anything else.
	Start(r Receiver) error
	// Send gives b to the peer. via names the local address to send from, as a
	// Datagram carried it; the zero Local leaves the choice to the link. b is
	// not kept after Send returns. Send may block for as long as the operating
	// system's buffer is full.
	Send(to Address, via Local, b []byte) error
	// Disconnect ends the connection with one peer. The peer is reported down
	// with the cause given. Datagram links have nothing to end and do nothing.
	Disconnect(peer Address, cause error)
	// Scheme is the URI scheme of the link: coap, coaps, coap+tcp, coaps+tcp.
	Scheme() string
	// Reliable tells whether the link is an ordered stream.
	Reliable() bool
	// MaxMessage is the most bytes that one Send or one datagram may hold.
	MaxMessage() int
	// Timing is what the link wishes the message layer to use.
	Timing() Timing
	// LocalURIs lists what a peer can be told to connect to, one URI for each
	// interface, sorted: coap://192.0.2.1:5683.
	LocalURIs() []string
	// Close ends the link; Receiver methods are not called after it returns,
	// except for calls that were under way.
	Close() error
}

// Timing is what a link wishes the message layer to use. Zero values leave the
// message layer's own defaults.
type Timing struct {
	// AckTimeout is the first wait for an acknowledgement.
	AckTimeout time.Duration
	// MaxRetransmit is the number of repetitions; negative means none.
	MaxRetransmit int
	// BlockSize is the payload of one block in bytes, a power of two from 16
	// to 1024.
	BlockSize int
}

// Datagram is what a link received: a whole datagram, or the next bytes of a
// stream.
type Datagram struct {
	// From is the peer, the same value for all that it sends.
	From Address
	// Local is where it arrived; an answer sent via it leaves from there.
	Local Local
	// Bytes is valid during the call only.
	Bytes []byte
}

// Receiver is told what a link learns. A link calls it from its reader
// goroutine, or from one that stands in for it (Lender); calls for one peer never overlap, calls for different peers of a
// stream link may. A method must not block for long.
type Receiver interface {
	// Receive takes what arrived.
	Receive(d Datagram)
	// PeerUp: a connection with the peer stands. Datagram links never call it.
	PeerUp(peer Address, local Local)
	// PeerMoved: the peer known as from is now reached at to.
	PeerMoved(from, to Address)
	// PeerDown: the connection is gone. Cause is nil where the peer closed it
	// in order.
	PeerDown(peer Address, cause error)
	// SendFailed: the network reported, after Send had returned, that the peer
	// cannot be reached (ICMP port unreachable). The link goes on.
	SendFailed(peer Address, cause error)
}
