package transport

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/pion/dtls/v3"
)

// serverOptions configure the handshake of a listener: pre-shared keys, and X.509
// where it has a certificate.
func (p *securePeer) serverOptions() ([]dtls.ServerOption, error) {
	l := p.link
	options := []dtls.ServerOption{dtls.WithPSK(p.keyOf)}
	suites := chosenSuites(pskSuites, l.options.Suites)
	own, has := l.server.Own()
	if has && len(own.Chain) > 0 {
		suites = append(chosenSuites(certificateSuites, l.options.Suites), suites...)
		options = append(options, dtls.WithCertificates(certificateOf(own)),
			dtls.WithClientAuth(dtls.RequireAnyClientCert), dtls.WithVerifyPeerCertificate(p.verifyClient))
	}
	if len(suites) == 0 {
		return nil, fmt.Errorf("no cipher suite is left: allowed are %s", suiteList(l.options.Suites))
	}
	p.record.own(suites)
	options = append(options, dtls.WithCipherSuites(suiteIDs(suites)...))
	if p.cid != "" {
		options = append(options, dtls.WithConnectionIDGenerator(func() []byte { return []byte(p.cid) }))
	}
	options = append(options, dtls.WithKeyLogWriter(&secretKeeper{&p.record, l.options.KeyLog}))
	return options, nil
}

// newCID draws a Connection ID that no other session has. l.mu is held.
func (l *DTLS) newCID() string {
	for {
		var cid [cidLength]byte
		if l.options.Random != nil {
			l.options.Random(cid[:])
		} else {
			_, _ = rand.Read(cid[:]) // never fails
		}
		if l.cids[string(cid[:])] == nil {
			return string(cid[:])
		}
	}
}

func suiteIDs(suites []CipherSuite) []dtls.CipherSuiteID {
	ids := make([]dtls.CipherSuiteID, len(suites))
	for i, s := range suites {
		ids[i] = dtls.CipherSuiteID(s)
	}
	return ids
}

// certificateOf is a key pair as the handshake takes it.
func certificateOf(own KeyPair) tls.Certificate {
	c := tls.Certificate{PrivateKey: own.Private, Leaf: own.Chain[0]}
	for _, one := range own.Chain {
		c.Certificate = append(c.Certificate, one.Raw)
	}
	return c
}

// keyOf finds the pre-shared key of an identity.
func (p *securePeer) keyOf(identity []byte) ([]byte, error) {
	p.record.claims(identity)
	key, known := p.link.server.PSK(identity)
	if !known {
		return nil, errUnknownIdentity
	}
	return key, nil
}

var errUnknownIdentity = errors.New("unknown PSK identity")

// verifyClient lets the certificate of a client in, or does not.
func (p *securePeer) verifyClient(raw [][]byte, _ [][]*x509.Certificate) error {
	chain, err := parseChain(raw)
	if err == nil {
		err = verifyClient(p.link.server, chain)
	}
	p.record.judged(err)
	return err
}

// proved is who the peer has proved to be, and the suite that was agreed on.
func (p *securePeer) proved() (Identity, CipherSuite) {
	state, _ := p.conn.ConnectionState()
	return p.identityIn(&state), CipherSuite(state.CipherSuiteID)
}

func (p *securePeer) identityIn(state *dtls.State) Identity {
	if len(state.PeerCertificates) == 0 {
		if p.link.server == nil {
			return Identity{Mode: PreSharedKey} // a server proves it by the key alone
		}
		return Identity{Mode: PreSharedKey, Name: string(state.IdentityHint)}
	}
	if c, err := x509.ParseCertificate(state.PeerCertificates[0]); err == nil {
		return certificateIdentity(c)
	}
	return Identity{Mode: Certificate, Certificate: string(state.PeerCertificates[0])}
}
