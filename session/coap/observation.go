package coap

import (
	"context"
	"slices"
	"time"

	"lwcon/session/transport"
)

const (
	// freshAfter: a notification that comes so long after the one before is
	// fresh whatever its number. RFC 7641 §3.4.
	freshAfter = 128 * time.Second
	// maxHeldNotifications is how many notifications wait while the rest of an
	// earlier one's body is fetched; the oldest is dropped beyond it.
	maxHeldNotifications = 64
)

// Notification is what an observed peer sent.
type Notification struct {
	// Message is the notification, its body put together from all blocks; nil
	// where the observation ended without one.
	Message *Message
	// Number of its exchange in the Log.
	Number   uint64
	Received time.Time
	// Confirmable tells whether it was sent so.
	Confirmable bool
	// Sequence is the value of its Observe option.
	Sequence uint32
	// Fresh is false for one that is older than one received before; its value
	// is to be shown, not used. A repetition of the same message is not
	// delivered at all, only logged. RFC 7641 §3.4.
	Fresh bool
	// Ended: the observation is over: the peer sent an error code or no Observe
	// option, or is gone (Err says why).
	Ended bool
	// Late: it came after we had ended the observation, and was answered with
	// RST, which a stream does not have.
	Late bool
	// Skipped counts notifications dropped before this one because the rest of
	// a block-wise body was still being fetched.
	Skipped int
	// Err is why the rest of a block-wise body is missing; Message then holds
	// the first block. A *RejectedError is why it was not taken at all.
	Err        error
	Deviations []Deviation
}

// Observation is something of a peer that we observe. Its methods are safe for
// concurrent use.
type Observation struct {
	endpoint *Endpoint
	peer     *peer
	number   uint64 // of the exchange that began it
	key      tokenKey
	request  *Message
	options  RequestOptions
	state    any // of protection
	notify   func(Notification)
	// Guarded by the endpoint's lock:
	ended    bool
	sequence uint32
	last     instant
	fetching bool
	held     []Notification
	skipped  int
}

// Observe sends a request with Observe=0 and delivers the notifications that
// follow, in order, each from the goroutine that receives; notify must return
// quickly and must not call Do, Observe, Cancel or Ping. The first one may be
// delivered before Observe has returned. The method is GET or FETCH.
//
// The exchange is that of the first response. The observation is nil where the
// peer refused (an error code) or answered without an Observe option: then the
// response is all that comes. Errors are those of Do. RFC 7641 §3.1.
func (e *Endpoint) Observe(ctx context.Context, peer transport.Address, req *Message, opts RequestOptions, notify func(Notification)) (*Observation, *Exchange, error) {
	m := *req
	m.Options = slices.Clone(req.Options)
	m.SetObserve(0)
	t, err := e.transfer(peer, &m, &opts)
	if err != nil {
		return nil, nil, err
	}
	o := &Observation{
		endpoint: e, peer: t.peer, number: t.exchange.Number, key: keyOfToken(t.peer, t.request.Token), request: &t.request,
		options: opts, notify: notify, ended: true,
	}
	t.observe = o
	err = t.run(ctx)
	x := t.ended()
	if o.Ended() && (err != nil || x.Response == nil || !x.Response.Code.IsSuccess() || !x.Response.Options.Has(Observe)) {
		return nil, x, err
	}
	return o, x, err
}

// establish enters the observation when its first response has come, so that no
// notification can come too early. The lock is held.
func (e *Endpoint) establish(c *call, m *Message, now instant) {
	o := c.transfer.observe
	sequence, found := m.Observe()
	if !found || !m.Code.IsSuccess() || !o.ended || o.last != 0 {
		return
	}
	if old := e.observations[o.key]; old != nil {
		e.endObservation(old)
	}
	o.ended, o.sequence, o.last, o.state = false, sequence, now, c.state
	o.peer.live++
	e.observations[o.key] = o
}

// endObservation takes the observation out. The lock is held.
func (e *Endpoint) endObservation(o *Observation) {
	if o.ended {
		return
	}
	o.ended = true
	o.peer.live--
	if e.observations[o.key] == o {
		delete(e.observations, o.key)
	}
}

// Peer returns the observed peer.
func (o *Observation) Peer() transport.Address { return o.peer.address }

// Token returns the token of the observation.
func (o *Observation) Token() []byte { return slices.Clone(o.request.Token) }

// Request returns the request as it was sent.
func (o *Observation) Request() *Message { return o.request }

// Ended tells whether the observation is over.
func (o *Observation) Ended() bool {
	o.endpoint.mu.Lock()
	defer o.endpoint.mu.Unlock()
	return o.ended
}

// Cancel asks the peer to end the observation: the same request, token and
// options, with Observe=1. Notifications are delivered until it has answered;
// then the observation is over whatever the answer was. Without an answer it
// goes on, and can be cancelled again or forgotten. RFC 7641 §3.6.
func (o *Observation) Cancel(ctx context.Context) (*Exchange, error) {
	if o.Ended() {
		return nil, ErrEnded
	}
	m := *o.request
	m.Options = slices.Clone(m.Options)
	m.SetObserve(1)
	x, err := o.endpoint.Do(ctx, o.peer.address, &m, o.options)
	if err == nil {
		o.Forget()
	}
	return x, err
}

// Forget ends the observation without telling the peer; its next notification
// is answered with RST. Over a stream, which has no RST, it is ignored.
func (o *Observation) Forget() {
	o.endpoint.mu.Lock()
	defer o.endpoint.mu.Unlock()
	if !o.ended {
		o.endpoint.former.add(o)
	}
	o.endpoint.endObservation(o)
}

// isNotification tells a notification from the response to a request that has
// the same token, as the cancellation has. The lock may or may not be held.
func (e *Endpoint) isNotification(c *call, o *Observation, m *Message) bool {
	return o != nil && (c == nil || m.Options.Has(Observe))
}

