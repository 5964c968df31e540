package credentials

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"path/filepath"

	"lwcon/session/transport"
)

// wrong names the place of what could not be looked up.
func (f *File) wrong(r *reference, err error) error {
	reason := fmt.Sprintf("%s: %v", r.what, err)
	var mode *ModeError
	if errors.As(err, &mode) {
		reason += "; " + mode.Hint()
	}
	return &Error{File: f.Name, Line: r.at.line, Column: r.at.column, Reason: reason}
}

// origin is where a device stands: "lwcon.yaml:5".
func (f *File) origin(at position) string {
	return fmt.Sprintf("%s:%d", filepath.Base(f.Name), at.line)
}

// credentials looks up the keys of a device: one credential for each mode. Those
// that are there are returned beside the error.
func (s Sources) credentials(f *File, d *Device) ([]*Credential, error) {
	var all []*Credential
	var errs []error
	take := func(r *reference, c *Credential, err error) {
		if err != nil {
			errs = append(errs, f.wrong(r, err))
			return
		}
		c.Endpoint, c.Origin = d.Endpoint, f.origin(d.at)
		if d.Alias != d.Endpoint {
			c.Alias = d.Alias
		}
		all = append(all, c)
	}
	if d.psk != nil {
		key, err := s.PSK(d.psk.key.text)
		take(d.psk.key, &Credential{Mode: transport.PreSharedKey, Identity: d.psk.identity, Key: key}, err)
	}
	if d.rpk != nil {
		key, err := s.PublicKey(d.rpk.text)
		take(d.rpk, &Credential{Mode: transport.RawPublicKey, PublicKey: key}, err)
	}
	if d.x509 != nil {
		c := &Credential{Mode: transport.Certificate, Name: d.x509.name}
		var err error
		if d.x509.certificate != nil {
			c.Certificate, c.Taken, err = s.Certificate(d.x509.certificate.text)
		}
		take(d.x509.certificate, c, err)
	}
	if d.oscore != nil && d.oscore.secret != nil {
		c, at, err := s.oscore(d.oscore)
		take(at, &Credential{Mode: transport.NoSecurity, OSCORE: c}, err)
	}
	return all, errors.Join(errs...)
}

// Certificate reads the certificate of a peer by its notation: the first of its
// file.
func (s Sources) Certificate(text string) (*x509.Certificate, string, error) {
	chain, taken, err := s.Certificates(text, maxChain)
	if err != nil {
		return nil, "", err
	}
	return chain[0], taken, nil
}

// Limits of an OSCORE context. RFC 8613 §3.3: an id is at most 7 octets long with
// the mandatory algorithm.
const maxOSCOREID = 7

// OSCOREText is an OSCORE context as lwcon.yaml writes it: each part is hex:…, text:…,
// env:NAME and so on. An identifier can be empty; "" elsewhere leaves a part out.
type OSCOREText struct {
	Secret, Salt, SenderID, RecipientID, IDContext string
	Algorithm, HKDF                                string
}

