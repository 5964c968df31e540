//go:build linux && (amd64 || arm64) && !static

package gnutls

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"slices"
	"sync"
	"unsafe"
)

const (
	errRehandshake = -37
	errIllegal     = -55
	errNoProof     = -49

	alertWarning         = 1
	alertFatal           = 2
	noRenegotiation      = 100
	unknownIdentity      = 115
	protocolTLS12        = 4
	protocolTLS13        = 5
	onlyWriting          = 1 // of gnutls_bye
	protocolIsMandatory  = 1 // of ALPN, for a client that speaks of any
	readBuffer           = 4096
	versionTLS12, newest = 0x0303, 0x0304
)

// Conn is a session of TLS over a stream. One goroutine may read while others write;
// Close ends them both. What it holds of the stream is one read and one record.
type Conn struct {
	below   io.ReadWriteCloser
	writing sync.Mutex // held while what was sealed goes out, in its order

	mu      sync.Mutex // guards session; held during no wait
	session *Session
	unruly  int // warnings, and handshakes that were refused, since the last octets
	buffer  []byte
	state   Agreed
}

// Stream begins a session over a stream, which it closes in the end. Close must be
// called.
func (c *Credentials) Stream(below io.ReadWriteCloser, who Who) (*Conn, error) {
	switch {
	case c.mode != PreSharedKeys && who.Verify == nil, c.mode == PreSharedKeys && c.server && who.Key == nil:
		return nil, errNobody
	}
	s, err := c.begin(0)
	if err != nil {
		return nil, err
	}
	s.stream, s.verify, s.key, s.secret = true, who.Verify, who.Key, who.Secret
	l := c.library
	if who.Secret != nil {
		callPointer(l.stream.setKeyLog, s.handle, l.onSecret)
	}
	if code := s.offerProtocol(c.protocol, c.server); code < 0 {
		s.Free()
		return nil, l.failure("name the protocol", code)
	}
	return &Conn{below: below, session: s, buffer: make([]byte, readBuffer)}, nil
}

// offerProtocol names the one protocol that is spoken. RFC 7301.
func (s *Session) offerProtocol(name []byte, server bool) int {
	if len(name) == 0 {
		return 0
	}
	var pinner runtime.Pinner
	defer pinner.Unpin()
	flags := uintptr(0)
	if server {
		flags = protocolIsMandatory
	}
	return call(s.library.stream.setProtocols, s.handle, datumOf(&pinner, name).address(), 1, flags)
}

// HandshakeContext makes the handshake. The error may be an *AlertError, an *Error, what
// Verify returned, or what happened to the stream.
func (c *Conn) HandshakeContext(ctx context.Context) error {
	end := context.AfterFunc(ctx, func() { _ = c.below.Close() })
	defer end()
	for {
		done, err := c.shake()
		if failed := c.flush(); err == nil {
			err = failed
		}
		if err == nil && !done {
			err = c.hear()
		}
		switch {
		case err != nil && ctx.Err() != nil:
			return ctx.Err()
		case err != nil, done:
			return err
		}
	}
}

// shake goes on with the handshake as far as it gets.
func (c *Conn) shake() (done bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.session
	if s.handle == 0 {
		return false, net.ErrClosed
	}
	l := s.library
	left := -1
	for warnings := 0; warnings < maxWarnings; warnings++ {
		code := call(l.handshake, s.handle)
		switch {
		case code >= 0:
			s.done = true
			c.state, err = s.agree()
			return true, err
		case code == errAgain || code == errInterrupted:
			if s.starved(&left) {
				return false, nil
			}
			warnings--
		case call(l.isFatal, uintptr(code)) != 0:
			// One instead of a certificate is told as that there was none.
			if alert := byte(call(l.alert, s.handle)); code == errFatalAlert || code == errNoProof && alert != 0 {
				return false, &AlertError{alert}
			}
			return false, s.refuse(code)
		}
	}
	return false, errUnruly
}

// starved says whether GnuTLS, which wants more of the stream, has taken all that there is
// of it: between two records it may want to be called again. left is how much there was the
// time before, so that one which takes nothing is not called for ever.
func (s *Session) starved(left *int) bool {
	before := *left
	*left = 0
	for _, b := range s.in {
		*left += len(b)
	}
	return *left == 0 || *left == before
}

var errUnruly = errors.New("the peer sends nothing but warnings")

// refuse tells the peer why the handshake ends here.
func (s *Session) refuse(code int) error {
	l := s.library
	if errors.Is(s.verdict, ErrUnknownIdentity) {
		call(l.stream.alertNumbered, s.handle, alertFatal, unknownIdentity)
		return s.verdict
	}
	var certain interface{ Alert() byte }
	if errors.As(s.verdict, &certain) {
		call(l.stream.alertNumbered, s.handle, alertFatal, uintptr(certain.Alert()))
		return s.verdict
	}
	call(l.sendAlert, s.handle, uintptr(code))
	if s.verdict != nil {
		return s.verdict
	}
	if code == errIllegal && s.given { // the binder of TLS 1.3, RFC 8446 §4.2.11.2
		return fmt.Errorf("%w: %w", ErrWrongKey, l.failure("handshake", code))
	}
	return l.failure("handshake", code)
}

