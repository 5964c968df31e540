//go:build linux && (amd64 || arm64) && !static

package gnutls

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"
	"unsafe"
)

// Flags of gnutls_init.
const (
	flagServer    = 1
	flagClient    = 2
	flagDatagram  = 1 << 2
	flagNonblock  = 1 << 3
	flagNoTickets = 1 << 10
	flagRawKeys   = 1 << 18
)

const (
	errAgain        = -28
	errInterrupted  = -52
	errWarningAlert = -16
	errFatalAlert   = -12
	errCertificate  = -43

	credentialsCertificate = 1
	credentialsPSK         = 4
	requireCertificate     = 2
	nameDNS                = 1
	ofPeer                 = 3
	typeX509               = 1
	typeRawKey             = 3
)

// Session is one handshake. It is driven by what is fed to it, waits for nothing,
// and is used by one goroutine at a time.
type Session struct {
	library     *library
	credentials *Credentials
	handle      uintptr
	number      uintptr
	verify      func(proof [][]byte) error
	verified    [][]byte // what verify let in
	verdict     error    // of verify, or of key
	in, out     [][]byte
	done        bool
	err         error

	// Of streams only:
	stream bool
	ended  bool // nothing more comes in
	key    func(identity []byte) (key []byte, known bool)
	given  bool // key has given one
	secret func(line []byte)
}

// Begin begins a session. verify decides whether a peer with that raw public key,
// DER SubjectPublicKeyInfo, is let in. cookie is that of Admit at a server, nil at a
// client. Free must be called in the end.
func (c *Credentials) Begin(cookie *Cookie, verify func(key []byte) error) (*Session, error) {
	if verify == nil {
		return nil, errNobody
	}
	s, err := c.begin(flagDatagram)
	if err != nil {
		return nil, err
	}
	l := c.library
	s.verify = func(proof [][]byte) error { return verify(proof[0]) }
	callPointer(l.setMTU, s.handle, mtu)
	callPointer(l.setTimeouts, s.handle, uintptr(retransmission.Milliseconds()), uintptr(handshakeTime.Milliseconds()))
	if cookie != nil {
		callPointer(l.prestateSet, s.handle, uintptr(unsafe.Pointer(&cookie.state)))
	}
	return s, nil
}

var errNobody = errors.New("expected somebody who decides about the key of the peer, found nobody")

// begin begins a session with what all have in common.
func (c *Credentials) begin(flags uintptr) (*Session, error) {
	if !c.use() {
		return nil, errFreed
	}
	l := c.library
	s := &Session{library: l, credentials: c}
	role := uintptr(flagClient)
	if c.server {
		role = flagServer
	}
	if code := call(l.init, uintptr(unsafe.Pointer(&s.handle)), role|flags|flagNonblock|flagNoTickets|flagRawKeys); code < 0 {
		c.unuse()
		return nil, l.failure("begin a session", code)
	}
	s.number = enter(s)
	callPointer(l.setPointer, s.handle, s.number)
	callPointer(l.setTransport, s.handle, s.number)
	callPointer(l.setPush, s.handle, l.onPush)
	callPointer(l.setPull, s.handle, l.onPull)
	callPointer(l.setWait, s.handle, l.onWait)
	code := call(l.prioritySet, s.handle, c.priority)
	if code >= 0 {
		code = call(l.credentialsSet, s.handle, c.kind, c.handle)
	}
	if code < 0 {
		s.Free()
		return nil, l.failure("begin a session", code)
	}
	if c.server && c.kind == credentialsCertificate {
		callPointer(l.requestCertificate, s.handle, requireCertificate)
	}
	if len(c.name) > 0 {
		callPointer(l.setName, s.handle, nameDNS, uintptr(unsafe.Pointer(&c.name[0])), uintptr(len(c.name)))
	}
	return s, nil
}

// Free gives back what GnuTLS holds for the session.
func (s *Session) Free() {
	if s.handle == 0 {
		return
	}
	// It leaves first: GnuTLS may hand the same address out at once again.
	leave(s.number)
	callPointer(s.library.deinit, s.handle)
	s.handle, s.in, s.out = 0, nil, nil
	s.credentials.unuse()
}

