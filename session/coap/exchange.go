package coap

import (
	"context"
	"time"

	"lwcon/session/transport"
)

// Exchange is a request, its response and all that passed for it. It is
// complete and no longer changed once Do has returned it.
type Exchange struct {
	// Number counts the exchanges of a Log from 1.
	Number uint64
	Peer   transport.Address
	Local  transport.Local
	// Request as sent: with token and message id, its body whole.
	Request *Message
	// Response is nil where none came; its body is put together from all blocks
	// and it carries the options of the first one.
	Response *Message
	// Start is when the request was first sent; zero if it never was.
	Start time.Time
	// RTT is the time from the last transmission of the request, or of its last
	// block, to the response.
	RTT time.Duration
	// Duration is the time from the first transmission to the end.
	Duration time.Duration
	// Transmissions are all messages of the exchange in order of time.
	Transmissions []Transmission
	// Deviations are those found in what the peer sent: by Scan in each
	// message, and by the message layer.
	Deviations []Deviation
}

// Transmission is one message of an exchange on the wire.
type Transmission struct {
	Time      time.Time
	Direction transport.Direction
	// Bytes are the message as on the wire, above DTLS and TLS.
	Bytes []byte
	// Note says why: "retransmission 2", "separate response", "block 3 of the
	// request".
	Note string
}

// RequestOptions change how one request is sent. The zero value is right for
// most.
type RequestOptions struct {
	// Parameters override those of the peer and the endpoint.
	Parameters Parameters
	// Timeout is the longest wait for each response, counted from the first
	// transmission of the request; default TransmitWait. A confirmable request
	// that nobody acknowledges can end earlier, when its repetitions are used
	// up.
	Timeout time.Duration
	// MessageID is the id to use; nil lets the endpoint choose.
	MessageID *uint16
	// Via is the local end to send from; the zero value means the one on which
	// the peer was last heard.
	Via transport.Local
	// SingleBlocks sends the message as it is and returns the response as it
	// came, without gathering blocks.
	SingleBlocks bool
	// FirstBlock is the block of the request's body to begin with, in units of
	// the block size: an upload that broke off goes on there. A peer that does
	// not know the beginning any more answers 4.08 and gets all of it.
	FirstBlock uint32
	// Progress is told how many bytes of the body went or came, and how many
	// there are (0 while unknown). It is called from the goroutine of Do.
	Progress func(done, total int)

	number uint64 // of the exchange that it is part of; 0: it is one of its own
}

// chosen is what of a request with the options and the token was asked for.
func (o *RequestOptions) chosen(token []byte) (c Chosen) {
	if token != nil {
		c = ChosenToken
	}
	if o.MessageID != nil {
		c |= ChosenID
	}
	if o.SingleBlocks {
		c |= ChosenBlocks
	}
	return c
}

// transfer is an exchange under way: one message each way, or many blocks.
type transfer struct {
	endpoint   *Endpoint
	peer       *peer
	options    RequestOptions
	parameters Parameters
	exchange   Exchange
	request    Message // as given, with the token
	observe    *Observation
	chosen     Chosen
	// Room for what most exchanges need, so that they take one allocation.
	message       Message
	token         [MaxToken]byte
	call          call
	callUsed      bool
	transmissions [2]Transmission
}

// Do sends a request to the peer and waits for the response. A 4.xx or 5.xx
// response is a result, not an error. The request's Type says whether it is
// confirmable. A body longer than a block goes out and comes in block-wise.
//
// The exchange is not nil unless the request could not even be numbered; beside
// an error it tells what had passed. Errors: ErrTimeout, ErrReset, ErrRejected,
// ErrUnreachable, ErrBlock, ErrTooMany, ErrClosed, or the context's.
//
// Do must not be called from a Handler or from another callback of the
// endpoint: those run on the goroutine that receives the response. That can be
// the goroutine of Do itself, so the caller must not hold a lock that a callback
// takes.
func (e *Endpoint) Do(ctx context.Context, peer transport.Address, req *Message, opts RequestOptions) (*Exchange, error) {
	t, err := e.transfer(peer, req, &opts)
	if err != nil {
		return nil, err
	}
	err = t.run(ctx)
	return t.ended(), err
}

