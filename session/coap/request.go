package coap

import (
	"hash/maphash"
	"slices"
	"time"

	"lwcon/session/transport"
)

// Handler answers a request with Respond or Ignore, before it returns or later
// from any goroutine. It runs on the goroutine that receives: it must return
// quickly and must not call Do, Observe or Ping; one that needs them starts a
// goroutine. Requests of one peer are handled in order of arrival.
type Handler func(r *Request)

// Request is a request that a peer sent. Its methods are safe for concurrent
// use.
type Request struct {
	// Message is the request, its body put together from all blocks. It may be
	// kept and must not be changed.
	Message *Message
	Peer    transport.Address
	Local   transport.Local
	// Number of the exchange in the Log.
	Number uint64
	// Received is when it (its last block) arrived.
	Received time.Time
	// Confirmable tells whether it was sent so; always true over a stream.
	Confirmable bool
	// Deviations are those that Scan found in it, and those of the message
	// layer.
	Deviations []Deviation

	endpoint *Endpoint
	peer     *peer
	id       uint16
	token    []byte
	state    any // of protection
	response Message
	block1   *Block // the last block, which the response repeats
	block2   *Block // the block wished for
	// Guarded by the endpoint's lock:
	answered bool
	acked    bool
	relation *Relation
	patience timer // until it is acknowledged without a response
}

// receiveRequest takes a request, unless it is a duplicate.
func (e *Endpoint) receiveRequest(in *incoming) {
	m := in.message
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return
	}
	p := e.peer(in.from, in.now)
	p.local = in.local
	key := flightKey{p, m.ID}
	hash := maphash.Bytes(e.seed, in.bytes)
	if d := e.duplicates.find(key, in.now); d != nil {
		if d.hash == hash {
			e.repeat(p, d, in)
			return
		}
		in.deviations = append(in.deviations, deviate(ruleIDReuse, 2, "the message id was used for another message less than an exchange lifetime before"))
	}
	number := e.log.next()
	_, shortened := e.remember(key, hash, number, m.Type == Confirmable, in.now)
	e.mu.Unlock()
	logged := in.entry(number, noteNone, 0)
	if shortened {
		logged.deviations = append(slices.Clone(in.deviations), deviate(ruleDuplicatesLost, -1, "more messages within the exchange lifetime than are remembered"))
	}
	e.pass(p, in.local, logged)
	e.serve(p, in, number)
}

// serve opens a request, puts its blocks together and hands it over.
func (e *Endpoint) serve(p *peer, in *incoming, number uint64) {
	r := &Request{
		Message: in.message, Peer: in.from, Local: in.local, Number: number, Received: in.at,
		Confirmable: e.stream || in.message.Type == Confirmable, Deviations: in.all(),
		endpoint: e, peer: p, id: in.message.ID, token: in.message.Token,
	}
	if e.protection != nil && !e.openRequest(r, in) {
		return
	}
	if e.refused(r) {
		return
	}
	if block, found := r.Message.Block2(); found {
		r.block2 = &block
	}
	if block, found := r.Message.Block1(); found && !e.assemble(r, block) {
		return
	}
	if r.block2 != nil && r.block2.Number > 0 && e.serveBlock(r) {
		return
	}
	if n, found := r.Message.Observe(); found && n == 1 {
		e.endRelationOf(p, r.token, EndedByRequest)
	}
	e.handler(r)
	if r.Confirmable && !e.stream {
		e.beginPatience(r, in.now)
	}
}

func (e *Endpoint) openRequest(r *Request, in *incoming) bool {
	m, state, err := e.protection.UnprotectRequest(r.Peer, in.message)
	if err != nil {
		refusal, stated := err.(*Refusal)
		if !stated {
			refusal = &Refusal{BadRequest, err.Error()}
		}
		r.sendUnprotected(diagnostic(refusal.Code, refusal.Reason))
		return false
	}
	e.passInner(r.peer, in, r.Number, m)
	r.Message, r.state = m, state
	return true
}

// refused answers what must not reach the handler. RFC 7252 §5.4.1, §5.10.2.
func (e *Endpoint) refused(r *Request) bool {
	if r.Message.Options.Has(ProxyURI) || r.Message.Options.Has(ProxyScheme) {
		_ = r.Respond(NewResponse(ProxyingNotSupported))
		return true
	}
	reason, bad := unsupportedOption(r.Message, e.protection != nil)
	if !bad {
		return false
	}
	e.tellRefused(r.Peer, r.Number, r.Received, r.whyRefused(reason))
	if !r.Confirmable {
		r.Ignore() // a non-confirmable one is rejected, and needs no answer
		return true
	}
	_ = r.Respond(diagnostic(BadOption, reason))
	return true
}

