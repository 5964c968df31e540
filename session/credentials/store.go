package credentials

import (
	"crypto"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"lwcon/session/transport"
)

// Store is what lwcon knows of who is who. It is a transport.Keys, and safe for
// concurrent use: what is added or removed holds from the next handshake on.
type Store struct {
	sources Sources

	mu    sync.RWMutex
	any   bool
	list  []*Credential
	place map[slot]int           // in list
	psk   map[string]*Credential // by identity
	keys  map[string]*Credential // by canonical SubjectPublicKeyInfo
	certs map[string]*Credential // by DER
	names map[string]*Credential // x509 by the name in the certificate
	own   transport.KeyPair
	has   bool // own
	shown []OwnShown
	roots *x509.CertPool
	trust []*x509.Certificate
	peer  PeerKey
	errs  []error
}

// PeerKey is what the server must have to which lwcon connects as a client: a raw
// public key, or a certificate.
type PeerKey struct {
	PublicKey   *PublicKey
	Certificate *x509.Certificate
}

// OwnShown is one thing that lwcon proves itself with, as it is shown.
type OwnShown struct {
	What string // certificate, private-key, public-key, trust, server
	Key  string // what it was taken for
}

var _ transport.Keys = (*Store)(nil)

// NewStore makes a store of a file, which may be nil. What cannot be looked up,
// a variable that is not set or a file that is not there, is left out and told
// by Err.
func NewStore(f *File, sources Sources) *Store {
	s := &Store{
		sources: sources, place: map[slot]int{}, psk: map[string]*Credential{}, keys: map[string]*Credential{},
		certs: map[string]*Credential{}, names: map[string]*Credential{},
	}
	if f == nil {
		return s
	}
	if s.sources.Directory == "" {
		s.sources.Directory = f.Directory()
	}
	for i := range f.Devices {
		credentials, err := s.sources.credentials(f, &f.Devices[i])
		s.fail(err)
		for _, c := range credentials {
			s.fail(s.Add(c))
		}
	}
	s.readOwn(f)
	return s
}

// fail keeps an error.
func (s *Store) fail(err error) {
	if err != nil {
		s.errs = append(s.errs, err)
	}
}

// Err returns what could not be looked up when the store was made, joined; each
// is an *Error that names file, line and column. nil if all is there.
func (s *Store) Err() error { return errors.Join(s.errs...) }

// ErrTaken tells that an identity is another endpoint's already.
var ErrTaken = errors.New("is taken")

// Faults returns what Err does, one line each.
func (s *Store) Faults() []string {
	var all []string
	for _, err := range s.errs {
		all = append(all, strings.Split(err.Error(), "\n")...)
	}
	return all
}

// Add adds a credential. Where its endpoint has one of the same mode, that is
// replaced. An identity of another endpoint is an error that wraps ErrTaken.
func (s *Store) Add(c *Credential) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	index, key := s.index(c)
	if other := index[key]; other != nil && other.Endpoint != c.Endpoint {
		identity, _ := c.Shown()
		return fmt.Errorf("%s: identity %s %w by %s", c.Endpoint, identity, ErrTaken, other.Endpoint)
	}
	if at, replaces := s.place[c.slot()]; replaces {
		s.forget(s.list[at])
		s.list[at] = c
	} else {
		s.place[c.slot()] = len(s.list)
		s.list = append(s.list, c)
	}
	if index != nil {
		index[key] = c
	}
	return nil
}

// slot is where a credential stands: an endpoint has one of each mode.
type slot struct{ endpoint, mode string }

func (c *Credential) slot() slot { return slot{c.Endpoint, c.ModeName()} }

// forget takes a credential out of the index. The lock is held.
func (s *Store) forget(c *Credential) {
	if index, key := s.index(c); index != nil {
		delete(index, key)
	}
}

// index is the map in which a credential is found, and its key there; nil for
// those that no handshake looks up.
func (s *Store) index(c *Credential) (map[string]*Credential, string) {
	switch {
	case c.OSCORE != nil:
		return nil, ""
	case c.Mode == transport.PreSharedKey:
		return s.psk, c.Identity
	case c.Mode == transport.RawPublicKey:
		return s.keys, canonical(c.PublicKey.SPKI)
	case c.Certificate != nil:
		return s.certs, string(c.Certificate.Raw)
	}
	return s.names, c.Name
}

// AddPSK adds a key that the command line gave. An identity that is known keeps
// its endpoint; that of another is its identity.
func (s *Store) AddPSK(identity string, key Secret) error {
	c := &Credential{Endpoint: identity, Origin: OriginFlag, Mode: transport.PreSharedKey, Identity: identity, Key: key}
	s.mu.RLock()
	if known := s.psk[identity]; known != nil {
		c.Endpoint, c.Alias = known.Endpoint, known.Alias
	}
	s.mu.RUnlock()
	return s.Add(c)
}

// Taken is the endpoint that an identity belongs to, if it is another than that
// of the credential; "" if it is free.
func (s *Store) Taken(c *Credential) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	index, key := s.index(c)
	if other := index[key]; other != nil && other.Endpoint != c.Endpoint {
		return other.Endpoint
	}
	return ""
}

// Find returns the credentials of the endpoint that a name, an alias or an identity
// means; none if nobody is known by it.
func (s *Store) Find(name string) []*Credential {
	s.mu.RLock()
	defer s.mu.RUnlock()
	at := slices.IndexFunc(s.list, func(c *Credential) bool { return c.named(name) })
	if at < 0 {
		return nil
	}
	var found []*Credential
	for _, c := range s.list {
		if c.Endpoint == s.list[at].Endpoint {
			found = append(found, c)
		}
	}
	return found
}

// Remove removes the credentials that Find finds, and returns them. Sessions that
// stand already are not ended by it.
func (s *Store) Remove(name string) []*Credential {
	found := s.Find(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = slices.DeleteFunc(s.list, func(c *Credential) bool { return slices.Contains(found, c) })
	clear(s.place)
	for i, c := range s.list {
		s.place[c.slot()] = i
	}
	for _, c := range found {
		s.forget(c)
	}
	return found
}

// named says whether a credential is of an endpoint, alias or identity.
func (c *Credential) named(name string) bool {
	identity, _ := c.Shown()
	return name != "" && (c.Endpoint == name || c.Alias == name || identity == name)
}

// Credentials returns all credentials in the order they were added.
func (s *Store) Credentials() []*Credential {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.list)
}

// Empty says that there is nothing with which a secured peer could be talked to.
func (s *Store) Empty() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.list) == 0 && !s.has && s.roots == nil && len(s.errs) == 0
}

// OwnKeys returns what lwcon proves itself with, as it is shown.
func (s *Store) OwnKeys() []OwnShown { return s.shown }

// hexOf is octets in hexadecimal.
func hexOf(octets []byte) string { return hex.EncodeToString(octets) }

// Printable is an identity as it is shown and written: by hex: where it is no
// text.
func Printable(identity string) string {
	if !utf8.ValidString(identity) || strings.ContainsFunc(identity, isBinary) {
		return "hex:" + hexOf([]byte(identity))
	}
	if name, _ := notation(identity); name != "" {
		return "text:" + identity
	}
	return identity
}

// publicKeyOf is the public half of a signer.
func publicKeyOf(key crypto.Signer) (PublicKey, error) { return publicOf(key.Public(), "private key") }
