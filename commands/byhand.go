package commands

import (
	"bytes"
	"context"
	"time"

	"lwcon/session/coap"
	"lwcon/session/transport"
)

// maxAnswersByHand bounds what is shown of what comes back.
const maxAnswersByHand = 256

// hand is where a message made by hand goes.
type hand struct {
	env      *Env
	endpoint *coap.Endpoint
	peer     transport.Address
	close    func()
}

// toParameter names a peer that is not registered.
func toParameter() Parameter {
	return Parameter{Name: "to", Kind: KindURI, Summary: "a peer that is not registered: coap://HOST:PORT, coaps://, coap+tcp:// or coaps+tcp://, from a port of its own"}
}

// patienceParameter is how long to wait for what comes back.
func patienceParameter() Parameter {
	return Parameter{Name: "for", Kind: KindDuration, Default: "2s", Summary: "how long to wait for what comes back to a message that nobody has to answer"}
}

// hand finds the peer of a message made by hand: that of --to, the device that
// commands are for, or the server of our only simulated device.
func (env *Env) hand(ctx context.Context, command string, args Args) (*hand, error) {
	s, err := env.sessions(command)
	if err != nil {
		return nil, err
	}
	h := &hand{env: env, close: func() {}}
	switch {
	case args.Has("to"):
		return h, h.dial(ctx, command, args.Text("to"))
	case s.Roles()&ServerRole != 0:
		e, err := env.device(ctx)
		if err != nil {
			return nil, err
		}
		h.endpoint, h.peer = e.CoAP()
	default:
		c, err := env.client()
		if err != nil {
			return nil, err
		}
		if h.endpoint, h.peer, err = c.CoAP(ctx); err != nil {
			return nil, err
		}
	}
	if h.endpoint == nil {
		return nil, failure(NoPeerError, "%s: the device is not registered any more", command)
	}
	return h, nil
}

// dial opens a link of its own for one message.
func (h *hand) dial(ctx context.Context, command, uri string) error {
	s := h.env.Sessions
	limited, cancel := h.env.limited(ctx)
	defer cancel()
	link, peer, err := s.dial(limited, command, uri, func() (transport.ClientKeys, error) { return s.credentialsOf(h.env.Endpoint, uri) })
	if err != nil {
		return err
	}
	h.endpoint, err = coap.NewEndpoint(coap.Config{
		Link: link, Clock: s.clock, Parameters: s.parameters, Log: s.Exchanges(), Tap: s.taps.pass,
	})
	if err != nil {
		return err
	}
	h.peer, h.close = peer, func() { _ = h.endpoint.Close() }
	return nil
}

// raw sends octets as they are and gathers what comes back from the peer, until
// an answer or the end of the wait.
func (h *hand) raw(ctx context.Context, command string, b []byte, wait time.Duration) (*Exchanged, error) {
	passages := make(chan *Passed, maxAnswersByHand)
	end := h.env.Sessions.Tap(func(p coap.Passage) {
		if p.Peer != h.peer {
			return
		}
		select {
		case passages <- NewPassed(p):
		default: // more than anybody looks at
		}
	})
	defer end()
	number, err := h.endpoint.SendRaw(h.peer, b)
	if err != nil {
		return nil, err
	}
	x := &Exchanged{Command: command, Peer: h.peer.String(), Details: Details{Number: number}}
	limited, cancel := h.env.within(ctx, wait)
	defer cancel()
	sent := coap.Scan(b, h.endpoint.Link().Reliable())
	for {
		select {
		case p := <-passages:
			x.take(p)
			if p.Direction == transport.Received && answers(&p.Scanned, &sent) {
				x.Answered, x.Code = true, p.Scanned.Message.Code
				return x, nil
			}
		case <-limited.Done():
			return x, ctx.Err() // nil where only the wait is over
		}
	}
}

// answers says whether a message ends the wait for what comes back to another.
func answers(came, sent *coap.Scanned) bool {
	m := &came.Message
	same := m.ID == sent.Message.ID && !came.Stream
	switch {
	case m.Code.IsResponse():
		return same && m.Type == coap.Acknowledgement || bytes.Equal(m.Token, sent.Message.Token)
	case came.Stream:
		return m.Code == coap.Pong || m.Code == coap.Abort
	}
	return same && (m.Type == coap.Reset || m.Type == coap.Acknowledgement && !sent.Message.Code.IsRequest())
}

// do sends a request that the message layer can carry, and waits for its answer
// as for any other.
func (h *hand) do(ctx context.Context, command string, m *coap.Message, o coap.RequestOptions) (*Exchanged, error) {
	exchange, err := h.endpoint.Do(ctx, h.peer, m, o)
	if exchange == nil {
		return nil, err
	}
	x := &Exchanged{Command: command, Peer: h.peer.String(), Details: *h.env.detailsOf(exchange.Number)}
	if exchange.Response != nil {
		x.Answered, x.Code = true, exchange.Response.Code
	}
	return x, err
}
