package credentials

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// PrivateKey is what this end proves itself with.
type PrivateKey struct {
	Signer crypto.Signer
	Taken  string // what it was taken for: "PKCS#8 PEM"
}

// String returns "P-256, PKCS#8 PEM".
func (k PrivateKey) String() string {
	if k.Signer == nil {
		return "none"
	}
	return kindOf(k.Signer.Public()) + ", " + k.Taken
}

// GoString keeps the key out of %#v.
func (k PrivateKey) GoString() string { return k.String() }

// errEncrypted refuses a key that needs a passphrase.
var errEncrypted = errors.New("the private key is encrypted: expected one without passphrase; openssl pkey -in FILE -out NEW decrypts it")

// scalarKind is what a private key is called that is a bare number.
const scalarKind = "scalar"

// PrivateKey reads a private key by its notation: PKCS#8 (RFC 5958), SEC 1 or
// PKCS#1 as PEM, DER, hex or base64, or the bare scalar of a key on P-256 or
// P-384. Spec: Core 1.2 §E.1, /0/x/5.
func (s Sources) PrivateKey(text string) (PrivateKey, error) {
	return oneOf(s, text, true, parsePrivate)
}

// parsePrivate takes octets for a private key.
func parsePrivate(r reading) (PrivateKey, error) {
	if isPEM(r.octets) {
		return privatePEM(r.octets)
	}
	key, kind, err := privateDER(r.octets)
	switch {
	case errors.Is(err, errEncrypted):
		return PrivateKey{}, err
	case err != nil && isPublic(r):
		return PrivateKey{}, errors.New("expected a private key, found a public key or certificate")
	case err != nil:
		return PrivateKey{}, fmt.Errorf("expected a private key (PKCS#8 or SEC 1, or 32 octets of a P-256 key), found %d octets (%s) that are none", len(r.octets), r.taken)
	}
	if kind != scalarKind {
		kind += " DER"
	}
	return PrivateKey{key, kind + suffix(r.taken)}, nil
}

// isPublic says whether octets are a public key with a structure.
func isPublic(r reading) bool {
	_, certificate := x509.ParseCertificate(r.octets)
	_, key := parseSPKI(r.octets)
	return certificate == nil || key == nil
}

// privatePEM takes the first private key of PEM.
func privatePEM(text []byte) (PrivateKey, error) {
	var found []string
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "" {
			return PrivateKey{}, errEncrypted
		}
		switch block.Type {
		case "PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY":
			key, kind, err := privateDER(block.Bytes)
			if err != nil {
				return PrivateKey{}, fmt.Errorf("%s: expected a private key on P-256, P-384 or P-521, of Ed25519 or of RSA, found one that does not parse", block.Type)
			}
			return PrivateKey{key, kind + " PEM"}, nil
		}
		found = append(found, block.Type)
	}
	return PrivateKey{}, wrongPEM("PRIVATE KEY", found)
}

// privateDER takes DER for a private key, and says of which kind.
func privateDER(octets []byte) (key crypto.Signer, kind string, err error) {
	if key, err := x509.ParsePKCS8PrivateKey(octets); err == nil {
		if signer, ok := key.(crypto.Signer); ok {
			return signer, "PKCS#8", nil
		}
		return nil, "", errors.New("a key that cannot sign")
	}
	if key, err := x509.ParseECPrivateKey(octets); err == nil {
		return key, "SEC 1", nil
	}
	if key, err := x509.ParsePKCS1PrivateKey(octets); err == nil {
		return key, "PKCS#1", nil
	}
	for _, curve := range [...]elliptic.Curve{elliptic.P256(), elliptic.P384()} {
		if len(octets) == curve.Params().BitSize/8 {
			if key, err := ecdsa.ParseRawPrivateKey(curve, octets); err == nil {
				return key, scalarKind, nil
			}
		}
	}
	if bytes.Contains(octets, pbes2) {
		return nil, "", errEncrypted
	}
	return nil, "", errors.New("no private key")
}

// pbes2 is the object identifier of encryption by passphrase, which an encrypted
// PKCS#8 key begins with. RFC 8018 §6.2.
var pbes2 = []byte{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d}
