package coap

import (
	"context"

	"lwcon/session/transport"
)

// Ping asks the peer for a sign of life: an Empty confirmable message that is
// answered with RST, or a Ping message over a stream that is answered with
// Pong. The exchange has no Response. Errors are those of Do but ErrReset,
// which is the answer. RFC 7252 §4.3, RFC 8323 §5.4.
func (e *Endpoint) Ping(ctx context.Context, peer transport.Address) (*Exchange, error) {
	m := &Message{Type: Confirmable, Code: Empty, Token: []byte{}}
	if e.stream {
		m = &Message{Code: Ping}
	}
	t, err := e.transfer(peer, m, &RequestOptions{})
	if err != nil {
		return nil, err
	}
	message := t.request
	_, err = t.one(ctx, &message, notePing, 0)
	t.request.ID = message.ID
	x := t.ended()
	if err == ErrReset {
		err = nil
	}
	return x, err
}
