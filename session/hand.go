package session

import (
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

// CoAP returns the endpoint of the message layer of the client and the server's
// address: for messages made by hand.
func (c *Client) CoAP() (*coap.Endpoint, transport.Address) { return c.coap, c.server }
