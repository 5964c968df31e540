package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
)

// protocolCoAP is what both ends are to agree on by ALPN. RFC 8323 §8.2.
const protocolCoAP = "coap"

// TLS is a link of TLS 1.2 and 1.3 sessions over a link of streams: those that clients
// began with a listener, or one that was dialled. It is Secured: a peer is up once
// it has proved who it is. With certificates a library of Go makes the sessions, except
// where both ends have no suites in common but those with CCM; these, and those with
// pre-shared keys and raw public keys, GnuTLS makes where it can be loaded. A session
// costs a goroutine more than the stream below it. RFC 5246, RFC 8446, RFC 8323 §8.2.
type TLS struct {
	inner   Link
	options SecureOptions
	server  Keys          // nil of a dialled link
	base    *tls.Config   // of a listener
	suites  []CipherSuite // of the library of X.509
	gnu     gnuListener

	mu       sync.Mutex
	receiver Receiver
	peers    map[Address]*tlsPeer
	half     []*tlsPeer // whose handshakes are under way, the oldest first
	closed   bool
	sessions sync.WaitGroup
}

// tlsPeer is one session, or the handshake for one.
type tlsPeer struct {
	link    *TLS
	address Address
	stream  *stream
	conn    tlsConn
	record  tlsRecord // of what was said in plain text
	closing sync.Once

	// Under link.mu.
	local    Local
	identity Identity
	ready    bool // the handshake is complete
	cancel   context.CancelFunc
	cause    error // why we end it
	refused  error // why the peer ended it before it said anything
}

func newTLS(inner Link, keys Keys, o SecureOptions) *TLS {
	return &TLS{inner: inner, server: keys, options: o, peers: map[Address]*tlsPeer{}}
}

// newPeer makes a session that has not begun. l.mu is held.
func (l *TLS) newPeer(address Address, local Local) *tlsPeer {
	p := &tlsPeer{link: l, address: address, local: local}
	p.stream = newStream(
		func(b []byte) error { return l.inner.Send(address, Local{}, b) },
		func() { l.inner.Disconnect(address, nil) },
	)
	l.peers[address] = p
	return p
}

// shake makes the handshake, which prepare begins.
func (p *tlsPeer) shake(ctx context.Context, prepare func() error) error {
	ctx, cancel := context.WithTimeout(ctx, handshakeTime)
	defer cancel()
	l := p.link
	l.mu.Lock()
	p.cancel = cancel
	stopped := p.cause
	l.mu.Unlock()
	if stopped != nil {
		return stopped
	}
	waits := context.AfterFunc(ctx, func() { _ = p.stream.Close() })
	err := prepare()
	switch {
	case !waits():
		return timedOut(ctx, ctx.Err())
	case err != nil:
		return err
	}
	return timedOut(ctx, p.conn.HandshakeContext(ctx))
}

// stop ends a handshake. link.mu is held.
func (p *tlsPeer) stop(cause error) {
	if p.cause == nil {
		p.cause = cause
	}
	if p.cancel != nil {
		p.cancel()
	}
}

// forget takes a handshake that failed out of the tables.
func (p *tlsPeer) forget() {
	l := p.link
	l.mu.Lock()
	if l.peers[p.address] == p {
		delete(l.peers, p.address)
	}
	l.leaveHalf(p)
	l.mu.Unlock()
	p.shut()
}

// leaveHalf takes a handshake off the list of those under way. l.mu is held.
func (l *TLS) leaveHalf(p *tlsPeer) {
	l.half = slices.DeleteFunc(l.half, func(other *tlsPeer) bool { return other == p })
}

// shut ends the session, which the peer is told by close_notify, and the connection.
func (p *tlsPeer) shut() {
	p.closing.Do(func() {
		if p.conn != nil {
			_ = p.conn.Close() // the peer may be gone: there is nobody to tell
		}
		_ = p.stream.Close()
	})
}

// Start begins to deliver. A dialled link has begun to hear before.
func (l *TLS) Start(r Receiver) error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return ErrClosed
	}
	l.receiver = r
	var dialled *tlsPeer
	for _, p := range l.peers {
		dialled = p
	}
	l.mu.Unlock()
	if l.server != nil {
		return l.inner.Start(l)
	}
	if dialled != nil {
		r.PeerUp(dialled.address, dialled.local)
		l.sessions.Go(dialled.read)
	}
	return nil
}

// read delivers what the session carries until it ends.
func (p *tlsPeer) read() {
	l := p.link
	buffer := make([]byte, tcpReadBuffer)
	heard := false
	for {
		n, err := p.conn.Read(buffer)
		if n > 0 {
			heard = true
			l.receiver.Receive(Datagram{From: p.address, Local: p.local, Bytes: buffer[:n]})
		}
		if err != nil {
			switch alert, refused := remoteAlert(err); {
			case refused && !heard:
				err = p.failed(err) // TLS 1.3: a server judges our certificate when we are done
				l.mu.Lock()
				p.refused = err
				l.mu.Unlock()
			case refused:
				err = &AlertError{alert}
			}
			p.finish(err)
			return
		}
	}
}

