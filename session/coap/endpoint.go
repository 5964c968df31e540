package coap

import (
	crand "crypto/rand"
	"errors"
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"lwcon/session/clock"
	"lwcon/session/transport"
)

// Config is what an Endpoint is made of. Only Link is required.
type Config struct {
	// Link carries the messages; the endpoint starts and closes it.
	Link transport.Link
	// Clock is the source of time; nil means the machine's.
	Clock clock.Clock
	// Handler answers requests; nil answers each with 4.04.
	Handler Handler
	// OnBlock is shown each block of a request's body before it is put to the
	// others; an answer that is not nil refuses the block, and the body with it.
	// It keeps to the rules of Handler. Nil takes all.
	OnBlock func(r *Request, block Block) *Message
	// Parameters of all peers that have none of their own.
	Parameters Parameters
	// Protection is called for each message; nil leaves them as they are.
	Protection Protection
	// Random draws message ids, tokens and waits; nil is seeded by the machine.
	Random rand.Source
	// Log numbers the exchanges and keeps what passed; nil makes a new one.
	// Endpoints that share one count together.
	Log *Log
	// Tap is shown every message that passes; nil shows nobody.
	Tap Tap
	// OnPeer is told when a peer comes, moves or goes. It runs on the goroutine
	// that receives and must return quickly.
	OnPeer func(PeerEvent)
	// OnRefused is told of a message that reaches nobody, since it cannot be read or must
	// be refused as it is. It keeps to the rules of OnPeer.
	OnRefused func(Refused)
}

// Refused is a message that was not taken.
type Refused struct {
	Peer transport.Address
	// Number of its exchange in the Log.
	Number uint64
	Time   time.Time
	// Deviations say why; there is one at least.
	Deviations []Deviation
}

// Endpoint speaks CoAP over one link with any number of peers. It is safe for
// concurrent use.
type Endpoint struct {
	link       transport.Link
	lender     transport.Lender // nil where the link always receives by itself
	stream     bool
	secure     bool // the link is of DTLS or TLS
	clock      clock.Clock
	start      time.Time
	handler    Handler
	onBlock    func(*Request, Block) *Message
	base       Parameters
	protection Protection
	log        *Log
	tap        Tap
	onPeer     func(PeerEvent)
	onRefused  func(Refused)
	seed       maphash.Seed
	decoders   sync.Pool

	mu           sync.Mutex // guards all below
	closed       bool
	random       *rand.Rand
	peers        peers
	timers       timers
	calls        map[tokenKey]*call
	observations map[tokenKey]*Observation
	former       formerObservations
	flights      map[flightKey]*flight
	duplicates   duplicates
	bodies       bodies
	signals      []chan struct{} // free ones of calls that are over
	crowd        int             // see crowdMemory
}

// tokenKey finds what waits for a response.
type tokenKey struct {
	peer   *peer
	length uint8
	token  [MaxToken]byte
}

func keyOfToken(p *peer, token []byte) tokenKey {
	k := tokenKey{peer: p, length: uint8(len(token))}
	copy(k.token[:], token)
	return k
}

