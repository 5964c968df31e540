package credentials

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"time"
)

// Limits of lists of certificates.
const (
	maxChain = 10   // a chain of our own
	maxTrust = 1000 // trust anchors of one file
)

// Certificates reads certificates by their notation, PEM or DER, one behind the
// other, and says what they were taken for.
func (s Sources) Certificates(text string, most int) (chain []*x509.Certificate, taken string, err error) {
	type list struct {
		chain []*x509.Certificate
		taken string
	}
	found, err := oneOf(s, text, false, func(r reading) (list, error) {
		if isPEM(r.octets) {
			chain, err := certificatesPEM(r.octets)
			return list{chain, "X.509 PEM"}, err
		}
		chain, err := x509.ParseCertificates(r.octets)
		if err == nil && len(chain) > 0 {
			return list{chain, "X.509 DER" + suffix(r.taken)}, nil
		}
		if _, kind, err := privateDER(r.octets); err == nil && kind != scalarKind {
			return list{}, fmt.Errorf("expected a certificate, found a private key (%s)", kind)
		}
		if _, err := parseSPKI(r.octets); err == nil {
			return list{}, fmt.Errorf("expected a certificate, found a bare public key (SPKI DER)")
		}
		return list{}, fmt.Errorf("expected an X.509 certificate, found %d octets (%s) that are none", len(r.octets), r.taken)
	})
	if err == nil && len(found.chain) > most {
		err = fmt.Errorf("expected at most %d certificates, found %d", most, len(found.chain))
	}
	return found.chain, found.taken, err
}

// certificatesPEM takes all certificates of PEM; other blocks may stand between.
func certificatesPEM(text []byte) ([]*x509.Certificate, error) {
	var chain []*x509.Certificate
	var found []string
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			found = append(found, block.Type)
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d: %w", len(chain)+1, err)
		}
		chain = append(chain, c)
	}
	if len(chain) == 0 {
		return nil, wrongPEM("CERTIFICATE", found)
	}
	return chain, nil
}

// Validity says what is wrong with the time of a certificate, "" if nothing is.
func Validity(c *x509.Certificate, now time.Time) string {
	switch {
	case now.After(c.NotAfter):
		return "expired at " + c.NotAfter.UTC().Format(time.RFC3339)
	case now.Before(c.NotBefore):
		return "is not valid before " + c.NotBefore.UTC().Format(time.RFC3339) + "; is this clock right?"
	}
	return ""
}

// certificateNames are the endpoint names that a certificate can stand for: its
// common name, and its alternative names. Spec: Core 1.2 §E.1.
func certificateNames(c *x509.Certificate) []string {
	var names []string
	if c.Subject.CommonName != "" {
		names = append(names, c.Subject.CommonName)
	}
	names = append(names, c.DNSNames...)
	for _, uri := range c.URIs {
		names = append(names, uri.String())
	}
	return names
}

// subject is what a certificate is of, for people.
func subject(c *x509.Certificate) string {
	if c.Subject.CommonName != "" {
		return c.Subject.CommonName
	}
	if names := certificateNames(c); len(names) > 0 {
		return strings.Join(names, ", ")
	}
	return c.Subject.String()
}
