package session

import (
	"sync"
	"sync/atomic"

	"lwcon/session/clock"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

// HubConfig is what a Hub is made of. Only Link is required.
type HubConfig struct {
	Link       transport.Link  // the hub closes it in the end
	Clock      clock.Clock     // nil: the machine's
	Exchanges  *coap.Log       // nil: a new one
	Parameters coap.Parameters // of the message layer
	Seed       uint64          // of message ids; 0: the machine's
	Tap        coap.Tap        // is shown each message that passes; may be nil
}

// Hub is one CoAP endpoint for a crowd of clients, each of which reaches the server
// by an address of its own, as transport.Lanes have them: so a client costs no
// endpoint. Where several share an address, nobody can tell which of them the server
// means: its requests are answered 5.03. It is safe for concurrent use.
type Hub struct {
	endpoint *coap.Endpoint
	unserved atomic.Uint64

	mu    sync.RWMutex
	seats map[transport.Address]seat
}

// seat is who is at an address.
type seat struct {
	connection *Connection // the only one there; nil for several
	count      int
	muted      bool
}

// NewHub starts the link and serves it until Close.
func NewHub(c HubConfig) (*Hub, error) {
	h := &Hub{seats: map[transport.Address]seat{}}
	if c.Seed == 0 {
		c.Seed = randomSeed()
	}
	if c.Clock == nil {
		c.Clock = clock.Real()
	}
	ready := make(chan struct{})
	endpoint, err := coap.NewEndpoint(coap.Config{
		Link: c.Link, Clock: c.Clock, Parameters: c.Parameters, Log: c.Exchanges,
		Random: source(c.Seed, 0), Tap: c.Tap,
		Handler: func(r *coap.Request) {
			<-ready // requests can come in before NewEndpoint has returned
			h.serve(r)
		},
		OnBlock: func(r *coap.Request, b coap.Block) *coap.Message {
			if n := h.at(r.Peer).connection; n != nil {
				return n.block(r, b)
			}
			return nil
		},
	})
	if err != nil {
		return nil, err
	}
	h.endpoint = endpoint
	close(ready)
	return h, nil
}

// Unserved is how many requests came in on addresses of several clients.
func (h *Hub) Unserved() uint64 { return h.unserved.Load() }

// Mute has what comes in on an address be ignored, also when the client there is
// gone: a device that went silent.
func (h *Hub) Mute(server transport.Address) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seats[server] = seat{muted: true}
}

// Close ends the endpoint and its link.
func (h *Hub) Close() error { return h.endpoint.Close() }

func (h *Hub) at(server transport.Address) seat {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.seats[server]
}

// serve hands a request to the client at its address.
func (h *Hub) serve(r *coap.Request) {
	switch s := h.at(r.Peer); {
	case s.muted:
		r.Ignore()
	case s.connection != nil:
		s.connection.serve(r)
	default:
		h.unserved.Add(1)
		_ = r.Respond(coap.NewResponse(coap.ServiceUnavailable)) // it may have gone meanwhile
	}
}

// join seats a connection at an address.
func (h *Hub) join(server transport.Address, n *Connection) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.seats[server]
	s.count++
	if s.connection = n; s.count > 1 {
		s.connection = nil
	}
	h.seats[server] = s
}

// leave frees a place; with the last one the address is gone, unless it is muted.
func (h *Hub) leave(server transport.Address) {
	h.mu.Lock()
	s := h.seats[server]
	s.count--
	if s.muted || s.count > 0 {
		h.seats[server] = s
		h.mu.Unlock()
		return
	}
	delete(h.seats, server)
	h.mu.Unlock()
	h.endpoint.Link().Disconnect(server, nil)
}
