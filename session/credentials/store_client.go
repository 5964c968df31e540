package credentials

import "lwcon/session/transport"

// Client returns what a client of an endpoint name proves itself with: the
// device's pre-shared key if there is one, else what is lwcon's own. The only
// key of --psk serves any name.
func (s *Store) Client(endpoint string) (transport.ClientKeys, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var only []*Credential
	for _, c := range s.list {
		if c.Mode != transport.PreSharedKey {
			continue
		}
		if c.Endpoint == endpoint || c.Alias != "" && c.Alias == endpoint {
			return pskKeys(c), true
		}
		if c.Origin == OriginFlag {
			only = append(only, c)
		}
	}
	if len(only) == 1 {
		return pskKeys(only[0]), true
	}
	return s.ownClient()
}

// CertificateClient returns what a client proves itself with where only certificates
// are spoken; false if there is none.
func (s *Store) CertificateClient() (transport.ClientKeys, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	keys, ok := s.ownClient()
	return keys, ok && keys.Mode == transport.Certificate
}

// ownClient is a client that proves itself with what is lwcon's own. The lock is held.
func (s *Store) ownClient() (transport.ClientKeys, bool) {
	if !s.has {
		return transport.ClientKeys{}, false
	}
	keys := transport.ClientKeys{Mode: transport.RawPublicKey, Own: s.own, Roots: s.roots}
	if len(s.own.Chain) > 0 {
		keys.Mode, keys.Usage = transport.Certificate, usageConstraint
	}
	if k := s.peer.PublicKey; k != nil {
		keys.ServerKey = k.SPKI
	}
	if c := s.peer.Certificate; c != nil {
		keys.ServerCertificate, keys.Usage = c, usageExact
	}
	return keys, true
}

// Certificate usages that follow from what is known of a server: a path to the
// trust anchors, or exactly that certificate. RFC 6698 §2.1.1.
const (
	usageConstraint = 0
	usageExact      = 3
)

// OriginFlag is the origin of keys that the command line gave.
const OriginFlag = "--psk"

func pskKeys(c *Credential) transport.ClientKeys {
	return transport.ClientKeys{Mode: transport.PreSharedKey, Identity: []byte(c.Identity), Secret: c.Key.Octets()}
}
