//go:build !linux || !(amd64 || arm64) || static

package gnutls

import "time"

// unavailable is why there is none in this build.
func unavailable() error {
	return &UnavailableError{
		Reason: "raw public keys need GnuTLS, which this build of lwcon cannot load",
		Cure:   "use a build for Linux on amd64 or arm64 that was made without -tags static, or use psk or x509",
	}
}

// Load returns an *UnavailableError.
func Load() (version string, err error) { return "", unavailable() }

// Credentials cannot be had in this build.
type Credentials struct{}

// NewCredentials returns an *UnavailableError.
func NewCredentials(Config) (*Credentials, error) { return nil, unavailable() }

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
	return nil, unavailable()
}

// Free does nothing.
func (s *Session) Free() {}

// Feed returns an *UnavailableError.
func (s *Session) Feed([]byte) (out [][]byte, next time.Duration, done bool, err error) {
	return nil, 0, false, unavailable()
}

// Result returns an *UnavailableError.
func (s *Session) Result() (Result, error) { return Result{}, unavailable() }
