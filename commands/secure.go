package commands

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"lwcon/session"
	"lwcon/session/device"
	"lwcon/session/transport"
)

// DefaultSecureListen is where lwcon is a server besides DefaultListen if nobody
// says where to be what and there are credentials.
const DefaultSecureListen = "coaps://:5684"

// Secure says whether there are credentials to be a server with.
func (s *Sessions) Secure() bool { return !s.credentials.Store.Empty() }

// listenSecure makes a listener secure: by TLS over streams, by DTLS over datagrams.
func (s *Sessions) listenSecure(uri string, inner transport.Link) (transport.Link, error) {
	err := s.credentials.Ready("listen " + uri)
	if err == nil && inner.Reliable() {
		err = s.certified(uri)
	}
	if err == nil && !transport.LeavesSuite(s.suites, inner.Reliable()) {
		err = failure(ConfigError, "listen %s: --suites leaves no cipher suite that is spoken there", uri)
	}
	if err != nil {
		_ = inner.Close() // why it cannot be secure is the error to tell
		return nil, err
	}
	keys, o := s.credentials.Store, s.secureOptions()
	o.Failed, o.Prefer = s.handshakeFailed, s.prefer
	if inner.Reliable() {
		return transport.NewTLSServer(s.wrapSecure(inner), keys, o), nil
	}
	return transport.NewDTLSServer(s.wrapSecure(inner), keys, o), nil
}

// secureOptions are those of every secure link.
func (s *Sessions) secureOptions() transport.SecureOptions {
	return transport.SecureOptions{
		Suites: s.suites, Resumable: &s.resumable, NoResumption: s.unresumed.Load, Patience: s.patience, KeyLog: &s.keyLog, Alerted: s.alertPassed,
	}
}

// certified returns why nobody could be let in by TLS: there is no certificate, and
// nothing else can be had.
func (s *Sessions) certified(uri string) error {
	if own, has := s.credentials.Store.Own(); has && len(own.Chain) > 0 {
		return nil
	}
	var lacking *transport.UnavailableError
	if !errors.As(transport.TLSReady(transport.PreSharedKey), &lacking) {
		return nil
	}
	return failure(ConfigError, "listen %s: expected own: certificate: and private-key: in lwcon.yaml, found none, and %s", uri, lacking.Reason).
		hinting("keys new makes them; else: %s", lacking.Cure)
}

// SecurityModes reads the value of --prefer; "" is none.
func SecurityModes(text string) []transport.SecurityMode {
	if text == "" {
		return nil
	}
	var mode transport.SecurityMode
	_ = mode.UnmarshalText([]byte(text)) // takes anything
	return []transport.SecurityMode{mode}
}

// handshakeFailed tells of a client that tried to speak securely and failed.
func (s *Sessions) handshakeFailed(e *transport.HandshakeError) {
	s.log.Append(session.Event{Kind: session.EventHandshake, Time: s.clock.Now(), Err: e})
}

// clientSecurity is what a connection to a server proves itself with.
type clientSecurity func() (transport.ClientKeys, error)

// security is that of an account: what the device itself holds, else what the
// credentials give its endpoint.
func (s *Sessions) security(a device.Account, endpoint string) clientSecurity {
	return func() (transport.ClientKeys, error) {
		if a.Mode != device.ModeNone && a.Secret != "" {
			return session.ClientKeys(a)
		}
		return s.credentialsOf(endpoint, a.URI)
	}
}

// credentialsOf are those of an endpoint as a client towards a URI; "" takes the only
// ones. Over TLS they are a certificate where there is one and nothing else can be had.
func (s *Sessions) credentialsOf(endpoint, uri string) (transport.ClientKeys, error) {
	if err := s.credentials.Ready("connect"); err != nil {
		return transport.ClientKeys{}, err
	}
	keys, ok := s.credentials.Store.Client(endpoint)
	if strings.HasPrefix(uri, "coaps+tcp:") && transport.TLSReady(keys.Mode) != nil {
		if own, has := s.credentials.Store.CertificateClient(); has {
			keys, ok = own, true
		}
	}
	if !ok {
		return keys, failure(ConfigError, "connect: expected credentials of endpoint %q, found none", endpoint).
			hinting("--psk IDENTITY=hex:… gives a key for this run, credentials add keeps one")
	}
	return keys, nil
}

// secure makes a link towards a server secure. The error is an *Error.
func (s *Sessions) secure(ctx context.Context, uri string, inner transport.Link, peer transport.Address, security clientSecurity) (transport.Link, error) {
	keys, err := security()
	if err != nil {
		_ = inner.Close() // why it cannot be secure is the error to tell
		return nil, Classify(err)
	}
	keys.AnyServer = s.credentials.Store.Any()
	o := s.secureOptions()
	if len(keys.Suites) > 0 {
		if o.Suites = transport.AllowedOf(keys.Suites, s.suites); len(o.Suites) == 0 {
			_ = inner.Close()
			return nil, failure(ConfigError, "connect %s: --suites leaves none of those in /0/x/16 of the account", uri)
		}
	}
	var link transport.Link
	if inner.Reliable() {
		link, err = transport.NewTLSClient(ctx, s.wrapSecure(inner), peer, hostOf(uri), keys, o)
	} else {
		link, err = transport.NewDTLSClient(ctx, s.wrapSecure(inner), peer, hostOf(uri), keys, o)
	}
	if err != nil {
		return nil, Classify(err)
	}
	return link, nil
}

// hostOf is the host of a URI, without its port.
func hostOf(uri string) string {
	_, rest, _ := strings.Cut(uri, "://")
	rest, _, _ = strings.Cut(rest, "/")
	if host, _, err := net.SplitHostPort(rest); err == nil {
		return host
	}
	return strings.Trim(rest, "[]")
}

// handshakeError makes an error of a failed handshake.
func handshakeError(err error) *Error {
	var h *transport.HandshakeError
	if !errors.As(err, &h) {
		return nil
	}
	e := &Error{Kind: HandshakeError, Message: fmt.Sprintf("handshake with %s: %s", h.Peer, h.Cause), Err: err}
	if h.Cure != "" {
		e.Hint = h.Cure
	}
	return e
}
