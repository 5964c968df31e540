package coap

import (
	"slices"
	"time"
)

// Respond answers the request. The first answer within AckDelay travels in the
// acknowledgement; a later one becomes a message of its own, confirmable if the
// request was. A body longer than a block is kept and served block-wise. The
// response's type, id and token are filled in; m must not be changed
// afterwards. An answer that the request's No-Response option declines is not
// sent, which is no error. Errors: ErrAnswered, ErrClosed, ErrTooMany, the
// link's.
func (r *Request) Respond(m *Message) error {
	e := r.endpoint
	e.mu.Lock()
	if err := r.close(); err != nil {
		e.mu.Unlock()
		return err
	}
	out := &r.response
	*out = *m
	out.Token = r.token
	if r.declined(m.Code) {
		return r.sendNothing()
	}
	r.complete(out)
	err := r.address(out)
	e.mu.Unlock()
	if err != nil {
		return err
	}
	return r.transmit(out, true)
}

// sendUnprotected answers a request that protection could not open.
func (r *Request) sendUnprotected(m *Message) {
	e := r.endpoint
	m.Token = r.token
	e.mu.Lock()
	err := r.close()
	if err == nil {
		err = r.address(m)
	}
	e.mu.Unlock()
	if err == nil {
		_ = r.transmit(m, false)
	}
}

// close marks the request answered. The lock is held.
func (r *Request) close() error {
	switch {
	case r.endpoint.closed:
		return ErrClosed
	case r.answered:
		return ErrAnswered
	}
	r.answered = true
	r.endpoint.unset(&r.patience)
	return nil
}

// declined tells whether the client does not want a response of this class. RFC
// 7967 §2.1.
func (r *Request) declined(code Code) bool {
	return r.Message.NoResponse()>>(code.Class()-1)&1 == 1 && code.Class() > 0
}

// sendNothing acknowledges a request whose response is declined. The lock is
// held, and released.
func (r *Request) sendNothing() error {
	e := r.endpoint
	if !r.Confirmable || r.acked || e.stream {
		e.mu.Unlock()
		return nil
	}
	b := r.acknowledge()
	e.mu.Unlock()
	return e.send(r.peer, r.Local, &entry{number: r.Number, time: e.clock.Now(), note: noteAcknowledgement, bytes: b})
}

// complete adds what the request asks for: the block that it ended with, the
// sequence number of an observation, the block wished for. The lock is held.
func (r *Request) complete(m *Message) {
	e := r.endpoint
	further := r.block2 != nil && r.block2.Number > 0
	if r.block1 == nil && r.relation == nil && !further && len(m.Payload) <= minBlockSize {
		return // nothing to add, as most often
	}
	m.Options = slices.Clone(m.Options)
	if r.block1 != nil {
		m.SetBlock1(Block{r.block1.Number, false, r.block1.SZX})
	}
	if r.relation != nil {
		if m.Code.IsSuccess() {
			m.SetObserve(r.relation.nextSequence())
		} else {
			r.relation.end()
		}
	}
	e.fragment(r.peer, r.Message, m, r.block2)
}

// address gives the response its type and id. The lock is held.
func (r *Request) address(m *Message) error {
	e := r.endpoint
	switch {
	case e.stream:
		m.Type, m.ID = Confirmable, 0
		return nil
	case r.Confirmable && !r.acked:
		m.Type, m.ID = Acknowledgement, r.id
		return nil
	case r.Confirmable:
		m.Type = Confirmable
	default:
		m.Type = NonConfirmable
	}
	id, _, err := e.freeID(r.peer, e.instant(), false)
	m.ID = id
	return err
}

// transmit protects, encodes and sends the response.
func (r *Request) transmit(m *Message, protect bool) error {
	e := r.endpoint
	b, err := e.encodeResponse(r.peer, r.Number, m, r.state, protect)
	if err != nil {
		return err
	}
	n := noteNone
	at := e.clock.Now()
	if !e.stream {
		e.mu.Lock()
		switch {
		case e.closed:
			e.mu.Unlock()
			return ErrClosed
		case m.Type == Acknowledgement:
			e.duplicates.answer(flightKey{r.peer, r.id}, r.Number, b)
		default:
			n = noteSeparate
			f := &flight{peer: r.peer, via: r.Local, id: m.ID, confirmable: m.Type == Confirmable, number: r.Number, bytes: b}
			f.fate = (*separate)(f)
			e.launch(f, e.parameters(r.peer, &Parameters{}), at.Sub(e.start))
		}
		e.mu.Unlock()
	}
	return e.send(r.peer, r.Local, &entry{number: r.Number, time: at, note: n, bytes: b})
}

// encodeResponse turns a response or notification into bytes.
func (e *Endpoint) encodeResponse(p *peer, number uint64, m *Message, state any, protect bool) ([]byte, error) {
	if e.protection != nil && protect {
		inner, err := Encode(m, e.stream)
		if err != nil {
			return nil, err
		}
		e.pass(p, p.local, &entry{number: number, time: e.clock.Now(), inner: true, bytes: inner})
		out, err := e.protection.ProtectResponse(p.address, state, m)
		if err != nil {
			return nil, err
		}
		sealed := *out
		sealed.Type, sealed.ID, sealed.Token = m.Type, m.ID, m.Token
		m = &sealed
	}
	return Encode(m, e.stream)
}

// separate is the fate of a response in a message of its own.
type separate flight

func (s *separate) repeated(*Endpoint, time.Time, int) {}

func (s *separate) dropped(e *Endpoint, _ instant, _ *outbox) { e.land((*flight)(s)) }

func (s *separate) acknowledged(e *Endpoint, _ time.Time, _ []byte, _ *outbox) { e.land((*flight)(s)) }

func (s *separate) reset(e *Endpoint, _ time.Time, _ []byte, _ *outbox) { e.land((*flight)(s)) }
