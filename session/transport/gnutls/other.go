//go:build !linux || !(amd64 || arm64) || static

package gnutls

import (
	"context"
	"io"
	"time"
)

// unavailable is why there is none in this build.
func unavailable(m Mode, stream bool) error {
	return m.lacking(stream, "which this build of lwcon cannot load",
		"use a build for Linux on amd64 or arm64 that was made without -tags static")
}

// Ready returns an *UnavailableError.
func Ready(m Mode) error { return unavailable(m, true) }

// Load returns an *UnavailableError.
func Load() (version string, err error) { return "", unavailable(RawKeys, false) }

// Credentials cannot be had in this build.
type Credentials struct{}

// NewCredentials returns an *UnavailableError.
func NewCredentials(c Config) (*Credentials, error) { return nil, unavailable(c.Mode, c.Stream) }

// PublicKey is none.
func (c *Credentials) PublicKey() []byte { return nil }

// Close does nothing.
func (c *Credentials) Close() {}

// Cookie cannot be had in this build.
type Cookie struct{}

// Admit admits nobody.
func (c *Credentials) Admit(string, []byte) (good *Cookie, answer []byte) { return nil, nil }

// Session cannot be had in this build.
type Session struct{}

// Begin returns an *UnavailableError.
func (c *Credentials) Begin(*Cookie, func(key []byte) error) (*Session, error) {
	return nil, unavailable(RawKeys, false)
}

// Free does nothing.
func (s *Session) Free() {}

// Feed returns an *UnavailableError.
func (s *Session) Feed([]byte) (out [][]byte, next time.Duration, done bool, err error) {
	return nil, 0, false, unavailable(RawKeys, false)
}

// Result returns an *UnavailableError.
func (s *Session) Result() (Result, error) { return Result{}, unavailable(RawKeys, false) }

// Conn cannot be had in this build.
type Conn struct{ io.ReadWriteCloser }

// Stream returns an *UnavailableError.
func (c *Credentials) Stream(io.ReadWriteCloser, Who) (*Conn, error) {
	return nil, unavailable(RawKeys, true)
}

// HandshakeContext returns an *UnavailableError.
func (c *Conn) HandshakeContext(context.Context) error { return unavailable(RawKeys, true) }

// Agreed is nothing.
func (c *Conn) Agreed() Agreed { return Agreed{} }