// agree is what a handshake that is complete has agreed on. It makes sure that the peer
// has proved itself in the way that is asked for.
func (s *Session) agree() (a Agreed, err error) {
	l := s.library
	exchange := call(l.stream.exchange, s.handle)
	if s.credentials.mode == PreSharedKeys {
		if exchange != exchangePSK && exchange != exchangeDHEPSK && exchange != exchangeECDHEPSK {
			return a, ErrUnproven
		}
	} else if err := s.checked(); err != nil {
		return a, err
	}
	a.Proof = s.verified
	switch version := call(l.stream.protocol, s.handle); version {
	case protocolTLS12:
		a.Version = versionTLS12
	case protocolTLS13:
		a.Version = newest
	default:
		return a, fmt.Errorf("the handshake agreed on a version that is not allowed (GnuTLS %d)", version)
	}
	cipher := call(l.cipher, s.handle)
	a.Suite = agreed(a.Version == newest, exchange, cipher)
	if !slices.Contains(s.credentials.allowed, a.Suite) {
		return a, fmt.Errorf("the handshake agreed on a cipher suite that is not allowed (GnuTLS %d, %d)", exchange, cipher)
	}
	var pinner runtime.Pinner
	defer pinner.Unpin()
	protocol := datumOf(&pinner, nil)
	if call(l.stream.agreedProtocol, s.handle, protocol.address()) >= 0 {
		a.Protocol = string(protocol.copied())
	}
	return a, nil
}

// hear waits for the next octets of the stream.
func (c *Conn) hear() error {
	n, err := c.below.Read(c.buffer)
	c.mu.Lock()
	defer c.mu.Unlock()
	if n > 0 {
		c.session.in = append(c.session.in, slices.Clone(c.buffer[:n]))
		return nil
	}
	return err
}

// flush sends what GnuTLS wants sent.
func (c *Conn) flush() error {
	c.writing.Lock()
	defer c.writing.Unlock()
	return c.flushed()
}

// flushed is flush for who holds c.writing.
func (c *Conn) flushed() error {
	c.mu.Lock()
	out := c.session.out
	c.session.out = nil
	c.mu.Unlock()
	for _, b := range out {
		if _, err := c.below.Write(b); err != nil {
			return err
		}
	}
	return nil
}

// Read gives the next octets; io.EOF is that the peer said it is over, and
// io.ErrUnexpectedEOF that the stream ended without it.
func (c *Conn) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	for {
		n, more, err := c.receive(b)
		if failed := c.flush(); err == nil && n == 0 {
			err = failed
		}
		if n > 0 || err != nil {
			return n, err
		}
		if !more {
			continue
		}
		err = c.hear()
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return 0, err
		}
	}
}

// receive takes what GnuTLS has for us; more says that it needs more of the stream.
func (c *Conn) receive(b []byte) (n int, more bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.session
	if s.handle == 0 {
		return 0, false, net.ErrClosed
	}
	l := s.library
	code, left := errAgain, -1
	for again := true; again; {
		code = call(l.stream.receive, s.handle, uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)))
		again = (code == errAgain || code == errInterrupted) && !s.starved(&left)
	}
	switch {
	case code > 0:
		c.unruly = 0
		return code, false, nil
	case code == 0:
		return 0, false, io.EOF
	case code == errAgain || code == errInterrupted:
		return 0, true, nil
	case code == errFatalAlert:
		return 0, false, &AlertError{byte(call(l.alert, s.handle))}
	case call(l.isFatal, uintptr(code)) != 0:
		call(l.sendAlert, s.handle, uintptr(code))
		return 0, false, l.failure("read", code)
	}
	if c.unruly++; c.unruly > maxWarnings {
		return 0, false, errUnruly
	}
	if code == errRehandshake { // RFC 5246 §7.2.2
		call(l.stream.alertNumbered, s.handle, alertWarning, noRenegotiation)
	}
	return 0, false, nil
}

// Write seals octets and sends them, record by record.
func (c *Conn) Write(b []byte) (int, error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	sent := 0
	for sent < len(b) {
		n, err := c.seal(b[sent:min(len(b), sent+maxRecord)])
		if err == nil {
			err = c.flushed()
		}
		if err != nil {
			return sent, err
		}
		sent += n
	}
	return sent, nil
}

func (c *Conn) seal(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.session
	if s.handle == 0 {
		return 0, net.ErrClosed
	}
	n := call(s.library.stream.send, s.handle, uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)))
	switch {
	case n > 0:
		return n, nil
	case n == errAgain || n == errInterrupted:
		return 0, nil // what was sealed before goes out first
	}
	return 0, s.library.failure("write", n)
}

// Close tells the peer that it is over, unless a Write is under way, and ends the
// stream.
func (c *Conn) Close() error {
	if c.writing.TryLock() {
		c.mu.Lock()
		if s := c.session; s.handle != 0 && s.done {
			call(s.library.stream.bye, s.handle, onlyWriting)
		}
		c.mu.Unlock()
		_ = c.flushed() // the peer may be gone: there is nobody to tell
		c.writing.Unlock()
	}
	err := c.below.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.session.Free()
	return err
}

// Agreed is what the two ends have agreed on, once the handshake is complete.
func (c *Conn) Agreed() Agreed {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state
}
