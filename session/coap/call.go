package coap

import (
	"context"
	"sync/atomic"
	"time"

	"lwcon/session/transport"
)

// call is one request message that waits for one response message.
type call struct {
	transfer *transfer
	peer     *peer
	message  *Message
	flight   flight
	deadline timer
	key      tokenKey
	state    any // of protection
	response *Message
	err      error
	done     chan struct{} // receives once
	// Set by the lock held:
	begun bool // holds a turn, is in the tables
	over  bool
	ended atomic.Bool // over, for who waits
}

// begin waits for the call's turn, enters it in the tables and sends it.
func (e *Endpoint) begin(ctx context.Context, c *call, n note, arg uint32) error {
	t := c.transfer
	p := &t.parameters
	for {
		wait, err := e.enter(ctx, c, p)
		if err != nil {
			return err
		}
		if wait == 0 {
			break
		}
		if err := e.pause(ctx, wait); err != nil {
			return err
		}
	}
	b, err := e.encodeRequest(c)
	if err != nil {
		e.withdraw(c, err)
		return err
	}
	at := e.clock.Now()
	now := at.Sub(e.start)
	e.mu.Lock()
	if c.over {
		e.mu.Unlock()
		return nil // await returns its error
	}
	e.depart(c, b, p, at, now, n, arg)
	e.mu.Unlock()
	if err := e.send(c.peer, c.flight.via, &entry{number: t.exchange.Number, time: at, note: n, arg: arg, chosen: t.chosen, bytes: b}); err != nil {
		e.withdraw(c, err)
	}
	return nil
}

// enter takes a turn, an id and a place in the table of tokens. A wait other
// than 0 means that it took none and is to be tried again then.
func (e *Endpoint) enter(ctx context.Context, c *call, p *Parameters) (time.Duration, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	e.mu.Lock()
	if err := e.takeTurn(ctx, c.peer, p.NSTART); err != nil { // unlocks meanwhile
		e.mu.Unlock()
		return 0, err
	}
	defer e.mu.Unlock()
	if e.closed {
		e.passTurn(c.peer)
		return 0, ErrClosed
	}
	if e.stream && c.peer.stream == nil {
		e.passTurn(c.peer)
		return 0, &TransportError{Peer: c.peer.address, Cause: transport.ErrNoPeer}
	}
	m := c.message
	switch id := c.transfer.options.MessageID; {
	case e.stream:
	case id != nil:
		m.ID = *id
	default:
		free, wait, err := e.freeID(c.peer, e.instant(), p.WaitForID)
		if err != nil || wait > 0 {
			e.passTurn(c.peer)
			return wait, err
		}
		m.ID = free
	}
	c.key = keyOfToken(c.peer, m.Token)
	if e.calls[c.key] != nil {
		e.passTurn(c.peer)
		return 0, ErrTooMany
	}
	c.begun = true
	c.done = e.signal()
	if len(e.calls) > 0 {
		e.crowd = crowdMemory
	}
	e.calls[c.key] = c
	return 0, nil
}

// pause waits on the endpoint's clock.
func (e *Endpoint) pause(ctx context.Context, d time.Duration) error {
	timer := e.clock.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C():
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *Endpoint) encodeRequest(c *call) ([]byte, error) {
	m := c.message
	if e.protection != nil {
		inner, err := Encode(m, e.stream)
		if err != nil {
			return nil, err
		}
		e.pass(c.peer, c.transfer.exchange.Local, &entry{number: c.transfer.exchange.Number, time: e.clock.Now(), inner: true, bytes: inner})
		out, state, err := e.protection.ProtectRequest(c.peer.address, m)
		if err != nil {
			return nil, err
		}
		c.state = state
		sealed := *out
		sealed.Type, sealed.ID, sealed.Token = m.Type, m.ID, m.Token
		m = &sealed
	}
	return Encode(m, e.stream)
}

