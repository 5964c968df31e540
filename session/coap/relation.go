package coap

import (
	"bytes"
	"slices"
	"time"

	"lwcon/session/transport"
)

// MaxRelations is how many things one peer may observe.
const MaxRelations = 1000

// EndReason is why a relation with an observer ended.
type EndReason uint8

// Reasons.
const (
	// EndedByReset: the observer answered a notification with RST.
	EndedByReset EndReason = iota + 1
	// EndedByRequest: the observer sent Observe=1.
	EndedByRequest
	// EndedByTimeout: a confirmable notification was not acknowledged.
	EndedByTimeout
	// EndedByError: a notification with an error code was sent.
	EndedByError
	// EndedByReplacement: the same observer registered again with the token.
	EndedByReplacement
	// EndedByPeer: the peer is gone or was forgotten, or the endpoint was
	// closed.
	EndedByPeer
)

// String says it in words.
func (r EndReason) String() string {
	switch r {
	case EndedByReset:
		return "reset by the observer"
	case EndedByRequest:
		return "cancelled by the observer"
	case EndedByTimeout:
		return "a notification was not acknowledged"
	case EndedByError:
		return "ended by an error code"
	case EndedByReplacement:
		return "registered again"
	case EndedByPeer:
		return "the observer is gone"
	}
	return "not ended"
}

// Relation is a peer that observes something of ours. Its methods are safe for
// concurrent use.
type Relation struct {
	endpoint *Endpoint
	peer     *peer
	local    transport.Local
	request  *Message
	token    []byte
	state    any // of protection
	onEnd    func(EndReason)
	// Guarded by the endpoint's lock:
	kept     uint8 // bits of the reasons that do not end it
	onKept   func(EndReason)
	ended    bool
	sequence uint32
	flight   *flight // the last confirmable notification, until acknowledged
	waiting  *Message
	waitsFor uint64    // number of the exchange of waiting
	recent   [4]uint16 // ids of the last notifications, for a late RST
	sent     int
}

// Peer returns the observer.
func (r *Relation) Peer() transport.Address { return r.peer.address }

// Token returns the token of the registration.
func (r *Relation) Token() []byte { return slices.Clone(r.token) }

// Request returns the request that registered it.
func (r *Relation) Request() *Message { return r.request }

// Ended tells whether it is over.
func (r *Relation) Ended() bool {
	r.endpoint.mu.Lock()
	defer r.endpoint.mu.Unlock()
	return r.ended
}

// End forgets the observer; nothing is sent.
func (r *Relation) End() {
	r.endpoint.mu.Lock()
	defer r.endpoint.mu.Unlock()
	r.end()
}

// Keep makes the relation go on where it would end for one of these reasons: as
// a device does that stores notifications while its server cannot be reached, or
// one that behaves badly. onKept is called then; it may be nil.
func (r *Relation) Keep(onKept func(EndReason), reasons ...EndReason) {
	r.endpoint.mu.Lock()
	defer r.endpoint.mu.Unlock()
	r.onKept, r.kept = onKept, 0
	for _, reason := range reasons {
		r.kept |= 1 << reason
	}
}

// nextSequence counts modulo 2^24. The lock is held. RFC 7641 §4.4.
func (r *Relation) nextSequence() uint32 {
	r.sequence = (r.sequence + 1) & 0xffffff
	return r.sequence
}

// end takes the relation out. The lock is held.
func (r *Relation) end() {
	if r.ended {
		return
	}
	r.ended = true
	r.waiting = nil
	if all := r.peer.related(); len(all) == 1 && all[0] == r {
		r.peer.relations = nil
	} else if i := slices.Index(all, r); i >= 0 {
		*r.peer.relations = slices.Delete(all, i, i+1)
	}
	if r.flight != nil {
		r.endpoint.land(r.flight)
		r.flight = nil
	}
}

// endFor ends the relation and tells its owner. The lock is held.
func (r *Relation) endFor(reason EndReason, out *outbox) {
	if r.ended {
		return
	}
	if r.kept&(1<<reason) != 0 {
		if r.onKept != nil {
			out.add(func() { r.onKept(reason) })
		}
		return
	}
	r.end()
	if r.onEnd != nil {
		out.add(func() { r.onEnd(reason) })
	}
}

func (e *Endpoint) endRelations(p *peer, reason EndReason, out *outbox) {
	for all := p.related(); len(all) > 0; all = p.related() {
		all[0].endFor(reason, out)
	}
}

// endRelationOf ends the relation of the peer with the token, if there is one.
func (e *Endpoint) endRelationOf(p *peer, token []byte, reason EndReason) {
	var out outbox
	e.mu.Lock()
	for _, r := range slices.Clone(p.related()) {
		if bytes.Equal(r.token, token) {
			r.endFor(reason, &out)
		}
	}
	e.mu.Unlock()
	out.run()
}

