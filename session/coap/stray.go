package coap

import (
	"fmt"
	"time"

	"lwcon/session/transport"
)

// What answers nothing that waits, cannot be read or has no meaning: RFC 7252
// §4.2 and §4.3 say when RST is the answer and when silence.

// receiveMalformed deals with a datagram that cannot be decoded. A confirmable
// one of version 1 is rejected with RST, all else ignored.
func (e *Endpoint) receiveMalformed(in *incoming) {
	number := e.log.next()
	if len(in.bytes) >= 4 && in.bytes[0]>>6 == 1 && in.message.Type == Confirmable {
		e.reject(in, number, noteMalformed, noteReset)
		e.tellRefused(in.from, number, in.at, in.all())
		return
	}
	answered := false
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return
	}
	p := e.heard(in)
	// An answer that cannot be read still tells its request why none will come.
	if f := e.flights[flightKey{p, in.message.ID}]; f != nil && in.message.Type >= Acknowledgement {
		number, answered = f.number, true
		if c, asked := f.fate.(*call); asked {
			c.transfer.note(in.at, transport.Received, in.bytes, noteMalformed, 0)
			c.transfer.deviate(in.all()...)
		}
	}
	e.mu.Unlock()
	e.pass(p, in.local, in.entry(number, noteMalformed, 0))
	if !answered {
		e.tellRefused(in.from, number, in.at, in.all())
	}
}

// tellRefused tells of a message that was not taken.
func (e *Endpoint) tellRefused(from transport.Address, number uint64, at time.Time, why []Deviation) {
	if e.onRefused != nil && len(why) > 0 {
		e.onRefused(Refused{Peer: from, Number: number, Time: at, Deviations: why})
	}
}

// receiveReserved deals with a code that means nothing on datagrams.
func (e *Endpoint) receiveReserved(in *incoming) {
	number := e.log.next()
	if in.message.Type == Confirmable {
		e.reject(in, number, noteIgnored, noteReset)
	} else {
		e.mu.Lock()
		p := e.heard(in)
		e.mu.Unlock()
		e.pass(p, in.local, in.entry(number, noteIgnored, 0))
	}
	e.tellRefused(in.from, number, in.at, in.all())
}

// strayReply deals with an ACK or RST whose id waits for nothing: mostly one
// that came twice. The lock is held.
func (e *Endpoint) strayReply(p *peer, in *incoming, out *outbox) {
	m := in.message
	if m.Type == Reset && e.resetRelation(p, m.ID, in, out) {
		return
	}
	n, number := noteUnmatched, uint64(0)
	if c := e.callFromElsewhere(p, m); c != nil {
		n, number = noteOtherPort, c.transfer.exchange.Number
		e.blameOtherPort(c, p, in)
	} else if c := e.onlyCall(p); c != nil && m.Type == Acknowledgement && !p.ids.givenOut(m.ID) {
		number = c.transfer.exchange.Number
		in.deviations = append(in.deviations, deviate(ruleUnmatchedAck, 2,
			fmt.Sprintf("message id %d acknowledged, %d waits", m.ID, c.message.ID)))
		c.transfer.note(in.at, transport.Received, in.bytes, n, 0)
		c.transfer.deviate(in.all()...)
	}
	out.add(func() {
		if number == 0 {
			number = e.log.next()
		}
		e.pass(p, in.local, in.entry(number, n, 0))
	})
}

// strayResponse deals with a response whose token waits for nothing. A
// confirmable one is rejected, and a non-confirmable notification too, which
// ends an observation that we have forgotten. RFC 7641 §3.6. The lock is held,
// and released.
func (e *Endpoint) strayResponse(p *peer, in *incoming) {
	m := in.message
	n, number := noteUnknownToken, uint64(0)
	if c := e.callFromElsewhere(p, m); c != nil {
		n, number = noteOtherPort, c.transfer.exchange.Number
		e.blameOtherPort(c, p, in)
	} else if late := p.spent.find(m.Token); late != 0 {
		n, number = noteLate, late
	} else if c := e.onlyCall(p); c != nil && !m.Options.Has(Observe) {
		n, number = noteWrongToken, c.transfer.exchange.Number
		in.deviations = append(in.deviations, wrongToken(c, m.Token))
		c.transfer.note(in.at, transport.Received, in.bytes, n, 0)
		c.transfer.deviate(in.all()...)
	}
	var former *Observation
	if number == 0 && m.Options.Has(Observe) {
		former = e.former.find(p, m.Token)
	}
	e.mu.Unlock()
	if number == 0 {
		number = e.log.next()
	}
	e.pass(p, in.local, in.entry(number, n, 0))
	if former != nil {
		former.late(in, number)
	}
	if m.Type == Confirmable || m.Options.Has(Observe) {
		_ = e.send(p, in.local, &entry{
			number: number, time: e.clock.Now(), note: noteReset, bytes: emptyMessage(Reset, m.ID),
		})
	}
}

// spentTokens are those of the last requests that ended without a response: one
// that comes after all belongs to them and is nobody's mistake.
type spentTokens struct {
	last [8]struct {
		key    tokenKey
		number uint64
	}
	next int
}

func (s *spentTokens) add(key tokenKey, number uint64) {
	s.last[s.next%len(s.last)].key = key
	s.last[s.next%len(s.last)].number = number
	s.next++
}

// find returns the number of the exchange, 0 where there is none.
func (s *spentTokens) find(token []byte) uint64 {
	if s == nil {
		return 0
	}
	for i := range s.last {
		if s.last[i].number != 0 && s.last[i].key == keyOfToken(s.last[i].key.peer, token) {
			return s.last[i].number
		}
	}
	return 0
}

// callFromElsewhere finds the request that a stray response would answer, had
// it come from the port that was asked. RFC 7252 §5.3.2.
func (e *Endpoint) callFromElsewhere(p *peer, m *Message) *call {
	if len(m.Token) == 0 {
		return nil
	}
	for key, c := range e.calls {
		if c.peer != p && c.peer.address.SameHost(p.address) && key == keyOfToken(c.peer, m.Token) {
			return c
		}
	}
	return nil
}

func (e *Endpoint) blameOtherPort(c *call, p *peer, in *incoming) {
	in.deviations = append(in.deviations, deviate(ruleOtherPort, -1,
		fmt.Sprintf("the request went to %v, the response came from %v", c.peer.address, p.address)))
	c.transfer.note(in.at, transport.Received, in.bytes, noteOtherPort, 0)
	c.transfer.deviate(in.all()...)
}

// onlyCall returns the request under way with the peer if there is but one, so
// that a wrong answer can be shown beside it.
func (e *Endpoint) onlyCall(p *peer) *call {
	if p.busy != 1 {
		return nil
	}
	var only *call
	for _, c := range e.calls {
		if c.peer == p {
			only = c
		}
	}
	return only
}

func wrongToken(c *call, came []byte) Deviation {
	return deviate(ruleWrongToken, 4, fmt.Sprintf("token %s expected, %s found",
		tokenText(c.message.Token), tokenText(came)))
}

func tokenText(token []byte) string {
	if len(token) == 0 {
		return "empty"
	}
	return fmt.Sprintf("%x", token)
}
