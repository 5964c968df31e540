package transport

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"net/netip"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// linkUpperPDU is the link type of packets that begin above the transport layer, with
// tags that tell what they are: LINKTYPE_WIRESHARK_UPPER_PDU.
const linkUpperPDU layers.LinkType = 252

const (
	// insideInterface is the number of the interface of what secure sessions carried.
	insideInterface = 1
	// captureInnerPort is where dissectors look for CoAP, captureSecurePort where they
	// look for DTLS and TLS that carry it.
	captureInnerPort  = 5683
	captureSecurePort = 5684
)

// innerMessages knows which sessions the present file of a capture tells how to read,
// by the client random of their handshakes.
type innerMessages struct {
	secrets map[string]bool       // whose secrets the file has
	peers   map[Address]innerPeer // whose records passed
	cids    map[string]string     // client random, by the Connection ID that we gave the client
}

// innerPeer is the peer of a session.
type innerPeer struct {
	hello string // client random of the handshake that the file has, "" for none
	local netip.AddrPort
}

// begin begins another file, which has some secrets already.
func (m *innerMessages) begin(secrets [][]byte) {
	m.secrets, m.peers, m.cids = map[string]bool{}, map[Address]innerPeer{}, map[string]string{}
	for _, lines := range secrets {
		m.told(lines)
	}
}

// told notes lines of a key log that the file has now.
func (m *innerMessages) told(lines []byte) {
	for line := range bytes.Lines(lines) {
		m.secrets[clientRandom(line)] = true
	}
}

// look notes how a peer is reached, and its ClientHello.
func (m *innerMessages) look(r *WireRecord) {
	peer, known := m.peers[r.Remote]
	if !known && len(m.peers) >= maxCaptureFlows {
		return
	}
	random := helloRandom(r.Bytes, r.Stream)
	before := peer
	if random != nil {
		peer.hello = hex.EncodeToString(random)
	}
	peer.hello = m.moved(r, peer.hello)
	if peer.local = r.Local.hostport; peer != before {
		m.peers[r.Remote] = peer
	}
}

// moved returns the client random of a session that goes on from another address,
// which is known by its Connection ID; that of the address else. RFC 9146 §6.
func (m *innerMessages) moved(r *WireRecord, hello string) string {
	const end = recordHead - 2 + cidLength
	if r.Stream || r.Direction != Received || len(r.Bytes) < end || r.Bytes[0] != recordCID {
		return hello
	}
	cid := string(r.Bytes[recordHead-2 : end])
	known, has := m.cids[cid]
	switch {
	case has:
		return known
	case hello != "" && len(m.cids) < maxCaptureFlows:
		m.cids[cid] = hello
	}
	return hello
}

// readable says whether the file alone tells how to read what passes between us and a
// peer: it has handshake and secrets, and the port tells what is inside.
func (m *innerMessages) readable(peer Address) bool {
	p := m.peers[peer]
	return p.hello != "" && m.secrets[p.hello] &&
		(p.local.Port() == captureSecurePort || peer.hostport.Port() == captureSecurePort)
}

// helloRandom returns the random of the ClientHello that b begins with, nil for
// anything else. RFC 5246 §7.4.1.2, RFC 6347 §4.2.
func helloRandom(b []byte, stream bool) []byte {
	const version, length, streamRecord, streamMessage = 2, 32, 5, 4
	at := recordHead + handshakeHead + version
	switch {
	case !stream && isClientHello(b):
	case stream && len(b) > streamRecord && b[0] == recordHandshake && b[1] == 3 && b[streamRecord] == messageClientHello:
		at = streamRecord + streamMessage + version
	default:
		return nil
	}
	if len(b) < at+length {
		return nil
	}
	return b[at : at+length]
}

// writeInner writes a message of a secure session, unless the file tells how to read
// the session.
func (c *Capture) writeInner(r *WireRecord) (packets uint64, err error) {
	if c.inner.readable(r.Remote) {
		return 0, nil
	}
	if !r.Local.hostport.IsValid() {
		r.Local.hostport = c.inner.peers[r.Remote].local
	}
	p := packet{from: r.Local.hostport, to: r.Remote.hostport, stream: r.Stream, payload: r.Bytes}
	if r.Direction == Received {
		p.from, p.to = p.to, p.from
	}
	frame := appendUpperPDU(nil, &p)
	info := gopacket.CaptureInfo{Timestamp: r.Time, CaptureLength: len(frame), Length: len(frame), InterfaceIndex: insideInterface}
	return 1, c.files.write(info, frame, r.Note)
}

// Tags of a packet that begins above the transport layer. Wireshark's
// exported_pdu_tlvs.h.
const (
	tagEnd        = 0
	tagTable      = 14 // name of the table of dissectors
	tagIPv4Source = 20 // the target is one more
	tagIPv6Source = 22
	tagPortType   = 24
	tagSourcePort = 25
	tagTargetPort = 26
	tagTableValue = 32

	portTypeTCP = 2
	portTypeUDP = 3
)

// appendUpperPDU appends a message of CoAP as a packet that has no headers but tags,
// with its real addresses.
func appendUpperPDU(b []byte, m *packet) []byte {
	table, ports := "udp.port", uint32(portTypeUDP)
	if m.stream {
		table, ports = "tcp.port", portTypeTCP
	}
	b = appendTag(b, tagTable, []byte(table))
	b = appendNumberTag(b, tagTableValue, captureInnerPort)
	from, to := m.family()
	tag := uint16(tagIPv4Source)
	if from.Is6() {
		tag = tagIPv6Source
	}
	b = appendTag(b, tag, from.AsSlice())
	b = appendTag(b, tag+1, to.AsSlice())
	b = appendNumberTag(b, tagPortType, ports)
	b = appendNumberTag(b, tagSourcePort, uint32(m.from.Port()))
	b = appendNumberTag(b, tagTargetPort, uint32(m.to.Port()))
	return append(appendTag(b, tagEnd, nil), m.payload...)
}

func appendNumberTag(b []byte, tag uint16, n uint32) []byte {
	return appendTag(b, tag, binary.BigEndian.AppendUint32(nil, n))
}

// appendTag appends a tag, its length and its value, filled up to four octets.
func appendTag(b []byte, tag uint16, value []byte) []byte {
	padding := -len(value) & 3
	b = binary.BigEndian.AppendUint16(b, tag)
	b = binary.BigEndian.AppendUint16(b, uint16(len(value)+padding))
	return append(append(b, value...), make([]byte, padding)...)
}
