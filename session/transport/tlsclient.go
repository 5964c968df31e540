package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"net/netip"
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
	config, err := p.clientConfig(&keys, host)
	if err == nil {
		p.conn = tls.Client(p.stream, config)
		err = inner.Start(l)
	}
	if err == nil {
		err = p.shake(ctx)
	}
	if err != nil {
		failure := p.failed(err)
		p.forget()
		_ = inner.Close() // why there is no session is the error to tell
		return nil, failure
	}
	id := p.proved()
	l.mu.Lock()
	p.identity, p.ready = id, true
	l.mu.Unlock()
	p.record.over()
	return l, nil
}

// clientConfig configures the handshake of a client.
func (p *tlsPeer) clientConfig(keys *ClientKeys, host string) (*tls.Config, error) {
	switch keys.Mode {
	case Certificate:
	case PreSharedKey:
		return nil, errNoStreamPSK
	case RawPublicKey:
		return nil, errNoStreamRawKeys
	default:
		return nil, errNoStreamMode
	}
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

var (
	errNoStreamPSK     = errors.New("pre-shared keys over TLS are not spoken by this program: over TLS it has certificates only")
	errNoStreamRawKeys = errors.New("raw public keys over TLS are not spoken by this program: over TLS it has certificates only")
	errNoStreamMode    = errors.New("the account has no security mode for TLS: expected x509")
)
