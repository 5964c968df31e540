package transport

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"
)

// Limits of DTLS links.
const (
	// MaxSecurePeers is how many sessions a listener keeps; the ClientHello of a
	// further peer is not answered.
	MaxSecurePeers = 20_000
	// MaxHandshakes is how many handshakes may be under way; the oldest makes room, so
	// that a flood of ClientHellos keeps nobody out and takes bounded memory.
	MaxHandshakes = 1_000
	// handshakeTime is how long a handshake may take.
	handshakeTime = 60 * time.Second
	// silenceTime is how long a client waits for a server that says nothing more: for five
	// transmissions of a flight, and their answers.
	silenceTime = 20 * time.Second
	// endedPeers is how many addresses of ended sessions are remembered.
	endedPeers = 256
	// stuckTime is how long after the peer changed to its keys the handshake may take
	// yet: several repetitions of its last flight.
	stuckTime = 8 * time.Second
	// maxPlaintext is the largest message that is sent, and the largest that is surely
	// received.
	maxPlaintext = 4096
	// cidLength is how many octets of a Connection ID a listener hands out. RFC 9146 §3.
	cidLength = 8
)

// SecureOptions say how a secure link behaves. The zero value is usable.
type SecureOptions struct {
	Suites []CipherSuite // those allowed, the best first; none: all that are known
	NoCID  bool          // offer and accept no Connection ID
	// Prefer orders the modes for a client that offers several; the others follow.
	Prefer []SecurityMode
	KeyLog io.Writer // is given the secrets of sessions, in the format of NSS; nil: nobody
	// Resumable keeps the sessions of clients, which the next link towards the same
	// server with the same keys resumes; nil: each makes a whole handshake.
	Resumable *Resumable
	// NoResumption says that sessions are neither kept nor resumed, asked at each
	// handshake; nil: they are.
	NoResumption func() bool
	// Patience is how long a client waits for a server that says nothing; 0: 20 s.
	Patience time.Duration
	// Failed is told of each handshake with a listener that failed; it must not block.
	Failed func(*HandshakeError)
	// Alerted is told of each alert inside an established session of DTLS, after the
	// record that hides it passed; it must not block. nil: nobody is.
	Alerted func(InnerAlert)
	Random  func(b []byte) // fills Connection IDs; nil: the machine's
}

// DTLS is a link of DTLS 1.2 sessions over a link of datagrams: those that clients
// began with a listener, or one that was dialled. It is Secured: nothing is
// delivered before the peer has proved who it is. A handshake costs three
// goroutines, one with raw public keys a single one, and an established session none. It
// lends what the link below lends. RFC 6347, RFC 9146.
type DTLS struct {
	inner   Link
	options SecureOptions
	server  Keys // nil of a dialled link
	kept    Resumable
	raw     rawListener

	fragments helloFragments // of a listener

	mu       sync.Mutex
	receiver Receiver
	peers    map[Address]*securePeer
	cids     map[string]*securePeer
	half     []*securePeer // whose handshakes are under way, the oldest first
	told     map[Address]bool
	ended    [endedPeers]Address // of the sessions that have ended, the newest of them
	endings  int
	carried  int // handshakes that goroutines of their own read
	closed   bool
	sessions sync.WaitGroup
}

// NewDTLSServer makes a listener of a link of datagrams, which it closes in the
// end.
func NewDTLSServer(inner Link, keys Keys, o SecureOptions) *DTLS {
	return newDTLS(inner, keys, o)
}

func newDTLS(inner Link, keys Keys, o SecureOptions) *DTLS {
	return &DTLS{
		inner: inner, server: keys, options: o,
		peers: map[Address]*securePeer{}, cids: map[string]*securePeer{}, told: map[Address]bool{},
	}
}

