package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
)

// securePeer is one session, or the handshake for one.
type securePeer struct {
	link    *DTLS
	cid     string // that the peer is to send, "" for none
	packets *packets
	conn    secureConn
	cancel  context.CancelFunc
	record  handshakeRecord // of what was said in plain text
	choice  choice          // of a listener, how to go on
	closing sync.Once
	hearing sync.Mutex // held while what arrived is delivered

	// Under link.mu.
	address  Address
	local    Local
	identity Identity
	ready    bool        // the handshake is complete
	limit    uint16      // octets of a message that the peer takes at most, 0 for the usual
	next     *securePeer // the handshake that is to replace this session
	seen     int         // datagrams that arrived for it
	suite    CipherSuite // agreed on
	resumed  bool        // it goes on from one before
	resume   string      // at a listener, the id by which it can be resumed
	sealed   *sealed     // once it was taken over from the handshake
	muted    bool        // the handshake sends nothing more
	sequence uint64      // that the next encrypted record of the handshake has
	early    [][]byte    // datagrams with encrypted records that came before
	flight   [][]byte    // our last one, for a peer that has not got it
	repeats  int         // of it
	gone     bool
	cause    error // why we end it
}

// newPeer makes a session that has not begun. l.mu is held.
func (l *DTLS) newPeer(address Address, local Local) *securePeer {
	p := &securePeer{link: l, address: address, local: local}
	p.packets = newPackets(p.write)
	p.record.stuck = func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if !p.ready {
			p.stop(errStuck)
		}
	}
	return p
}

// write sends a datagram of the session to where the peer is now, which the session
// itself learns later than we do.
func (p *securePeer) write(b []byte) error {
	b = mendAlert(b, p.record.alertFor)
	p.record.sent(b)
	b = p.toWire(b)
	p.link.mu.Lock()
	to, local, muted := p.address, p.local, p.muted
	if muted {
		p.link.mu.Unlock()
		return nil
	}
	p.count(b)
	p.noteFlight(b)
	p.link.mu.Unlock()
	return p.link.inner.Send(to, local, b)
}

// timedOut is an error, or that there was no more time, where that is why the context was
// cancelled: who made it says so by its cause.
func timedOut(ctx context.Context, err error) error {
	if errors.Is(err, context.Canceled) && errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return context.DeadlineExceeded
	}
	return err
}

// bewareOfSilence gives a handshake up whose server has said nothing for a time, until
// the function returned is called.
func (p *securePeer) bewareOfSilence() (end func()) {
	l := p.link
	patience := l.options.Patience
	if patience <= 0 {
		patience = silenceTime
	}
	return p.record.silentFor(patience, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if !p.ready {
			p.stop(errSilentServer)
		}
	})
}

var errSilentServer = fmt.Errorf("%w: the server says nothing", context.DeadlineExceeded)

var errStuck = errors.New("nothing that can be read came after ChangeCipherSpec")

var errCrowded = fmt.Errorf("given up to make room: more than %d handshakes are under way", MaxHandshakes)

// stop ends a session or handshake. link.mu is held.
func (p *securePeer) stop(cause error) {
	if p.cause == nil {
		p.cause = cause
	}
	if p.sealed != nil {
		return
	}
	_ = p.packets.Close()
	if p.cancel != nil {
		p.cancel()
	}
}

// shut ends the session, which the peer is told by close_notify; who comes second
// waits until it is.
func (p *securePeer) shut() {
	p.closing.Do(func() {
		p.link.mu.Lock()
		sealed := p.sealed
		p.link.mu.Unlock()
		if sealed != nil {
			p.sayClose()
			return
		}
		if p.conn != nil {
			_ = p.conn.Close() // the peer may be gone: there is nobody to tell
		}
		_ = p.packets.Close()
	})
}