// whyRefused are the deviations of a request with an option for which it is refused;
// that which Scan has found is not told twice.
func (r *Request) whyRefused(reason string) []Deviation {
	all := slices.Clone(r.Deviations)
	i := slices.IndexFunc(all, func(d Deviation) bool {
		return d.Rule == ruleUnknownCritical || d.Rule == ruleOptionRepeated || d.Rule == ruleOptionLength
	})
	if i < 0 { // Scan knows the option, or did not see it
		i, all = len(all), append(all, deviate(ruleUnknownCritical, -1, reason))
	}
	outcome := "; answered 4.02"
	if !r.Confirmable {
		outcome = "; not answered, since it is Non-confirmable"
	}
	all[i].Message += outcome
	return all
}

// diagnostic is an error response with a reason for people. RFC 7252 §5.5.2.
func diagnostic(code Code, reason string) *Message {
	return &Message{Code: code, Payload: []byte(reason)}
}

// beginPatience arms the Empty acknowledgement of a request whose response will
// come later.
func (e *Endpoint) beginPatience(r *Request, now instant) {
	e.mu.Lock()
	if r.answered || r.acked || e.closed {
		e.mu.Unlock()
		return
	}
	delay := e.parameters(r.peer, &Parameters{}).AckDelay
	if delay > 0 {
		r.patience.owner = (*patience)(r)
		e.set(&r.patience, now+delay)
		e.mu.Unlock()
		return
	}
	e.mu.Unlock()
	_ = r.Acknowledge()
}

// patience is a request that has waited for its response long enough.
type patience Request

func (w *patience) expire(_ *Endpoint, _ instant, out *outbox) {
	out.add(func() { _ = (*Request)(w).Acknowledge() })
}

// Acknowledge sends an Empty acknowledgement now, so that the response will
// come separately. It does nothing where there is nothing to acknowledge.
func (r *Request) Acknowledge() error {
	e := r.endpoint
	e.mu.Lock()
	if r.answered || r.acked || !r.Confirmable || e.stream {
		e.mu.Unlock()
		return nil
	}
	b := r.acknowledge()
	e.mu.Unlock()
	return e.send(r.peer, r.Local, &entry{number: r.Number, time: e.clock.Now(), note: noteAcknowledgement, bytes: b})
}

// acknowledge notes an Empty acknowledgement, which the caller sends. The lock
// is held.
func (r *Request) acknowledge() []byte {
	e := r.endpoint
	r.acked = true
	e.unset(&r.patience)
	b := emptyMessage(Acknowledgement, r.id)
	e.duplicates.answer(flightKey{r.peer, r.id}, r.Number, b)
	return b
}

// Ignore ends the request without any answer, not even an acknowledgement.
func (r *Request) Ignore() {
	e := r.endpoint
	e.mu.Lock()
	defer e.mu.Unlock()
	r.answered = true
	e.unset(&r.patience)
	if r.relation != nil {
		r.relation.end()
	}
}

// Miss ends the request as though it had never come: not answered as by Ignore,
// and what repeats it is new.
func (r *Request) Miss() {
	r.Ignore()
	e := r.endpoint
	e.mu.Lock()
	defer e.mu.Unlock()
	if n := e.duplicates.all[flightKey{r.peer, r.id}]; n != nil && n.number == r.Number {
		e.duplicates.remove(n)
	}
}

// AcceptObserve makes the peer an observer, if the request asks for it
// (Observe=0); the response given to Respond then carries the first sequence
// number, provided that it is a success; any other response ends the relation.
// It replaces an older relation of the same peer and token. onEnd may be nil;
// it is called once, when the relation ends for a reason other than its own End
// method. Nil if the request does not ask to observe, was answered, or the peer
// observes MaxRelations things. RFC 7641 §4.1.
func (r *Request) AcceptObserve(onEnd func(EndReason)) *Relation {
	n, found := r.Message.Observe()
	if !found || n != 0 || r.Message.Code != GET && r.Message.Code != FETCH {
		return nil
	}
	e := r.endpoint
	e.endRelationOf(r.peer, r.token, EndedByReplacement)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed || r.answered || len(r.peer.related()) >= MaxRelations {
		return nil
	}
	r.relation = &Relation{endpoint: e, peer: r.peer, local: r.Local, request: r.Message, token: r.token, state: r.state, onEnd: onEnd}
	if r.peer.relations == nil {
		r.peer.relations = new([]*Relation)
	}
	*r.peer.relations = append(*r.peer.relations, r.relation)
	return r.relation
}
