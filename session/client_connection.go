package session

import (
	"context"
	"sync"
	"time"

	"lwcon/session/clock"
	"lwcon/session/coap"
	"lwcon/session/device"
	"lwcon/session/transport"
)

// Connection is a client's side of one account: its link, its registration and
// the observations of its server. It is safe for concurrent use.
type Connection struct {
	client  *Client
	account device.Account // as it was when the connection was made

	interfaceLock sync.Mutex // one Register, Update or De-register at a time

	// Guarded by client.mu.
	endpoint  *coap.Endpoint // nil while no link is open
	dialled   uint32         // counts the links that were opened
	server    transport.Address
	state     ClientState
	turn      turn
	location  string // "/rd/4Kf0", "" while not registered
	failures  int    // failed Registers in a row
	timer     clock.Timer
	pending   updateScope // of an Update that is about to be sent
	updating  bool        // it is
	observers []*observer
	former    []*observer // of registrations that ended while the server was out of reach
	offline   bool        // the server is out of reach
	cut       bool        // by SetOffline
	last      time.Time   // when a message passed
}

// Account returns what the device knows of the server. It holds secrets.
func (n *Connection) Account() device.Account { return n.account }

// Server returns the address of the server; zero before the first Register.
func (n *Connection) Server() transport.Address {
	n.client.mu.Lock()
	defer n.client.mu.Unlock()
	return n.server
}

// State returns where the connection is in its life.
func (n *Connection) State() ClientState {
	n.client.mu.Lock()
	defer n.client.mu.Unlock()
	return n.state
}

// Location returns where the server keeps the registration, "" while there is
// none.
func (n *Connection) Location() string {
	n.client.mu.Lock()
	defer n.client.mu.Unlock()
	return n.location
}

// open returns the endpoint, after dialling if there is none. The interface lock
// is held.
func (n *Connection) open(ctx context.Context) (*coap.Endpoint, error) {
	c := n.client
	c.mu.Lock()
	endpoint, closed := n.endpoint, n.state == ClientClosed
	c.mu.Unlock()
	switch {
	case closed:
		return nil, ErrClosed
	case endpoint != nil:
		return endpoint, nil
	}
	opened, server, err := c.config.Dial(ctx, n.account)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	n.server = server // requests can come in before NewEndpoint has returned
	n.dialled++
	link := n.dialled
	c.mu.Unlock()
	if hub := c.config.Hub; hub != nil {
		hub.join(server, n)
		return n.opened(hub.endpoint, server)
	}
	endpoint, err = coap.NewEndpoint(coap.Config{
		Link: opened, Clock: c.clock, Parameters: c.config.Parameters, Log: c.config.Exchanges,
		Random: source(c.config.Seed, int(n.account.Security)), Tap: c.config.Tap,
		Handler: n.serve, OnBlock: n.block, OnPeer: func(event coap.PeerEvent) { n.peer(link, event) },
	})
	if err != nil {
		_ = opened.Close() // the first error is the one to tell
		return nil, err
	}
	return n.opened(endpoint, server)
}

// opened takes the endpoint of a new link, unless the connection was closed
// meanwhile.
func (n *Connection) opened(endpoint *coap.Endpoint, server transport.Address) (*coap.Endpoint, error) {
	c := n.client
	c.mu.Lock()
	closed := n.state == ClientClosed
	if !closed {
		n.endpoint = endpoint
	}
	c.mu.Unlock()
	if closed {
		_ = n.release(endpoint, server)
		return nil, ErrClosed
	}
	return endpoint, nil
}

// release closes the link, or leaves the one that is shared.
func (n *Connection) release(endpoint *coap.Endpoint, server transport.Address) error {
	if hub := n.client.config.Hub; hub != nil {
		hub.leave(server)
		return nil
	}
	return endpoint.Close()
}

// peer is told that a connection stands or is gone: a registration does not
// outlive it. Spec: Transport 1.2 §6.4.
func (n *Connection) peer(link uint32, event coap.PeerEvent) {
	if event.Change != coap.PeerDown {
		return
	}
	if alert := alertOf(event); alert != nil {
		n.append(Event{Kind: EventAlert, Time: n.client.clock.Now(), Alert: alert})
	}
	n.client.aside(func() {
		if n.hungUp(link) && n.State() == ClientRegistered {
			_, _ = n.Register(n.client.life)
		}
	})
}

// hungUp takes note that a link is gone; false if it is not the present one.
func (n *Connection) hungUp(link uint32) bool {
	c := n.client
	c.mu.Lock()
	present := n.endpoint != nil && n.dialled == link
	c.mu.Unlock()
	if present {
		n.hangUp()
	}
	return present
}

// hangUp closes the link; the next Register opens another. The registration is
// left as it is.
func (n *Connection) hangUp() {
	c := n.client
	c.mu.Lock()
	endpoint, server := n.endpoint, n.server
	n.endpoint = nil
	n.dropObservers(true)
	c.mu.Unlock()
	if endpoint != nil {
		_ = n.release(endpoint, server) // what was open on it is gone in any case
	}
}

// disconnect closes the link if it is a connection that the server sees end.
func (n *Connection) disconnect() {
	c := n.client
	c.mu.Lock()
	connected := n.endpoint != nil && n.endpoint.Link().Reliable()
	c.mu.Unlock()
	if connected {
		n.hangUp()
	}
}

// close ends the connection for good, without a word to the server.
func (n *Connection) close() error {
	c := n.client
	c.mu.Lock()
	endpoint, server := n.endpoint, n.server
	n.endpoint, n.state, n.location, n.turn = nil, ClientClosed, "", turnNone
	n.stopTimer()
	n.dropObservers(false)
	n.dropFormer()
	c.mu.Unlock()
	if endpoint == nil {
		return nil
	}
	return n.release(endpoint, server)
}

// after makes the connection do something by itself once d has passed, in place
// of what it was going to do; client.mu is held.
func (n *Connection) after(d time.Duration, do func()) {
	n.stopTimer()
	if n.state == ClientClosed {
		return
	}
	n.timer = n.client.clock.AfterFunc(d, func() { n.client.start(do) })
}

// stopTimer forgets what the connection was going to do; client.mu is held.
func (n *Connection) stopTimer() {
	if n.timer != nil {
		n.timer.Stop()
		n.timer = nil
	}
}

// cutOff makes the connection silent, its registration over, until the next
// Register; client.mu is held. A device that reboots forgets what it stored.
func (n *Connection) cutOff(reboots bool) {
	if n.state == ClientClosed {
		return
	}
	n.state, n.location, n.turn = ClientAway, "", turnNone
	n.stopTimer()
	n.dropObservers(!reboots)
	if reboots {
		n.dropFormer()
	}
}
