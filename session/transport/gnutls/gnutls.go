// Package gnutls makes handshakes of DTLS 1.2 with raw public keys by the machine's
// GnuTLS, which is loaded when it is first needed and without cgo. Builds with the
// tag static, and those for other machines than Linux on amd64 and arm64, have a
// stand-in that refuses. RFC 7250, RFC 6347.
package gnutls

import (
	"errors"
	"fmt"
	"slices"
	"strings"
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
)

// UnavailableError says why there is no GnuTLS to be had, and what to do.
type UnavailableError struct {
	Reason string
	Cure   string
}

func (e *UnavailableError) Error() string { return e.Reason }

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
	// ErrNoPeerKey says that the peer sent no raw public key.
	ErrNoPeerKey = errors.New("the peer sent no raw public key")
	// ErrKeyType says that the peer does not take raw public keys, or has none.
	ErrKeyType = errors.New("the peer has no raw public keys")
	// ErrVersion says that the peer does not speak DTLS 1.2.
	ErrVersion = errors.New("the peer does not speak DTLS 1.2")
)

// meanings are the codes of GnuTLS for which there is an error above.
var meanings = map[error][]int{
	ErrNoCommonSuite: {-21, -87, -106, -217, -423},
	ErrNoPeerKey:     {-49, -112},
	ErrKeyType:       {-61, -32},
	ErrVersion:       {-8},
}

// Is says whether the code has that meaning.
func (e *Error) Is(target error) bool { return slices.Contains(meanings[target], e.Code) }

// AlertError is the alert that the peer ended a handshake with. RFC 5246 §7.2.
type AlertError struct{ Description byte }

func (e *AlertError) Error() string { return fmt.Sprintf("alert %d", e.Description) }

// Config is what sessions of one end have in common.
type Config struct {
	Server     bool
	Suites     []uint16 // allowed, by their numbers, the best first
	PublicKey  []byte   // DER SubjectPublicKeyInfo of this end
	PrivateKey []byte   // PKCS #8; it is not kept
	ServerName string   // that a client says it looks for (SNI), "" or an address for none
}

// Result is what came of a handshake. It holds secrets.
type Result struct {
	Suite                      uint16
	PeerKey                    []byte // DER SubjectPublicKeyInfo
	ClientRandom, ServerRandom []byte
	Master                     []byte
}

// suite is how GnuTLS calls what a suite is made of.
type suite struct {
	number   uint16
	exchange string
	cipher   string
	code     int // of the cipher
}

// suites are those with which there are raw public keys here. RFC 5289, RFC 7251.
var suites = []suite{
	{0xc0ae, "ECDHE-ECDSA", "AES-128-CCM-8", 21},
	{0xc0ac, "ECDHE-ECDSA", "AES-128-CCM", 19},
	{0xc02b, "ECDHE-ECDSA", "AES-128-GCM", 10},
	{0xc02c, "ECDHE-ECDSA", "AES-256-GCM", 11},
}

// Suites are the numbers of the suites that sessions can have, the best first.
func Suites() []uint16 {
	var all []uint16
	for _, s := range suites {
		all = append(all, s.number)
	}
	return all
}

// priorities writes what is allowed as GnuTLS reads it.
func priorities(allowed []uint16) (string, error) {
	var exchanges, ciphers []string
	add := func(list *[]string, word string) {
		if !slices.Contains(*list, word) {
			*list = append(*list, word)
		}
	}
	for _, number := range allowed {
		at := slices.IndexFunc(suites, func(s suite) bool { return s.number == number })
		if at < 0 {
			return "", fmt.Errorf("cipher suite 0x%04X: expected one of ECDHE_ECDSA with AES in CCM or GCM", number)
		}
		add(&exchanges, "+"+suites[at].exchange)
		add(&ciphers, "+"+suites[at].cipher)
	}
	if len(ciphers) == 0 {
		return "", errors.New("no cipher suite is allowed")
	}
	words := slices.Concat([]string{"NONE", "+VERS-DTLS1.2"}, exchanges, ciphers, []string{
		"+AEAD", "+SIGN-ECDSA-SHA256", "+SIGN-ECDSA-SHA384", "+GROUP-SECP256R1", "+GROUP-SECP384R1", "+GROUP-X25519",
		"+CTYPE-CLI-RAWPK", "+CTYPE-SRV-RAWPK", "+COMP-NULL",
	})
	return strings.Join(words, ":"), nil
}
