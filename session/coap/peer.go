package coap

import (
	"cmp"
	"slices"
	"time"

	"lwcon/session/transport"
)

const (
	// MaxPeers is how many peers an endpoint keeps something of; beyond it the
	// one that was silent longest and waits for nothing is forgotten.
	MaxPeers = 250_000
	// peerLifetime is how long a silent peer is kept: as long as its message
	// ids mean something.
	peerLifetime = ExchangeLifetime
)

// peer is what an endpoint keeps of a peer. It is small, since there are many;
// what few of them need hangs on pointers.
type peer struct {
	address transport.Address
	local   transport.Local // where it was last heard
	// Neighbours in the list of peers, by when they were last active.
	older, newer *peer
	active       instant
	place        logPlace
	ids          messageIDs
	parameters   *Parameters
	stream       *stream
	spent        *spentTokens
	queue        *callQueue   // of requests that wait for their turn
	relations    *[]*Relation // nil while there are none
	duplicates   duplicateList
	// live counts what keeps the peer from being forgotten: requests,
	// observations, messages on their way.
	live int32
	// busy counts requests under way, for NSTART.
	busy int32
}

// peers are all peers, in a map and in a list from the longest silent one.
type peers struct {
	all            map[transport.Address]*peer
	oldest, newest *peer
	sweep          timer
}

func (ps *peers) init(e *Endpoint) {
	ps.all = make(map[transport.Address]*peer)
	ps.sweep.owner = ps
}

// peer returns what is kept of the peer, and marks it active.
func (e *Endpoint) peer(address transport.Address, now instant) *peer {
	p := e.peers.all[address]
	if p == nil {
		p = e.newPeer(address)
	}
	e.touch(p, now)
	return p
}

func (e *Endpoint) newPeer(address transport.Address) *peer {
	if len(e.peers.all) >= MaxPeers {
		e.forgetOldest()
	}
	p := &peer{address: address}
	p.ids.next = uint16(e.random.Uint32())
	e.peers.all[address] = p
	return p
}

func (e *Endpoint) touch(p *peer, now instant) {
	p.active = now
	ps := &e.peers
	if ps.newest == p {
		return
	}
	ps.unlink(p)
	p.older = ps.newest
	if ps.newest != nil {
		ps.newest.newer = p
	} else {
		ps.oldest = p
	}
	ps.newest = p
	if ps.sweep.index == 0 {
		e.set(&ps.sweep, now+peerLifetime)
	}
}

func (ps *peers) unlink(p *peer) {
	if p.older != nil {
		p.older.newer = p.newer
	} else if ps.oldest == p {
		ps.oldest = p.newer
	}
	if p.newer != nil {
		p.newer.older = p.older
	} else if ps.newest == p {
		ps.newest = p.older
	}
	p.older, p.newer = nil, nil
}

// expire forgets the peers that were silent for their lifetime. One that is
// still in use is looked at again after another lifetime.
func (ps *peers) expire(e *Endpoint, now instant, _ *outbox) {
	for ps.oldest != nil && ps.oldest.active+peerLifetime <= now {
		p := ps.oldest
		if p.needed() {
			e.touch(p, now)
			if ps.oldest == p { // it is the only one
				break
			}
			continue
		}
		e.drop(p)
	}
	if ps.oldest != nil {
		e.set(&ps.sweep, max(ps.oldest.active+peerLifetime, now+time.Second))
	}
}

// Silence returns how long ago a peer sent something for a request that is under
// way: an acknowledgement, a block. It is false where it sent nothing for any.
func (e *Endpoint) Silence(peer transport.Address) (time.Duration, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	last := time.Time{}
	for _, c := range e.calls {
		if c.peer.address != peer {
			continue
		}
		for _, t := range c.transfer.exchange.Transmissions {
			if t.Direction == transport.Received && t.Time.After(last) {
				last = t.Time
			}
		}
	}
	if last.IsZero() {
		return 0, false
	}
	return e.clock.Now().Sub(last), true
}

// needed tells whether something is under way with the peer.
func (p *peer) needed() bool {
	return p.live > 0 || p.busy > 0 || p.stream != nil || p.parameters != nil || len(p.related()) > 0 || p.queue != nil
}

// related returns the relations of the peer.
func (p *peer) related() []*Relation {
	if p.relations == nil {
		return nil
	}
	return *p.relations
}

// forgetOldest makes room for a new peer. It looks at few, so that many peers
// in use cannot make it slow.
func (e *Endpoint) forgetOldest() {
	const looks = 16
	p := e.peers.oldest
	for range looks {
		if p == nil {
			return
		}
		if !p.needed() {
			e.drop(p)
			return
		}
		p = p.newer
	}
}

