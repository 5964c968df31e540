package transport

import (
	"crypto/tls"
	"encoding/binary"
	"slices"
)

// tlsHello is what a ClientHello of TLS offers.
type tlsHello struct {
	clientHello
	versions   []uint16 // that are named, the best first; else the one that it has
	protocols  []string // by ALPN
	identities []string // of pre-shared keys, TLS 1.3
	signatures bool     // it says how what certificates are proved by may be signed
}

const (
	tlsRecordHead    = 5 // type, version, length
	tlsHandshakeHead = 4 // type, length
	// maxHello is how much is looked at of what a client begins with.
	maxHello = 32 << 10
	// maxIdentities is how many identities of one ClientHello are looked at.
	maxIdentities = 16
)

// parseTLSHello reads the ClientHello that a stream begins with. need is how many octets of
// the stream there must be to read on, 0 if there are enough; nil without need is that
// there is none, or one that nobody can read. RFC 8446 §4.1.2, §5.1.
func parseTLSHello(b []byte) (h *tlsHello, need int) {
	var message []byte
	read := 0
	for {
		if len(message) >= tlsHandshakeHead {
			size := tlsHandshakeHead + int(binary.BigEndian.Uint32(message)&0xffffff)
			switch {
			case message[0] != messageClientHello, size > maxHello:
				return nil, 0
			case len(message) >= size:
				return readTLSHello(message[tlsHandshakeHead:size]), 0
			}
		}
		switch {
		case len(b) > 0 && b[0] != recordHandshake:
			return nil, 0
		case len(b) < tlsRecordHead:
			return nil, read + tlsRecordHead
		}
		end := tlsRecordHead + int(binary.BigEndian.Uint16(b[3:]))
		switch {
		case end == tlsRecordHead || end > maxHello:
			return nil, 0
		case end > len(b):
			return nil, read + end
		}
		message = append(message, b[tlsRecordHead:end]...)
		b, read = b[end:], read+end
	}
}

// readTLSHello reads the body of a ClientHello, nil if it is malformed.
func readTLSHello(b []byte) *tlsHello {
	h := &tlsHello{}
	r := &reader{b: b}
	h.version = uint16(r.uint16())
	h.random = string(r.take(lengthOfRandom))
	h.session = string(r.take(r.uint8()))
	for suites := r.take(r.uint16()); len(suites) >= 2; suites = suites[2:] {
		h.suites = append(h.suites, CipherSuite(binary.BigEndian.Uint16(suites)))
	}
	r.take(r.uint8()) // compression
	h.x509 = true
	var list []byte
	if len(r.b) >= 2 {
		list = r.take(r.uint16())
	}
	if r.bad || !h.extensions(list) || !h.streamExtensions(list) {
		return nil
	}
	if len(h.versions) == 0 {
		h.versions = []uint16{h.version}
	}
	return h
}

// Extensions that only TLS over streams has, or that count only there. RFC 7301, RFC 8446
// §4.2.
const (
	extensionSignatures = 13
	extensionALPN       = 16
	extensionPSK        = 41
	extensionVersions   = 43
)

// streamExtensions reads what the extensions say of TLS over streams; false if that is
// malformed.
func (h *tlsHello) streamExtensions(b []byte) bool {
	r := &reader{b: b}
	for len(r.b) >= 4 && !r.bad {
		kind := r.uint16()
		body := &reader{b: r.take(r.uint16())}
		switch kind {
		case extensionSignatures:
			h.signatures = true
		case extensionVersions:
			for list := body.take(body.uint8()); len(list) >= 2; list = list[2:] {
				h.versions = append(h.versions, binary.BigEndian.Uint16(list))
			}
		case extensionALPN:
			list := &reader{b: body.take(body.uint16())}
			for len(list.b) > 0 && !list.bad {
				h.protocols = append(h.protocols, string(list.take(list.uint8())))
			}
		case extensionPSK:
			const old = "\x00\x00\x00\x00" // no age: all others are of former sessions, RFC 8446 §4.2.11
			list := &reader{b: body.take(body.uint16())}
			for len(list.b) > 0 && !list.bad && len(h.identities) < maxIdentities {
				identity := string(list.take(list.uint16()))
				if string(list.take(len(old))) == old {
					h.identities = append(h.identities, identity)
				}
			}
		}
		r.bad = r.bad || body.bad
	}
	return !r.bad
}

// speaks says whether the client offers a suite of some, with the version that it is of.
func (h *tlsHello) speaks(suites []CipherSuite) bool { return len(h.common(suites)) > 0 }

// common are those of some suites that the client offers with their version, in the
// order of the list.
func (h *tlsHello) common(suites []CipherSuite) []CipherSuite {
	var common []CipherSuite
	for _, s := range suites {
		version := uint16(tls.VersionTLS12)
		if s.ofTLS13() {
			version = tls.VersionTLS13
		}
		if slices.Contains(h.suites, s) && slices.Contains(h.versions, version) {
			common = append(common, s)
		}
	}
	return common
}
