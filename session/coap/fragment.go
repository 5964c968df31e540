package coap

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"slices"
)

// messageOverhead is room for what a message has besides options and payload:
// header, token, marker, and the options of a block.
const messageOverhead = 32

// unfragmented is how many bytes of payload go into one message to the peer.
func (e *Endpoint) unfragmented(p *peer, params Parameters, m *Message) int {
	block := minBlockSize << szxFor(params.BlockSize)
	if !e.stream {
		return block
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.streamRoom(p, m)
}

// streamRoom is how many bytes of payload the peer takes in one frame. RFC 8323
// §5.3.1. The lock is held.
func (e *Endpoint) streamRoom(p *peer, m *Message) int {
	limit := defaultMaxMessage
	if p.stream != nil {
		limit = p.stream.peerMax
	}
	for _, o := range m.Options {
		limit -= 5 + len(o.Value)
	}
	return max(minBlockSize, limit-messageOverhead)
}

// fragment cuts a response to the block wished for and keeps the whole body so
// that the other blocks can be served from it. The lock is held. RFC 7959 §2.4.
func (e *Endpoint) fragment(p *peer, req, m *Message, wish *Block) {
	params := e.parameters(p, &Parameters{})
	szx := szxFor(params.BlockSize)
	room := minBlockSize << szx
	if e.stream {
		room = e.streamRoom(p, m)
		szx = min(szx, szxFor(room))
	}
	if wish != nil {
		szx = min(szx, wish.SZX)
		room = min(room, minBlockSize<<szx)
	}
	if len(m.Payload) <= room && (wish == nil || wish.Number == 0) || !m.Code.IsSuccess() || m.Options.Has(Block2) {
		return
	}
	if m.ETag() == nil {
		m.Options.Set(ETag, etagOf(m.Payload))
	}
	whole := *m
	whole.Options = slices.Clone(m.Options)
	whole.Options.Remove(Observe)
	whole.Options.Remove(Block1)
	e.keep(&body{key: keyOf(p, Block2, req), message: &whole, data: m.Payload}, params.BlockLifetime, e.instant())
	number := uint32(0)
	if wish != nil {
		number = wish.Number << (wish.SZX - szx)
	}
	cut(m, whole.Payload, Block{Number: number, SZX: szx})
}

// cut leaves one block of the body in the message. A block beyond the end makes
// it a refusal.
func cut(m *Message, body []byte, block Block) {
	offset := block.Offset()
	if offset >= int64(len(body)) && offset > 0 {
		*m = Message{
			Type: m.Type, ID: m.ID, Token: m.Token, Code: BadRequest,
			Payload: fmt.Appendf(nil, "block %v begins beyond the %d bytes of the body", block, len(body)),
		}
		return
	}
	end := min(int64(len(body)), offset+int64(block.Size()))
	block.More = end < int64(len(body))
	m.Payload = body[offset:end]
	m.SetBlock2(block)
	if block.Number == 0 {
		m.Options.SetUint(Size2, uint64(len(body)))
	}
}

// etagOf names a body that the handler gave no ETag.
func etagOf(body []byte) []byte {
	h := fnv.New32a()
	_, _ = h.Write(body)
	return binary.BigEndian.AppendUint32(nil, h.Sum32())
}

// serveBlock answers a request for a block after the first from the body kept.
// False means that nothing is kept and the handler is to make the body again,
// which only the safe methods allow. RFC 7959 §2.4.
func (e *Endpoint) serveBlock(r *Request) bool {
	e.mu.Lock()
	kept := e.bodies.all[keyOf(r.peer, Block2, r.Message)]
	if kept == nil {
		e.mu.Unlock()
		if r.Message.Code == GET || r.Message.Code == FETCH {
			return false
		}
		_ = r.Respond(diagnostic(RequestEntityIncomplete, "the body is kept no longer"))
		return true
	}
	params := e.parameters(r.peer, &Parameters{})
	e.prolong(kept, params.BlockLifetime, e.instant())
	m := *kept.message
	e.mu.Unlock()
	m.Options = slices.Clone(m.Options)
	block := Block{Number: r.block2.Number, SZX: r.block2.SZX}
	if own := szxFor(params.BlockSize); own < block.SZX {
		block = Block{Number: block.Number << (block.SZX - own), SZX: own}
	}
	cut(&m, kept.data, block)
	_ = r.Respond(&m)
	return true
}
