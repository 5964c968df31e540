package credentials

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"

	"lwcon/session/transport"
)

// PublicKey is a raw public key, DER SubjectPublicKeyInfo. RFC 7250 §3.
type PublicKey struct {
	SPKI  []byte
	Taken string // what it was taken for: "SPKI PEM", "EC point, hex"
	Kind  string // P-256, P-384, RSA 2048
}

// String returns "P-256, 91 octets, SPKI PEM".
func (k PublicKey) String() string {
	return fmt.Sprintf("%s, %d octets, %s", k.Kind, len(k.SPKI), k.Taken)
}

// Fingerprint returns the lower-case hex SHA-256 of the key: the name of its
// identity.
func (k PublicKey) Fingerprint() string {
	sum := sha256.Sum256(k.SPKI)
	return hex.EncodeToString(sum[:])
}

// PublicKey reads a public key by its notation: SubjectPublicKeyInfo or a
// certificate, as PEM, DER, hex or base64, or a bare point on P-256 or P-384.
func (s Sources) PublicKey(text string) (PublicKey, error) {
	return oneOf(s, text, false, parsePublic)
}

// oneOf reads something that has a structure: of the ways to read its text the
// first that fits counts, else the first error.
func oneOf[T any](s Sources, text string, secret bool, parse func(reading) (T, error)) (T, error) {
	var none T
	var all []reading
	if name, _ := notation(text); name == "" && isPEM([]byte(text)) {
		all = []reading{{[]byte(text), "text"}}
	} else {
		var err error
		if all, err = s.readings(text, secret); err != nil {
			return none, err
		}
	}
	var first error
	for _, r := range all {
		x, err := parse(r)
		if err == nil {
			return x, nil
		}
		if first == nil {
			first = err
		}
	}
	return none, first
}

// isPEM says whether octets are PEM.
func isPEM(octets []byte) bool { return bytes.Contains(octets, []byte("-----BEGIN ")) }

// parsePublic takes octets for a public key.
func parsePublic(r reading) (PublicKey, error) {
	if isPEM(r.octets) {
		return publicPEM(r.octets)
	}
	if c, err := x509.ParseCertificate(r.octets); err == nil {
		return publicOf(c.PublicKey, "key of a certificate, DER"+suffix(r.taken))
	}
	if key, err := parseSPKI(r.octets); err == nil {
		return publicOf(key, "SPKI DER"+suffix(r.taken))
	}
	if key := point(r.octets); key != nil {
		return publicOf(key, "EC point"+suffix(r.taken))
	}
	if _, kind, err := privateDER(r.octets); err == nil && kind != scalarKind {
		return PublicKey{}, fmt.Errorf("expected a public key, found a private key (%s); openssl pkey -pubout writes its public one", kind)
	}
	return PublicKey{}, fmt.Errorf(
		"expected a public key (SubjectPublicKeyInfo, a certificate, or a point of 33, 64 or 65 octets), found %d octets (%s) that are none", len(r.octets), r.taken)
}

// suffix tells how DER was written.
func suffix(taken string) string {
	if taken == "hex" || taken == "base64" {
		return ", " + taken
	}
	return ""
}

// publicPEM takes the public key, or the key of the first certificate, of PEM.
func publicPEM(text []byte) (PublicKey, error) {
	var found []string
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		switch block.Type {
		case "PUBLIC KEY":
			key, err := parseSPKI(block.Bytes)
			if err != nil {
				return PublicKey{}, fmt.Errorf("PUBLIC KEY: %w", err)
			}
			return publicOf(key, "SPKI PEM")
		case "CERTIFICATE":
			c, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return PublicKey{}, fmt.Errorf("CERTIFICATE: %w", err)
			}
			return publicOf(c.PublicKey, "key of a certificate, PEM")
		}
		found = append(found, block.Type)
	}
	return PublicKey{}, wrongPEM("PUBLIC KEY or CERTIFICATE", found)
}

// wrongPEM tells that PEM holds something else than what is wanted.
func wrongPEM(want string, found []string) error {
	if len(found) == 0 {
		return fmt.Errorf("expected PEM of %s, found no whole block: is its end cut off?", want)
	}
	block := found[0]
	if at := slices.IndexFunc(found, func(s string) bool { return strings.HasSuffix(s, "PRIVATE KEY") }); at >= 0 {
		block = found[at]
	}
	e := fmt.Errorf("expected PEM of %s, found %s", want, block)
	if strings.HasSuffix(block, "PRIVATE KEY") && strings.HasPrefix(want, "PUBLIC") {
		e = fmt.Errorf("%w; openssl pkey -pubout writes its public one", e)
	}
	return e
}

// parseSPKI reads a SubjectPublicKeyInfo, a compressed point too. RFC 5480 §2.
func parseSPKI(der []byte) (any, error) {
	key, err := x509.ParsePKIXPublicKey(der)
	if err == nil {
		return key, nil
	}
	var spki struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	if rest, bad := asn1.Unmarshal(der, &spki); bad != nil || len(rest) > 0 || !spki.Algorithm.Algorithm.Equal(ecPublicKey) {
		return nil, err
	}
	if p := point(spki.Key.RightAlign()); p != nil {
		return p, nil
	}
	return nil, err
}

// ecPublicKey is the algorithm of keys on a curve. RFC 5480 §2.1.1.
var ecPublicKey = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}

// point takes octets for a point on P-256 or P-384: 0x04 X Y, X Y, or compressed;
// nil if they are none.
func point(octets []byte) *ecdsa.PublicKey {
	for _, curve := range [...]elliptic.Curve{elliptic.P256(), elliptic.P384()} {
		size := curve.Params().BitSize / 8
		switch len(octets) {
		case 2 * size:
			octets = append([]byte{4}, octets...)
		case 1 + size:
			x, y := elliptic.UnmarshalCompressed(curve, octets)
			if x == nil {
				return nil
			}
			octets = append([]byte{4}, append(x.FillBytes(make([]byte, size)), y.FillBytes(make([]byte, size))...)...)
		}
		if len(octets) == 1+2*size {
			if key, err := ecdsa.ParseUncompressedPublicKey(curve, octets); err == nil {
				return key
			}
		}
	}
	return nil
}

// NewRawPair makes a key pair on P-256, without a certificate.
func NewRawPair() (transport.KeyPair, PublicKey, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return transport.KeyPair{}, PublicKey{}, err
	}
	public, err := publicOf(&private.PublicKey, "random")
	return transport.KeyPair{Private: private, PublicKey: public.SPKI}, public, err
}

// publicOf writes a key as SubjectPublicKeyInfo.
func publicOf(key any, taken string) (PublicKey, error) {
	spki, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return PublicKey{}, errors.New("expected an EC, Ed25519 or RSA key, found another kind")
	}
	return PublicKey{SPKI: spki, Taken: taken, Kind: kindOf(key)}, nil
}

// kindOf names the kind of a public key.
func kindOf(key any) string {
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		return key.Curve.Params().Name
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", key.N.BitLen())
	}
	return "Ed25519"
}

// canonical writes a key in the one way in which keys are compared; what cannot
// be read stays as it is.
func canonical(spki []byte) string {
	key, err := parseSPKI(spki)
	if err != nil {
		return string(spki)
	}
	if k, err := publicOf(key, ""); err == nil {
		return string(k.SPKI)
	}
	return string(spki)
}
