package session

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"lwcon/lwm2m"
	"lwcon/session/clock"
	"lwcon/session/coap"
	"lwcon/session/files"
	"lwcon/session/transport"
)

// Limits of a Server.
const (
	maxEndpoints    = 1_000_000 // registered at once; one more Register is answered 5.03
	maxObservations = 1_000     // of one endpoint
)

// ServerConfig is what a Server is made of. The zero value is usable.
type ServerConfig struct {
	Clock       clock.Clock       // nil: the machine's
	Definitions lwm2m.Registry    // nil: nothing is known
	Log         *Log              // nil: a new one
	Exchanges   *coap.Log         // nil: a new one
	Parameters  coap.Parameters   // of the message layer
	Aliases     map[string]string // alias -> endpoint name
	Seed        uint64            // of locations and message ids; 0: the machine's
	Tap         coap.Tap          // is shown each message that passes; may be nil
	Credentials Credentials       // of clients on secured links; nil: the name is the identity
}

// Server is an LwM2M server: clients register with it on any number of
// listeners. It is safe for concurrent use. Spec: Core 1.2 §6.
type Server struct {
	clock       clock.Clock
	registry    lwm2m.Registry
	log         *Log
	exchanges   *coap.Log
	parameters  coap.Parameters
	aliases     map[string]string
	seed        uint64
	tap         coap.Tap
	credentials Credentials
	files       *files.Store
	profiles    profiles
	answers     atomic.Pointer[answers]         // nil while all are as they should be
	bootstraps  atomic.Pointer[BootstrapServer] // beside this server, nil if there is none

	mu              sync.Mutex
	closed          bool
	strict          bool
	listeners       []*Listener
	endpoints       map[string]*Endpoint // by name
	locations       map[string]*Endpoint // by the last segment of the location
	observations    map[*Endpoint][]*Observation
	queues          map[*Endpoint][]*waiting              // requests to clients in queue mode
	attempts        map[*Endpoint]context.CancelCauseFunc // end what is under way to a client in queue mode
	alarms          alarms
	departed        departures
	restored        map[transport.Address]*Endpoint // taken up again after a restart, by where they were
	started         time.Time
	reobserves      bool
	formats         []lwm2m.ContentFormat     // of the newest registration, for others that have the same
	wishes          map[string][]*Observation // of endpoints that are to register anew, by name
	awakeTime       time.Duration
	nextQueued      uint64
	nextObservation uint64
	nextLocation    uint64
}

// NewServer makes a server that listens nowhere yet.
func NewServer(c ServerConfig) *Server {
	s := &Server{
		clock: c.Clock, registry: c.Definitions, log: c.Log, exchanges: c.Exchanges,
		parameters: c.Parameters, aliases: c.Aliases, seed: c.Seed, tap: c.Tap, credentials: c.Credentials,
		endpoints: map[string]*Endpoint{}, locations: map[string]*Endpoint{},
		observations: map[*Endpoint][]*Observation{}, queues: map[*Endpoint][]*waiting{}, attempts: map[*Endpoint]context.CancelCauseFunc{},
		wishes: map[string][]*Observation{},
	}
	if s.clock == nil {
		s.clock = clock.Real()
	}
	if s.log == nil {
		s.log = NewLog()
	}
	if s.exchanges == nil {
		s.exchanges = coap.NewLog(0)
	}
	if s.seed == 0 {
		s.seed = randomSeed()
	}
	s.nextLocation = s.seed
	s.files = files.NewStore(s.clock)
	s.started = s.clock.Now()
	return s
}

// Log returns the log of events.
func (s *Server) Log() *Log { return s.log }

// Exchanges returns the log of exchanges.
func (s *Server) Exchanges() *coap.Log { return s.exchanges }

// SetStrict makes the server refuse a Register or Update that departs from the
// specification, as strict servers do; without it they are accepted and each
// deviation is named.
func (s *Server) SetStrict(strict bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.strict = strict
}

// Strict says whether SetStrict is on.
func (s *Server) Strict() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.strict
}

// SetAliases replaces the short names that endpoints are found by.
func (s *Server) SetAliases(aliases map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.aliases = aliases
}

// Files returns what clients can download from every listener, at /fw/NAME.
func (s *Server) Files() *files.Store { return s.files }

