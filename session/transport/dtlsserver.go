package transport

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"

	"github.com/pion/dtls/v3"
)

// answerer prepares the handshake of a listener as it was chosen for this client.
func (p *securePeer) answerer() error {
	p.record.cannot(p.choice.obstacle)
	if p.choice.mode == RawPublicKey {
		l := p.link
		l.mu.Lock()
		credentials, suites, public := l.raw.credentials, l.raw.suites, l.raw.own
		l.mu.Unlock()
		p.record.own(suites)
		p.record.shows(public)
		return p.beginRaw(credentials, p.choice.cookie, func(key []byte) error { return verifyRawClient(p.link.server, key) })
	}
	options, err := p.serverOptions()
	if err != nil {
		return err
	}
	conn, err := dtls.ServerWithOptions(p.packets, packetAddress(p.address), options...)
	if err != nil {
		return err
	}
	p.conn = pionConn{conn, p}
	return nil
}

// serverOptions configure the handshake of a listener: pre-shared keys, and X.509
// where it has a certificate.
func (p *securePeer) serverOptions() ([]dtls.ServerOption, error) {
	l := p.link
	options := []dtls.ServerOption{dtls.WithPSK(p.keyOf)}
	suites := chosenSuites(pskSuites, l.options.Suites)
	own, has := l.server.Own()
	if has && len(own.Chain) > 0 && !p.choice.rawOnly {
		certified := chosenSuites(certificateSuites, l.options.Suites)
		if p.choice.mode == PreSharedKey {
			suites = slices.Concat(suites, certified)
		} else {
			suites = slices.Concat(certified, suites)
		}
		p.record.certifies(own.Chain[0])
		options = append(options, dtls.WithCertificates(certificateOf(own)),
			// It is asked for, and needed: who requires it of the library resumes nothing.
			dtls.WithClientAuth(dtls.RequestClientCert), dtls.WithVerifyPeerCertificate(p.verifyClient), dtls.WithVerifyConnection(p.verifyConnection))
	}
	if len(suites) == 0 {
		return nil, fmt.Errorf("no cipher suite is left: allowed are %s", suiteList(l.options.Suites))
	}
	p.record.own(suites)
	options = append(options, dtls.WithCipherSuites(suiteIDs(suites)...), dtls.WithSessionStore(listenerSessions{p}))
	if p.cid != "" {
		options = append(options, dtls.WithServerHelloMessageHook(p.agreeCID))
	}
	options = append(options, dtls.WithKeyLogWriter(&secretKeeper{&p.record, l.options.KeyLog, p.keysKnown}))
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
		p.record.unknown()
		return nil, errUnknownIdentity
	}
	return key, nil
}

var errUnknownIdentity = errors.New("unknown PSK identity")

// verifyClient lets the certificate of a client in, or does not.
func (p *securePeer) verifyClient(raw [][]byte, _ [][]*x509.Certificate) error {
	err := p.judge(raw)
	p.record.judged(err)
	return err
}

// judge says why the certificate of a client is not taken, nil if it is.
func (p *securePeer) judge(raw [][]byte) error {
	chain, err := parseChain(raw)
	if err == nil {
		err = verifyClient(p.link.server, chain)
	}
	return err
}

// verifyConnection refuses a client of a suite with certificates that has shown none,
// and looks again at the one of a session that is resumed.
func (p *securePeer) verifyConnection(state *dtls.State) error {
	switch {
	case CipherSuite(state.CipherSuiteID).pskSuite():
		return nil
	case len(state.PeerCertificates) == 0:
		p.record.judged(errNoClientCertificate)
		return errNoClientCertificate
	case p.record.resumed():
		return p.verifyClient(state.PeerCertificates, nil)
	}
	return nil
}

var errNoClientCertificate = errors.New("the client has sent no certificate")

// pionConn is a session by the library of pre-shared keys and certificates.
type pionConn struct {
	*dtls.Conn
	peer *securePeer
}

func (c pionConn) proved() (Identity, CipherSuite) {
	state, _ := c.ConnectionState()
	return c.peer.identityIn(&state), CipherSuite(state.CipherSuiteID)
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
