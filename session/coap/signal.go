package coap

import (
	"fmt"
	"time"

	"lwcon/session/transport"
)

// Signalling messages of a stream. RFC 8323 §5.

// signal8323 sends a signalling message. A connection that is gone is reported
// by the link.
func (e *Endpoint) signal8323(p *peer, m *Message, number uint64) {
	b, err := Encode(m, true)
	if err != nil {
		return
	}
	_ = e.send(p, p.local, &entry{number: number, time: e.clock.Now(), note: noteSignal, bytes: b})
}

// receiveSignal deals with a signalling message; false if it ended the
// connection.
func (e *Endpoint) receiveSignal(p *peer, s *stream, in *incoming) bool {
	m := in.message
	if m.Code == Pong {
		e.receivePong(p, in)
		return true
	}
	number := e.log.next()
	e.pass(p, in.local, in.entry(number, noteSignal, 0))
	if bad, found := criticalSignalOption(m); found {
		e.abort(p, s, fmt.Sprintf("critical option %d in %s is unknown", bad, m.Code.Name()), bad)
		return false
	}
	switch m.Code {
	case CSM:
		return e.receiveCSM(p, s, in)
	case Ping:
		pong := &Message{Code: Pong, Token: m.Token}
		if m.Options.Has(PingCustody) {
			pong.Options.Set(PingCustody, nil) // all that came before is dealt with
		}
		e.signal8323(p, pong, number)
	case Release:
		e.receiveRelease(p, s)
	case Abort:
		e.endStream(p, s, &AbortError{Reason: string(m.Payload)})
		return false
	}
	return true
}

// criticalSignalOption finds a critical option; none is defined for signalling.
func criticalSignalOption(m *Message) (OptionNumber, bool) {
	for _, o := range m.Options {
		if o.Number.Critical() {
			return o.Number, true
		}
	}
	return 0, false
}

// receiveCSM takes the peer's capabilities. RFC 8323 §5.3.
func (e *Endpoint) receiveCSM(p *peer, s *stream, in *incoming) bool {
	m := in.message
	n, stated := m.Options.Uint(CSMMaxMessageSize)
	const least = 64 // less does not hold a request with a path
	if stated && n < least {
		e.abort(p, s, fmt.Sprintf("Max-Message-Size of %d bytes, %d or more expected", n, least), CSMMaxMessageSize)
		return false
	}
	for _, d := range in.scanned {
		if d.Rule == ruleOptionLength {
			e.abort(p, s, d.Message, CSMMaxMessageSize)
			return false
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if stated {
		s.peerMax = int(min(n, 1<<30))
	}
	s.blockWise = s.blockWise || m.Options.Has(CSMBlockWiseTransfer)
	return true
}

// receivePong ends the Ping that waits for it. Some servers forget the token
// that they are to repeat; their Pong is for the oldest Ping.
func (e *Endpoint) receivePong(p *peer, in *incoming) {
	e.mu.Lock()
	c := e.calls[keyOfToken(p, in.message.Token)]
	if c == nil {
		if c = e.oldestPing(p); c != nil {
			in.deviations = append(in.deviations, wrongToken(c, in.message.Token))
		}
	}
	var number uint64
	if c != nil && c.message.Code == Ping {
		number = c.transfer.exchange.Number
		c.transfer.deviate(in.all()...)
		c.transfer.note(in.at, transport.Received, in.bytes, notePong, 0)
		c.transfer.exchange.RTT = in.now - c.flight.last
		e.finish(c, ErrReset) // the answer to a ping, as RST is
	}
	e.mu.Unlock()
	if number == 0 {
		number = e.log.next()
	}
	e.pass(p, in.local, in.entry(number, notePong, 0))
}

func (e *Endpoint) oldestPing(p *peer) *call {
	for _, c := range e.callsOf(p) {
		if c.message.Code == Ping {
			return c
		}
	}
	return nil
}

// receiveRelease: the peer wants to end the connection. Requests under way are
// waited for, then it is closed. RFC 8323 §5.5.
func (e *Endpoint) receiveRelease(p *peer, s *stream) {
	e.mu.Lock()
	s.released = true
	idle := p.busy == 0
	e.mu.Unlock()
	if idle {
		e.endStream(p, s, errReleased)
	}
}

// endStream closes a connection for the cause, nil for a closing in order.
func (e *Endpoint) endStream(p *peer, s *stream, cause error) {
	e.mu.Lock()
	if s.ended == nil {
		s.ended = cause
	}
	e.mu.Unlock()
	e.link.Disconnect(p.address, cause)
}

// Release tells the peer of a stream that the connection will be ended, and
// ends it. RFC 8323 §5.5.
func (e *Endpoint) Release(peer transport.Address) {
	e.mu.Lock()
	p := e.peers.all[peer]
	if p == nil || p.stream == nil {
		e.mu.Unlock()
		return
	}
	s := p.stream
	e.mu.Unlock()
	e.signal8323(p, &Message{Code: Release}, e.log.next())
	e.endStream(p, s, nil)
}

// AbortError is the peer's reason for ending a connection. RFC 8323 §5.6.
type AbortError struct{ Reason string }

func (a *AbortError) Error() string {
	if a.Reason == "" {
		return "aborted by the peer without a reason"
	}
	return fmt.Sprintf("aborted by the peer: %q", a.Reason)
}

// releaseLater closes a released connection once nothing is under way. The lock
// is held.
func (e *Endpoint) releaseLater(p *peer) {
	s := p.stream
	if s == nil || !s.released || p.busy > 0 {
		return
	}
	s.patience.owner = (*released)(s)
	e.set(&s.patience, e.instant()+time.Millisecond)
}

// released is a connection that ends now.
type released stream

func (r *released) expire(e *Endpoint, _ instant, out *outbox) {
	r.ended = errReleased
	out.add(func() { e.link.Disconnect(r.peer.address, errReleased) })
}
