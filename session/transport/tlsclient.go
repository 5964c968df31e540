package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"

	"lwcon/session/transport/gnutls"
)

// NewTLSClient makes a session with a server over a link of streams that connects when
// it is started, and closes it in the end, also where it fails. host is the
// name that the certificate of the server must be for, unless keys say another; it goes
// out as SNI unless it is an address. The error is a *HandshakeError.
func NewTLSClient(ctx context.Context, inner Link, server Address, host string, keys ClientKeys, o SecureOptions) (*TLS, error) {
	l := newTLS(inner, nil, o)
	l.suites = chosenSuites(streamSuites, o.Suites)
	l.mu.Lock()
	p := l.newPeer(server, Local{})
	l.mu.Unlock()
	if keys.ServerName != "" {
		host = keys.ServerName
	}
	err := p.dialler(&keys, host)
	if err == nil {
		err = inner.Start(l)
	}
	if err == nil {
		err = p.shake(ctx, func() error { return nil })
	}
	if err != nil {
		failure := p.failed(err)
		p.forget()
		_ = inner.Close() // why there is no session is the error to tell
		return nil, failure
	}
	id, _ := p.conn.proved()
	l.mu.Lock()
	p.identity, p.ready = id, true
	l.mu.Unlock()
	p.record.over()
	return l, nil
}

// dialler prepares the handshake of a client.
func (p *tlsPeer) dialler(keys *ClientKeys, host string) error {
	allowed := p.link.options.Suites
	switch keys.Mode {
	case PreSharedKey:
		return p.dialGnu(keys, host, chosenSuites(streamPSKSuites, allowed))
	case RawPublicKey:
		return p.dialGnu(keys, host, chosenSuites(streamRawSuites, allowed))
	case Certificate:
	default:
		return errNoStreamMode
	}
	if ccm := chosenSuites(streamCCMSuites, allowed); len(p.link.suites) == 0 && len(ccm) > 0 {
		return p.dialGnu(keys, host, ccm)
	}
	config, err := p.clientConfig(keys, host)
	if err != nil {
		return err
	}
	p.conn = plainTLSConn{tls.Client(p.stream, config)}
	return nil
}

// dialGnu prepares the handshake of a client by GnuTLS.
func (p *tlsPeer) dialGnu(keys *ClientKeys, host string, suites []CipherSuite) error {
	switch {
	case len(suites) == 0:
		return fmt.Errorf("%w for %s: allowed are %s", errNoStreamSuite, keys.Mode, suiteList(p.link.options.Suites))
	case keys.Mode == RawPublicKey && keys.Own.Private == nil:
		return errNoOwnKey
	}
	p.record.own(suites)
	config, err := gnuConfig(keys.Mode, keys.Own, suites)
	if err != nil {
		return err
	}
	defer clear(config.PrivateKey)
	if keys.Mode == PreSharedKey {
		p.record.claims(keys.Identity)
		config.Identity, config.Key = keys.Identity, keys.Secret
	}
	config.ServerName = host
	credentials, err := gnutls.NewCredentials(config)
	if err != nil {
		return err
	}
	defer credentials.Close() // the session keeps them for as long as it needs them
	verify := p.judging(keys.Mode, keys.verifyServerKey, func(chain []*x509.Certificate) error {
		return keys.verifyServer(chain, host)
	})
	conn, err := p.beginGnu(credentials, keys.Mode, gnutls.Who{Verify: verify})
	if err != nil {
		return err
	}
	p.conn = conn
	return nil
}

// clientConfig configures the handshake of a client with a certificate.
func (p *tlsPeer) clientConfig(keys *ClientKeys, host string) (*tls.Config, error) {
	config, err := p.config(keys.Own)
	if err != nil {
		return nil, err
	}
	if _, err := netip.ParseAddr(host); err != nil {
		config.ServerName = host
	}
	if kept := p.link.options.Resumable; kept != nil && !p.link.options.noResumption() {
		config.ClientSessionCache = streamSessions{kept, keys.scope(p.address, host)}
	}
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		if len(keys.Own.Chain) == 0 {
			p.record.asks()
			return &tls.Certificate{}, nil
		}
		return &config.Certificates[0], nil // whatever authorities it names: it says best itself what it does not take
	}
	// What is verified here is stricter than what it stands in for: by certificate usage.
	config.InsecureSkipVerify = true
	config.VerifyConnection = func(state tls.ConnectionState) error {
		err := countChain(len(state.PeerCertificates))
		if err == nil {
			err = keys.verifyServer(state.PeerCertificates, host)
		}
		p.record.judged(err)
		return err
	}
	return config, nil
}

var errNoStreamMode = errors.New("the account has no security mode for TLS: expected psk, rpk or x509")