// drop takes the peer out of all tables.
func (e *Endpoint) drop(p *peer) {
	e.duplicates.dropAll(p)
	e.peers.unlink(p)
	delete(e.peers.all, p.address)
}

// Forget drops what is kept of a peer: duplicates, blocks, relations.
// Observations and requests under way are not touched.
func (e *Endpoint) Forget(peer transport.Address) {
	var out outbox
	e.mu.Lock()
	if p := e.peers.all[peer]; p != nil {
		e.duplicates.dropAll(p)
		e.bodies.dropAll(e, p)
		e.endRelations(p, EndedByPeer, &out)
	}
	e.mu.Unlock()
	out.run()
}

// abandon ends all that is under way with a peer that is gone.
func (e *Endpoint) abandon(p *peer, cause error, out *outbox) {
	e.duplicates.dropAll(p)
	e.bodies.dropAll(e, p)
	e.endRelations(p, EndedByPeer, out)
	if p.queue != nil {
		p.queue.fail(cause)
		p.queue = nil
	}
	for _, o := range e.observationsOf(p) {
		e.endObservation(o)
		out.add(func() { o.deliver(Notification{Ended: true, Received: e.clock.Now(), Err: cause}) })
	}
	for _, c := range e.callsOf(p) {
		e.finish(c, cause)
	}
	for key, f := range e.flights {
		if key.peer == p {
			e.land(f)
		}
	}
}

// observationsOf returns what we observe of the peer, in the order of begin.
func (e *Endpoint) observationsOf(p *peer) []*Observation {
	var all []*Observation
	for _, o := range e.observations {
		if o.peer == p {
			all = append(all, o)
		}
	}
	slices.SortFunc(all, func(a, b *Observation) int { return cmp.Compare(a.number, b.number) })
	return all
}

func (e *Endpoint) callsOf(p *peer) []*call {
	var all []*call
	for _, c := range e.calls {
		if c.peer == p {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b *call) int { return cmp.Compare(a.transfer.exchange.Number, b.transfer.exchange.Number) })
	return all
}

// PeerUp is called by the link.
func (e *Endpoint) PeerUp(address transport.Address, local transport.Local) {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return
	}
	p := e.peer(address, e.instant())
	p.local = local
	e.mu.Unlock()
	e.openStream(p)
	e.tell(PeerEvent{Change: PeerUp, Peer: address})
}

// PeerMoved is called by the link. All that is kept of the peer goes on under
// its new address.
func (e *Endpoint) PeerMoved(from, to transport.Address) {
	e.mu.Lock()
	if p := e.peers.all[from]; p != nil && from != to {
		if other := e.peers.all[to]; other != nil {
			var none outbox
			e.abandon(other, ErrUnreachable, &none)
			e.drop(other)
		}
		delete(e.peers.all, from)
		p.address, p.place = to, logPlace{}
		e.peers.all[to] = p
	}
	e.mu.Unlock()
	e.tell(PeerEvent{Change: PeerMoved, Peer: from, To: to})
}

// PeerDown is called by the link.
func (e *Endpoint) PeerDown(address transport.Address, cause error) {
	var out outbox
	e.mu.Lock()
	if p := e.peers.all[address]; p != nil {
		if cause == nil && p.stream != nil {
			cause = p.stream.ended
		}
		e.abandon(p, &TransportError{Peer: address, Cause: cause}, &out)
		e.closeStream(p)
		e.drop(p)
	}
	e.mu.Unlock()
	out.run()
	e.tell(PeerEvent{Change: PeerDown, Peer: address, Cause: cause})
}

// SendFailed is called by the link: what waits for the peer need not wait on.
func (e *Endpoint) SendFailed(address transport.Address, cause error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p := e.peers.all[address]
	if p == nil {
		return
	}
	for _, c := range e.callsOf(p) {
		e.finish(c, &TransportError{Peer: address, Cause: cause})
	}
}

func (e *Endpoint) tell(event PeerEvent) {
	if e.onPeer != nil {
		e.onPeer(event)
	}
}

// PeerChange is what became of a peer.
type PeerChange uint8

// Peer changes.
const (
	// PeerUp: a stream connection stands.
	PeerUp PeerChange = iota + 1
	// PeerMoved: the peer is now reached at another address.
	PeerMoved
	// PeerDown: the connection is gone.
	PeerDown
)

// PeerEvent tells that a peer came, moved or went.
type PeerEvent struct {
	Change PeerChange
	Peer   transport.Address
	// To is the new address of a peer that moved.
	To transport.Address
	// Cause is why the peer went, nil where it closed in order.
	Cause error
}
