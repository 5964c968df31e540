package commands

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"lwcon/session"
	"lwcon/session/device"
	"lwcon/session/transport"
)

// Connection says which simulated device is to be a client of which server.
type Connection struct {
	URI      string            // of the server: "coap://127.0.0.1:5683"
	Link     transport.Link    // instead of a socket towards URI; nil: one is opened
	Server   transport.Address // of the server, on Link
	Profile  string            // built-in name or file; "" is minimal
	Endpoint string            // the name to register with; "": the profile's
}

// Connect makes a client, which does not register yet. The error is an *Error.
func (s *Sessions) Connect(ctx context.Context, c Connection) (*session.Client, error) {
	if c.Profile == "" {
		c.Profile = "minimal"
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	profile, err := device.Load(c.Profile, s.definitions)
	if err != nil {
		e := failure(ConfigError, "%v", err)
		e.Err = err
		return nil, e
	}
	simulated, err := device.New(device.Config{Profile: profile.At(c.URI), Clock: s.clock, Seed: s.seed, Endpoint: c.Endpoint})
	if err != nil {
		return nil, failure(ConfigError, "device %s: %v", c.Profile, err)
	}
	client, err := session.NewClient(session.ClientConfig{
		Device: simulated, Dial: s.dialAccount(c, simulated.Endpoint()), Clock: s.clock, Log: s.log,
		Exchanges: s.Exchanges(), Parameters: s.parameters, Seed: s.seed, Tap: s.passClient,
	})
	if err != nil {
		return nil, Classify(fmt.Errorf("connect %s: %w", c.URI, err))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clients = append(s.clients, client)
	return client, nil
}

// check says what is wrong with the URI, unless there is a link.
func (c *Connection) check() error {
	if c.Link != nil {
		return nil
	}
	_, err := schemeOf("connect", c.URI)
	return err
}

// dialAccount is how a simulated device reaches the server of an account: by the
// link of the connection, once, else by the URI.
func (s *Sessions) dialAccount(c Connection, endpoint string) func(context.Context, device.Account) (transport.Link, transport.Address, error) {
	if c.Link != nil {
		return session.Linked(s.wrap(c.Link), c.Server)
	}
	return func(ctx context.Context, a device.Account) (transport.Link, transport.Address, error) {
		if a.URI == "" {
			return nil, transport.Address{}, failure(ConfigError, "connect: server %d has no URI; write it as /0/%d/0", a.ShortServerID, a.Security)
		}
		return s.dial(ctx, "connect", a.URI, s.security(a, endpoint))
	}
}

// schemeOf reads the scheme of a URI, which is one that we speak.
func schemeOf(command, uri string) (string, error) {
	scheme, _, ok := strings.Cut(uri, "://")
	if !ok {
		return "", usage("%s %q: expected a URI such as coap://127.0.0.1:5683", command, uri)
	}
	switch scheme {
	case "coap", "coaps", "coap+tcp", "coaps+tcp":
	default:
		return "", usage("%s %q: expected the scheme coap, coaps, coap+tcp or coaps+tcp, found %q", command, uri, scheme)
	}
	return scheme, nil
}

// streams says whether a scheme is one of streams.
func streams(scheme string) bool { return strings.HasSuffix(scheme, "+tcp") }

// secure says whether a scheme is one of DTLS or TLS.
func secure(scheme string) bool { return strings.HasPrefix(scheme, "coaps") }

// dial opens a link towards the peer of a URI; a secure one proves itself with what
// security returns. The error is an *Error.
func (s *Sessions) dial(ctx context.Context, command, uri string, security clientSecurity) (link transport.Link, peer transport.Address, err error) {
	scheme, err := schemeOf(command, uri)
	if err != nil {
		return nil, peer, err
	}
	if streams(scheme) {
		link, peer, err = transport.DialTCP(ctx, uri)
	} else {
		link, peer, err = transport.DialUDP(ctx, uri)
	}
	if err != nil {
		e := failure(TransportError, "%s %s: %v", command, uri, err)
		e.Err = err
		return nil, peer, e
	}
	if secure(scheme) {
		link, err = s.secure(ctx, uri, link, peer, security)
		return link, peer, err
	}
	return s.wrap(link), peer, nil
}

// Clients are the simulated devices, in the order they were made.
func (s *Sessions) Clients() []*session.Client {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.clients)
}

// Disconnect ends a client: it de-registers, as far as ctx allows.
func (s *Sessions) Disconnect(ctx context.Context, c *session.Client) error {
	s.mu.Lock()
	s.clients = slices.DeleteFunc(s.clients, func(other *session.Client) bool { return other == c })
	s.mu.Unlock()
	if err := c.Close(ctx); err != nil && !errors.Is(err, session.ErrClosed) {
		return err
	}
	return nil
}
