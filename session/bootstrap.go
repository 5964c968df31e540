package session

import (
	"cmp"
	"context"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"lwcon/lwm2m"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

// How a bootstrap server is made up:
//
//	BootstrapServer ──> BootstrapAccounts    what to give to whom
//	   │                Listener             of the Server: /bs and /bspack go here
//	   └─> BootstrapClient, one for each device that asked, the newest request of a
//	          └─> sequence: discover, delete, write, check, finish
//
// A request is answered at once; the sequence begins behind it by itself, unless a
// command claims the client (Claim), and stops before the stage of SetStopBefore.

// maxBootstrapClients bounds the devices that are remembered; the oldest are
// forgotten.
const maxBootstrapClients = 10_000

// BootstrapServer is an LwM2M bootstrap server on listeners of a Server. It is safe
// for concurrent use. Spec: Core 1.2 §6.1.
type BootstrapServer struct {
	server *Server
	life   context.Context
	end    context.CancelFunc

	mu        sync.Mutex
	accounts  BootstrapAccounts
	advertise string // HOST or HOST:PORT; "": where the device reaches lwcon
	stop      BootstrapStage
	refusal   Code // of a Bootstrap-Pack-Request, 0 for none
	clients   map[string]*BootstrapClient
	order     []*BootstrapClient // by their newest request
	claims    []*claim
}

// NewBootstrapServer makes a bootstrap server beside a server, whose clock, log and
// listeners it shares. It serves no listener yet.
func NewBootstrapServer(s *Server, accounts BootstrapAccounts) *BootstrapServer {
	b := &BootstrapServer{server: s, accounts: accounts, clients: map[string]*BootstrapClient{}}
	b.life, b.end = context.WithCancel(context.Background())
	s.bootstraps.Store(b)
	return b
}

// unfinished says whether the bootstrap of a device that registers is under way.
func (s *Server) unfinished(name string) bool {
	b := s.bootstraps.Load()
	if b == nil {
		return false
	}
	return b.unfinished(name)
}

// unfinished says whether the bootstrap of a device is under way.
func (b *BootstrapServer) unfinished(name string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.clients[name]
	return c != nil && c.phase == BootstrapOpen && !c.finishing && b.server.clock.Now().Sub(c.asked) < coap.ExchangeLifetime
}

// Listen serves Bootstrap-Requests on a link, and nothing else. The server closes
// it in the end.
func (b *BootstrapServer) Listen(link transport.Link) (*Listener, error) {
	return b.server.listen(link, b, true)
}

// Serve makes a listener of the server serve Bootstrap-Requests too.
func (b *BootstrapServer) Serve(l *Listener) { l.bootstrap.Store(b) }

// Close ends what is under way. The listeners are the server's to close.
func (b *BootstrapServer) Close() { b.end() }

// SetAccounts replaces what is given to whom.
func (b *BootstrapServer) SetAccounts(a BootstrapAccounts) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.accounts = a
}

// SetAdvertise sets what ${advertise} stands for: HOST or HOST:PORT; "" is where
// the device reaches lwcon.
func (b *BootstrapServer) SetAdvertise(hostPort string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.advertise = hostPort
}

// SetStopBefore makes sequences that begin by themselves stop before a stage; the
// zero stage lets them run to their end.
func (b *BootstrapServer) SetStopBefore(stage BootstrapStage) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stop = stage
}

// StopBefore returns the stage before which sequences stop.
func (b *BootstrapServer) StopBefore() BootstrapStage {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.stop
}

// SetPackRefusal has Bootstrap-Pack-Requests refused with a code, so that devices
// fall back to a Bootstrap-Request; 0 answers them.
func (b *BootstrapServer) SetPackRefusal(c Code) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refusal = c
}

// PackRefusal returns the code that Bootstrap-Pack-Requests are refused with, 0 if
// they are answered.
func (b *BootstrapServer) PackRefusal() Code {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.refusal
}

// BootstrapClient is a device that asked for a bootstrap, from one request to the
// next. It is safe for concurrent use.
type BootstrapClient struct {
	server   *BootstrapServer
	name     string
	listener *Listener
	peer     transport.Address
	local    transport.Local
	request  uint64 // exchange of its request
	asked    time.Time
	pack     bool
	context  context.Context // ends with the next request
	end      context.CancelFunc

	// Guarded by server.mu.
	account   *BootstrapAccount
	phase     BootstrapPhase
	finishing bool           // a Finish is on its way, whose answer a Register can overtake
	next      BootstrapStage // that a sequence goes on with
	running   chan struct{}  // closed when the sequence ends, nil while none runs
	report    *BootstrapReport
	device    bootstrapDevice
	wished    *lwm2m.ContentFormat // pct
	refused   []lwm2m.ContentFormat
	accepted  *lwm2m.ContentFormat // that a Write was answered 2.04 in
}

