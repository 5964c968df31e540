package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"syscall"

	"lwcon/session/transport/gnutls"
)

// NewTLSServer makes a listener of a link of streams, which it closes in the end. The
// ClientHello of a client decides how the two prove themselves.
func NewTLSServer(inner Link, keys Keys, o SecureOptions) *TLS {
	l := newTLS(inner, keys, o)
	l.suites = chosenSuites(streamSuites, o.Suites)
	// One configuration for all holds the keys of tickets, which it changes by itself, so
	// that a session can be resumed; what else counts is each connection's own.
	l.base = &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		return hello.Conn.(peerStream).peer.serverConfig()
	}}
	return l
}

var (
	// ErrNoCertificate is why a TLS listener without a certificate lets nobody in.
	ErrNoCertificate = errors.New("there is no certificate with its private key to prove ourselves by, and TLS needs one here")

	errNoStreamSuite = errors.New("no cipher suite of TLS is left")
)

// accept carries the handshake of a client through and then reads.
func (p *tlsPeer) accept() {
	l := p.link
	if err := p.shake(context.Background(), p.answerer); err != nil {
		failure := p.failed(err)
		p.forget()
		if l.options.Failed != nil && !quietly(failure.Err) {
			l.options.Failed(failure)
		}
		return
	}
	id, _ := p.conn.proved()
	l.mu.Lock()
	l.leaveHalf(p)
	closed := l.closed
	p.identity, p.ready = id, !closed
	receiver := l.receiver
	l.mu.Unlock()
	p.record.over()
	if closed {
		p.shut()
		return
	}
	receiver.PeerUp(p.address, p.local)
	p.read()
}

// peerStream is a stream that knows whose it is.
type peerStream struct {
	*stream
	peer *tlsPeer
}

// quietly says whether a handshake ended in a way that is told to nobody: we gave it up
// ourselves, or a connection came and went without a word.
func quietly(err error) bool {
	return errors.Is(err, errCrowded) || errors.Is(err, errSilent) || errors.Is(err, ErrClosed)
}

// serverConfig configures the handshake of a listener.
func (p *tlsPeer) serverConfig() (*tls.Config, error) {
	l := p.link
	own, has := l.server.Own()
	if !has || len(own.Chain) == 0 {
		return nil, ErrNoCertificate
	}
	config, err := p.config(own)
	if err != nil {
		return nil, err
	}
	config.ClientAuth = tls.RequireAnyClientCert
	config.SessionTicketsDisabled = l.options.noResumption()
	// It is asked on resumption too: a certificate that is no more trusted resumes nothing.
	config.VerifyConnection = func(state tls.ConnectionState) error {
		err := countChain(len(state.PeerCertificates))
		if err == nil {
			err = verifyClient(l.server, state.PeerCertificates)
		}
		p.record.judged(err)
		return err
	}
	return config, nil
}

// config is what both roles have in common.
func (p *tlsPeer) config(own KeyPair) (*tls.Config, error) {
	l := p.link
	if len(l.suites) == 0 {
		return nil, fmt.Errorf("%w: allowed are %s", errNoStreamSuite, suiteList(l.options.Suites))
	}
	p.record.own(l.suites)
	config := &tls.Config{NextProtos: []string{protocolCoAP}, MinVersion: tls.VersionTLS12}
	config.CipherSuites, config.MinVersion, config.MaxVersion = streamVersions(l.suites)
	if len(own.Chain) > 0 {
		config.Certificates = []tls.Certificate{certificateOf(own)}
	}
	if l.options.KeyLog != nil {
		config.KeyLogWriter = l.options.KeyLog
	}
	return config, nil
}

// ended says whether an error means that the other end closed the connection.
func ended(err error) bool {
	for _, one := range [...]error{io.EOF, io.ErrUnexpectedEOF, ErrNoPeer, syscall.ECONNRESET, syscall.EPIPE, gnutls.ErrEnded} {
		if errors.Is(err, one) {
			return true
		}
	}
	return false
}
