package transport

import "encoding/binary"

// DTLSRecord is what can be read of a record of DTLS 1.2, or of TLS, without its keys.
// RFC 6347 §4.1, RFC 9146 §4.
//
//	type 1, version 2, epoch 2, sequence number 6, Connection ID if type is 25, length 2, content
type DTLSRecord struct {
	Stream   bool   // it is one of TLS: without epoch, which is 1 where it is encrypted, and number
	Type     byte   // of the content; 25 hides it and has a Connection ID
	Version  uint16 // 0xfefd is DTLS 1.2
	Epoch    uint16 // 0 before there are keys
	Sequence uint64
	CID      []byte // of type 25
	Content  []byte // encrypted in an epoch above 0

	Messages []HandshakeMessage // of a handshake in plain text
	Alert    *Alert             // in plain text, else nil

	// What the records before tell, see Flights:

	Flight         int  // 1 to 6 of a handshake, 0 of none. RFC 6347 §4.2.4
	Retransmission bool // it was sent before
	Finished       bool // it hides the message Finished
}

// HandshakeMessage is a message of a handshake, or a fragment of one. RFC 6347 §4.2.2.
//
//	type 1, length 3, message number 2, offset of the fragment 3, its length 3, fragment
type HandshakeMessage struct {
	Type           byte
	Length         int // of the whole message
	Number         uint16
	Offset         int
	FragmentLength int
	Hello          *Hello // of a whole ClientHello or ServerHello, else nil
}

// Fragment says whether it is less than the whole message.
func (m *HandshakeMessage) Fragment() bool { return m.FragmentLength != m.Length }

// Hello is what a ClientHello offers or a ServerHello chose.
type Hello struct {
	Cookie     bool
	Suites     []CipherSuite
	ServerName string
	CID        int  // octets of the Connection ID that it wants to be sent, -1 for none at all
	RawKeys    bool // it offers raw public keys

	random string
}

// Alert is an alert of TLS. RFC 5246 §7.2.
type Alert struct {
	Fatal       bool
	Description byte
}

// Name is that of the description: handshake_failure, or "" for one that is unknown.
func (a Alert) Name() string { return alertNames[a.Description] }

// unknownCID says that it is not known how long a Connection ID is: it does not
// stand in the record.
const unknownCID = -1

// parseRecords reads the records of a datagram; rest is what is no whole record.
// cid is how long a Connection ID is, or unknownCID, where the last record of a
// datagram tells by its length.
func parseRecords(b []byte, cid int) (records []DTLSRecord, rest []byte) {
	for len(b) > 0 {
		r, n := parseRecord(b, cid)
		if n == 0 {
			return records, b
		}
		records, b = append(records, r), b[n:]
	}
	return records, nil
}

// parseRecord reads the record that b begins with, and says how long it is, 0 if it
// is not whole.
func parseRecord(b []byte, cid int) (r DTLSRecord, n int) {
	head := recordHead
	if len(b) < head {
		return r, 0
	}
	if b[0] == recordCID {
		if cid == unknownCID {
			cid = guessCID(b)
		}
		if cid == unknownCID || len(b) < head+cid {
			return r, 0
		}
		head += cid
		r.CID = b[recordHead-2 : head-2]
	}
	n = head + int(binary.BigEndian.Uint16(b[head-2:]))
	if n > len(b) {
		return r, 0
	}
	r.Type, r.Version, r.Epoch, r.Content = b[0], binary.BigEndian.Uint16(b[1:]), epochOf(b), b[head:n]
	r.Sequence = binary.BigEndian.Uint64(b[3:]) & (1<<48 - 1)
	if r.Encrypted() {
		return r, n
	}
	switch r.Type {
	case recordHandshake:
		r.Messages = parseMessages(r.Content)
	case recordAlert:
		const warning, fatal = 1, 2
		if len(r.Content) == 2 && (r.Content[0] == warning || r.Content[0] == fatal) {
			r.Alert = &Alert{r.Content[0] == fatal, r.Content[1]}
		}
	}
	return r, n
}

