package commands

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"lwcon/lwm2m"
	"lwcon/session"
	"lwcon/session/clock"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

// Config says which sessions to open. The zero Config opens none.
type Config struct {
	Listen    []string         // URIs to be a server at: "coap://:5683"
	Links     []transport.Link // further links to be a server on
	Bootstrap []string         // URIs to be a bootstrap server at; those of Listen too serve both
	// BootstrapLinks are further links to be a bootstrap server on.
	BootstrapLinks []transport.Link
	Connect        []Connection   // simulated devices to make; they register by the command register
	Link           string         // timing by name, LinkNames; "": default
	Definitions    lwm2m.Registry // nil: nothing is known
	Credentials    *Configuration // nil: none
	ShowSecrets    bool           // keys are shown as they are
	KeyLog         string         // file that is given the secrets of secure sessions; "": none
	Warn           func(string)   // is told what goes wrong meanwhile; nil: nobody
	Advertise      string         // HOST or HOST:PORT to be reached at; "": where the device's messages came in
	Clock          clock.Clock    // nil: the machine's
	State          string         // directory in which registrations outlive the program; "" keeps none
	Fresh          bool           // ignore those that were kept
	Seed           uint64         // of locations and message ids; 0: the machine's
	Tap            coap.Tap       // is shown each message that passes, besides those who subscribe; may be nil

	Suites []transport.CipherSuite  // allowed in secure sessions; none: all
	Prefer []transport.SecurityMode // of those that a device offers to a secure listener
	// NoResumption says that each secure session is to have a whole handshake.
	NoResumption bool
	// Patience is how long a server is waited for that says nothing to a secure handshake of
	// ours; 0: as long as transport does by itself.
	Patience time.Duration
}

// DefaultListen is where lwcon is a server if nobody says where to be what.
const DefaultListen = "coap://:5683"

// Sessions are the live exchanges of one lwcon: what it listens on and who is
// registered. Any number of Envs share one. It is safe for concurrent use.
type Sessions struct {
	server      *session.Server
	log         *session.Log
	taps        *taps
	clock       clock.Clock
	definitions lwm2m.Registry
	parameters  coap.Parameters
	seed        uint64
	state       string
	fresh       bool
	wires       wires
	keyLog      transport.KeyLog
	resumable   transport.Resumable
	patience    time.Duration
	unresumed   atomic.Bool // each secure session has a whole handshake
	prefer      []transport.SecurityMode
	warn        func(string)
	suites      []transport.CipherSuite
	advertise   string
	credentials *Configuration
	bootstrap   *session.BootstrapServer
	given       *session.BootstrapAccounts // by lwcon.yaml, nil if it says nothing

	mu        sync.Mutex
	listening map[string]*session.Listener // by the URI as it was given
	clients   []*session.Client
}

// Open opens what a Config says. What was opened before an error is closed
// again. The error is an *Error of kind config: a port in use, a URI that does
// not parse.
func Open(ctx context.Context, c Config) (*Sessions, error) {
	parameters, err := linkParameters(c.Link)
	if err != nil {
		return nil, err
	}
	s := &Sessions{
		log: session.NewLog(), clock: c.Clock,
		definitions: c.Definitions, parameters: parameters, seed: c.Seed, state: c.State, fresh: c.Fresh,
		suites: c.Suites, prefer: c.Prefer, advertise: c.Advertise, listening: map[string]*session.Listener{},
	}
	if s.clock == nil {
		s.clock = clock.Real()
	}
	s.taps = newTaps(c.Tap, &s.wires)
	if s.warn = c.Warn; s.warn == nil {
		s.warn = func(string) {}
	}
	if s.credentials = c.Credentials; s.credentials == nil {
		s.credentials = NewConfiguration()
	}
	s.ShowSecrets(c.ShowSecrets)
	s.unresumed.Store(c.NoResumption)
	s.patience = c.Patience
	s.wires.seed = c.Seed
	s.server = session.NewServer(session.ServerConfig{
		Clock: s.clock, Definitions: c.Definitions, Log: s.log, Parameters: parameters,
		Aliases: s.credentials.aliases(), Seed: c.Seed, Tap: s.taps.pass,
		Credentials: s.credentials.Store,
	})
	s.server.SetReobserve(true)
	if err := s.takeProfiles(); err != nil {
		return nil, err
	}
	s.server.SetAwakeTime(linkAwakeTime(c.Link))
	if err := s.openKeyLog(&c); err != nil {
		return nil, err
	}
	for _, uri := range c.Listen {
		if _, err := s.Listen(ctx, uri); err != nil {
			_ = s.Close(ctx) // the first error is the one to tell
			return nil, err
		}
	}
	for _, link := range c.Links {
		l, err := s.server.Listen(s.wrap(link))
		if err == nil {
			err = s.keep(l, strings.Join(link.LocalURIs(), " "))
		}
		if err != nil {
			_ = s.Close(ctx)
			return nil, Classify(err)
		}
	}
	if err := s.openBootstrap(ctx, &c); err != nil {
		_ = s.Close(ctx)
		return nil, err
	}
	for _, connection := range c.Connect {
		if _, err := s.Connect(ctx, connection); err != nil {
			_ = s.Close(ctx)
			return nil, err
		}
	}
	return s, nil
}