// numberFor is the exchange that a response belongs to: the one that waits for
// it, or a new one for a notification.
func (e *Endpoint) numberFor(c *call, o *Observation, in *incoming) uint64 {
	if c == nil || e.isNotification(c, o, in.message) {
		return e.log.next()
	}
	return c.transfer.exchange.Number
}

// receiveNotification takes a notification: answers it, judges its age,
// fetches the rest of its body and delivers it.
func (e *Endpoint) receiveNotification(p *peer, o *Observation, in *incoming, number uint64, reply []byte) {
	m := in.message
	refused := error(nil)
	if e.protection != nil {
		if m, refused = e.openNotification(o, in, number); refused == nil {
			in.message = m
		}
	}
	why := noteProtected
	if reason, bad := unsupportedOption(in.message, e.protection != nil); bad && refused == nil {
		why = noteUnknownCritical
		refused = &RejectedError{m.Code, reason}
		if len(in.scanned) == 0 { // Scan does not know what protection hid
			in.deviations = append(in.deviations, deviate(ruleUnknownCritical, -1, refused.Error()))
		}
	}
	id := flightKey{p, in.message.ID}
	if refused != nil {
		e.pass(p, in.local, in.entry(number, why, 0))
		e.replyTo(p, in, id, number, reply, false)
		sequence, _ := m.Observe()
		o.hand(Notification{
			Message: in.message, Number: number, Received: in.at, Sequence: sequence, Err: refused, Deviations: in.all(),
			Confirmable: !e.stream && in.message.Type == Confirmable,
		})
		return
	}
	n, age := o.judge(in, number)
	e.pass(p, in.local, in.entry(number, age, 0))
	e.replyTo(p, in, id, number, reply, true)
	o.hand(n)
}

func (e *Endpoint) openNotification(o *Observation, in *incoming, number uint64) (*Message, error) {
	m, err := e.protection.UnprotectResponse(o.peer.address, o.state, in.message)
	if err != nil {
		in.deviations = append(in.deviations, deviate(ruleProtection, -1, err.Error()))
		return in.message, err
	}
	opened := *m
	opened.ID, opened.Type = in.message.ID, in.message.Type
	e.passInner(o.peer, in, number, &opened)
	return &opened, nil
}

// judge makes a Notification of a message and updates the observation.
func (o *Observation) judge(in *incoming, number uint64) (Notification, note) {
	e := o.endpoint
	sequence, found := in.message.Observe()
	n := Notification{
		Message: in.message, Number: number, Received: in.at, Sequence: sequence, Fresh: true,
		Confirmable: !e.stream && in.message.Type == Confirmable,
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	n.Ended = !found || !in.message.Code.IsSuccess()
	if !n.Ended && !e.stream && !fresh(o.sequence, sequence, in.now-o.last) {
		n.Fresh = false
		in.deviations = append(in.deviations, deviate(ruleObserveOrder, -1,
			"the number is not newer than that of a notification received before"))
	}
	n.Deviations = in.all()
	switch {
	case n.Ended:
		e.endObservation(o)
	case !n.Fresh:
		return n, noteStale
	default:
		o.sequence, o.last = sequence, in.now
	}
	return n, noteNotification
}

// fresh tells whether number is newer than the one received passed ago. RFC
// 7641 §3.4.
func fresh(before, number uint32, passed time.Duration) bool {
	const half = 1 << 23
	return before < number && number-before < half ||
		before > number && before-number > half ||
		passed > freshAfter
}

// hand delivers a notification, after those whose bodies are being fetched.
func (o *Observation) hand(n Notification) {
	e := o.endpoint
	block, found := n.Message.Block2()
	partial := found && block.More && block.Number == 0 && n.Fresh
	e.mu.Lock()
	switch {
	case o.fetching:
		if len(o.held) >= maxHeldNotifications {
			o.held = o.held[1:]
			o.skipped++
		}
		o.held = append(o.held, n)
		e.mu.Unlock()
	case partial:
		o.fetching = true
		e.mu.Unlock()
		go o.fetch(n)
	default:
		e.mu.Unlock()
		o.deliver(n)
	}
}

// fetch gathers the rest of a notification's body, then deals with those that
// came meanwhile.
func (o *Observation) fetch(n Notification) {
	e := o.endpoint
	for {
		if block, found := n.Message.Block2(); found && block.More && n.Fresh {
			e.fetchRest(o, &n)
		}
		o.deliver(n)
		e.mu.Lock()
		if len(o.held) == 0 {
			o.fetching, o.held = false, nil
			e.mu.Unlock()
			return
		}
		n = o.held[0]
		n.Skipped, o.skipped = o.skipped, 0
		o.held = o.held[1:]
		e.mu.Unlock()
	}
}

func (o *Observation) deliver(n Notification) {
	if o.notify != nil {
		o.notify(n)
	}
}

// fetchRest asks for the blocks after the first, without Observe and under
// another token. They are part of the notification's exchange. RFC 7959 §3.4.
func (e *Endpoint) fetchRest(o *Observation, n *Notification) {
	m := *o.request
	m.Token, m.Type = nil, Confirmable
	m.Options = slices.Clone(m.Options)
	m.Options.Remove(Observe)
	opts := o.options
	opts.number, opts.MessageID = n.Number, nil
	t, err := e.transfer(o.peer.address, &m, &opts)
	if err != nil {
		n.Err = err
		return
	}
	defer t.ended()
	whole, err := t.download(context.Background(), &t.request, n.Message)
	n.Deviations = append(slices.Clip(n.Deviations), t.exchange.Deviations...)
	if n.Err = err; err == nil {
		n.Message = whole
	}
}
