package commands

import (
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"lwcon/session/transport"
)

// SecureDatagram is a datagram of DTLS that passed on the wire, or records of a stream of
// TLS, with what can be read of it without its keys.
//
//	{"event":"dtls","time":"…","direction":"received","peer":"192.0.2.7:40001","records":[{"type":"handshake","epoch":0,
//	 "sequence":1,"octets":134,"flight":3,"messages":[{"name":"ClientHello","number":1,"length":122,"cookie":true,…}]}],
//	 "octets":147,"hex":"16fe…"}
//	{"event":"tls","time":"…","direction":"received","peer":"192.0.2.7:40001","records":[{"type":"handshake","octets":203,
//	 "messages":[{"name":"ClientHello","length":199,…}]}],"octets":208,"hex":"1603…"}
type SecureDatagram struct {
	Time      time.Time
	Stream    bool // of TLS
	Direction transport.Direction
	Peer      transport.Address
	Records   []transport.DTLSRecord
	Rest      int    // octets at the end that are no whole record
	Note      string // "lost", "duplicated"
	Inner     bool   // it is what the record before hides
	Bytes     []byte
}

// newSecureDatagram keeps what a tap of the wire was shown.
func newSecureDatagram(f *transport.Flights, r transport.WireRecord) *SecureDatagram {
	r.Bytes = slices.Clone(r.Bytes)
	d := f.Read(&r)
	return &SecureDatagram{
		Time: r.Time, Direction: r.Direction, Peer: r.Remote, Records: d.Records, Rest: len(d.Rest), Note: r.Note, Bytes: r.Bytes,
	}
}

// showStream shows the records that a part of a stream completes to all.
func (t *securedTaps) showStream(r transport.WireRecord) {
	records, octets, rest := t.streams.Read(&r)
	if len(records) == 0 && len(rest) == 0 {
		return
	}
	b := slices.Concat(octets, rest)
	at := 0
	for i := range records { // which are not kept where they were read
		const head = 5
		records[i].Content = b[at+head:][:len(records[i].Content)]
		at += head + len(records[i].Content)
	}
	t.give(&SecureDatagram{
		Time: r.Time, Stream: true, Direction: r.Direction, Peer: r.Remote, Records: records, Rest: len(rest), Note: r.Note, Bytes: b,
	})
}

// Name is the protocol: dtls or tls.
func (d *SecureDatagram) Name() string {
	if d.Stream {
		return "tls"
	}
	return "dtls"
}

// alertPassed shows an alert inside an established session to who watches the wire.
func (s *Sessions) alertPassed(a transport.InnerAlert) {
	t := &s.wires.secured
	if !t.any.Load() || a.Direction == transport.Received && s.wires.own(&transport.WireRecord{Remote: a.Peer, Local: a.Local}) {
		return
	}
	t.give(&SecureDatagram{
		Time: s.clock.Now(), Direction: a.Direction, Peer: a.Peer, Inner: true, Bytes: a.Record.Content,
		Records: []transport.DTLSRecord{a.Record},
	})
}

// Data says whether it carries nothing but what the session is for.
func (d *SecureDatagram) Data() bool {
	return !slices.ContainsFunc(d.Records, func(r transport.DTLSRecord) bool {
		return r.Flight != 0 || !r.Encrypted() || r.TypeName() == "alert" || r.TypeName() == "handshake"
	}) && d.Rest == 0
}

// AppendJSON appends the datagram as one JSON object.
func (d *SecureDatagram) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("event", d.Name())
	o.moment("time", d.Time)
	o.text("direction", d.Direction.String())
	o.text("peer", d.Peer.String())
	o.list("records", len(d.Records), func(i int, in *object) { in.dtlsRecord(&d.Records[i]) })
	if d.Inner {
		o.boolean("inner", true)
	}
	if d.Rest > 0 {
		o.integer("rest", int64(d.Rest))
	}
	o.optional("note", d.Note)
	o.integer("octets", int64(len(d.Bytes)))
	o.hex("hex", string(d.Bytes))
	return o.end()
}