// finish takes a session that has ended out and reports it down.
func (p *tlsPeer) finish(err error) {
	l := p.link
	p.shut()
	l.mu.Lock()
	if l.peers[p.address] == p {
		delete(l.peers, p.address)
	}
	cause, closed := p.cause, l.closed
	l.mu.Unlock()
	if closed {
		return
	}
	if cause == nil && !errors.Is(err, io.EOF) {
		cause = plainError(err)
	}
	l.receiver.PeerDown(p.address, cause)
}

// Receive implements Receiver for the link below.
func (l *TLS) Receive(d Datagram) {
	l.mu.Lock()
	p := l.peers[d.From]
	l.mu.Unlock()
	if p == nil {
		return
	}
	if !p.record.received(d.Bytes) {
		if l.server != nil {
			p.refuse(alertUnexpectedMessage) // one that speaks in plain text sees that there is TLS
		}
		l.mu.Lock()
		p.stop(errNotTLS)
		l.mu.Unlock()
		return
	}
	p.stream.put(d.Bytes)
}

var errNotTLS = errors.New("no TLS record")

// PeerUp implements Receiver for the link below: a client that connects begins its
// handshake.
func (l *TLS) PeerUp(peer Address, local Local) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.server == nil {
		if p := l.peers[peer]; p != nil {
			p.local = local
		}
		return
	}
	if l.closed {
		return
	}
	p := l.newPeer(peer, local)
	if len(l.half) >= MaxHandshakes {
		l.half[0].stop(errCrowded)
		l.half = l.half[1:]
	}
	l.half = append(l.half, p)
	l.sessions.Go(p.accept)
}

// PeerMoved implements Receiver for the link below.
func (l *TLS) PeerMoved(Address, Address) {}

// PeerDown implements Receiver for the link below.
func (l *TLS) PeerDown(peer Address, cause error) {
	l.mu.Lock()
	p := l.peers[peer]
	l.mu.Unlock()
	if p != nil {
		p.stream.end(cause)
	}
}

// SendFailed implements Receiver for the link below.
func (l *TLS) SendFailed(Address, error) {}

// Identity implements Secured.
func (l *TLS) Identity(peer Address) (Identity, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.peers[peer]
	if p == nil || !p.ready {
		return Identity{}, false
	}
	return p.identity, true
}

// Session tells how the session with a peer stands; false if there is none.
func (l *TLS) Session(peer Address) (SessionState, bool) {
	l.mu.Lock()
	p := l.peers[peer]
	ready := p != nil && p.ready
	l.mu.Unlock()
	if !ready {
		return SessionState{}, false
	}
	return p.conn.state(), true
}

// Send implements Link.
func (l *TLS) Send(to Address, _ Local, b []byte) error {
	l.mu.Lock()
	p, closed := l.peers[to], l.closed
	ready := p != nil && p.ready
	l.mu.Unlock()
	switch {
	case closed:
		return ErrClosed
	case !ready:
		return fmt.Errorf("%v: %w", to, ErrNoPeer)
	}
	if _, err := p.conn.Write(b); err != nil {
		l.mu.Lock()
		refused := p.refused
		l.mu.Unlock()
		if refused != nil {
			return refused
		}
		return fmt.Errorf("%v: %w", to, plainError(err))
	}
	return nil
}

// Disconnect implements Link: the peer is told by close_notify.
func (l *TLS) Disconnect(peer Address, cause error) {
	l.mu.Lock()
	p := l.peers[peer]
	if p != nil && p.cause == nil {
		p.cause = cause
	}
	ready := p != nil && p.ready
	l.mu.Unlock()
	if ready {
		p.shut() // its reader reports it down
	}
}

// Scheme is coaps+tcp.
func (l *TLS) Scheme() string { return "coaps+tcp" }

// Reliable is true.
func (l *TLS) Reliable() bool { return true }

// MaxMessage is that of the link below.
func (l *TLS) MaxMessage() int { return l.inner.MaxMessage() }

// Timing is that of the link below.
func (l *TLS) Timing() Timing { return l.inner.Timing() }

// LocalURIs implements Link.
func (l *TLS) LocalURIs() []string { return securedURIs(l.inner) }

// Close ends all sessions, which their peers are told, and the link below.
func (l *TLS) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	var all []*tlsPeer
	for _, p := range l.peers {
		all = append(all, p)
		if !p.ready {
			p.stop(ErrClosed)
		}
	}
	l.mu.Unlock()
	var shutting sync.WaitGroup
	for _, p := range all {
		if p.ready {
			shutting.Go(p.shut) // one that takes nothing any more must not hold up the others
		}
	}
	shutting.Wait()
	err := l.inner.Close()
	l.sessions.Wait()
	l.gnu.close()
	return err
}