// Start begins to deliver. A dialled link has begun to hear before.
func (l *DTLS) Start(r Receiver) error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return ErrClosed
	}
	l.receiver = r
	var dialled *securePeer
	for _, p := range l.peers {
		dialled = p
	}
	l.mu.Unlock()
	if l.server != nil {
		return l.inner.Start(l)
	}
	if dialled != nil {
		l.sessions.Go(dialled.serve)
	}
	return nil
}

// Receive implements Receiver for the link below.
func (l *DTLS) Receive(d Datagram) {
	if len(d.Bytes) < recordHead || d.Bytes[0] < recordCCS || d.Bytes[0] > recordCID {
		l.stranger(d)
		return
	}
	l.mu.Lock()
	p := l.peers[d.From]
	if d.Bytes[0] == recordCID && len(d.Bytes) >= recordHead-2+cidLength {
		if known := l.cids[string(d.Bytes[recordHead-2:recordHead-2+cidLength])]; known != nil {
			p = known
		}
	}
	var answer []byte
	if l.server != nil {
		d.Bytes = l.fragments.whole(d.From, d.Bytes)
	}
	if d.Bytes == nil {
		l.mu.Unlock()
		return
	}
	if l.server != nil && isClientHello(d.Bytes) {
		p, answer = l.hello(p, d)
	}
	if p == nil || p.gone {
		l.mu.Unlock()
		if answer != nil {
			_ = l.inner.Send(d.From, d.Local, answer) // who wants an answer asks again
		} else if p == nil && carriesData(d.Bytes) {
			l.unknown(d.From)
		}
		return
	}
	first, second := p, (*securePeer)(nil)
	if p.next != nil {
		switch {
		case epochOf(d.Bytes) == 0 && d.Bytes[0] != recordCID:
			first = p.next
		case p.next.seen > 1: // it has shown that it hears us: nobody else could have gone on
			second = p.next
		}
	}
	var open *securePeer
	for _, to := range [...]*securePeer{first, second} {
		if to == nil {
			continue
		}
		to.seen++
		to.local = d.Local
		if to.sealed != nil && l.receiver != nil {
			open = to
			continue
		}
		to.record.received(d.Bytes)
		to.keepEarly(d.Bytes)
		if to.sealed == nil {
			if plain := to.fromWire(d.Bytes); len(plain) > 0 {
				to.packets.put(d.From, plain)
			}
		}
	}
	l.mu.Unlock()
	if open != nil {
		open.hear(d)
	}
}

// hello finds the handshake that a ClientHello belongs to, and begins it, or gives
// what is to be answered first. The session that the address has goes on until
// another has taken its place: anybody can send a ClientHello in its name. l.mu is
// held. RFC 6347 §4.2.8.
func (l *DTLS) hello(p *securePeer, d Datagram) (of *securePeer, answer []byte) {
	under := p
	if p != nil && p.ready {
		under = p.next
	}
	h, _ := parseClientHello(d.Bytes)
	choice := l.choose(&h)
	if choice.mode == RawPublicKey && !l.closed {
		cookie, answer := l.raw.admit(d)
		if cookie == nil {
			return nil, answer
		}
		choice.cookie = cookie
		if under != nil && under.record.random() != h.random {
			under.stop(errReplaced) // the cookie shows that it is the same peer, which has begun anew
			under = nil
		}
	}
	switch {
	case under != nil:
		return p, nil
	case p == nil && len(l.peers) >= MaxSecurePeers, l.closed:
		return nil, nil
	}
	begun := l.begin(d, choice)
	if p != nil && p.ready {
		p.next = begun
		return p, nil
	}
	l.peers[d.From] = begun
	return begun, nil
}

// begin begins a handshake. l.mu is held.
func (l *DTLS) begin(d Datagram, choice choice) *securePeer {
	begun := l.newPeer(d.From, d.Local)
	begun.choice = choice
	if len(l.half) >= MaxHandshakes {
		l.half[0].stop(errCrowded)
		l.half = l.half[1:]
	}
	l.half = append(l.half, begun)
	if !l.options.NoCID && choice.mode != RawPublicKey {
		begun.cid = l.newCID()
		l.cids[begun.cid] = begun
	}
	l.carried++
	l.sessions.Go(begun.accept)
	return begun
}

