package credentials

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/base64"
	"strings"
	"testing"
)

func TestAPublicKeyIsReadInEveryFormWithTheSameResult(t *testing.T) {
	key := newKey(t)
	spki := must(x509.MarshalPKIXPublicKey(key.Public()))
	sec1 := must(key.PublicKey.Bytes())
	compressed := elliptic.MarshalCompressed(key.Curve, key.X, key.Y)
	header := spki[:len(spki)-len(sec1)-1] // up to the number of unused bits
	short := append([]byte(nil), header...)
	short = append(append(short, 0), compressed...)
	short[1] -= byte(len(sec1) - len(compressed)) // the lengths of the sequence and of the bit string
	short[len(header)-1] -= byte(len(sec1) - len(compressed))
	c := certificateOf(t, key, "dev1")
	directory := t.TempDir()
	for name, content := range map[string]string{
		"spki.pem": pemOf("PUBLIC KEY", spki), "spki.der": string(spki), "spki.hex": hexOf(spki), "spki.b64": base64.StdEncoding.EncodeToString(spki) + "\n",
		"cert.pem": pemOf("CERTIFICATE", c.Raw), "cert.der": string(c.Raw),
		"both.pem": pemOf("EC PRIVATE KEY", must(x509.MarshalECPrivateKey(key))) + pemOf("CERTIFICATE", c.Raw),
	} {
		write(t, directory, name, content, 0o644)
	}
	for text, taken := range map[string]string{
		"hex:" + hexOf(spki):                "SPKI DER, hex",
		hexOf(spki):                         "SPKI DER, hex",
		"hex:" + hexOf(sec1):                "EC point, hex",
		hexOf(sec1[1:]):                     "EC point, hex",
		"hex:" + hexOf(compressed):          "EC point, hex",
		"hex:" + hexOf(c.Raw):               "key of a certificate, DER, hex",
		"hex:" + hexOf(short):               "SPKI DER, hex",
		pemOf("PUBLIC KEY", spki):           "SPKI PEM",
		"text:" + pemOf("PUBLIC KEY", spki): "SPKI PEM",
		"file:spki.pem":                     "SPKI PEM",
		"file:spki.der":                     "SPKI DER",
		"file:spki.hex":                     "SPKI DER, hex",
		"file:spki.b64":                     "SPKI DER, base64",
		"file:cert.pem":                     "key of a certificate, PEM",
		"file:cert.der":                     "key of a certificate, DER",
		"file:both.pem":                     "key of a certificate, PEM",
	} {
		got, err := Sources{Directory: directory}.PublicKey(text)
		if err != nil || !bytes.Equal(got.SPKI, spki) || got.Taken != taken || got.Kind != "P-256" {
			t.Errorf("%.30s: %v, %v; want %s", text, got, err, taken)
		}
	}
}

func TestAPrivateKeyIsReadInEveryForm(t *testing.T) {
	key := newKey(t)
	pkcs8, sec1 := must(x509.MarshalPKCS8PrivateKey(key)), must(x509.MarshalECPrivateKey(key))
	scalar := must(key.Bytes())
	directory := t.TempDir()
	write(t, directory, "key.pem", pemOf("EC PARAMETERS", []byte{6, 1, 0})+pemOf("EC PRIVATE KEY", sec1), 0o600)
	write(t, directory, "key.der", string(pkcs8), 0o600)
	for text, taken := range map[string]string{
		"hex:" + hexOf(pkcs8):       "PKCS#8 DER, hex",
		"hex:" + hexOf(sec1):        "SEC 1 DER, hex",
		"hex:" + hexOf(scalar):      "scalar, hex",
		pemOf("PRIVATE KEY", pkcs8): "PKCS#8 PEM",
		"file:key.pem":              "SEC 1 PEM",
		"file:key.der":              "PKCS#8 DER",
	} {
		got, err := Sources{Directory: directory}.PrivateKey(text)
		if err != nil || got.Taken != taken {
			t.Errorf("%.20s: %v, %v; want %s", text, got, err, taken)
			continue
		}
		if !key.Equal(got.Signer.(*ecdsa.PrivateKey)) {
			t.Errorf("%.20s: another key", text)
		}
	}
}

