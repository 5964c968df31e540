package transport

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// CertificateError tells why a certificate of a peer is not taken, and what to do.
type CertificateError struct {
	Reason string
	Cure   string

	alert byte // that says it best to the peer, 0 for bad_certificate
}

func (e *CertificateError) Error() string { return e.Reason }

// Alert is the one that says it best to the peer. RFC 5246 §7.2.2.
func (e *CertificateError) Alert() byte {
	if e.alert == 0 {
		return alertBadCertificate
	}
	return e.alert
}

// verifyChain holds a chain against trust anchors and, unless it is "", a name.
func verifyChain(chain []*x509.Certificate, roots *x509.CertPool, name string) error {
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	leaf := chain[0]
	if roots == nil {
		return &CertificateError{
			Reason: fmt.Sprintf("the certificate of %q is not known, and there is no trust anchor", leaf.Subject.CommonName),
			Cure:   "credentials add --certificate names the certificate, own: trust: in lwcon.yaml an authority",
		}
	}
	_, err := leaf.Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between, DNSName: name, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if err == nil {
		return nil
	}
	return explained(leaf, name, err)
}

// maxChain is how many certificates of a peer are looked at.
const maxChain = 10

// countChain refuses a chain of none and of too many.
func countChain(n int) error {
	switch {
	case n == 0:
		return &CertificateError{Reason: "no certificate came", Cure: "the peer is to have a certificate, or to use a pre-shared key"}
	case n > maxChain:
		return &CertificateError{Reason: fmt.Sprintf("a chain of %d certificates came, at most %d are looked at", n, maxChain)}
	}
	return nil
}

// parseChain reads the certificates of a peer.
func parseChain(raw [][]byte) ([]*x509.Certificate, error) {
	if err := countChain(len(raw)); err != nil {
		return nil, err
	}
	var chain []*x509.Certificate
	for i, der := range raw {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, &CertificateError{Reason: fmt.Sprintf("certificate %d of the chain cannot be read: %v", i+1, err)}
		}
		chain = append(chain, c)
	}
	return chain, nil
}

// verifyClient lets the certificate of a client in that is known by itself, or that a
// trust anchor vouches for; any, if the keys say so.
func verifyClient(keys Keys, chain []*x509.Certificate) error {
	if keys.Any() || keys.TrustsCertificate(chain[0]) {
		return nil
	}
	return verifyChain(chain, keys.Roots(), "")
}

// certificateIdentity is who a peer with a certificate is.
func certificateIdentity(c *x509.Certificate) Identity {
	return Identity{Mode: Certificate, Name: c.Subject.CommonName, PublicKey: string(c.RawSubjectPublicKeyInfo), Certificate: string(c.Raw)}
}

// explained says in words why a certificate was not taken.
func explained(leaf *x509.Certificate, name string, err error) *CertificateError {
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	now := time.Now() // the machine's, as Verify takes it
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && now.Before(leaf.NotBefore):
		return &CertificateError{
			Reason: fmt.Sprintf("the certificate of %q is not valid before %s; it is %s here", leaf.Subject.CommonName, day(leaf.NotBefore), day(now)),
			Cure:   "look at the clocks of both ends",
			alert:  alertCertificateExpired, // or not valid yet, RFC 5246 §7.2.2
		}
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return &CertificateError{
			Reason: fmt.Sprintf("the certificate of %q has expired on %s; it is %s here", leaf.Subject.CommonName, day(leaf.NotAfter), day(now)),
			Cure:   "renew it, or look at the clock of this machine",
			alert:  alertCertificateExpired,
		}
	case errors.As(err, &host):
		return &CertificateError{
			Reason: fmt.Sprintf("the certificate is for %s, expected %q", certificateNames(leaf), name),
			Cure:   "the URI or the SNI (/0/x/14) is to name the server as its certificate does",
		}
	case errors.As(err, &unknown):
		return &CertificateError{
			Reason: fmt.Sprintf("the certificate of %q is signed by %q, which is no trust anchor here", leaf.Subject.CommonName, leaf.Issuer.CommonName),
			Cure:   "add the authority to own: trust: in lwcon.yaml, or the certificate itself to the device",
			alert:  alertUnknownAuthority,
		}
	}
	return &CertificateError{Reason: fmt.Sprintf("the certificate of %q: %v", leaf.Subject.CommonName, err)}
}

func day(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// certificateNames lists what a certificate is for.
func certificateNames(c *x509.Certificate) string {
	var names []string
	for _, n := range c.DNSNames {
		names = append(names, fmt.Sprintf("%q", n))
	}
	for _, ip := range c.IPAddresses {
		if !slices.Contains(c.DNSNames, ip.String()) {
			names = append(names, ip.String())
		}
	}
	if len(names) == 0 {
		names = append(names, fmt.Sprintf("%q", c.Subject.CommonName))
	}
	return strings.Join(names, ", ")
}

// verifyServer holds the certificate of a server against what an account demands.
// RFC 6698 §2.1.1, Spec: Core 1.2 §E.1 (/0/x/15).
//
//	0 CA constraint          a path to Roots, with the named authority in it; the name
//	1 service constraint     a path to Roots, and this very certificate; the name
//	2 trust anchor assertion a path to the named authority; the name
//	3 domain-issued          this very certificate
func (k *ClientKeys) verifyServer(chain []*x509.Certificate, name string) error {
	const constraintCA, constraintService, assertion, domainIssued = 0, 1, 2, 3
	named := k.ServerCertificate
	exact := named != nil && bytes.Equal(named.Raw, chain[0].Raw)
	switch k.Usage {
	case domainIssued:
		if named == nil {
			return &CertificateError{Reason: "no certificate of the server is known (/0/x/4), and usage 3 demands that very one", Cure: "server: certificate: in lwcon.yaml names it"}
		}
		if !exact {
			return &CertificateError{
				Reason: fmt.Sprintf("the server has another certificate than the one that is known: it is of %q, expected that of %q", chain[0].Subject.CommonName, named.Subject.CommonName),
				Cure:   "compare /0/x/4 with what the server has; usage 2 takes any that an authority signed",
			}
		}
		return nil
	case assertion:
		roots := x509.NewCertPool()
		if named != nil {
			roots.AddCert(named)
		}
		return verifyChain(chain, roots, name)
	case constraintService:
		if named != nil && !exact {
			return &CertificateError{Reason: fmt.Sprintf("the server's certificate is of %q, expected that of %q", chain[0].Subject.CommonName, named.Subject.CommonName)}
		}
	case constraintCA:
		if named != nil && !inPath(chain, named) {
			return &CertificateError{Reason: fmt.Sprintf("the authority %q is not in the path of the server's certificate", named.Subject.CommonName)}
		}
	}
	roots := k.Roots
	if roots == nil {
		var err error
		if roots, err = x509.SystemCertPool(); err != nil {
			return &CertificateError{Reason: fmt.Sprintf("the trust anchors of this machine cannot be read: %v", err)}
		}
	}
	return verifyChain(chain, roots, name)
}

// inPath says whether an authority signed one of a chain, or is in it.
func inPath(chain []*x509.Certificate, authority *x509.Certificate) bool {
	for _, c := range chain {
		if bytes.Equal(c.Raw, authority.Raw) || c.CheckSignatureFrom(authority) == nil {
			return true
		}
	}
	return false
}