// BootstrapPhase is where the bootstrap of a device stands.
type BootstrapPhase uint8

// The phases.
const (
	BootstrapOpen     BootstrapPhase = iota // it waits for what the server does
	BootstrapFinished                       // Finish was answered 2.04, or the pack sent
	BootstrapFailed                         // the sequence broke off, or another request came
)

// String returns the phase in a word.
func (p BootstrapPhase) String() string {
	return [...]string{"open", "finished", "failed"}[min(p, BootstrapFailed)]
}

// bootstrapDevice is what a Bootstrap-Discover told of a device.
type bootstrapDevice struct {
	version   lwm2m.Version // 0 while unknown
	versions  []uint32      // of objects, as in Registration
	instances []lwm2m.Path  // instances, and objects without any
	kept      []lwm2m.Path  // instances of the bootstrap server's own account
	known     bool
}

// Name returns the endpoint name.
func (c *BootstrapClient) Name() string { return c.name }

// Phase returns where its bootstrap stands.
func (c *BootstrapClient) Phase() BootstrapPhase {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	return c.phase
}

// Address returns where the device asked from.
func (c *BootstrapClient) Address() transport.Address { return c.peer }

// Asked returns when the device asked.
func (c *BootstrapClient) Asked() time.Time { return c.asked }

// Running says whether a sequence is under way.
func (c *BootstrapClient) Running() bool {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	return c.running != nil
}

// Next returns the stage that a sequence goes on with.
func (c *BootstrapClient) Next() BootstrapStage {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	return c.next
}

// Request returns the number of the exchange in which the device asked.
func (c *BootstrapClient) Request() uint64 { return c.request }

// Clients returns the devices that asked for a bootstrap, the newest request last.
func (b *BootstrapServer) Clients() []*BootstrapClient {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.order)
}

// claim is a command that waits for a device to ask.
type claim struct {
	pattern string
	packs   bool // a Bootstrap-Pack-Request will do
	taken   chan *BootstrapClient
}

// Claim returns the next device of a pattern, "" for any, that asks for a
// bootstrap: the sequence does not begin by itself, it is the caller's to begin.
// Without packs a Bootstrap-Pack-Request of it is refused, so that it asks for a
// sequence. One that asked before will do too if already, which is asked once none
// can be missed any more, returns it; already may be nil. The error is that of ctx.
func (b *BootstrapServer) Claim(ctx context.Context, pattern string, packs bool, already func() *BootstrapClient) (*BootstrapClient, error) {
	w := &claim{pattern: pattern, packs: packs, taken: make(chan *BootstrapClient, 1)}
	b.mu.Lock()
	b.claims = append(b.claims, w)
	b.mu.Unlock()
	var before *BootstrapClient
	if already != nil {
		before = already()
	}
	if before == nil {
		select {
		case c := <-w.taken:
			return c, nil
		case <-ctx.Done():
		}
	}
	b.mu.Lock()
	b.claims = slices.DeleteFunc(b.claims, func(other *claim) bool { return other == w })
	b.mu.Unlock()
	select {
	case c := <-w.taken: // it came at the last moment
		return c, nil
	default:
	}
	if before != nil {
		return before, nil
	}
	return nil, ctx.Err()
}

// Find returns the newest device of a pattern, an exact name, a glob or a part of
// the name, whose bootstrap is open; nil if there is none.
func (b *BootstrapServer) Find(pattern string) *BootstrapClient {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := len(b.order) - 1; i >= 0; i-- {
		if c := b.order[i]; c.phase == BootstrapOpen && c.meant(pattern) {
			return c
		}
	}
	return nil
}

// Latest returns the newest device of a pattern, whatever became of it; nil if none
// asked.
func (b *BootstrapServer) Latest(pattern string) *BootstrapClient {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := len(b.order) - 1; i >= 0; i-- {
		if c := b.order[i]; c.meant(pattern) {
			return c
		}
	}
	return nil
}