func TestTheWrongKindOfKeyIsNamed(t *testing.T) {
	key := newKey(t)
	pkcs8, sec1 := must(x509.MarshalPKCS8PrivateKey(key)), must(x509.MarshalECPrivateKey(key))
	spki := must(x509.MarshalPKIXPublicKey(key.Public()))
	c := certificateOf(t, key, "dev1")
	s := Sources{Directory: t.TempDir()}
	write(t, s.Directory, "key.pem", pemOf("PRIVATE KEY", pkcs8), 0o644)
	public := func(text string) error { _, err := s.PublicKey(text); return err }
	private := func(text string) error { _, err := s.PrivateKey(text); return err }
	certificate := func(text string) error { _, _, err := s.Certificates(text, maxChain); return err }
	encrypted := "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n" + strings.SplitN(pemOf("EC PRIVATE KEY", sec1), "\n", 2)[1]
	for _, c := range []struct {
		read func(string) error
		text string
		want string
	}{
		{public, pemOf("PRIVATE KEY", pkcs8), "expected PEM of PUBLIC KEY or CERTIFICATE, found PRIVATE KEY; openssl pkey -pubout"},
		{public, "hex:" + hexOf(sec1), "expected a public key, found a private key (SEC 1)"},
		{public, pemOf("X509 CRL", pkcs8), "found X509 CRL"},
		{certificate, pemOf("EC PARAMETERS", pkcs8) + pemOf("EC PRIVATE KEY", sec1), "expected PEM of CERTIFICATE, found EC PRIVATE KEY"},
		{public, pemOf("PUBLIC KEY", spki)[:60], "is its end cut off?"},
		{public, "hex:0102", "found 2 octets (hex) that are none"},
		{private, pemOf("PUBLIC KEY", spki), "expected PEM of PRIVATE KEY, found PUBLIC KEY"},
		{private, "hex:" + hexOf(spki), "expected a private key, found a public key or certificate"},
		{private, "hex:" + hexOf(c.Raw), "expected a private key, found a public key or certificate"},
		{private, encrypted, "is encrypted: expected one without passphrase; openssl pkey"},
		{private, pemOf("ENCRYPTED PRIVATE KEY", pkcs8), "is encrypted"},
		{private, "hex:3040" + hexOf(pbes2), "is encrypted"},
		{private, pemOf("PRIVATE KEY", pkcs8[:40]), "PRIVATE KEY: expected a private key on P-256"},
		{private, "file:key.pem", "holds a secret: expected it closed"},
		{certificate, pemOf("PUBLIC KEY", spki), "expected PEM of CERTIFICATE, found PUBLIC KEY"},
		{certificate, "hex:" + hexOf(pkcs8), "expected a certificate, found a private key (PKCS#8)"},
		{certificate, "hex:" + hexOf(spki), "expected a certificate, found a bare public key"},
		{certificate, "hex:3000", "found 2 octets (hex) that are none"},
		{certificate, strings.Repeat(pemOf("CERTIFICATE", c.Raw), 11), "expected at most 10 certificates, found 11"},
	} {
		if err := c.read(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.40s: %v, want %s", c.text, err, c.want)
		}
	}
}

func TestTheTimeOfACertificateIsLookedAt(t *testing.T) {
	c := certificateOf(t, newKey(t), "dev1")
	for _, at := range []struct {
		years int
		want  string
	}{{0, ""}, {2, "expired at 2027-01-01T00:00:00Z"}, {-1, "is not valid before 2026-01-01T00:00:00Z; is this clock right?"}} {
		if got := Validity(c, notBefore.AddDate(at.years, 0, 1)); got != at.want {
			t.Errorf("after %d years: %q, want %q", at.years, got, at.want)
		}
	}
}
