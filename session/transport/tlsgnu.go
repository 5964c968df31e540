package transport

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"

	"lwcon/session/transport/gnutls"
)

// tlsConn is the end of a library in a session of TLS: it makes the handshake, and
// carries the session.
type tlsConn interface {
	secureConn
	io.ReadWriter
	// state is what was agreed on.
	state() SessionState
}

// plainTLSConn is a session by the library of X.509.
type plainTLSConn struct{ *tls.Conn }

func (c plainTLSConn) proved() (Identity, CipherSuite) {
	state := c.ConnectionState()
	return certificateIdentity(state.PeerCertificates[0]), CipherSuite(state.CipherSuite)
}

func (c plainTLSConn) state() SessionState {
	state := c.ConnectionState()
	return SessionState{
		Protocol: tls.VersionName(state.Version), Suite: CipherSuite(state.CipherSuite), Resumed: state.DidResume, ALPN: state.NegotiatedProtocol,
	}
}

// gnuConn is a session by GnuTLS.
type gnuConn struct {
	*gnutls.Conn
	peer *tlsPeer
	mode SecurityMode
}

func (c *gnuConn) proved() (Identity, CipherSuite) {
	agreed := c.Agreed()
	suite := CipherSuite(agreed.Suite)
	switch {
	case c.mode == PreSharedKey && c.peer.link.server == nil:
		return Identity{Mode: PreSharedKey}, suite // a server proves it by the key alone
	case c.mode == PreSharedKey:
		return Identity{Mode: PreSharedKey, Name: c.peer.record.claimedIdentity()}, suite
	case c.mode == RawPublicKey:
		return rawIdentity(agreed.Proof[0]), suite
	}
	if own, err := x509.ParseCertificate(agreed.Proof[0]); err == nil {
		return certificateIdentity(own), suite
	}
	return Identity{Mode: Certificate, Certificate: string(agreed.Proof[0])}, suite
}

func (c *gnuConn) state() SessionState {
	agreed := c.Agreed()
	return SessionState{Protocol: tls.VersionName(agreed.Version), Suite: CipherSuite(agreed.Suite), ALPN: agreed.Protocol}
}

// gnuConfig is what GnuTLS is told of one end in a mode, beside a pre-shared key.
func gnuConfig(mode SecurityMode, own KeyPair, suites []CipherSuite) (config gnutls.Config, err error) {
	if mode == RawPublicKey {
		if config, err = rawConfig(own); err != nil {
			return config, err
		}
	}
	if mode == Certificate && len(own.Chain) > 0 {
		if config.PrivateKey, err = x509.MarshalPKCS8PrivateKey(own.Private); err != nil {
			return config, fmt.Errorf("the private key cannot be used: %w", err)
		}
		for _, c := range own.Chain {
			config.Chain = append(config.Chain, c.Raw)
		}
	}
	config.Stream, config.Mode, config.Suites, config.Protocol = true, gnuMode(mode), suiteNumbers(suites), protocolCoAP
	return config, nil
}

// beginGnu begins a session by GnuTLS.
func (p *tlsPeer) beginGnu(c *gnutls.Credentials, mode SecurityMode, who gnutls.Who) (*gnuConn, error) {
	if mode == RawPublicKey {
		p.record.shows(c.PublicKey())
	}
	if log := p.link.options.KeyLog; log != nil {
		who.Secret = func(line []byte) { _, _ = log.Write(line) } // it tells what goes wrong itself
	}
	conn, err := c.Stream(p.stream, who)
	if err != nil {
		return nil, err
	}
	return &gnuConn{conn, p, mode}, nil
}

// verifyProof returns who decides about what a client of a mode proves itself with.
func (p *tlsPeer) verifyProof(mode SecurityMode) func([][]byte) error {
	return p.judging(mode, func(key []byte) error {
		return verifyRawClient(p.link.server, key)
	}, func(chain []*x509.Certificate) error {
		return verifyClient(p.link.server, chain)
	})
}

// judging notes what one of two decides: the one about a raw public key, or that about
// certificates.
func (p *tlsPeer) judging(mode SecurityMode, key func([]byte) error, certificates func([]*x509.Certificate) error) func([][]byte) error {
	return func(proof [][]byte) error {
		var err error
		if mode == RawPublicKey {
			err = key(proof[0])
		} else {
			var chain []*x509.Certificate
			if chain, err = parseChain(proof); err == nil {
				err = certificates(chain)
			}
		}
		p.record.judged(err)
		return err
	}
}

// keyOf finds the pre-shared key of an identity.
func (p *tlsPeer) keyOf(identity []byte) (key []byte, known bool) {
	p.record.claims(identity)
	return p.link.server.PSK(identity)
}