// accept carries the handshake through and then reads.
func (p *securePeer) accept() {
	l := p.link
	err := p.answerer()
	var sealed *sealed
	if err == nil {
		sealed, err = p.shake(context.Background())
	}
	if err != nil {
		failure := p.failed(err)
		p.forget()
		if failure.Err != errCrowded && failure.Err != errReplaced && !errors.Is(failure.Err, ErrClosed) && !p.record.passing(failure.Err) && l.options.Failed != nil {
			l.options.Failed(failure)
		}
		return
	}
	stands := l.established(p, sealed)
	p.release()
	if stands {
		p.serve()
	}
}

// shake makes the handshake, and returns the session that it made.
func (p *securePeer) shake(ctx context.Context) (*sealed, error) {
	l := p.link
	ctx, cancel := context.WithTimeout(ctx, max(handshakeTime, l.options.Patience))
	defer cancel()
	l.mu.Lock()
	p.cancel = cancel
	stopped := p.cause
	l.mu.Unlock()
	if stopped != nil {
		return nil, stopped
	}
	if err := p.conn.HandshakeContext(ctx); err != nil {
		return nil, timedOut(ctx, err)
	}
	return p.takeOver()
}

// forget takes a handshake that failed out of the tables.
func (p *securePeer) forget() {
	l := p.link
	l.mu.Lock()
	p.gone = true
	if l.peers[p.address] == p {
		delete(l.peers, p.address)
	} else if before := l.peers[p.address]; before != nil && before.next == p {
		before.next = nil
	}
	l.leaveHalf(p)
	l.carried--
	delete(l.cids, p.cid)
	l.mu.Unlock()
	p.shut()
}

// established enters a session whose handshake is complete, in place of the one
// that the address had; false if the link was closed meanwhile.
func (l *DTLS) established(p *securePeer, sealed *sealed) bool {
	p.hearing.Lock() // what it carries is heard after the end of the one before
	defer p.hearing.Unlock()
	l.mu.Lock()
	l.leaveHalf(p)
	before := l.peers[p.address]
	if l.closed {
		l.mu.Unlock()
		p.shut()
		return false
	}
	p.sealed, p.ready = sealed, true
	l.peers[p.address] = p
	p.keepCertified()
	p.resume = p.record.sessionID()
	p.record.over()
	if before == p || before == nil {
		l.mu.Unlock()
		return true
	}
	before.gone = true
	delete(l.cids, before.cid)
	before.stop(errReplaced)
	receiver := l.receiver
	l.mu.Unlock()
	receiver.PeerDown(p.address, errReplaced)
	return true
}

var errReplaced = errors.New("the peer began a new session")

// follow notes where the peer is reached now: a record with a Connection ID may come
// from a new address. RFC 9146 §6.
func (p *securePeer) follow(from Address) (Address, Local) {
	l := p.link
	l.mu.Lock()
	old := p.address
	if p.cid == "" || from == old || from.IsZero() {
		local := p.local
		l.mu.Unlock()
		return old, local
	}
	other := l.peers[from]
	if l.peers[old] == p {
		delete(l.peers, old)
	}
	p.address = from
	l.peers[from] = p
	local := p.local
	if other != nil && other != p {
		other.gone = true
		other.stop(errReplaced)
	}
	l.mu.Unlock()
	l.receiver.PeerMoved(old, from)
	return from, local
}

// finish takes a session that has ended out and reports it down.
func (p *securePeer) finish(err error) {
	l := p.link
	p.shut()
	l.mu.Lock()
	replaced := p.gone
	p.gone = true
	if l.peers[p.address] == p {
		delete(l.peers, p.address)
		if p.next != nil {
			l.peers[p.address] = p.next
		}
	}
	delete(l.cids, p.cid)
	l.ended[l.endings%endedPeers] = p.address
	l.endings++
	cause, closed, address := p.cause, l.closed, p.address
	l.mu.Unlock()
	if closed || replaced {
		return
	}
	if cause == nil && !errors.Is(err, io.EOF) {
		cause = err
	}
	l.receiver.PeerDown(address, cause)
}
