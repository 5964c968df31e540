package coap

import (
	"hash/maphash"
	"slices"
	"time"

	"lwcon/session/transport"
)

// receivedOptions is how many options of a received message are kept without a
// second allocation: most have up to four.
const receivedOptions = 4

// incoming is a message that has just arrived, with room for what most need,
// so that it takes one allocation and its bytes another.
type incoming struct {
	decoded Message
	options [receivedOptions]Option
	out     outbox // of what it causes
	from    transport.Address
	local   transport.Local
	bytes   []byte // a copy that may be kept
	message *Message
	at      time.Time
	now     instant
	// scanned are the deviations that Scan finds in the bytes, deviations those
	// that take more than the bytes: only these are logged, since a record is
	// scanned again by who looks at it.
	scanned, deviations []Deviation
}

// all returns the deviations of both kinds.
func (in *incoming) all() []Deviation {
	if len(in.scanned) == 0 {
		return in.deviations
	}
	return append(slices.Clone(in.scanned), in.deviations...)
}

// entry is the incoming message as the log takes it.
func (in *incoming) entry(number uint64, n note, arg uint32) *entry {
	return &entry{
		number: number, time: in.at, direction: transport.Received, note: n, arg: arg,
		bytes: in.bytes, deviations: in.deviations,
	}
}

// Receive is called by the link.
func (e *Endpoint) Receive(d transport.Datagram) {
	if e.stream {
		e.receiveStream(d)
		return
	}
	in := &incoming{from: d.From, local: d.Local, bytes: slices.Clone(d.Bytes), at: e.clock.Now()}
	in.now = in.at.Sub(e.start)
	if err := e.decode(in); err != nil {
		e.receiveMalformed(in)
		return
	}
	m := in.message
	switch {
	case m.Type == Acknowledgement || m.Type == Reset:
		e.receiveReply(in)
	case m.Code.IsRequest():
		e.receiveRequest(in)
	case m.Code.IsResponse():
		e.receiveResponse(in)
	case m.Code == Empty && m.Type == Confirmable:
		e.reject(in, e.log.next(), notePing, notePong)
	default:
		e.receiveReserved(in)
	}
}

// decode reads the message that came.
func (e *Endpoint) decode(in *incoming) error {
	in.message = &in.decoded
	in.message.Options = in.options[:0]
	d := e.decoders.Get().(*decoder)
	defer e.decoders.Put(d)
	err := d.decode(in.bytes, e.stream, in.message)
	if err != nil || !clean(in.bytes, e.stream) {
		scanned := Scan(in.bytes, e.stream)
		in.scanned = scanned.Deviations
		if err != nil {
			in.decoded = scanned.Message // as far as it can be read
		}
	}
	return err
}

// heard returns the peer that a message came from, or one that is not entered
// in the table if nothing is kept of it. The lock is held.
func (e *Endpoint) heard(in *incoming) *peer {
	p := e.peers.all[in.from]
	if p == nil {
		return &peer{address: in.from, local: in.local}
	}
	p.local = in.local
	e.touch(p, in.now)
	return p
}

// receiveReply takes an ACK or RST: it ends what waits under its id.
func (e *Endpoint) receiveReply(in *incoming) {
	m, out := in.message, &in.out
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return
	}
	p := e.heard(in)
	f := e.flights[flightKey{p, m.ID}]
	if f == nil {
		e.strayReply(p, in, out)
		e.mu.Unlock()
		out.run()
		return
	}
	number := f.number
	if m.Type == Reset {
		f.fate.reset(e, in.at, in.bytes, out)
		e.mu.Unlock()
		e.pass(p, in.local, in.entry(number, noteReset, 0))
		out.run()
		return
	}
	if g, haunting := f.fate.(*ghost); haunting {
		if g.differs(e, in.bytes) {
			in.deviations = append(in.deviations, deviate(ruleDuplicateAnswer, 0, "a repeated request was answered with another message than before"))
		}
		e.mu.Unlock()
		e.pass(p, in.local, in.entry(number, noteLate, 0))
		return
	}
	c, asked := f.fate.(*call)
	if m.Code.IsResponse() && asked {
		e.receivePiggybacked(p, c, in)
		return
	}
	if m.Code != Empty {
		if !slices.ContainsFunc(in.scanned, func(d Deviation) bool { return d.Rule == ruleAckRequest }) {
			in.deviations = append(in.deviations, deviate(ruleAckRequest, 1, "the acknowledgement carries "+m.Code.String()+", which answers nothing"))
		}
		if asked {
			c.transfer.deviate(in.all()...)
		}
	}
	f.fate.acknowledged(e, in.at, in.bytes, out)
	e.mu.Unlock()
	e.pass(p, in.local, in.entry(number, noteAcknowledgement, 0))
	out.run()
}

// receivePiggybacked takes a response within an acknowledgement. The lock is
// held, and released.
func (e *Endpoint) receivePiggybacked(p *peer, c *call, in *incoming) {
	number := c.flight.number
	if c.key != keyOfToken(p, in.message.Token) {
		in.deviations = append(in.deviations, wrongToken(c, in.message.Token))
		c.transfer.note(in.at, transport.Received, in.bytes, noteWrongToken, 0)
		c.transfer.deviate(in.all()...)
		c.flight.acked = true // the id is right: the request did arrive
		e.unset(&c.flight.timer)
		e.mu.Unlock()
		e.pass(p, in.local, in.entry(number, noteWrongToken, 0))
		return
	}
	e.mu.Unlock()
	e.pass(p, in.local, in.entry(number, noteNone, 0))
	e.conclude(c, in, noteNone)
}