// meant says whether a pattern means the device.
func (c *BootstrapClient) meant(pattern string) bool {
	if name, ok := c.server.server.alias(pattern); ok {
		pattern = name
	}
	return pattern == "" || c.name == pattern || matches(pattern, c.name)
}

// packRefusal is the code with which the Bootstrap-Pack-Request of a device is
// refused, 0 if it is answered. One whose bootstrap is to stop on its way, or to be
// done by hand, has to ask for a sequence.
func (b *BootstrapServer) packRefusal(c *BootstrapClient) Code {
	b.mu.Lock()
	defer b.mu.Unlock()
	byHand := b.stop != StageNone || slices.ContainsFunc(b.claims, func(w *claim) bool { return !w.packs && c.meant(w.pattern) })
	if b.refusal == 0 && byHand {
		return MethodNotAllowed
	}
	return b.refusal
}

// alias returns the endpoint name that an alias stands for.
func (s *Server) alias(name string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.aliases[name]
	return found, ok
}

// admit takes a device in that asks: an older request of it is over. claimed says
// that a command waits for it.
func (b *BootstrapServer) admit(c *BootstrapClient) (again, claimed bool) {
	c.context, c.end = context.WithCancel(b.life)
	b.mu.Lock()
	defer b.mu.Unlock()
	if old := b.clients[c.name]; old != nil {
		again = old.phase == BootstrapOpen
		old.over()
		if c.device.version == 0 {
			c.device = old.device.remembered()
		}
		b.order = slices.DeleteFunc(b.order, func(other *BootstrapClient) bool { return other == old })
	}
	if len(b.order) >= maxBootstrapClients {
		b.order[0].over()
		delete(b.clients, b.order[0].name)
		b.order = b.order[1:]
	}
	b.clients[c.name] = c
	b.order = append(b.order, c)
	for i, w := range b.claims {
		if c.meant(w.pattern) && (w.packs || !c.pack) {
			b.claims = slices.Delete(b.claims, i, i+1)
			w.taken <- c
			return again, true
		}
	}
	return again, false
}

// over ends what is under way for an older request; the lock is held.
func (c *BootstrapClient) over() {
	c.end()
	if c.phase == BootstrapOpen {
		c.phase = BootstrapFailed
	}
}

// remembered is what still holds of a device when it asks again: where it has the
// account of the bootstrap server.
func (d *bootstrapDevice) remembered() bootstrapDevice {
	return bootstrapDevice{version: d.version, versions: d.versions, kept: d.kept}
}

// placeholders are what the account's texts name for this device.
func (c *BootstrapClient) placeholders() *placeholders {
	b := c.server
	b.mu.Lock()
	advertise := b.advertise
	b.mu.Unlock()
	host, port, given := hostPort(advertise)
	if !given {
		host = c.local.Host()
	}
	if host == "" {
		host = hostOf(c.listener.URIs())
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return &placeholders{endpoint: c.name, advertise: func(scheme string) string {
		port := cmp.Or(port, b.registrationPort(scheme))
		if port == "" {
			return host
		}
		return host + ":" + port
	}}
}

// registrationPort is the port of the first listener that takes registrations by
// the scheme, else of the first that takes any, "" if there is none.
func (b *BootstrapServer) registrationPort(scheme string) string {
	var first string
	for _, l := range b.server.Listeners() {
		if l.BootstrapOnly() {
			continue
		}
		port := portOf(l.URIs())
		if l.Scheme() == scheme {
			return port
		}
		first = cmp.Or(first, port)
	}
	return first
}

// hostOf is the host of the first URI of a list.
func hostOf(uris []string) string {
	host, _ := authority(uris)
	return host
}

// portOf is the port of the first URI of a list.
func portOf(uris []string) string {
	_, port := authority(uris)
	return port
}

func authority(uris []string) (host, port string) {
	if len(uris) == 0 {
		return "", ""
	}
	_, rest, _ := strings.Cut(uris[0], "://")
	host, port, err := net.SplitHostPort(rest)
	if err != nil {
		return strings.Trim(rest, "[]"), ""
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return host, ""
	}
	return host, port
}

// bootstraps returns the bootstrap server that a request is for, nil if it is for
// none.
func (l *Listener) bootstraps(r *coap.Request) *BootstrapServer {
	path := r.Message.Path()
	if len(path) != 1 || path[0] != "bs" && path[0] != "bspack" {
		return nil
	}
	return l.bootstrap.Load()
}
