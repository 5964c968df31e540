// Package gnutls makes what the libraries in Go do not have by the machine's GnuTLS,
// which is loaded when it is first needed and without cgo: handshakes of DTLS 1.2 with
// raw public keys, and sessions of TLS 1.2 and 1.3 with raw public keys, pre-shared keys
// and suites with CCM. Builds with the tag static, and those for other machines than Linux
// on amd64 and arm64, have a stand-in that refuses. RFC 7250, RFC 6347, RFC 4279, RFC 6655.
package gnutls

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Limits and times of sessions.
const (
	// mtu is the largest datagram that a handshake sends.
	mtu = 1280
	// retransmission is how long a flight is waited for before ours is repeated, the
	// first time. RFC 6347 §4.2.4.1.
	retransmission = time.Second
	// handshakeTime is when GnuTLS itself gives up; its caller has a deadline too.
	handshakeTime = 60 * time.Second
	// soon is when to try again if GnuTLS names no time: it waits for the peer then.
	soon = 50 * time.Millisecond
	// maxWaiting is how many datagrams one call of Feed may leave unread.
	maxWaiting = 64
	// maxPeerKey is the longest raw public key of a peer that is looked at.
	maxPeerKey = 4096
	// maxPeerChain is how many octets the certificates of a peer have at most.
	maxPeerChain = 64 << 10
	// maxRecord is how much one record of TLS carries. RFC 8446 §5.1.
	maxRecord = 16 << 10
	// maxWarnings is how many warnings and refused handshakes a session bears in a row.
	maxWarnings = 16
)

// UnavailableError says why there is no GnuTLS to be had, and what to do.
type UnavailableError struct {
	Reason string
	Cure   string
}

func (e *UnavailableError) Error() string { return e.Reason }

// lacking is why something cannot be had, by why there is no GnuTLS.
func (m Mode) lacking(stream bool, why, remedy string) *UnavailableError {
	what, instead := "raw public keys", "psk or x509"
	switch {
	case stream && m == PreSharedKeys:
		what, instead = "pre-shared keys over TLS", "coaps:// or x509"
	case stream && m == Certificates:
		what, instead = "cipher suites with CCM over TLS", "coaps:// or other suites"
	case stream:
		what, instead = "raw public keys over TLS", "coaps:// with psk, or x509"
	}
	return &UnavailableError{Reason: what + " need GnuTLS, " + why, Cure: remedy + ", or use " + instead}
}

// Error is what a function of GnuTLS returned.
type Error struct {
	Operation string
	Code      int
	Text      string // of GnuTLS
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %s (GnuTLS %d)", e.Operation, e.Text, e.Code) }

// What errors of GnuTLS mean.
var (
	// ErrNoCommonSuite says that the two ends have no cipher suite, group or signature
	// in common.
	ErrNoCommonSuite = errors.New("no common cipher suite")
	// ErrNoPeerKey says that the peer sent no raw public key, or no certificate.
	ErrNoPeerKey = errors.New("the peer sent no raw public key")
	// ErrKeyType says that the peer does not take raw public keys, or has none.
	ErrKeyType = errors.New("the peer has no raw public keys")
	// ErrVersion says that the peer does not speak DTLS 1.2, or none of the versions of
	// TLS that are allowed.
	ErrVersion = errors.New("the peer does not speak DTLS 1.2")
	// ErrProtocol says that the peer asks for other protocols by ALPN only.
	ErrProtocol = errors.New("the peer asks for other protocols")
	// ErrWrongKey says that what the peer sealed cannot be read: the keys differ.
	ErrWrongKey = errors.New("what the peer sealed cannot be read")
	// ErrEnded says that the peer ended the connection, with or without close_notify.
	ErrEnded = errors.New("the peer ended the connection")
	// ErrUnknownIdentity says that nobody has the PSK identity of the peer.
	ErrUnknownIdentity = errors.New("nobody has that PSK identity")
	// ErrUnproven says that the peer ended a handshake without having proved itself.
	ErrUnproven = errors.New("the handshake ended without a decision about who the peer is")
)

// meanings are the codes of GnuTLS for which there is an error above.
var meanings = map[error][]int{
	ErrNoCommonSuite: {-21, -87, -106, -217, -423},
	ErrNoPeerKey:     {-49, -112},
	ErrKeyType:       {-61, -32, -67, -68, -69, -73, -76}, // the latter of a certificate that is read as a key
	ErrEnded:         {-110, -328},
	ErrVersion:       {-8},
	ErrProtocol:      {-344},
	ErrWrongKey:      {-18, -24},
}

// Is says whether the code has that meaning.
func (e *Error) Is(target error) bool { return slices.Contains(meanings[target], e.Code) }

// AlertError is the alert that the peer ended a handshake with. RFC 5246 §7.2.
type AlertError struct{ Description byte }

func (e *AlertError) Error() string { return fmt.Sprintf("alert %d", e.Description) }

// Mode is how the two ends prove themselves.
type Mode uint8

// The modes. DTLS has RawKeys only.
const (
	RawKeys Mode = iota
	PreSharedKeys
	Certificates
)

// Config is what sessions of one end have in common.
type Config struct {
	Server     bool
	Stream     bool // TLS 1.2 and 1.3, else DTLS 1.2
	Mode       Mode
	Suites     []uint16 // allowed, by their numbers, the best first
	PublicKey  []byte   // DER SubjectPublicKeyInfo of this end
	PrivateKey []byte   // PKCS #8; it is not kept
	Chain      [][]byte // DER of the certificates of this end, its own first; none at a client without
	Identity   []byte   // of a client with a pre-shared key
	Key        []byte   // that one; it is not kept
	ServerName string   // that a client says it looks for (SNI), "" or an address for none
	Protocol   string   // that is agreed on by ALPN over streams
}

// Result is what came of a handshake. It holds secrets.
type Result struct {
	Suite                      uint16
	PeerKey                    []byte // DER SubjectPublicKeyInfo
	ClientRandom, ServerRandom []byte
	Master                     []byte
}