// Listener is one link on which a Server serves.
type Listener struct {
	server *Server
	coap   *coap.Endpoint
	link   transport.Link

	journal *journal // nil if registrations do not outlive the program

	bootstrap     atomic.Pointer[BootstrapServer] // nil if it serves no Bootstrap-Requests
	bootstrapOnly bool                            // nor anything else
}

// URIs returns what can be entered in a device to reach the listener, one per
// network interface: "coap://192.0.2.1:5683".
func (l *Listener) URIs() []string { return l.link.LocalURIs() }

// Scheme is that of its URIs: coap, coaps, coap+tcp, coaps+tcp.
func (l *Listener) Scheme() string { return l.link.Scheme() }

// Endpoint returns the CoAP endpoint of the listener.
func (l *Listener) Endpoint() *coap.Endpoint { return l.coap }

// Close stops listening; the registrations stay.
func (l *Listener) Close() error {
	s := l.server
	s.mu.Lock()
	for i, other := range s.listeners {
		if other == l {
			s.listeners = append(s.listeners[:i:i], s.listeners[i+1:]...)
			break
		}
	}
	s.mu.Unlock()
	return l.stop()
}

// stop closes the endpoint and the file of registrations.
func (l *Listener) stop() error {
	l.server.mu.Lock()
	var err error
	if l.journal != nil {
		l.journal.close() // first: that the endpoint closes ends nothing for good
		err = l.journal.err
	}
	l.server.mu.Unlock()
	return errors.Join(err, l.coap.Close())
}

// BootstrapOnly says whether nobody can register at the listener.
func (l *Listener) BootstrapOnly() bool { return l.bootstrapOnly }

// Bootstraps says whether the listener serves Bootstrap-Requests.
func (l *Listener) Bootstraps() bool { return l.bootstrap.Load() != nil }

// Listen serves on a link, which the server closes in the end.
func (s *Server) Listen(link transport.Link) (*Listener, error) {
	return s.listen(link, nil, false)
}

// listen serves on a link, also as a bootstrap server if there is one, and only so
// if wished.
func (s *Server) listen(link transport.Link, b *BootstrapServer, only bool) (*Listener, error) {
	l := &Listener{server: s, link: link, bootstrapOnly: only}
	if b != nil {
		b.Serve(l)
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, ErrClosed
	}
	random := source(s.seed, len(s.listeners))
	s.mu.Unlock()
	ready := make(chan struct{})
	endpoint, err := coap.NewEndpoint(coap.Config{
		Link: link, Clock: s.clock, Parameters: s.parameters, Log: s.exchanges, Random: random, Tap: s.tap,
		Handler: func(r *coap.Request) {
			<-ready // requests can come in before NewEndpoint has returned
			l.serve(r)
		},
		OnPeer: l.peerChanged, OnRefused: l.refused,
	})
	if err != nil {
		return nil, err
	}
	l.coap = endpoint
	close(ready)
	s.mu.Lock()
	s.listeners = append(s.listeners, l)
	s.mu.Unlock()
	return l, nil
}

// Listeners returns the listeners in the order they were made.
func (s *Server) Listeners() []*Listener {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*Listener(nil), s.listeners...)
}

// Close stops all listeners. Clients are not told: LwM2M has no message for it.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	if s.alarms.timer != nil {
		s.alarms.timer.Stop()
	}
	listeners := s.listeners
	s.listeners = nil
	for e := range s.queues {
		s.release(e, ErrClosed)
	}
	s.mu.Unlock()
	var errs []error
	for _, l := range listeners {
		errs = append(errs, l.stop())
	}
	return errors.Join(errs...)
}

// serve answers one request of a client.
func (l *Listener) serve(r *coap.Request) {
	if l.misanswered(r) {
		return
	}
	if b := l.bootstraps(r); b != nil {
		b.serve(l, r)
		return
	}
	path := r.Message.Path()
	switch {
	case l.bootstrapOnly:
		l.serveUnknown(r)
	case len(path) == 1 && path[0] == "rd":
		l.serveRegister(r)
	case len(path) == 2 && path[0] == "rd":
		l.serveLocation(r, path[1])
	case len(path) == 1 && path[0] == "dp" && r.Message.Code == coap.POST:
		l.serveSend(r)
	case len(path) > 0 && path[0] == files.Prefix:
		l.server.files.ServeCoAP(r)
	default:
		l.serveUnknown(r)
	}
}
