package transport

import (
	"time"

	"lwcon/session/clock"
)

// Direction tells who sent.
type Direction uint8

// Directions.
const (
	// Sent: from this program to the peer.
	Sent Direction = iota
	// Received: from the peer to this program.
	Received
)

// String is "sent" or "received".
func (d Direction) String() string {
	if d == Sent {
		return "sent"
	}
	return "received"
}

// WireRecord is what passed on the wire, or what a fault kept from it.
type WireRecord struct {
	Time      time.Time
	Direction Direction
	Local     Local
	Remote    Address
	// Bytes is valid during the call only.
	Bytes []byte
	// Note tells what a fault did: "lost", "duplicated", "delayed 2s",
	// "reordered"; empty for what simply passed.
	Note string
}

// WireTap is told of everything on the wire, in order for each peer. It is
// called from the goroutine that sends or receives and must not block.
type WireTap func(WireRecord)

// Tapped wraps a link so that tap sees all that passes it. Wrapped around a
// link directly, below Faulty, it sees the bytes as they were on the wire.
func Tapped(l Link, c clock.Clock, tap WireTap) Link {
	return &tapped{borrowed: borrowed{l}, clock: c, tap: tap}
}

type tapped struct {
	borrowed
	clock clock.Clock
	tap   WireTap
}

func (t *tapped) Start(r Receiver) error {
	return t.Link.Start(tappedReceiver{r, t})
}

func (t *tapped) Send(to Address, via Local, b []byte) error {
	t.tap(WireRecord{Time: t.clock.Now(), Direction: Sent, Local: via, Remote: to, Bytes: b})
	return t.Link.Send(to, via, b)
}

type tappedReceiver struct {
	Receiver
	tapped *tapped
}

func (r tappedReceiver) Receive(d Datagram) {
	r.tapped.tap(WireRecord{Time: r.tapped.clock.Now(), Direction: Received, Local: d.Local, Remote: d.From, Bytes: d.Bytes})
	r.Receiver.Receive(d)
}
