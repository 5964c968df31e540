package credentials

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Authority is a certification authority for tests: whoever trusts it trusts every
// certificate that it signs.
type Authority struct {
	Key         *ecdsa.PrivateKey
	Certificate *x509.Certificate
}

// authorityYears is how long an authority is valid.
const authorityYears = 20

// skew is how much before now a certificate begins: clocks of devices differ.
const skew = time.Hour

// NewAuthority makes an authority with a key on P-256.
func NewAuthority(name string, now time.Time) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, NotBefore: now.Add(-skew), NotAfter: now.AddDate(authorityYears, 0, 0),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	c, err := sign(template, template, key, key)
	return &Authority{key, c}, err
}

// Issue signs a certificate, for a client and a server alike, with a new key on
// P-256. Hosts are names or addresses. Spec: Core 1.2 §E.1.
func (a *Authority) Issue(name string, hosts []string, now time.Time, days int) (*ecdsa.PrivateKey, *x509.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, NotBefore: now.Add(-skew), NotAfter: now.AddDate(0, 0, days),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	for _, host := range hosts {
		// An address stands among the names too: devices in the field, such as those with
		// mbed TLS 2, look for what their URI says there only.
		template.DNSNames = append(template.DNSNames, host)
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
			template.DNSNames[len(template.DNSNames)-1] = ip.String()
		}
	}
	c, err := sign(template, a.Certificate, key, a.Key)
	return key, c, err
}

// sign makes a certificate of a template.
func sign(template, parent *x509.Certificate, key, by *ecdsa.PrivateKey) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
	if err != nil {
		return nil, err
	}
	template.SerialNumber = serial.Add(serial, big.NewInt(1))
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), by)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// loadAuthority reads an authority from its files in a directory; nil if there is
// none.
func loadAuthority(directory string) (*Authority, error) {
	if _, err := os.Stat(filepath.Join(directory, authorityKey)); errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	s := Sources{Directory: directory}
	key, err := s.PrivateKey("file:" + authorityKey)
	if err != nil {
		return nil, err
	}
	c, _, err := s.Certificate("file:" + authorityFile)
	if err != nil {
		return nil, err
	}
	private, ok := key.Signer.(*ecdsa.PrivateKey)
	if !ok || !private.PublicKey.Equal(c.PublicKey) {
		return nil, fmt.Errorf("%s: expected the EC key of %s, found another", filepath.Join(directory, authorityKey), authorityFile)
	}
	return &Authority{private, c}, nil
}
