//go:build linux && (amd64 || arm64) && !static

package gnutls

import (
	"crypto/rand"
	"encoding/pem"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"unsafe"
)

// cookieKey is how long the key of cookies is.
const cookieKey = 16

// Credentials are the keys of one end with what it allows, for any number of
// sessions. They are safe for concurrent use.
type Credentials struct {
	library  *library
	server   bool
	mode     Mode
	allowed  []uint16
	protocol []byte
	priority uintptr
	kind     uintptr // of what GnuTLS calls credentials
	handle   uintptr // to them
	free     uintptr // gives them back
	public   []byte
	name     []byte // SNI
	cookies  [cookieKey]byte

	mu     sync.Mutex
	users  int // sessions, and 1 until Close
	closed bool
}

// NewCredentials hands keys to GnuTLS. The error is an *UnavailableError where there is
// none.
func NewCredentials(config Config) (*Credentials, error) {
	l, err := libraryFor(config.Mode, config.Stream)
	if err != nil {
		return nil, err
	}
	var allowed string
	if config.Stream {
		allowed, err = streamPriorities(config.Mode, config.Server, config.Suites)
	} else {
		allowed, err = priorities(config.Suites)
	}
	if err != nil {
		return nil, err
	}
	c := &Credentials{
		library: l, server: config.Server, mode: config.Mode, allowed: slices.Clone(config.Suites), protocol: []byte(config.Protocol),
		public: config.PublicKey, users: 1,
	}
	if _, err := netip.ParseAddr(config.ServerName); err != nil { // an address is no name, RFC 6066 §3
		c.name = []byte(config.ServerName)
	}
	_, _ = rand.Read(c.cookies[:]) // never fails
	word := append([]byte(allowed), 0)
	var wrong uintptr
	if code := call(l.priorityInit, uintptr(unsafe.Pointer(&c.priority)), uintptr(unsafe.Pointer(&word[0])), uintptr(unsafe.Pointer(&wrong))); code < 0 {
		return nil, l.failure("allow "+allowed, code)
	}
	if config.Mode == PreSharedKeys {
		err = c.takeSecret(config)
	} else {
		err = c.takePair(config)
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// takePair hands over a private key with what goes with it.
func (c *Credentials) takePair(config Config) error {
	l := c.library
	c.kind, c.free = credentialsCertificate, l.certificateFree
	if code := call(l.certificateAllocate, uintptr(unsafe.Pointer(&c.handle))); code < 0 {
		c.handle = 0
		return l.failure("make room for a key", code)
	}
	callPointer(l.setVerify, c.handle, l.onVerify)
	var pinner runtime.Pinner
	defer pinner.Unpin()
	private := datumOf(&pinner, config.PrivateKey)
	code := 0
	switch {
	case config.Mode == RawKeys:
		code = call(l.setRawKey, c.handle, datumOf(&pinner, config.PublicKey).address(), private.address(), formatDER, 0, 0, 0, 0, 0)
	case len(config.Chain) > 0:
		var chain []byte
		for _, der := range config.Chain {
			chain = append(chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
		}
		key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: config.PrivateKey})
		defer clear(key)
		code = call(l.stream.setChain, c.handle, datumOf(&pinner, chain).address(), datumOf(&pinner, key).address(), formatPEM)
	}
	if code < 0 {
		return l.failure("take the key pair", code)
	}
	return nil
}

// How keys are written.
const (
	formatDER = 0
	formatPEM = 1
)

// takeSecret hands over a pre-shared key, or at a server who is asked for them.
func (c *Credentials) takeSecret(config Config) error {
	l := &c.library.stream
	c.kind, c.free = credentialsPSK, l.pskClientFree
	allocate := l.pskClientAllocate
	if config.Server {
		c.free, allocate = l.pskServerFree, l.pskServerAllocate
	}
	if code := call(allocate, uintptr(unsafe.Pointer(&c.handle))); code < 0 {
		c.handle = 0
		return c.library.failure("make room for a key", code)
	}
	if config.Server {
		callPointer(l.pskServerSetLookup, c.handle, c.library.onLookup)
		return nil
	}
	var pinner runtime.Pinner
	defer pinner.Unpin()
	const raw = 0
	code := call(l.pskClientSet, c.handle, datumOf(&pinner, config.Identity).address(), datumOf(&pinner, config.Key).address(), raw)
	if code < 0 {
		return c.library.failure("take the pre-shared key", code)
	}
	return nil
}

// PublicKey is that of this end, DER SubjectPublicKeyInfo.
func (c *Credentials) PublicKey() []byte { return c.public }

// Close gives the credentials up; their memory is given back with the last session.
func (c *Credentials) Close() {
	c.mu.Lock()
	was := c.closed
	c.closed = true
	c.mu.Unlock()
	if !was {
		c.unuse()
	}
}

// use counts a session; false after Close.
func (c *Credentials) use() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.users++
	return true
}

func (c *Credentials) unuse() {
	c.mu.Lock()
	c.users--
	last := c.users == 0
	c.mu.Unlock()
	if !last {
		return
	}
	if c.handle != 0 {
		callPointer(c.free, c.handle)
	}
	callPointer(c.library.priorityDeinit, c.priority)
}

// Cookie is what a ClientHello with the right cookie leaves for its session.
type Cookie struct{ state prestate }

// prestate is a gnutls_dtls_prestate_st.
type prestate struct{ record, read, write uint32 }

// Admit looks at a datagram with a ClientHello from somewhere. It returns the cookie
// if the datagram has the right one, else the HelloVerifyRequest that is owed to
// it. Nothing is remembered. RFC 6347 §4.2.1.
func (c *Credentials) Admit(from string, datagram []byte) (good *Cookie, answer []byte) {
	if !c.use() || len(datagram) == 0 || len(from) == 0 {
		return nil, nil
	}
	defer c.unuse()
	l := c.library
	var pinner runtime.Pinner
	defer pinner.Unpin()
	key := datumOf(&pinner, c.cookies[:])
	who, good := []byte(from), &Cookie{}
	whoAddress, state := uintptr(unsafe.Pointer(&who[0])), uintptr(unsafe.Pointer(&good.state))
	pinner.Pin(&who[0])
	pinner.Pin(good)
	if call(l.cookieVerify, key.address(), whoAddress, uintptr(len(who)), uintptr(unsafe.Pointer(&datagram[0])), uintptr(len(datagram)), state) >= 0 {
		return good, nil
	}
	taken := &cookie{}
	number := enter(taken)
	defer leave(number)
	if call(l.cookieSend, key.address(), whoAddress, uintptr(len(who)), state, number, l.onCookie) < 0 {
		return nil, nil
	}
	return nil, taken.datagram
}