// depart starts the clocks of the call. The lock is held.
func (e *Endpoint) depart(c *call, b []byte, p *Parameters, at time.Time, now instant, n note, arg uint32) {
	t := c.transfer
	c.flight = flight{
		peer: c.peer, via: t.exchange.Local, id: c.message.ID, number: t.exchange.Number,
		confirmable: c.message.Type == Confirmable, bytes: b, fate: c, first: now, last: now, sent: 1,
	}
	if !e.stream {
		e.launch(&c.flight, *p, now)
	}
	c.deadline.owner = (*callDeadline)(c)
	e.set(&c.deadline, now+t.options.Timeout)
	if t.exchange.Start.IsZero() {
		t.exchange.Start = at
	}
	t.note(at, transport.Sent, b, n, arg)
}

// await waits for the end of the call.
func (e *Endpoint) await(ctx context.Context, c *call) (*Message, error) {
	stood := e.lender != nil && e.lender.Stand(c)
	select {
	case <-c.done:
	case <-ctx.Done():
		e.withdraw(c, ctx.Err())
		<-c.done
	}
	e.mu.Lock()
	e.signals = append(e.signals, c.done)
	others := len(e.calls) > 0
	e.mu.Unlock()
	if stood && others {
		e.lender.Resume()
	}
	return c.response, c.err
}

// signal returns a channel for the end of a call. They are used again, within
// one endpoint.
func (e *Endpoint) signal() chan struct{} {
	if n := len(e.signals); n > 0 {
		done := e.signals[n-1]
		e.signals = e.signals[:n-1]
		return done
	}
	return make(chan struct{}, 1)
}

// withdraw ends the call from our side.
func (e *Endpoint) withdraw(c *call, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.finish(c, err)
}

// finish ends the call: takes it from the tables, passes its turn on and wakes
// who waits. The lock is held.
func (e *Endpoint) finish(c *call, err error) {
	if c.over || !c.begun {
		return
	}
	c.over, c.err = true, err
	e.unset(&c.deadline)
	if c.flight.fate != nil {
		if c.flight.sent > 1 && c.flight.confirmable {
			e.haunt(c)
		} else {
			e.land(&c.flight)
		}
	}
	delete(e.calls, c.key)
	if c.response == nil {
		if c.peer.spent == nil {
			c.peer.spent = new(spentTokens)
		}
		c.peer.spent.add(c.key, c.transfer.exchange.Number)
	}
	e.passTurn(c.peer)
	c.ended.Store(true)
	c.done <- struct{}{}
	e.calm()
}

// crowdMemory is how many requests in a row must have been alone before one who
// waits receives its own answer. With several under way at a time the link's
// own goroutine serves them all, and better.
const crowdMemory = 64

// calm lets the link's own goroutine rest when a request has ended and none is
// under way, as is usual. The lock is held.
func (e *Endpoint) calm() {
	switch {
	case len(e.calls) > 0 || e.lender == nil:
	case e.crowd > 0:
		e.crowd--
	default:
		e.lender.Rest()
	}
}

// Over implements transport.Waiting.
func (c *call) Over() bool { return c.ended.Load() }

// callDeadline is a call whose longest wait is over.
type callDeadline call

func (d *callDeadline) expire(e *Endpoint, now instant, _ *outbox) {
	c := (*call)(d)
	e.finish(c, c.timedOut(now))
}

func (c *call) timedOut(now instant) error {
	return &TimeoutError{After: now - c.flight.first, Transmissions: c.flight.sent, Acknowledged: c.flight.acked}
}

// The call is the fate of its flight.

func (c *call) repeated(_ *Endpoint, at time.Time, again int) {
	c.transfer.note(at, transport.Sent, c.flight.bytes, noteRetransmission, uint32(again))
}

func (c *call) dropped(e *Endpoint, now instant, _ *outbox) {
	if c.flight.confirmable {
		e.finish(c, c.timedOut(now))
		return
	}
	e.land(&c.flight) // the id of a NON means nothing any more; the deadline stays
}

func (c *call) acknowledged(e *Endpoint, at time.Time, b []byte, _ *outbox) {
	c.transfer.note(at, transport.Received, b, noteAcknowledgement, 0)
	c.flight.acked = true
	e.unset(&c.flight.timer)
}

func (c *call) reset(e *Endpoint, at time.Time, b []byte, _ *outbox) {
	c.transfer.note(at, transport.Received, b, noteReset, 0)
	c.transfer.exchange.RTT = at.Sub(e.start) - c.flight.last
	e.finish(c, ErrReset)
}
