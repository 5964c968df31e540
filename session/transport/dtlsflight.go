package transport

import (
	"net/netip"
	"sync"
)

const (
	// maxFlights bounds the handshakes that are followed; beyond it the oldest is
	// forgotten.
	maxFlights = 2_000
	// maxFlightMessages bounds the messages of a handshake that are remembered;
	// further ones are never taken for repeated.
	maxFlightMessages = 200
)

// Flights follows the handshakes of DTLS on the wire, to tell which flight of a
// handshake a record belongs to, and whether it was sent before. The zero value is
// ready, and safe for concurrent use. RFC 6347 §4.2.4.
type Flights struct {
	mu    sync.Mutex
	all   map[twoEnds]*handshakeFlights
	order []twoEnds
}

// twoEnds is two ends, the lesser first.
type twoEnds struct{ a, b netip.AddrPort }

// handshakeFlights is a handshake.
type handshakeFlights struct {
	client    netip.AddrPort // zero if it is not known
	random    string         // of its ClientHello
	helloDone bool           // the server has sent ServerHelloDone: the handshake is a whole one
	cids      [2]int         // how long the Connection ID is in records to the server, to the client
	seen      map[sentMessage]bool
}

// sentMessage is one that was seen: by whom, what, and which fragment.
type sentMessage struct {
	server bool
	kind   byte
	number uint16
	offset int
}

// DTLSDatagram is what can be read of a datagram of DTLS.
type DTLSDatagram struct {
	Records []DTLSRecord
	Rest    []byte // octets that are no whole record
}

// Read tells what a datagram is.
func (f *Flights) Read(r *WireRecord) DTLSDatagram {
	from, to := r.Local.hostport, r.Remote.hostport
	if r.Direction == Received {
		from, to = to, from
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	h := f.of(from, to)
	cid := h.cids[0]
	if from != h.client {
		cid = h.cids[1]
	}
	var d DTLSDatagram
	d.Records, d.Rest = parseRecords(r.Bytes, cid)
	for i := range d.Records {
		h.place(&d.Records[i], from, i > 0 && d.Records[i-1].Type == recordCCS)
	}
	return d
}

// of finds the handshake between two ends. The lock is held.
func (f *Flights) of(a, b netip.AddrPort) *handshakeFlights {
	key := twoEnds{a, b}
	if a.Compare(b) > 0 {
		key = twoEnds{b, a}
	}
	if h := f.all[key]; h != nil {
		return h
	}
	if f.all == nil {
		f.all = map[twoEnds]*handshakeFlights{}
	}
	if len(f.order) >= maxFlights {
		delete(f.all, f.order[0])
		f.order = f.order[1:]
	}
	h := newHandshakeFlights()
	f.all[key] = h
	f.order = append(f.order, key)
	return h
}

func newHandshakeFlights() *handshakeFlights {
	return &handshakeFlights{cids: [2]int{unknownCID, unknownCID}, seen: map[sentMessage]bool{}}
}

// place tells what a record belongs to. changed says that ChangeCipherSpec stands
// before it.
func (h *handshakeFlights) place(r *DTLSRecord, from netip.AddrPort, changed bool) {
	switch {
	case len(r.Messages) > 0:
		r.Retransmission = true
		for i := range r.Messages {
			flight, again := h.message(&r.Messages[i], from)
			r.Flight = flight
			r.Retransmission = r.Retransmission && again
		}
	case r.Type == recordCCS:
		r.Flight = h.last(from)
		r.Retransmission = h.again(sentMessage{server: from != h.client, kind: recordCCS})
	case r.Encrypted() && (r.Type == recordHandshake || changed || r.Type == recordCID && r.Epoch == 1 && r.Sequence == 0):
		r.Finished = true
		r.Flight = h.last(from)
		r.Retransmission = h.again(sentMessage{server: from != h.client, kind: recordHandshake})
	}
}

// message tells which flight a message is of, and whether it was sent before.
func (h *handshakeFlights) message(m *HandshakeMessage, from netip.AddrPort) (flight int, again bool) {
	const (
		helloVerifyRequest = 3
		newSessionTicket   = 4
		serverHelloDone    = 14
	)
	if m.Type == messageClientHello && m.Hello != nil && (from != h.client || m.Hello.random != h.random) {
		*h = *newHandshakeFlights()
		h.client, h.random = from, m.Hello.random
	}
	if m.Hello != nil {
		which := 0 // the server says what is to be sent to it
		if m.Type == messageClientHello {
			which = 1
		}
		h.cids[which] = m.Hello.CID
	}
	server := from != h.client
	again = h.again(sentMessage{server, m.Type, m.Number, m.Offset})
	switch {
	case m.Type == messageClientHello && m.Hello != nil && m.Hello.Cookie:
		return 3, again
	case m.Type == messageClientHello:
		return 1, again
	case m.Type == helloVerifyRequest:
		return 2, again
	case !h.client.IsValid():
		return 0, again
	case server && m.Type != newSessionTicket:
		h.helloDone = h.helloDone || m.Type == serverHelloDone
		return 4, again
	}
	return h.last(from), again
}

// last is the flight of an end that its ChangeCipherSpec is in: of a handshake that
// goes on with a former session, that of the server comes first.
func (h *handshakeFlights) last(from netip.AddrPort) int {
	switch {
	case !h.client.IsValid():
		return 0
	case from == h.client:
		return 5
	case h.helloDone:
		return 6
	}
	return 4
}

// again says whether a message was seen before, and remembers it.
func (h *handshakeFlights) again(m sentMessage) bool {
	if h.seen[m] {
		return true
	}
	if len(h.seen) < maxFlightMessages {
		h.seen[m] = true
	}
	return false
}
