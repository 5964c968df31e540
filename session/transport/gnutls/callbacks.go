//go:build linux && (amd64 || arm64) && !static

package gnutls

import (
	"fmt"
	"sync"
	"syscall"
)

// What GnuTLS calls. It does so on the goroutine that called it. It knows sessions
// by numbers that are never used twice, never by pointers of Go. A panic must not
// cross its frames.

// registry finds what GnuTLS speaks of: sessions and cookies.
var registry struct {
	sync.RWMutex
	known map[uintptr]any
	last  uintptr
}

// cookie takes the one datagram of a HelloVerifyRequest.
type cookie struct{ datagram []byte }

// enter gives a *Session or a *cookie its number.
func enter(what any) uintptr {
	registry.Lock()
	defer registry.Unlock()
	if registry.known == nil {
		registry.known = map[uintptr]any{}
	}
	registry.last++
	registry.known[registry.last] = what
	return registry.last
}

func leave(number uintptr) {
	registry.Lock()
	defer registry.Unlock()
	delete(registry.known, number)
}

// find returns what has a number, nil if it is not known or something else.
func find[T any](number uintptr) *T {
	registry.RLock()
	defer registry.RUnlock()
	what, _ := registry.known[number].(*T)
	return what
}

func session(number uintptr) *Session { return find[Session](number) }

// open says how many sessions there are, and cookies that are being taken.
func open() int {
	registry.RLock()
	defer registry.RUnlock()
	return len(registry.known)
}

// minusOne is what functions of C return when they fail.
const minusOne = ^uintptr(0)

// guard turns a panic into a failure.
func guard(result *uintptr) {
	if recover() != nil {
		*result = minusOne
	}
}

// onPush takes a datagram that GnuTLS sends.
func onPush(number, data, size uintptr) (result uintptr) {
	defer guard(&result)
	s := session(number)
	if s == nil {
		return minusOne
	}
	if s.stream && len(s.out) > 0 {
		s.out[0] = append(s.out[0], octets(data, int(size))...)
		return size
	}
	s.out = append(s.out, append([]byte(nil), octets(data, int(size))...))
	return size
}

// onPull gives GnuTLS the next datagram, or the next octets of a stream.
func onPull(number, data, size uintptr) (result uintptr) {
	defer guard(&result)
	s := session(number)
	if s == nil {
		return minusOne
	}
	if len(s.in) == 0 {
		if s.ended {
			return 0
		}
		callPointer(s.library.setErrno, s.handle, uintptr(syscall.EAGAIN))
		return minusOne
	}
	n := copy(octets(data, int(size)), s.in[0])
	if s.stream && n < len(s.in[0]) {
		s.in[0] = s.in[0][n:]
		return uintptr(n)
	}
	s.in = s.in[1:]
	return uintptr(n)
}

// onWait says whether there is a datagram. It never waits.
func onWait(number, _ uintptr) (result uintptr) {
	defer guard(&result)
	s := session(number)
	switch {
	case s == nil:
		return minusOne
	case len(s.in) > 0:
		return 1
	}
	return 0
}

// decide decides about what the peer proves itself with. Without it GnuTLS takes any.
func (l *library) decide(handle uintptr) (result uintptr) {
	refused := errCertificate
	defer func() {
		if recover() != nil {
			result = uintptr(refused)
		}
	}()
	s := session(callPointer(l.pointer, handle))
	if s == nil || s.verify == nil {
		return uintptr(refused)
	}
	proof, err := s.peerProof()
	if err == nil {
		err = s.verify(proof)
	}
	if err != nil {
		s.verdict = err
		return uintptr(refused)
	}
	s.verified = proof
	return 0
}

// lookUp finds the key of a PSK identity, in memory that GnuTLS gives back.
func (l *library) lookUp(handle, identity, key uintptr) (result uintptr) {
	defer guard(&result)
	s := session(callPointer(l.pointer, handle))
	if s == nil || s.key == nil {
		return minusOne
	}
	secret, known := s.key((*datum)(memory(identity)).copied())
	if !known {
		s.verdict = ErrUnknownIdentity
		return minusOne
	}
	room := callPointer(l.stream.malloc, uintptr(max(len(secret), 1)))
	if room == 0 {
		return minusOne
	}
	copy(octets(room, len(secret)), secret)
	s.given = true
	found := (*datum)(memory(key))
	found.data, found.size = memory(room), uint32(len(secret))
	return 0
}

// note takes a secret of a session, as a line in the format of NSS.
func (l *library) note(handle, label, secret uintptr) (result uintptr) {
	defer guard(&result)
	s := session(callPointer(l.pointer, handle))
	if s == nil || s.secret == nil {
		return 0
	}
	random, _ := s.randoms()
	kept := (*datum)(memory(secret)).copied()
	line := fmt.Appendf(nil, "%s %x %x\n", text(label), random, kept)
	s.secret(line)
	clear(line)
	clear(kept)
	return 0
}

// onCookie takes a HelloVerifyRequest.
func onCookie(number, data, size uintptr) (result uintptr) {
	defer guard(&result)
	c := find[cookie](number)
	if c == nil {
		return minusOne
	}
	c.datagram = append([]byte(nil), octets(data, int(size))...)
	return size
}
