package transport

import (
	"crypto"
	"crypto/x509"
)

// SecurityMode is how a peer proves who it is, with the values of /0/x/2.
// Spec: Core 1.2 §E.1.
type SecurityMode uint8

// The security modes.
const (
	PreSharedKey SecurityMode = 0
	RawPublicKey SecurityMode = 1
	Certificate  SecurityMode = 2
	NoSecurity   SecurityMode = 3
)

// String returns the mode as results show it: psk, rpk, x509, none.
func (m SecurityMode) String() string {
	switch m {
	case PreSharedKey:
		return "psk"
	case RawPublicKey:
		return "rpk"
	case Certificate:
		return "x509"
	}
	return "none"
}

// MarshalText writes what String returns.
func (m SecurityMode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what MarshalText wrote; anything else is NoSecurity.
func (m *SecurityMode) UnmarshalText(text []byte) error {
	*m = NoSecurity
	for _, known := range [...]SecurityMode{PreSharedKey, RawPublicKey, Certificate} {
		if known.String() == string(text) {
			*m = known
		}
	}
	return nil
}

// Identity is who a peer has proved to be in its handshake. It holds no secret
// and is comparable: two connections of one peer have the same.
type Identity struct {
	Mode SecurityMode
	// Name is the PSK identity as sent, the common name of an X.509 subject, or
	// the lower-case hex SHA-256 of a raw public key. It can hold any octets.
	Name string
	// PublicKey is the DER SubjectPublicKeyInfo of a raw key or certificate.
	PublicKey string
	// Certificate is the DER of the peer's own certificate, "" without one.
	Certificate string
}

// Secured is a link whose peers prove who they are. Datagrams and connections of
// a peer are only delivered once it has.
type Secured interface {
	Link
	// Identity returns who the peer at an address is; false if no handshake with
	// it is complete.
	Identity(peer Address) (Identity, bool)
}

// KeyPair is what one end proves itself with in the modes rpk and x509.
type KeyPair struct {
	Private   crypto.Signer
	PublicKey []byte              // DER SubjectPublicKeyInfo
	Chain     []*x509.Certificate // own certificate first; nil for raw public keys only
}

// Keys is where a secure listener finds its own credentials and those of its
// peers. Implementations are safe for concurrent use, return quickly, and give
// copies of nothing: what they return is not changed.
type Keys interface {
	// PSK returns the pre-shared key of an identity; false if it is unknown.
	PSK(identity []byte) (key []byte, ok bool)
	// Own returns what this end proves itself with; false if it has none.
	Own() (KeyPair, bool)
	// TrustsKey says whether a raw public key, DER SubjectPublicKeyInfo, is that
	// of a known peer.
	TrustsKey(spki []byte) bool
	// TrustsCertificate says whether a certificate is that of a known peer by
	// itself, whoever signed it.
	TrustsCertificate(c *x509.Certificate) bool
	// Roots returns the trust anchors for certificates of peers, nil for none.
	Roots() *x509.CertPool
	// Any says that peers that are unknown are to be let in as far as the
	// handshake allows, as on a bench (accept-any-identity).
	Any() bool
}

// ClientKeys is what a client proves itself with towards one server, and what it
// demands of that server: the secrets of one instance of object 0.
type ClientKeys struct {
	Mode     SecurityMode
	Identity []byte // psk
	Secret   []byte // psk: the key
	Own      KeyPair
	// ServerKey is the DER SubjectPublicKeyInfo that the server must have (rpk).
	ServerKey []byte
	// AnyServer takes a server with any raw public key where ServerKey says none, as
	// on a bench (accept-any-identity).
	AnyServer bool
	// ServerCertificate is the certificate that Usage speaks of (x509).
	ServerCertificate *x509.Certificate
	// Usage is the certificate usage of /0/x/15: 0 CA constraint, 1 service
	// certificate constraint, 2 trust anchor assertion, 3 domain-issued
	// certificate. RFC 6698 §2.1.1.
	Usage uint8
	// Roots are the trust anchors that usages 0 and 1 demand a path to; nil means
	// those of the machine.
	Roots *x509.CertPool
	// Suites are those that /0/x/16 allows; none: all.
	Suites []CipherSuite
	// ServerName is the SNI and the name that the certificate must be for; "" is
	// the host of the URI.
	ServerName string
}
