package coap

import (
	"time"

	"lwcon/session/transport"
)

// Tap is shown every message as it passes between the message layer and the
// link, and what protection made of it. It is called from the goroutine that
// sends or receives, from several at a time, must return quickly and must not
// call the endpoint.
type Tap func(Passage)

// Chosen is a set of what whoever sends a request can ask for or leave to the
// message layer.
type Chosen uint8

// What can be asked for.
const (
	ChosenToken  Chosen = 1 << iota // the token
	ChosenID                        // the message id
	ChosenBlocks                    // that its block options are sent as they are
)

// Passage is one message passing.
type Passage struct {
	// Number of the exchange in the Log.
	Number    uint64
	Time      time.Time
	Direction transport.Direction
	Peer      transport.Address
	Local     transport.Local
	// Stream: the bytes are a frame of a stream, not a datagram.
	Stream bool
	// Secure: DTLS or TLS carries it.
	Secure bool
	// Inner: the bytes are what protection hides; the outer message passes on
	// its own.
	Inner bool
	// Bytes of the message, valid during the call only. Scan reads them.
	Bytes []byte
	// Note says why it was sent or what was done with it: "retransmission 2",
	// "duplicate", "unknown token".
	Note string
	// Chosen is what of a request was asked for, not left to the message layer.
	Chosen Chosen
	// Deviations of the message layer that Scan cannot know.
	Deviations []Deviation
}
