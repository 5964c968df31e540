package transport

import (
	"errors"
	"fmt"
	"slices"
)

// stranger takes what is no record of DTLS: an attempt to speak CoAP in plain text,
// most likely. Each address is told of once.
func (l *DTLS) stranger(d Datagram) {
	const versionOne = 1
	if !l.tellOnce(d.From) {
		return
	}
	e := &HandshakeError{Peer: d.From, Cause: fmt.Sprintf("a datagram of %d octets that is no DTLS record", len(d.Bytes)), Err: errNotDTLS}
	if len(d.Bytes) >= 4 && d.Bytes[0]>>6 == versionOne {
		e.Cause, e.Cure = "plain CoAP came to the secure port", "the device is to use coaps:// here, or the port of coap://"
	}
	l.options.Failed(e)
}

// tellOnce says whether an address is to be told of, for the first time.
func (l *DTLS) tellOnce(from Address) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.server == nil || l.told[from] || len(l.told) >= MaxHandshakes || l.options.Failed == nil {
		return false
	}
	l.told[from] = true
	return true
}

// carriesData says whether a datagram begins with data of a session, as far as that can
// be seen.
func carriesData(b []byte) bool {
	return b[0] == recordCID || b[0] == recordData && epochOf(b) > 0
}

// unknown takes data of a session that nobody here knows: the device has it from before
// a restart of ours, most likely, and is told nothing, since anybody could send
// it. What was on its way when a session ended is no surprise. RFC 6347 §4.1.2.7.
func (l *DTLS) unknown(from Address) {
	l.mu.Lock()
	late := slices.Contains(l.ended[:], from)
	l.mu.Unlock()
	if late || !l.tellOnce(from) {
		return
	}
	l.options.Failed(&HandshakeError{
		Peer: from, Err: errUnknownSession,
		Cause: "it sends data of a DTLS session that is not known here, from before a restart of lwcon maybe",
		Cure:  "the device begins a new handshake once its requests have timed out; to restart it is quicker",
	})
}

var errUnknownSession = errors.New("unknown session")

var errNotDTLS = errors.New("no DTLS record")
