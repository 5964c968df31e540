package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"

	"github.com/pion/dtls/v3"
)

// NewDTLSClient makes a session with a server over a link of datagrams, which it
// closes in the end, also where it fails. host is the name that the certificate of
// the server must be for, unless keys say another; it goes out as SNI unless it is
// an address. The error is a *HandshakeError.
func NewDTLSClient(ctx context.Context, inner Link, server Address, host string, keys ClientKeys, o SecureOptions) (*DTLS, error) {
	l := newDTLS(inner, nil, o)
	l.mu.Lock()
	p := l.newPeer(server, Local{})
	l.peers[server] = p
	l.carried++
	l.mu.Unlock()
	if keys.ServerName != "" {
		host = keys.ServerName
	}
	defer p.bewareOfSilence()()
	err := p.dialler(&keys, host)
	if err == nil {
		err = inner.Start(l)
	}
	var sealed *sealed
	if err == nil {
		sealed, err = p.shake(ctx)
	}
	if err != nil {
		failure := p.failed(err)
		p.forget()
		_ = inner.Close() // why there is no session is the error to tell
		return nil, failure
	}
	l.mu.Lock()
	p.sealed, p.ready = sealed, true
	l.mu.Unlock()
	p.record.over()
	p.release()
	return l, nil
}

// dialler prepares the handshake of a client.
func (p *securePeer) dialler(keys *ClientKeys, host string) error {
	if keys.Mode == RawPublicKey {
		return p.dialRaw(keys, host)
	}
	options, err := p.clientOptions(keys, host)
	if err != nil {
		return err
	}
	conn, err := dtls.ClientWithOptions(p.packets, packetAddress(p.address), options...)
	if err != nil {
		return err
	}
	p.conn = pionConn{conn, p}
	return nil
}

// clientOptions configure the handshake of a client.
func (p *securePeer) clientOptions(keys *ClientKeys, host string) ([]dtls.ClientOption, error) {
	l := p.link
	var options []dtls.ClientOption
	var suites []CipherSuite
	switch keys.Mode {
	case PreSharedKey:
		suites = chosenSuites(pskSuites, l.options.Suites)
		p.record.claims(keys.Identity)
		options = append(options, dtls.WithPSKIdentityHint(keys.Identity),
			dtls.WithPSK(func([]byte) ([]byte, error) { return keys.Secret, nil }))
	case Certificate:
		suites = chosenSuites(certificateSuites, l.options.Suites)
		if len(keys.Own.Chain) > 0 {
			p.record.certifies(keys.Own.Chain[0])
			// It is shown whatever authorities the server names: it says best itself what it
			// does not take.
			own := certificateOf(keys.Own)
			options = append(options, dtls.WithGetClientCertificate(func(*dtls.CertificateRequestInfo) (*tls.Certificate, error) { return &own, nil }))
		} else {
			p.record.hasNone()
		}
		name := host
		if _, err := netip.ParseAddr(host); err != nil {
			options = append(options, dtls.WithServerName(host))
		}
		// What is verified here is stricter than what it stands in for: by certificate usage.
		options = append(options, dtls.WithInsecureSkipVerify(true),
			dtls.WithVerifyPeerCertificate(func(raw [][]byte, _ [][]*x509.Certificate) error {
				chain, err := parseChain(raw)
				if err == nil {
					err = keys.verifyServer(chain, name)
				}
				p.record.judged(err)
				return err
			}))
	default:
		return nil, errNoMode
	}
	if len(suites) == 0 {
		return nil, fmt.Errorf("no cipher suite for %s is left: allowed are %s", keys.Mode, suiteList(l.options.Suites))
	}
	p.record.own(suites)
	if kept := l.options.Resumable; kept != nil && !l.options.noResumption() {
		options = append(options, dtls.WithSessionStore(datagramSessions{kept, keys.scope(p.address, host)}))
	}
	options = append(options, dtls.WithCipherSuites(suiteIDs(suites)...))
	if !l.options.NoCID {
		options = append(options, dtls.WithClientHelloMessageHook(offerCID))
	}
	options = append(options, dtls.WithKeyLogWriter(&secretKeeper{record: &p.record, log: l.options.KeyLog}))
	return options, nil
}

var errNoMode = errors.New("the account has no security mode for DTLS: expected psk, rpk or x509")