// dtlsRecord writes what can be read of a record.
func (o *object) dtlsRecord(r *transport.DTLSRecord) {
	o.text("type", orNumber(r.TypeName(), int(r.Type)))
	if !r.Stream {
		o.unsigned("epoch", uint64(r.Epoch))
		o.unsigned("sequence", r.Sequence)
	}
	o.integer("octets", int64(len(r.Content)))
	if r.Encrypted() {
		o.boolean("encrypted", true)
	}
	if r.CID != nil {
		o.hex("cid", string(r.CID))
	}
	if r.Flight > 0 {
		o.integer("flight", int64(r.Flight))
	}
	if r.Retransmission {
		o.boolean("retransmission", true)
	}
	if r.Finished {
		o.boolean("finished", true)
	}
	if len(r.Messages) > 0 {
		o.list("messages", len(r.Messages), func(i int, in *object) { in.handshakeMessage(&r.Messages[i], r.Stream) })
	}
	if r.Alert != nil {
		o.text("level", alertLevel(r.Alert))
		o.text("description", orNumber(r.Alert.Name(), int(r.Alert.Description)))
		o.integer("number", int64(r.Alert.Description))
	}
}

// handshakeMessage writes a message of a handshake.
func (o *object) handshakeMessage(m *transport.HandshakeMessage, stream bool) {
	o.text("name", orNumber(m.Name(), int(m.Type)))
	if !stream {
		o.integer("number", int64(m.Number))
	}
	o.integer("length", int64(m.Length))
	if m.Fragment() {
		o.integer("offset", int64(m.Offset))
		o.integer("fragment", int64(m.FragmentLength))
	}
	h := m.Hello
	if h == nil {
		return
	}
	if h.Cookie {
		o.boolean("cookie", true)
	}
	o.texts("suites", SuiteNames(h.Suites))
	o.optional("server-name", h.ServerName)
	if h.CID >= 0 {
		o.integer("cid", int64(h.CID))
	}
	if h.RawKeys {
		o.boolean("raw-public-keys", true)
	}
}

// SuiteNames are the names of cipher suites, without those that are signals.
func SuiteNames(suites []transport.CipherSuite) []string {
	const renegotiation, fallback = 0x00ff, 0x5600
	names := []string{}
	for _, s := range suites {
		if s != renegotiation && s != fallback {
			names = append(names, s.String())
		}
	}
	return names
}

func alertLevel(a *transport.Alert) string {
	if a.Fatal {
		return "fatal"
	}
	return "warning"
}

// orNumber is a name, or the number where there is none.
func orNumber(name string, number int) string {
	if name != "" {
		return name
	}
	return "unknown " + strconv.Itoa(number)
}

// securedTaps hands each datagram of DTLS to all who want to see it.
type securedTaps struct {
	any     atomic.Bool // somebody does
	mu      sync.RWMutex
	all     []*securedTap
	flights transport.Flights
	streams transport.TLSFlows
}

// securedTap is one who sees datagrams of DTLS.
type securedTap struct{ see func(*SecureDatagram) }

// show shows a datagram to all.
func (t *securedTaps) show(r transport.WireRecord) { t.give(newSecureDatagram(&t.flights, r)) }

// give gives what was read to all.
func (t *securedTaps) give(d *SecureDatagram) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for _, one := range t.all {
		one.see(d)
	}
}

// change changes who sees it.
func (t *securedTaps) change(all func([]*securedTap) []*securedTap) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all = all(t.all)
	t.any.Store(len(t.all) > 0)
}

// TapSecured shows each datagram of DTLS that passes to see, which must be quick and
// is not called any more once the function returned has been.
func (s *Sessions) TapSecured(see func(*SecureDatagram)) (end func()) {
	mine, t := &securedTap{see}, &s.wires.secured
	t.change(func(all []*securedTap) []*securedTap { return append(all, mine) })
	return func() {
		t.change(func(all []*securedTap) []*securedTap {
			return slices.DeleteFunc(all, func(other *securedTap) bool { return other == mine })
		})
	}
}
