package transport

import (
	"encoding/binary"
	"iter"
	"slices"
)

// What a record of DTLS 1.2 is, as far as it is not encrypted. RFC 6347 §4.1, §4.2.
const (
	recordHead      = 13 // type, version, epoch, sequence number, length
	recordCCS       = 20
	recordAlert     = 21
	recordHandshake = 22
	recordData      = 23
	recordCID       = 25 // RFC 9146 §4
	handshakeHead   = 12 // type, length, sequence, fragment offset and length

	messageClientHello = 1
	messageServerHello = 2

	messageCertificateRequest = 13

	versionDTLS12 = 0xfefd // later versions have lower numbers
)

// clientHello is what a ClientHello offers.
type clientHello struct {
	version    uint16 // 0xfefd is DTLS 1.2
	random     string
	session    string // id of the one to resume, "" for none
	suites     []CipherSuite
	cookie     bool
	cid        bool
	ownCID     string // that it wants to be sent
	serverName string
	rawKeys    bool // server_certificate_type offers raw public keys, RFC 7250
	x509       bool // X.509 is possible by these extensions, or by their absence
	rawFirst   bool // it would rather have a raw public key of the server than a certificate
	limit      int  // octets of a record that it takes at most, 0 if it says nothing
	ownRaw     bool // client_certificate_type offers a raw public key of its own

	extendedMaster bool // RFC 7627
}

// isClientHello says whether a datagram begins with the first fragment of a
// ClientHello in plain text.
func isClientHello(b []byte) bool {
	return len(b) >= recordHead+handshakeHead && b[0] == recordHandshake && epochOf(b) == 0 && b[recordHead] == messageClientHello
}

// epochOf returns the epoch of the first record of a datagram.
func epochOf(b []byte) uint16 { return binary.BigEndian.Uint16(b[3:]) }

// recordsOf walks the records of a datagram, up to the first with a Connection ID,
// whose length stands elsewhere.
func recordsOf(b []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for len(b) >= recordHead && b[0] != recordCID {
			end := recordHead + int(binary.BigEndian.Uint16(b[recordHead-2:]))
			if end > len(b) || !yield(b[:end]) {
				return
			}
			b = b[end:]
		}
	}
}

// levelVersions gives the records of a ClientHello the version of DTLS 1.2 where they
// have one that nobody speaks: stacks in the field send {254, 0}, and what counts is
// the version inside. It is no part of what is signed. RFC 5246 Appendix E.1.
func levelVersions(datagram []byte) {
	const major, minor10, minor12 = 0xfe, 0xff, 0xfd
	for record := range recordsOf(datagram) {
		if isClientHello(record) && record[1] == major && record[2] != minor10 && record[2] != minor12 {
			record[2] = minor12
		}
	}
}

// plainAlert returns the alert that a record is in plain text.
func plainAlert(b []byte) (description byte, ok bool) {
	if len(b) == recordHead+2 && b[0] == recordAlert && epochOf(b) == 0 {
		return b[recordHead+1], true
	}
	return 0, false
}

// reader takes octets off a message; after the end it gives none, and zero.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) take(n int) []byte {
	if n > len(r.b) {
		r.bad, r.b = true, nil
		return nil
	}
	head := r.b[:n]
	r.b = r.b[n:]
	return head
}

func (r *reader) uint8() int {
	if b := r.take(1); b != nil {
		return int(b[0])
	}
	return 0
}

func (r *reader) uint16() int { return r.uint8()<<8 | r.uint8() }

// parseClientHello reads a ClientHello that is one fragment; false for one that is
// cut or malformed. RFC 5246 §7.4.1.2, RFC 6347 §4.2.1.
func parseClientHello(datagram []byte) (h clientHello, ok bool) {
	if !isClientHello(datagram) {
		return h, false
	}
	return readClientHello(datagram[recordHead+handshakeHead:])
}

// readClientHello reads the body of a ClientHello, and does not mind what follows it.
func readClientHello(b []byte) (h clientHello, ok bool) {
	r := &reader{b: b}
	h.version = uint16(r.uint16())
	h.random = string(r.take(lengthOfRandom))
	h.session = string(r.take(r.uint8()))
	cookie := r.uint8()
	r.take(cookie)
	h.cookie = cookie > 0
	for suites := r.take(r.uint16()); len(suites) >= 2; suites = suites[2:] {
		h.suites = append(h.suites, CipherSuite(binary.BigEndian.Uint16(suites)))
	}
	r.take(r.uint8()) // compression
	h.x509 = true
	if len(r.b) >= 2 && !r.bad && !h.extensions(r.take(r.uint16())) {
		return h, false
	}
	return h, !r.bad
}

// Extensions that decide how to go on. RFC 6066, RFC 7250, RFC 9146.
const (
	extensionServerName       = 0
	extensionMaxFragment      = 1
	extensionClientCertType   = 19
	extensionServerCertType   = 20
	extensionExtendedMaster   = 23
	extensionRecordLimit      = 28
	extensionConnectionID     = 54
	certificateTypeX509       = 0
	certificateTypeRawKey     = 2
	serverNameHost            = 0
	serverNameHeader, typeLen = 5, 1
)