// conclude ends a call with the response that came, unless it must be refused.
// It reports whether the response was taken.
func (e *Endpoint) conclude(c *call, in *incoming, n note) bool {
	m := in.message
	var opened error
	if e.protection != nil {
		m, opened = e.openResponse(c, in)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if c.over {
		return false
	}
	c.transfer.note(in.at, transport.Received, in.bytes, n, 0)
	c.transfer.deviate(in.all()...)
	c.transfer.exchange.RTT = in.now - c.flight.last
	if opened != nil {
		c.transfer.deviate(deviate(ruleProtection, -1, opened.Error()))
		return false
	}
	if reason, bad := unsupportedOption(m, e.protection != nil); bad {
		if len(in.scanned) == 0 { // Scan does not know what protection hid
			c.transfer.deviate(deviate(ruleUnknownCritical, -1, reason))
		}
		e.finish(c, &RejectedError{Code: m.Code, Reason: reason})
		return false
	}
	c.response = m
	if c.transfer.observe != nil {
		e.establish(c, m, in.now)
	}
	e.finish(c, nil)
	return true
}

func (e *Endpoint) openResponse(c *call, in *incoming) (*Message, error) {
	m, err := e.protection.UnprotectResponse(c.peer.address, c.state, in.message)
	if err != nil {
		return in.message, err
	}
	e.passInner(c.peer, in, c.flight.number, m)
	return m, nil
}

// passInner shows what protection made of a message that came.
func (e *Endpoint) passInner(p *peer, in *incoming, number uint64, m *Message) {
	if inner, err := Encode(m, e.stream); err == nil {
		e.pass(p, in.local, &entry{number: number, time: in.at, direction: transport.Received, inner: true, bytes: inner})
	}
}

// receiveResponse takes a response or notification in a message of its own.
func (e *Endpoint) receiveResponse(in *incoming) {
	m := in.message
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return
	}
	p := e.heard(in)
	id := flightKey{p, m.ID}
	hash := maphash.Bytes(e.seed, in.bytes)
	if d := e.duplicates.find(id, in.now); d != nil && d.hash == hash {
		e.repeat(p, d, in)
		return
	}
	token := keyOfToken(p, m.Token)
	c, o := e.calls[token], e.observations[token]
	if c == nil && o == nil {
		e.strayResponse(p, in)
		return
	}
	number := e.numberFor(c, o, in)
	e.remember(id, hash, number, m.Type == Confirmable, in.now)
	e.acceptResponse(c, in)
	e.mu.Unlock()
	var reply []byte
	if m.Type == Confirmable {
		reply = emptyMessage(Acknowledgement, m.ID)
	}
	if e.isNotification(c, o, m) {
		e.receiveNotification(p, o, in, number, reply)
		return
	}
	e.pass(p, in.local, in.entry(number, noteSeparate, 0))
	taken := e.conclude(c, in, noteSeparate)
	e.replyTo(p, in, id, number, reply, taken)
}

// acceptResponse notes what a separate response means for the request that
// waits. The lock is held.
func (e *Endpoint) acceptResponse(c *call, in *incoming) {
	if c == nil || !c.flight.confirmable || c.flight.acked || c.flight.sent < 2 {
		return
	}
	in.deviations = append(in.deviations, deviate(ruleMissingAck, -1,
		"the request was repeated and never acknowledged, yet its response came"))
}

// replyTo answers a confirmable response: ACK, or RST if it was refused.
func (e *Endpoint) replyTo(p *peer, in *incoming, id flightKey, number uint64, reply []byte, taken bool) {
	if reply == nil {
		return
	}
	n := noteAcknowledgement
	if !taken {
		reply, n = emptyMessage(Reset, in.message.ID), noteReset
	}
	e.mu.Lock()
	e.duplicates.answer(id, number, reply)
	e.mu.Unlock()
	_ = e.send(p, in.local, &entry{number: number, time: e.clock.Now(), note: n, bytes: reply})
}

// repeat deals with a message that came before: the same answer goes out
// again. The lock is held, and released.
func (e *Endpoint) repeat(p *peer, d *duplicate, in *incoming) {
	number, reply := d.number, []byte(d.reply)
	e.mu.Unlock()
	e.pass(p, in.local, in.entry(number, noteDuplicate, 0))
	if in.message.Type == Confirmable && len(reply) > 0 {
		_ = e.send(p, in.local, &entry{number: number, time: e.clock.Now(), note: noteRepeatedAnswer, bytes: reply})
	}
}

// reject answers a confirmable message with RST and writes both to the log.
func (e *Endpoint) reject(in *incoming, number uint64, came, answered note) {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return
	}
	p := e.heard(in)
	e.mu.Unlock()
	e.pass(p, in.local, in.entry(number, came, 0))
	_ = e.send(p, in.local, &entry{
		number: number, time: e.clock.Now(), note: answered, bytes: emptyMessage(Reset, in.message.ID),
	})
}

// emptyMessage is an ACK or RST: four bytes.
func emptyMessage(t Type, id uint16) []byte {
	return []byte{1<<6 | byte(t)<<4, byte(Empty), byte(id >> 8), byte(id)}
}