// resetRelation ends the relation that a late RST rejects. The lock is held.
func (e *Endpoint) resetRelation(p *peer, id uint16, in *incoming, out *outbox) bool {
	for _, r := range p.related() {
		if !slices.Contains(r.recent[:min(r.sent, len(r.recent))], id) {
			continue
		}
		r.endFor(EndedByReset, out)
		out.add(func() { e.pass(p, in.local, in.entry(e.log.next(), noteReset, 0)) })
		return true
	}
	return false
}

// Notify sends the message as the next notification; number is its exchange in
// the Log. While a confirmable one is not acknowledged, only the newest of the
// following ones is kept, and sent in its turn or in place of a repetition. A
// code that is not 2.xx ends the relation. Errors: ErrEnded, ErrClosed,
// ErrTooMany, the link's. RFC 7641 §4.2, §4.5.
func (r *Relation) Notify(m *Message, confirmable bool) (number uint64, err error) {
	e := r.endpoint
	number = e.log.next()
	out := *m
	out.Type = NonConfirmable
	if confirmable {
		out.Type = Confirmable
	}
	e.mu.Lock()
	switch {
	case e.closed:
		err = ErrClosed
	case r.ended:
		err = ErrEnded
	case r.flight != nil:
		r.waiting, r.waitsFor = &out, number
	}
	if err != nil || r.flight != nil {
		e.mu.Unlock()
		return number, err
	}
	return number, r.dispatch(&out, number, 0, noteNotification)
}

// dispatch sends a notification. attempts counts the transmissions of those
// that it stands in for. The lock is held, and released.
func (r *Relation) dispatch(m *Message, number uint64, attempts int, n note) error {
	e, p := r.endpoint, r.peer
	m.Token = r.token
	m.Options = slices.Clone(m.Options)
	if m.Code.IsSuccess() {
		m.SetObserve(r.nextSequence())
	}
	e.fragment(p, r.request, m, nil)
	if !e.stream {
		id, _, err := e.freeID(p, e.instant(), false)
		if err != nil {
			e.mu.Unlock()
			return err
		}
		m.ID = id
		r.recent[r.sent%len(r.recent)] = id
		r.sent++
	}
	f := &flight{peer: p, via: r.local, id: m.ID, confirmable: m.Type == Confirmable, number: number}
	if f.confirmable && !e.stream {
		r.flight = f
	}
	e.mu.Unlock()
	b, err := e.encodeResponse(p, number, m, r.state, true)
	if err != nil {
		return err
	}
	at := e.clock.Now()
	var out outbox
	e.mu.Lock()
	if f.confirmable && !e.stream && !r.ended {
		f.bytes, f.fate = b, &notified{r, f}
		if !m.Code.IsSuccess() {
			f.fate, r.flight = (*separate)(f), nil // it outlives the relation
		}
		e.launch(f, e.parameters(p, &Parameters{}), at.Sub(e.start))
		e.carryOn(f, attempts)
	}
	if !m.Code.IsSuccess() {
		r.endFor(EndedByError, &out)
	}
	e.mu.Unlock()
	out.run()
	return e.send(p, r.local, &entry{number: number, time: at, note: n, bytes: b})
}

// notified is the fate of a confirmable notification.
type notified struct {
	relation *Relation
	flight   *flight
}

func (n *notified) repeated(*Endpoint, time.Time, int) {}

// dropped ends the relation: the observer is not there any more.
func (n *notified) dropped(e *Endpoint, _ instant, out *outbox) {
	e.land(n.flight)
	n.relation.flight, n.relation.waiting = nil, nil
	n.relation.endFor(EndedByTimeout, out)
}

func (n *notified) acknowledged(e *Endpoint, _ time.Time, _ []byte, out *outbox) {
	e.land(n.flight)
	n.relation.flight = nil
	n.relation.goOn(0, noteNotification, out)
}

func (n *notified) reset(e *Endpoint, _ time.Time, _ []byte, out *outbox) {
	e.land(n.flight)
	n.relation.flight = nil
	n.relation.endFor(EndedByReset, out)
	n.relation.goOn(0, noteNotification, out) // where it is kept
}

// goOn sends the notification that waited for the one before. The lock is held.
func (r *Relation) goOn(attempts int, n note, out *outbox) {
	m, number := r.waiting, r.waitsFor
	if m == nil || r.ended {
		return
	}
	r.waiting = nil
	out.add(func() {
		r.endpoint.mu.Lock()
		if r.ended || r.endpoint.closed || r.flight != nil { // a newer one went out meanwhile
			r.endpoint.mu.Unlock()
			return
		}
		_ = r.dispatch(m, number, attempts, n) // the observer is gone if the link fails
	})
}
