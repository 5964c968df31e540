package coap

import (
	"context"
	"lwcon/session/transport"
)

func (t *transfer) upload(ctx context.Context) (*Message, error) { return nil, ErrClosed }

func (t *transfer) download(ctx context.Context, req, first *Message) (*Message, error) {
	return nil, ErrClosed
}
func (e *Endpoint) unfragmented(p *peer, params Parameters, m *Message) int { return 1 << 30 }
func (e *Endpoint) assemble(r *Request, b Block) bool                       { return true }
func (e *Endpoint) serveBlock(r *Request) bool                              { return false }
func (e *Endpoint) fragment(p *peer, req, m *Message, wish *Block)          {}

type bodies struct{}

func (b *bodies) init(*Endpoint)           {}
func (b *bodies) dropAll(*Endpoint, *peer) {}

type stream struct{ ended error }

func (e *Endpoint) openStream(p *peer)                 {}
func (e *Endpoint) closeStream(p *peer)                {}
func (e *Endpoint) receiveStream(d transport.Datagram) {}
func clean(b []byte) bool                              { return true }