// NewEndpoint starts the link and serves it until Close.
func NewEndpoint(c Config) (*Endpoint, error) {
	if c.Link == nil {
		return nil, errors.New("coap endpoint: the link is missing")
	}
	e := &Endpoint{
		link:         c.Link,
		stream:       c.Link.Reliable(),
		secure:       strings.HasPrefix(c.Link.Scheme(), "coaps"),
		clock:        c.Clock,
		handler:      c.Handler,
		onBlock:      c.OnBlock,
		base:         c.Parameters.defaults(c.Link.Timing()),
		protection:   c.Protection,
		log:          c.Log,
		tap:          c.Tap,
		onPeer:       c.OnPeer,
		onRefused:    c.OnRefused,
		seed:         maphash.MakeSeed(),
		calls:        make(map[tokenKey]*call),
		observations: make(map[tokenKey]*Observation),
		flights:      make(map[flightKey]*flight),
	}
	e.lender, _ = c.Link.(transport.Lender)
	if e.clock == nil {
		e.clock = clock.Real()
	}
	if e.handler == nil {
		e.handler = func(r *Request) { _ = r.Respond(NewResponse(NotFound)) }
	}
	if e.log == nil {
		e.log = NewLog(0)
	}
	if c.Random == nil {
		var seed [32]byte
		_, _ = crand.Read(seed[:]) // never fails
		c.Random = rand.NewChaCha8(seed)
	}
	e.decoders.New = func() any { return new(decoder) }
	e.random = rand.New(c.Random)
	e.start = e.clock.Now()
	e.peers.init(e)
	e.duplicates.init(e)
	e.bodies.init(e)
	if f, ok := c.Link.(interface{ Notify(transport.WireTap) }); ok {
		f.Notify(e.NoteFault)
	}
	if err := c.Link.Start(e); err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Link.Scheme(), err)
	}
	return e, nil
}

// instant is the time since the endpoint was made.
func (e *Endpoint) instant() instant { return e.clock.Now().Sub(e.start) }

// Close ends the endpoint and its link. Requests under way fail with ErrClosed,
// relations and observations end.
func (e *Endpoint) Close() error {
	var out outbox
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	for p := e.peers.oldest; p != nil; p = p.newer {
		e.abandon(p, ErrClosed, &out)
	}
	e.closed = true
	e.timers.stop()
	e.mu.Unlock()
	out.run()
	return e.link.Close()
}

// Link returns the link.
func (e *Endpoint) Link() transport.Link { return e.link }

// Log returns the log.
func (e *Endpoint) Log() *Log { return e.log }

// SetPeerParameters overrides the endpoint's parameters for one peer, until
// they are set to the zero value.
func (e *Endpoint) SetPeerParameters(peer transport.Address, p Parameters) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return
	}
	known := e.peer(peer, e.instant())
	switch {
	case p == Parameters{}:
		known.parameters = nil
	default:
		known.parameters = &p
	}
}

// parameters are those in force for a request to the peer.
func (e *Endpoint) parameters(p *peer, request *Parameters) Parameters {
	if p.parameters == nil && *request == (Parameters{}) {
		return e.base
	}
	all := *request
	if p.parameters != nil {
		all = all.over(*p.parameters)
	}
	return all.over(e.base)
}

// pass writes a message that passes to the log and shows it to the tap.
func (e *Endpoint) pass(p *peer, via transport.Local, r *entry) {
	r.stream, r.secure = e.stream, e.secure
	e.log.append(r, p.address, via, &p.place)
	if e.tap != nil {
		e.show(p, via, r)
	}
}

func (e *Endpoint) show(p *peer, via transport.Local, r *entry) {
	e.tap(Passage{
		Number: r.number, Time: r.time, Direction: r.direction, Peer: p.address, Local: via,
		Stream: r.stream, Secure: r.secure, Inner: r.inner, Bytes: r.bytes, Note: r.note.text(r.arg), Chosen: r.chosen, Deviations: r.deviations,
	})
}

// send passes a message and gives it to the link.
func (e *Endpoint) send(p *peer, via transport.Local, r *entry) error {
	e.pass(p, via, r)
	if err := e.link.Send(p.address, via, r.bytes); err != nil {
		return &TransportError{Peer: p.address, Cause: err}
	}
	return nil
}

// SendRaw gives bytes to the link as they are. Nothing is awaited; what comes
// back is handled as anything that comes. The number is that under which the
// bytes stand in the log.
func (e *Endpoint) SendRaw(peer transport.Address, b []byte) (number uint64, err error) {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return 0, ErrClosed
	}
	p := e.peer(peer, e.instant())
	via := p.local
	e.mu.Unlock()
	number = e.log.next()
	return number, e.send(p, via, &entry{number: number, time: e.clock.Now(), note: noteRaw, bytes: b})
}
