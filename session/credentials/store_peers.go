package credentials

import (
	"crypto/x509"

	"lwcon/session/transport"
)

// SetAny lets peers in that are unknown, as far as the handshake allows.
func (s *Store) SetAny(let bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.any = let
}

// PSK returns the pre-shared key of an identity.
func (s *Store) PSK(identity []byte) (key []byte, ok bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c := s.psk[string(identity)]
	if c == nil {
		return nil, false
	}
	return c.Key.Octets(), true
}

// SetOwn replaces what lwcon proves itself with, and the trust anchors for
// certificates of peers.
func (s *Store) SetOwn(own transport.KeyPair, roots *x509.CertPool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.own, s.has, s.roots = own, true, roots
}

// SetServerKey says which raw public key a server must have that lwcon connects to.
func (s *Store) SetServerKey(key PublicKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.peer.PublicKey = &key
}

// Own returns what lwcon proves itself with.
func (s *Store) Own() (transport.KeyPair, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.own, s.has
}

// TrustsKey says whether a raw public key is that of a known peer.
func (s *Store) TrustsKey(spki []byte) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.keys[canonical(spki)] != nil
}

// TrustsCertificate says whether a certificate is that of a known peer by itself.
func (s *Store) TrustsCertificate(c *x509.Certificate) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.certs[string(c.Raw)] != nil
}

// Roots returns the trust anchors for certificates of peers, nil for none.
func (s *Store) Roots() *x509.CertPool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.roots
}

// Any says whether peers that are unknown are let in.
func (s *Store) Any() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.any
}

// Endpoints returns the names that a peer of an identity may register by; false
// if the identity is unknown. A name that a trust anchor vouches for stands for
// itself, unless the file gives it to an endpoint. Spec: Core 1.2 §6.2.1.
func (s *Store) Endpoints(id transport.Identity) (names []string, known bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var c *Credential
	switch id.Mode {
	case transport.PreSharedKey:
		c = s.psk[id.Name]
	case transport.RawPublicKey:
		c = s.keys[canonical([]byte(id.PublicKey))]
	case transport.Certificate:
		if c = s.certs[id.Certificate]; c == nil {
			return s.vouched(id)
		}
	}
	if c == nil {
		return nil, false
	}
	return []string{c.Endpoint}, true
}

// vouched returns the names of a certificate that a trust anchor signed. The lock
// is held.
func (s *Store) vouched(id transport.Identity) ([]string, bool) {
	certificate, err := x509.ParseCertificate([]byte(id.Certificate))
	if err != nil || s.roots == nil {
		return nil, false
	}
	if s.any { // then the handshake lets others in too
		if _, err := certificate.Verify(x509.VerifyOptions{Roots: s.roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil {
			return nil, false
		}
	}
	var names []string
	for _, name := range certificateNames(certificate) {
		if c := s.names[name]; c != nil {
			name = c.Endpoint
		}
		names = append(names, name)
	}
	return names, len(names) > 0
}