// leaveHalf takes a handshake off the list of those under way. l.mu is held.
func (l *DTLS) leaveHalf(p *securePeer) {
	l.half = slices.DeleteFunc(l.half, func(other *securePeer) bool { return other == p })
}

// Identity implements Secured.
func (l *DTLS) Identity(peer Address) (Identity, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.peers[peer]
	if p == nil || !p.ready {
		return Identity{}, false
	}
	return p.identity, true
}

// HasCID says whether the session with a peer survives a change of its address.
func (l *DTLS) HasCID(peer Address) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.peers[peer]
	return p != nil && p.ready && p.hasCID()
}

// Send implements Link.
func (l *DTLS) Send(to Address, _ Local, b []byte) error {
	l.mu.Lock()
	p, closed := l.peers[to], l.closed
	ready := p != nil && p.ready
	l.mu.Unlock()
	switch {
	case closed:
		return ErrClosed
	case !ready:
		return fmt.Errorf("%v: %w: it has no DTLS session with us", to, ErrNoPeer)
	case len(b) > p.most():
		return fmt.Errorf("%v: %w: %d bytes, at most %d", to, ErrTooLong, len(b), p.most())
	}
	if err := p.seal(recordData, b); err != nil {
		return fmt.Errorf("%v: %w", to, plainError(err))
	}
	return nil
}

// Disconnect implements Link: the peer is told by close_notify.
func (l *DTLS) Disconnect(peer Address, cause error) {
	l.mu.Lock()
	p := l.peers[peer]
	if p != nil && p.cause == nil {
		p.cause = cause
	}
	ready := p != nil && p.ready
	l.mu.Unlock()
	if ready {
		p.shut()
		l.sessions.Go(func() { p.finish(io.EOF) })
	}
}

// PeerUp implements Receiver for the link below.
func (l *DTLS) PeerUp(Address, Local) {}

// PeerMoved implements Receiver for the link below.
func (l *DTLS) PeerMoved(Address, Address) {}

// PeerDown implements Receiver for the link below.
func (l *DTLS) PeerDown(Address, error) {}

// SendFailed implements Receiver for the link below.
func (l *DTLS) SendFailed(peer Address, cause error) {
	l.mu.Lock()
	p, receiver := l.peers[peer], l.receiver
	if p != nil && !p.ready {
		p.stop(cause)
	}
	l.mu.Unlock()
	if p != nil && p.ready && receiver != nil {
		receiver.SendFailed(peer, cause)
	}
}

// Scheme is coaps.
func (l *DTLS) Scheme() string { return "coaps" }

// Reliable is false.
func (l *DTLS) Reliable() bool { return false }

// MaxMessage is what one record may hold here.
func (l *DTLS) MaxMessage() int { return min(maxPlaintext, l.inner.MaxMessage()) }

// Timing is that of the link below.
func (l *DTLS) Timing() Timing { return l.inner.Timing() }

// LocalURIs implements Link.
func (l *DTLS) LocalURIs() []string { return securedURIs(l.inner) }

// Close ends all sessions, which their peers are told, and the link below.
func (l *DTLS) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	var all []*securePeer
	for _, p := range l.peers {
		if all = append(all, p); p.next != nil {
			all = append(all, p.next)
		}
	}
	slices.SortFunc(all, func(a, b *securePeer) int { return cmp.Compare(a.address.String(), b.address.String()) })
	for _, p := range all {
		if !p.ready {
			p.stop(ErrClosed)
		}
	}
	l.mu.Unlock()
	for _, p := range all {
		if p.ready {
			p.shut()
		}
	}
	err := l.inner.Close()
	l.sessions.Wait()
	l.raw.close()
	return err
}
