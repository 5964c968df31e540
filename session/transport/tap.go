package transport

import (
	"net/netip"
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
	// Stream: the bytes are the next ones of a connection, not a datagram.
	Stream bool
	// Encrypted: the link is one below DTLS or TLS.
	Encrypted bool
	// Bytes is valid during the call only.
	Bytes []byte
	// Note tells what a fault did: "lost", "duplicated", "delayed 2s",
	// "reordered"; that a connection began or ended: NoteConnected, NoteClosed;
	// empty for what simply passed.
	Note string
}

// Notes of records without bytes, which tell of a connection.
const (
	NoteConnected = "connected"
	NoteClosed    = "closed"
)

// Connection tells whether the record is about a connection as such.
func (r *WireRecord) Connection() bool {
	return len(r.Bytes) == 0 && (r.Note == NoteConnected || r.Note == NoteClosed)
}

// Secured tells whether the bytes are octets of TLS, or a record of DTLS 1.0 or 1.2. RFC
// 6347 §4.1.
func (r *WireRecord) Secured() bool {
	if r.Stream {
		return r.Encrypted
	}
	const major = 0xfe // of the version
	return len(r.Bytes) >= recordHead && r.Bytes[0] >= recordCCS && r.Bytes[0] <= recordCID && r.Bytes[1] == major
}

// WireTap is told of everything on the wire, in order for each peer. It is
// called from the goroutine that sends or receives and must not block.
type WireTap func(WireRecord)

// Tapped wraps a link so that tap sees all that passes it. Wrapped around a
// link directly, below Faulty, it sees the bytes as they were on the wire.
func Tapped(l Link, c clock.Clock, tap WireTap) Link {
	t := &tapped{borrowed: borrowed{l}, clock: c, tap: tap, stream: l.Reliable(), bound: boundTo(l)}
	t.many, _ = l.(interface{ LocalOf(Address) Local })
	return t
}

type tapped struct {
	borrowed
	clock  clock.Clock
	tap    WireTap
	stream bool
	bound  netip.AddrPort                      // zero where the link does not know
	many   interface{ LocalOf(Address) Local } // a link with an end for each peer, else nil
}

// boundTo returns where a link is bound.
func boundTo(l Link) netip.AddrPort {
	if b, ok := l.(interface{ Address() Address }); ok {
		return b.Address().hostport
	}
	return netip.AddrPort{}
}

func (t *tapped) Start(r Receiver) error {
	return t.Link.Start(tappedReceiver{r, t})
}

func (t *tapped) Send(to Address, via Local, b []byte) error {
	t.tell(Sent, to, via, b, "")
	return t.Link.Send(to, via, b)
}

// tell gives a record to the tap. The local end is that of the link where the
// message does not know its own.
func (t *tapped) tell(d Direction, remote Address, local Local, b []byte, note string) {
	if !local.hostport.IsValid() {
		local.hostport = t.bound
		if t.many != nil {
			local = t.many.LocalOf(remote)
		}
	}
	t.tap(WireRecord{Time: t.clock.Now(), Direction: d, Local: local, Remote: remote, Stream: t.stream, Bytes: b, Note: note})
}

type tappedReceiver struct {
	Receiver
	tapped *tapped
}

func (r tappedReceiver) Receive(d Datagram) {
	r.tapped.tell(Received, d.From, d.Local, d.Bytes, "")
	r.Receiver.Receive(d)
}

func (r tappedReceiver) PeerUp(peer Address, local Local) {
	r.tapped.tell(Received, peer, local, nil, NoteConnected)
	r.Receiver.PeerUp(peer, local)
}

func (r tappedReceiver) PeerDown(peer Address, cause error) {
	r.tapped.tell(Received, peer, Local{}, nil, NoteClosed)
	r.Receiver.PeerDown(peer, cause)
}
