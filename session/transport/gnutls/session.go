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
	requireCertificate     = 2
	nameDNS                = 1
	ofPeer                 = 3
	typeRawKey             = 3
)

// Session is one handshake. It is driven by what is fed to it, waits for nothing,
// and is used by one goroutine at a time.
type Session struct {
	library     *library
	credentials *Credentials
	handle      uintptr
	number      uintptr
	verify      func(key []byte) error
	verified    []byte // the key that verify let in
	verdict     error  // of verify
	in, out     [][]byte
	done        bool
	err         error
}

// Begin begins a session. verify decides whether a peer with that raw public key,
// DER SubjectPublicKeyInfo, is let in. cookie is that of Admit at a server, nil at a
// client. Free must be called in the end.
func (c *Credentials) Begin(cookie *Cookie, verify func(key []byte) error) (*Session, error) {
	if verify == nil {
		return nil, errors.New("expected somebody who decides about the key of the peer, found nobody")
	}
	if !c.use() {
		return nil, errFreed
	}
	l := c.library
	s := &Session{library: l, credentials: c, verify: verify}
	role := uintptr(flagClient)
	if c.server {
		role = flagServer
	}
	if code := call(l.init, uintptr(unsafe.Pointer(&s.handle)), role|flagDatagram|flagNonblock|flagNoTickets|flagRawKeys); code < 0 {
		c.unuse()
		return nil, l.failure("begin a session", code)
	}
	s.number = enter(s)
	callPointer(l.setPointer, s.handle, s.number)
	callPointer(l.setTransport, s.handle, s.number)
	callPointer(l.setPush, s.handle, l.onPush)
	callPointer(l.setPull, s.handle, l.onPull)
	callPointer(l.setWait, s.handle, l.onWait)
	callPointer(l.setMTU, s.handle, mtu)
	callPointer(l.setTimeouts, s.handle, uintptr(retransmission.Milliseconds()), uintptr(handshakeTime.Milliseconds()))
	code := call(l.prioritySet, s.handle, c.priority)
	if code >= 0 {
		code = call(l.credentialsSet, s.handle, credentialsCertificate, c.certificate)
	}
	if code < 0 {
		s.Free()
		return nil, l.failure("begin a session", code)
	}
	if c.server {
		callPointer(l.requestCertificate, s.handle, requireCertificate)
	}
	if len(c.name) > 0 {
		callPointer(l.setName, s.handle, nameDNS, uintptr(unsafe.Pointer(&c.name[0])), uintptr(len(c.name)))
	}
	if cookie != nil {
		callPointer(l.prestateSet, s.handle, uintptr(unsafe.Pointer(&cookie.state)))
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

// checked makes sure that the key which was let in is the one that the session has.
func (s *Session) checked() error {
	key, err := s.peerKey()
	if err == nil && (s.verified == nil || !bytes.Equal(key, s.verified)) {
		err = errUnverified
	}
	if err != nil {
		s.done = false
	}
	return err
}

var errUnverified = errors.New("the handshake ended without a decision about the key of the peer")

// peerKey is the raw public key of the peer. GnuTLS has checked that it has the
// private key by the end of the handshake.
func (s *Session) peerKey() ([]byte, error) {
	// One that ignores what was offered sends a certificate, as without any offer.
	if call(s.library.certificateType, s.handle, ofPeer) != typeRawKey {
		return nil, ErrKeyType
	}
	var n uint32
	first := callPointer(s.library.peers, s.handle, uintptr(unsafe.Pointer(&n)))
	if first == 0 || n == 0 {
		return nil, ErrNoPeerKey
	}
	d := (*datum)(memory(first))
	if d.size > maxPeerKey {
		return nil, fmt.Errorf("the peer sent a raw public key of %d octets, expected at most %d", d.size, maxPeerKey)
	}
	return d.copied(), nil
}

// Result is what came of a handshake that is complete. The memory is the caller's.
func (s *Session) Result() (Result, error) {
	if s.handle == 0 || !s.done {
		return Result{}, errFreed
	}
	l := s.library
	var pinner runtime.Pinner
	defer pinner.Unpin()
	client, server, master := datumOf(&pinner, nil), datumOf(&pinner, nil), datumOf(&pinner, nil)
	callPointer(l.random, s.handle, client.address(), server.address())
	callPointer(l.master, s.handle, master.address())
	r := Result{PeerKey: s.verified, ClientRandom: client.copied(), ServerRandom: server.copied(), Master: master.copied()}
	code := call(l.cipher, s.handle)
	at := slices.IndexFunc(suites, func(known suite) bool { return known.code == code })
	if at < 0 || !slices.Contains(s.credentials.allowed, suites[at].number) {
		return Result{}, fmt.Errorf("the handshake agreed on a cipher that is not allowed (GnuTLS %d)", code)
	}
	r.Suite = suites[at].number
	return r, nil
}