// transfer prepares an exchange: number, parameters, token.
func (e *Endpoint) transfer(address transport.Address, req *Message, opts *RequestOptions) (*transfer, error) {
	if len(req.Token) > MaxToken {
		return nil, errTokenTooLong
	}
	t := &transfer{endpoint: e, options: *opts, request: *req}
	t.exchange = Exchange{Number: opts.number, Peer: address, Request: &t.request}
	if opts.number == 0 {
		t.exchange.Number = e.log.next()
	}
	t.exchange.Transmissions = t.transmissions[:0]
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, ErrClosed
	}
	t.peer = e.peer(address, e.instant())
	t.peer.live++ // until the transfer has ended
	t.parameters = e.parameters(t.peer, &opts.Parameters)
	if t.options.Timeout <= 0 {
		t.options.Timeout = t.parameters.TransmitWait()
	}
	t.exchange.Local = opts.Via
	if opts.Via == (transport.Local{}) {
		t.exchange.Local = t.peer.local
	}
	t.chosen = opts.chosen(t.request.Token)
	if t.request.Token == nil {
		t.request.Token = e.freeToken(t.peer, t.token[:min(max(1, t.parameters.TokenLength), MaxToken)])
	}
	return t, nil
}

// ended gives the peer free and returns the exchange.
func (t *transfer) ended() *Exchange {
	e := t.endpoint
	e.mu.Lock()
	t.peer.live--
	e.mu.Unlock()
	return &t.exchange
}

// freeToken fills the token with one that nothing waits for. RFC 7252 §5.3.1.
func (e *Endpoint) freeToken(p *peer, token []byte) []byte {
	for {
		for i := range token {
			token[i] = byte(e.random.Uint32())
		}
		key := keyOfToken(p, token)
		if e.calls[key] == nil && e.observations[key] == nil {
			return token
		}
		if len(token) < 2 { // one byte may be used up
			token = make([]byte, 2)
		}
	}
}

// run carries the exchange through, with as many blocks as it needs.
func (t *transfer) run(ctx context.Context) error {
	var response *Message
	var err error
	whole := !t.options.SingleBlocks
	if whole && (t.options.FirstBlock > 0 || len(t.request.Payload) > t.endpoint.unfragmented(t.peer, t.parameters, &t.request)) {
		response, err = t.upload(ctx)
	} else {
		t.message = t.request
		response, err = t.one(ctx, &t.message, noteNone, 0)
		t.request.Type, t.request.ID = t.message.Type, t.message.ID
	}
	if err == nil && whole {
		if block, found := response.Block2(); found && (block.More || block.Number > 0) {
			response, err = t.download(ctx, &t.request, response)
		}
	}
	t.exchange.Response = response
	return err
}

// one sends one message of the exchange and waits for its response. The
// message gets its id; the token is the exchange's unless it has one.
func (t *transfer) one(ctx context.Context, m *Message, n note, arg uint32) (*Message, error) {
	c := &t.call
	if t.callUsed {
		c = new(call)
	}
	t.callUsed = true
	c.transfer, c.peer, c.message = t, t.peer, m
	if err := t.endpoint.begin(ctx, c, n, arg); err != nil {
		return nil, err
	}
	return t.endpoint.await(ctx, c)
}

// note adds a message to the exchange's transmissions. The lock is held.
func (t *transfer) note(at time.Time, d transport.Direction, b []byte, n note, arg uint32) {
	t.exchange.Transmissions = append(t.exchange.Transmissions, Transmission{at, d, b, n.text(arg)})
	t.exchange.Duration = at.Sub(t.exchange.Start)
}

// deviate adds deviations to the exchange. The lock is held.
func (t *transfer) deviate(all ...Deviation) {
	t.exchange.Deviations = append(t.exchange.Deviations, all...)
}
