package session

import (
	"context"

	"lwcon/session/coap"
	"lwcon/session/transport"
)

// CoAP returns the endpoint of the message layer over which the client was heard
// last and its address: for messages made by hand, which pass by all that the
// server knows of the client. Nil while the client is not registered.
func (e *Endpoint) CoAP() (*coap.Endpoint, transport.Address) {
	e.server.mu.Lock()
	defer e.server.mu.Unlock()
	if e.registration == nil || e.listener == nil {
		return nil, transport.Address{}
	}
	return e.listener.coap, e.registration.Address
}

// CoAP returns the endpoint of the message layer of the client's first connection
// and the server's address, after dialling if there is no link yet: for messages
// made by hand.
func (c *Client) CoAP(ctx context.Context) (*coap.Endpoint, transport.Address, error) {
	connections := c.Connections()
	if len(connections) == 0 {
		return nil, transport.Address{}, ErrNoServer
	}
	n := connections[0]
	n.interfaceLock.Lock()
	defer n.interfaceLock.Unlock()
	endpoint, err := n.open(ctx)
	return endpoint, n.Server(), err
}