// OSCORE reads an OSCORE context, seen from the client. RFC 8613 §3.1.
func (s Sources) OSCORE(t OSCOREText) (*OSCORE, error) {
	part := func(text, what string) *reference {
		if text == "" {
			return nil
		}
		return &reference{text: text, what: what}
	}
	id := func(text, what string) *reference {
		if text == "" {
			text = "hex:"
		}
		return &reference{text: text, what: what}
	}
	c, at, err := s.oscore(&oscoreEntry{
		secret: id(t.Secret, "secret"), salt: part(t.Salt, "salt"), senderID: id(t.SenderID, "sender-id"),
		recipientID: id(t.RecipientID, "recipient-id"), idContext: part(t.IDContext, "id-context"), algorithm: t.Algorithm, hkdf: t.HKDF,
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", at.what, err)
	}
	return c, nil
}

// oscore looks up an OSCORE context; at is what an error is about.
func (s Sources) oscore(e *oscoreEntry) (c *OSCORE, at *reference, err error) {
	c = &OSCORE{Algorithm: e.algorithm, HKDF: e.hkdf}
	if c.Secret, err = s.Secret(e.secret.text); err != nil {
		return nil, e.secret, err
	}
	if c.Secret.Len() == 0 {
		return nil, e.secret, errors.New("expected a secret, found 0 octets")
	}
	for _, part := range [...]struct {
		from *reference
		into *[]byte
		most int
	}{
		{e.salt, &c.Salt, MaxPSK},
		{e.senderID, &c.SenderID, maxOSCOREID},
		{e.recipientID, &c.RecipientID, maxOSCOREID},
		{e.idContext, &c.IDContext, MaxPSK},
	} {
		if part.from == nil {
			continue
		}
		octets, err := s.Secret(part.from.text)
		if err != nil {
			return nil, part.from, err
		}
		if octets.Len() > part.most {
			return nil, part.from, fmt.Errorf("expected at most %d octets, found %d", part.most, octets.Len())
		}
		*part.into = octets.Octets()
	}
	if bytes.Equal(c.SenderID, c.RecipientID) {
		return nil, e.recipientID, errors.New("expected another id than sender-id, found the same") // RFC 8613 §3.3
	}
	return c, nil, nil
}

// readOwn looks up what lwcon proves itself with, and whom it trusts.
func (s *Store) readOwn(f *File) {
	o := &f.Own
	if o.privateKey != nil {
		s.readPair(f, o)
	}
	for _, t := range o.trust {
		anchors, taken, err := s.sources.Certificates(t.text, maxTrust)
		if err != nil {
			s.fail(f.wrong(t, err))
			continue
		}
		if s.roots == nil {
			s.roots = x509.NewCertPool()
		}
		for _, c := range anchors {
			s.roots.AddCert(c)
		}
		s.trust = append(s.trust, anchors...)
		s.shown = append(s.shown, OwnShown{"trust", fmt.Sprintf("%s, %s", Printable(subject(anchors[0])), taken)})
	}
	if o.server != nil {
		s.readServer(f, o.server)
	}
}

// readPair looks up our own key, and what belongs to it.
func (s *Store) readPair(f *File, o *Own) {
	key, err := s.sources.PrivateKey(o.privateKey.text)
	if err != nil {
		s.fail(f.wrong(o.privateKey, err))
		return
	}
	own := transport.KeyPair{Private: key.Signer}
	public, err := publicKeyOf(key.Signer)
	if err != nil {
		s.fail(f.wrong(o.privateKey, err))
		return
	}
	own.PublicKey = public.SPKI
	s.shown = append(s.shown, OwnShown{"private-key", key.String()})
	if o.certificate != nil {
		chain, taken, err := s.sources.Certificates(o.certificate.text, maxChain)
		if err == nil && canonical(chain[0].RawSubjectPublicKeyInfo) != string(public.SPKI) {
			err = errors.New("expected the certificate of private-key, found that of another key")
		}
		if err != nil {
			s.fail(f.wrong(o.certificate, err))
			return
		}
		own.Chain = chain
		s.shown = append(s.shown, OwnShown{"certificate", fmt.Sprintf("%s, %s of %d", Printable(subject(chain[0])), taken, len(chain))})
	}
	if o.publicKey != nil {
		k, err := s.sources.PublicKey(o.publicKey.text)
		if err == nil && !bytes.Equal(k.SPKI, public.SPKI) {
			err = errors.New("expected the public key of private-key, found another")
		}
		if err != nil {
			s.fail(f.wrong(o.publicKey, err))
			return
		}
		s.shown = append(s.shown, OwnShown{"public-key", k.String()})
	}
	s.own, s.has = own, true
}

// readServer looks up what a server must have: its certificate, or its raw key.
func (s *Store) readServer(f *File, r *reference) {
	if c, taken, err := s.sources.Certificate(r.text); err == nil {
		s.peer.Certificate = c
		s.shown = append(s.shown, OwnShown{"server", fmt.Sprintf("%s, %s", Printable(subject(c)), taken)})
		return
	}
	k, err := s.sources.PublicKey(r.text)
	if err != nil {
		s.fail(f.wrong(r, err))
		return
	}
	s.peer.PublicKey = &k
	s.shown = append(s.shown, OwnShown{"server", k.String()})
}
