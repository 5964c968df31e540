//go:build linux && (amd64 || arm64) && !static

package gnutls

import (
	"sync"
	"syscall"
)

// What GnuTLS calls. It does so on the goroutine that called it. It knows sessions
// by numbers that are never used twice, never by pointers of Go. A panic must not
// cross its frames.

// registry finds what GnuTLS speaks of.
var registry struct {
	sync.RWMutex
	sessions map[uintptr]*Session
	cookies  map[uintptr]*cookie
	last     uintptr
}

// cookie takes the one datagram of a HelloVerifyRequest.
type cookie struct{ datagram []byte }

// enter gives a session its number.
func enter(s *Session) uintptr {
	registry.Lock()
	defer registry.Unlock()
	if registry.sessions == nil {
		registry.sessions = map[uintptr]*Session{}
	}
	registry.last++
	registry.sessions[registry.last] = s
	return registry.last
}

func leave(number uintptr) {
	registry.Lock()
	defer registry.Unlock()
	delete(registry.sessions, number)
}

func session(number uintptr) *Session {
	registry.RLock()
	defer registry.RUnlock()
	return registry.sessions[number]
}

// open says how many sessions there are.
func open() int {
	registry.RLock()
	defer registry.RUnlock()
	return len(registry.sessions)
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
	s.out = append(s.out, append([]byte(nil), octets(data, int(size))...))
	return size
}

// onPull gives GnuTLS the next datagram.
func onPull(number, data, size uintptr) (result uintptr) {
	defer guard(&result)
	s := session(number)
	if s == nil {
		return minusOne
	}
	if len(s.in) == 0 {
		callPointer(s.library.setErrno, s.handle, uintptr(syscall.EAGAIN))
		return minusOne
	}
	n := copy(octets(data, int(size)), s.in[0])
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

// decide decides about the key of the peer. Without it GnuTLS takes any.
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
	key, err := s.peerKey()
	if err == nil {
		err = s.verify(key)
	}
	if err != nil {
		s.verdict = err
		return uintptr(refused)
	}
	s.verified = key
	return 0
}

// onCookie takes a HelloVerifyRequest.
func onCookie(number, data, size uintptr) (result uintptr) {
	defer guard(&result)
	registry.RLock()
	c := registry.cookies[number]
	registry.RUnlock()
	if c == nil {
		return minusOne
	}
	c.datagram = append([]byte(nil), octets(data, int(size))...)
	return size
}

// enterCookie gives a HelloVerifyRequest its number.
func enterCookie(c *cookie) uintptr {
	registry.Lock()
	defer registry.Unlock()
	if registry.cookies == nil {
		registry.cookies = map[uintptr]*cookie{}
	}
	registry.last++
	registry.cookies[registry.last] = c
	return registry.last
}

func leaveCookie(number uintptr) {
	registry.Lock()
	defer registry.Unlock()
	delete(registry.cookies, number)
}