// guessCID finds the length of a Connection ID with which the record fills its
// datagram, as records that carry data do; unknownCID if there is none.
func guessCID(b []byte) int {
	const longest, shortestContent = 32, 17 // nonce, tag, type
	for cid := 0; cid <= longest && len(b) >= recordHead+cid+shortestContent; cid++ {
		head := recordHead + cid
		if head+int(binary.BigEndian.Uint16(b[head-2:])) == len(b) {
			return cid
		}
	}
	return unknownCID
}

// Encrypted says whether the content can be read by who has the keys only.
func (r *DTLSRecord) Encrypted() bool { return r.Epoch > 0 }

// parseMessages reads the messages of a record of a handshake; what is cut ends the
// list.
func parseMessages(b []byte) []HandshakeMessage {
	var all []HandshakeMessage
	for len(b) >= handshakeHead {
		m := HandshakeMessage{
			Type: b[0], Length: uint24(b[1:]), Number: binary.BigEndian.Uint16(b[4:]),
			Offset: uint24(b[6:]), FragmentLength: uint24(b[9:]),
		}
		end := handshakeHead + m.FragmentLength
		if end > len(b) || m.Offset+m.FragmentLength > m.Length {
			return all
		}
		if !m.Fragment() {
			m.Hello = parseHello(m.Type, b[handshakeHead:end])
		}
		all, b = append(all, m), b[end:]
	}
	return all
}

func uint24(b []byte) int { return int(b[0])<<16 | int(b[1])<<8 | int(b[2]) }

// parseHello reads the body of a ClientHello or ServerHello; nil for anything else,
// or if it is malformed.
func parseHello(kind byte, b []byte) *Hello {
	const versionAndRandom = 34
	if len(b) < versionAndRandom {
		return nil
	}
	hello := &Hello{CID: unknownCID, random: string(b[2:versionAndRandom])}
	switch kind {
	case messageClientHello:
		h, ok := readClientHello(b)
		if !ok {
			return nil
		}
		hello.Cookie, hello.Suites, hello.ServerName, hello.RawKeys = h.cookie, h.suites, h.serverName, h.rawKeys
		if h.cid {
			hello.CID = len(h.ownCID)
		}
	case messageServerHello:
		h, ok := readServerHello(b)
		if !ok {
			return nil
		}
		hello.Suites = []CipherSuite{h.suite}
		if h.cid {
			hello.CID = len(h.ownCID)
		}
	default:
		return nil
	}
	return hello
}

// messageNames are those of the messages of a handshake. RFC 5246 §7.4, RFC 6347 §4.2.
var messageNames = map[byte]string{
	0: "HelloRequest", 1: "ClientHello", 2: "ServerHello", 3: "HelloVerifyRequest", 4: "NewSessionTicket",
	5: "EndOfEarlyData", 8: "EncryptedExtensions", 11: "Certificate", 12: "ServerKeyExchange", 13: "CertificateRequest", 14: "ServerHelloDone",
	15: "CertificateVerify", 16: "ClientKeyExchange", 20: "Finished", 21: "CertificateURL", 22: "CertificateStatus",
	23: "SupplementalData",
}

// Name is that of the message: ClientHello, or "" for one that is unknown.
func (m *HandshakeMessage) Name() string { return messageNames[m.Type] }

// recordNames are those of the types of records. RFC 5246 §6.2.1, RFC 9146 §4.
var recordNames = map[byte]string{
	recordCCS: "change_cipher_spec", recordAlert: "alert", recordHandshake: "handshake", recordData: "application_data",
	24: "heartbeat", recordCID: "tls12_cid",
}

// TypeName is the name of the type: handshake, application_data, or "" for one that
// is unknown.
func (r *DTLSRecord) TypeName() string { return recordNames[r.Type] }
