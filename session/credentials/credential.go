package credentials

import (
	"crypto/x509"

	"lwcon/session/transport"
)

// Credential is one way in which a device proves who it is. It is not changed
// once it is in a Store.
type Credential struct {
	Endpoint string // the name that it may register by
	Alias    string // "" for none
	Origin   string // "lwcon.yaml:5", "--psk"
	Mode     transport.SecurityMode

	Identity    string            // psk
	Key         Secret            // psk
	PublicKey   PublicKey         // rpk
	Certificate *x509.Certificate // x509, "" if only the name is known
	Name        string            // x509: in the subject or the alternative names
	Taken       string            // x509: what the certificate was taken for
	OSCORE      *OSCORE           // nil but for OSCORE, which has Mode NoSecurity
}

// OSCORE is a security context as the client sees it: its sender id is the
// server's recipient id. RFC 8613 §3.1.
type OSCORE struct {
	Secret                Secret
	Salt                  []byte
	SenderID, RecipientID []byte
	IDContext             []byte // nil for none
	Algorithm, HKDF       string // "" for the defaults
}

// Shown is the identity and the key as they are shown: never a secret.
func (c *Credential) Shown() (identity, key string) {
	switch {
	case c.OSCORE != nil:
		return "hex:" + hexOf(c.OSCORE.SenderID), c.OSCORE.Secret.String()
	case c.Mode == transport.PreSharedKey:
		return Printable(c.Identity), c.Key.String()
	case c.Mode == transport.RawPublicKey:
		return c.PublicKey.Fingerprint(), c.PublicKey.String()
	case c.Certificate != nil:
		return Printable(subject(c.Certificate)), kindOf(c.Certificate.PublicKey) + ", " + c.Taken
	}
	return Printable(c.Name), "whatever certificate a trust anchor signed"
}

// ModeName names the mode: psk, rpk, x509 or oscore.
func (c *Credential) ModeName() string {
	if c.OSCORE != nil {
		return "oscore"
	}
	return c.Mode.String()
}

// WeakPSK is the length below which a pre-shared key is worth a word: Core 1.2
// §E.1 recommends 16 octets.
const WeakPSK = 16