// Feed takes a datagram that arrived, which it keeps, nil where only time has passed. It returns what
// is to be sent, when to call again at the latest, and whether the handshake is
// complete. The error may be an *AlertError, an *Error or what verify returned; what
// is to be sent goes out with it too.
func (s *Session) Feed(datagram []byte) (out [][]byte, next time.Duration, done bool, err error) {
	switch {
	case s.handle == 0:
		return nil, 0, false, errFreed
	case s.err != nil || s.done:
		return nil, 0, s.done, s.err
	}
	if datagram != nil && len(s.in) < maxWaiting {
		s.in = append(s.in, datagram)
	}
	next, s.err = s.step()
	out, s.out = s.out, nil
	return out, next, s.done, s.err
}

var errFreed = errors.New("the session was given up")

// step goes on with the handshake as far as it gets.
func (s *Session) step() (next time.Duration, err error) {
	l := s.library
	for {
		code := call(l.handshake, s.handle)
		switch {
		case code >= 0:
			s.done = true
			return 0, s.checked()
		case code == errAgain || code == errInterrupted:
			wait := time.Duration(uint32(call(l.timeout, s.handle))) * time.Millisecond
			if wait == 0 {
				wait = soon
			}
			return wait, nil
		case code == errFatalAlert:
			return 0, &AlertError{byte(call(l.alert, s.handle))}
		case call(l.isFatal, uintptr(code)) == 0: // warnings are passed over
			continue
		}
		call(l.sendAlert, s.handle, uintptr(code))
		if s.verdict != nil {
			return 0, s.verdict
		}
		return 0, l.failure("handshake", code)
	}
}

// checked makes sure that what was let in is what the session has.
func (s *Session) checked() error {
	proof, err := s.peerProof()
	if err == nil && (s.verified == nil || !slices.EqualFunc(proof, s.verified, bytes.Equal)) {
		err = ErrUnproven
	}
	if err != nil {
		s.done = false
	}
	return err
}

// peerProof is the raw public key of the peer, or its certificates. GnuTLS has checked
// that it has the private key by the end of the handshake.
func (s *Session) peerProof() ([][]byte, error) {
	expected, most := typeRawKey, maxPeerKey
	if s.credentials.mode == Certificates {
		expected, most = typeX509, maxPeerChain
	}
	// One that ignores what was offered sends a certificate, as without any offer.
	if call(s.library.certificateType, s.handle, ofPeer) != expected {
		return nil, ErrKeyType
	}
	var n uint32
	first := callPointer(s.library.peers, s.handle, uintptr(unsafe.Pointer(&n)))
	if first == 0 || n == 0 {
		return nil, ErrNoPeerKey
	}
	if expected == typeRawKey {
		n = 1
	}
	var proof [][]byte
	size := 0
	for _, d := range unsafe.Slice((*datum)(memory(first)), n) {
		if size += int(d.size); size > most {
			return nil, fmt.Errorf("the peer sent a key or certificates of %d octets, expected at most %d", size, most)
		}
		proof = append(proof, d.copied())
	}
	return proof, nil
}

// randoms are those of the client and of the server.
func (s *Session) randoms() (client, server []byte) {
	var pinner runtime.Pinner
	defer pinner.Unpin()
	ofClient, ofServer := datumOf(&pinner, nil), datumOf(&pinner, nil)
	callPointer(s.library.random, s.handle, ofClient.address(), ofServer.address())
	return ofClient.copied(), ofServer.copied()
}

// Result is what came of a handshake that is complete. The memory is the caller's.
func (s *Session) Result() (Result, error) {
	if s.handle == 0 || !s.done {
		return Result{}, errFreed
	}
	l := s.library
	var pinner runtime.Pinner
	defer pinner.Unpin()
	master := datumOf(&pinner, nil)
	callPointer(l.master, s.handle, master.address())
	r := Result{PeerKey: s.verified[0], Master: master.copied()}
	r.ClientRandom, r.ServerRandom = s.randoms()
	code := call(l.cipher, s.handle)
	at := slices.IndexFunc(suites, func(known suite) bool { return known.code == code })
	if at < 0 || !slices.Contains(s.credentials.allowed, suites[at].number) {
		return Result{}, fmt.Errorf("the handshake agreed on a cipher that is not allowed (GnuTLS %d)", code)
	}
	r.Suite = suites[at].number
	return r, nil
}