// Listen is a server at one more URI. The error is an *Error.
func (s *Sessions) Listen(ctx context.Context, uri string) (*session.Listener, error) {
	link, err := s.listenLink(ctx, "listen", uri)
	if err != nil {
		return nil, err
	}
	l, err := s.server.Listen(link)
	if err != nil {
		return nil, Classify(fmt.Errorf("listen %s: %w", uri, err))
	}
	if err := s.keep(l, uri); err != nil {
		_ = l.Close() // why it cannot serve is the error to tell
		return nil, err
	}
	s.mu.Lock()
	s.listening[uri] = l
	s.mu.Unlock()
	if s.bootstrap != nil {
		s.accounts()
	}
	return l, nil
}

// listenLink opens the link of a listener: tapped, and secure where the URI says so.
func (s *Sessions) listenLink(ctx context.Context, command, uri string) (transport.Link, error) {
	scheme, err := schemeOf(command, uri)
	if err != nil {
		return nil, err
	}
	var link transport.Link
	if streams(scheme) {
		link, err = transport.ListenTCP(ctx, uri)
	} else {
		link, err = transport.ListenUDP(ctx, uri)
	}
	switch {
	case err == nil && secure(scheme):
		return s.listenSecure(uri, link)
	case err == nil:
		return s.wrap(link), nil
	}
	e := failure(ConfigError, "%s %s: %v", command, uri, err)
	e.Err = err
	if errors.Is(err, transport.ErrPortInUse) {
		e.Hint = "another program listens there; port 0 takes any free one"
	}
	return nil, e
}

// keep makes the registrations of a listener outlive the program, unless its
// port is another one each time.
func (s *Sessions) keep(l *session.Listener, uri string) error {
	if s.state == "" || strings.HasSuffix(uri, ":0") {
		return nil
	}
	if err := l.Keep(filepath.Join(s.state, stateName(uri)), s.fresh); err != nil {
		e := failure(ConfigError, "listen %s: %v", uri, err)
		e.Err = err
		return e.hinting("--state DIR keeps registrations elsewhere")
	}
	return nil
}

// stateName is the file in which the registrations of a listener are kept:
// "coap-127.0.0.1-5683.registrations".
func stateName(uri string) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' {
			return r
		}
		return '-'
	}, strings.Replace(uri, "://", "-", 1))
	return name + ".registrations"
}

// Advertise is the HOST or HOST:PORT at which devices are told to reach lwcon; "" is
// where their messages came in.
func (s *Sessions) Advertise() string { return s.advertise }

// Server is the server role.
func (s *Sessions) Server() *session.Server { return s.server }

// Credentials are what lwcon.yaml and the command line say of who is who.
func (s *Sessions) Credentials() *Configuration { return s.credentials }

// Log is the log of events of all roles.
func (s *Sessions) Log() *session.Log { return s.log }

// Exchanges is the log of exchanges of all roles.
func (s *Sessions) Exchanges() *coap.Log { return s.server.Exchanges() }

// Roles are the roles that are open.
func (s *Sessions) Roles() Role {
	var r Role
	for _, l := range s.server.Listeners() {
		if !l.BootstrapOnly() {
			r |= ServerRole
		}
		if l.Bootstraps() {
			r |= BootstrapRole
		}
	}
	if len(s.Clients()) > 0 {
		r |= ClientRole
	}
	return r
}

// Shows says whether an event is one to show and to wait for. Where a server and
// a simulated device of its share one process, what passes between them happens
// to both: then the server's side counts.
func (s *Sessions) Shows(e *session.Event) bool {
	return !e.Simulated || s.Roles()&ServerRole == 0
}

// URIs are what can be entered in a device, one per interface and listener.
func (s *Sessions) URIs() []string {
	var uris []string
	for _, l := range s.server.Listeners() {
		if !l.BootstrapOnly() {
			uris = append(uris, l.URIs()...)
		}
	}
	return uris
}

// Close ends everything: clients de-register, as far as ctx allows, and
// listeners close.
func (s *Sessions) Close(ctx context.Context) error {
	var errs []error
	for _, c := range s.Clients() {
		errs = append(errs, s.Disconnect(ctx, c))
	}
	if s.bootstrap != nil {
		s.bootstrap.Close()
	}
	errs = append(errs, s.server.Close())
	return errors.Join(append(errs, s.StopCapture(), s.closeKeyLog())...)
}
