//go:build linux && (amd64 || arm64) && !static

package gnutls

import (
	"crypto/rand"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"unsafe"
)

// cookieKey is how long the key of cookies is.
const cookieKey = 16

// Credentials are the key pair of one end with what it allows, for any number of
// sessions. They are safe for concurrent use.
type Credentials struct {
	library     *library
	server      bool
	allowed     []uint16
	priority    uintptr
	certificate uintptr
	public      []byte
	name        []byte // SNI
	cookies     [cookieKey]byte

	mu     sync.Mutex
	users  int // sessions, and 1 until Close
	closed bool
}

// NewCredentials hands a key pair to GnuTLS. The error is an *UnavailableError where
// there is none.
func NewCredentials(config Config) (*Credentials, error) {
	l, err := loaded()
	if err != nil {
		return nil, err
	}
	allowed, err := priorities(config.Suites)
	if err != nil {
		return nil, err
	}
	c := &Credentials{library: l, server: config.Server, allowed: slices.Clone(config.Suites), public: config.PublicKey, users: 1}
	if _, err := netip.ParseAddr(config.ServerName); err != nil { // an address is no name, RFC 6066 §3
		c.name = []byte(config.ServerName)
	}
	_, _ = rand.Read(c.cookies[:]) // never fails
	word := append([]byte(allowed), 0)
	var wrong uintptr
	if code := call(l.priorityInit, uintptr(unsafe.Pointer(&c.priority)), uintptr(unsafe.Pointer(&word[0])), uintptr(unsafe.Pointer(&wrong))); code < 0 {
		return nil, l.failure("allow "+allowed, code)
	}
	if code := call(l.certificateAllocate, uintptr(unsafe.Pointer(&c.certificate))); code < 0 {
		c.certificate = 0
		c.Close()
		return nil, l.failure("make room for a key", code)
	}
	var pinner runtime.Pinner
	defer pinner.Unpin()
	public, private := datumOf(&pinner, config.PublicKey), datumOf(&pinner, config.PrivateKey)
	if code := call(l.setRawKey, c.certificate, public.address(), private.address(), 0, 0, 0, 0, 0, 0); code < 0 {
		c.Close()
		return nil, l.failure("take the key pair", code)
	}
	callPointer(l.setVerify, c.certificate, l.onVerify)
	return c, nil
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
	if c.certificate != 0 {
		callPointer(c.library.certificateFree, c.certificate)
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
