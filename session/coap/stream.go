package coap

import "lwcon/session/transport"

type stream struct {
	ended   error
	peerMax int
}

// defaultMaxMessage is the largest message of a peer that has not said
// otherwise, in bytes. RFC 8323 §5.3.1.
const defaultMaxMessage = 1152

func (e *Endpoint) openStream(p *peer)                 {}
func (e *Endpoint) closeStream(p *peer)                {}
func (e *Endpoint) receiveStream(d transport.Datagram) {}
func clean(b []byte) bool                              { return true }