// extensions reads the list of them; false if it is malformed.
func (h *clientHello) extensions(b []byte) bool {
	r := &reader{b: b}
	for len(r.b) >= 4 && !r.bad {
		kind := r.uint16()
		body := r.take(r.uint16())
		switch kind {
		case extensionExtendedMaster:
			h.extendedMaster = true
		case extensionConnectionID:
			h.ownCID, h.cid = cidIn(body)
		case extensionMaxFragment, extensionRecordLimit:
			h.recordLimit(kind, body)
		case extensionServerName:
			if len(body) > serverNameHeader && body[2] == serverNameHost {
				h.serverName = string(body[serverNameHeader:])
			}
		case extensionClientCertType, extensionServerCertType:
			if len(body) > typeLen {
				h.certificateTypes(kind == extensionServerCertType, body[typeLen:])
			}
		}
	}
	return !r.bad
}

// recordLimit notes how large a record the peer takes; of the two ways to say it the
// newer counts. RFC 6066 §4, RFC 8449 §4.
func (h *clientHello) recordLimit(kind int, body []byte) {
	const smallest, codes = 512, 4 // 1 is 512, 4 is 4096
	switch {
	case kind == extensionRecordLimit && len(body) == 2:
		h.limit = int(binary.BigEndian.Uint16(body))
	case kind == extensionMaxFragment && len(body) == 1 && h.limit == 0 && body[0] >= 1 && body[0] <= codes:
		h.limit = smallest << (body[0] - 1)
	}
}

// certificateTypes notes what a client offers for a certificate of the server, or for
// one of its own, the best first. It takes part with raw public keys if both may be
// those, and with certificates unless one may not be. RFC 7250 §3, §4.
func (h *clientHello) certificateTypes(ofServer bool, types []byte) {
	raw := slices.Contains(types, certificateTypeRawKey)
	h.x509 = h.x509 && slices.Contains(types, certificateTypeX509)
	if ofServer {
		h.rawKeys, h.rawFirst = raw, types[0] == certificateTypeRawKey
	} else {
		h.ownRaw = raw
	}
}

// cidIn returns the Connection ID that an extension carries. RFC 9146 §3.
func cidIn(extension []byte) (cid string, ok bool) {
	if len(extension) == 0 || int(extension[0]) != len(extension)-1 {
		return "", false
	}
	return string(extension[1:]), true
}

// serverHello is what a ServerHello agrees to.
type serverHello struct {
	version uint16
	random  string
	session string // its id
	suite   CipherSuite
	cid     bool
	ownCID  string // that the server wants to be sent
	limit   int    // octets of a record that it takes at most, 0 if it says nothing

	extendedMaster bool // RFC 7627
}

// parseServerHello reads a record that begins with a ServerHello in one fragment;
// false for anything else.
func parseServerHello(record []byte) (h serverHello, ok bool) {
	if len(record) < recordHead+handshakeHead || record[0] != recordHandshake || epochOf(record) != 0 || record[recordHead] != messageServerHello {
		return h, false
	}
	if all := parseMessages(record[recordHead:]); len(all) > 0 && !all[0].Fragment() {
		return readServerHello(record[recordHead+handshakeHead:][:all[0].Length])
	}
	return h, false
}

const lengthOfRandom = 32

// readServerHello reads the body of a ServerHello. RFC 5246 §7.4.1.3.
func readServerHello(b []byte) (h serverHello, ok bool) {
	r := &reader{b: b}
	h.version = uint16(r.uint16())
	h.random = string(r.take(lengthOfRandom))
	h.session = string(r.take(r.uint8()))
	h.suite = CipherSuite(r.uint16())
	r.uint8() // compression
	var known clientHello
	if r.bad || len(r.b) >= 2 && !known.extensions(r.take(r.uint16())) {
		return h, false
	}
	h.cid, h.ownCID, h.limit, h.extendedMaster = known.cid, known.ownCID, known.limit, known.extendedMaster
	return h, !r.bad
}

// alertNames are those of TLS 1.2. RFC 5246 §7.2, RFC 4279 §6, RFC 6066.
var alertNames = map[byte]string{
	0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac", 22: "record_overflow",
	30: "decompression_failure", 40: "handshake_failure", 42: "bad_certificate", 43: "unsupported_certificate",
	44: "certificate_revoked", 45: "certificate_expired", 46: "certificate_unknown", 47: "illegal_parameter",
	48: "unknown_ca", 49: "access_denied", 50: "decode_error", 51: "decrypt_error", 70: "protocol_version",
	71: "insufficient_security", 80: "internal_error", 86: "inappropriate_fallback", 90: "user_canceled",
	100: "no_renegotiation", 110: "unsupported_extension", 112: "unrecognized_name", 113: "bad_certificate_status_response",
	115: "unknown_psk_identity", 116: "certificate_required", 120: "no_application_protocol",
}

// wrappedAlert returns the alert in a record with a Connection ID that is not
// encrypted: one stack sends it so before it has keys, against RFC 9146 §3.
func wrappedAlert(b []byte) (description byte, ok bool) {
	const head, fatal = recordHead + cidLength, 2
	if len(b) >= head+2 && b[0] == recordCID && epochOf(b) == 0 && b[head] == fatal {
		return b[head+1], true
	}
	return 0, false
}
