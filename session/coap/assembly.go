package coap

import (
	"fmt"
	"slices"
)

// assemble takes a block of a request's body. True means that the request is
// whole and r.Message is it; otherwise the block was answered. RFC 7959 §2.5.
func (e *Endpoint) assemble(r *Request, block Block) bool {
	m := r.Message
	if refusal := r.checkBlock(block, m.Payload); refusal != nil {
		r.refuseBlock(block, refusal)
		return false
	}
	r.block1 = &block
	if e.onBlock != nil && !e.admit(r, block) {
		return false
	}
	if block.Number == 0 && !block.More {
		return true
	}
	e.mu.Lock()
	whole, answer := e.assembleLocked(r, block)
	e.mu.Unlock()
	if answer != nil {
		r.block1 = nil
		r.refuseBlock(block, answer)
		return false
	}
	r.Message = whole
	return true
}

// refuseBlock answers a block, and tells of it where the answer is a refusal.
func (r *Request) refuseBlock(block Block, answer *Message) {
	why := slices.Clone(r.Deviations)
	switch answer.Code {
	case RequestEntityIncomplete:
		why = append(why, deviate(ruleBlock1Order, -1, string(answer.Payload)))
	case RequestEntityTooLarge:
		stated, _ := r.Message.Size1()
		most := r.endpoint.base.MaxBody
		reason := fmt.Sprintf("block %v of a body of which %d bytes are stated, at most %d are taken", block, stated, most)
		if int64(stated) <= int64(most) && block.Offset()+int64(len(r.Message.Payload)) <= int64(most) {
			reason = fmt.Sprintf("block %v: there is no room left, bodies of %d bytes are kept at most", block, MaxBodyBytes)
		}
		why = append(why, deviate(ruleBodySize, -1, reason))
	}
	if !answer.Code.IsSuccess() && len(why) > 0 {
		why[len(why)-1].Message += "; answered " + answer.Code.String()
		r.endpoint.tellRefused(r.Peer, r.Number, r.Received, why)
	}
	_ = r.Respond(answer)
}

// admit asks whoever looks at blocks; false means that the block was answered
// and what came before it is forgotten.
func (e *Endpoint) admit(r *Request, block Block) bool {
	answer := e.onBlock(r, block)
	if answer == nil {
		return true
	}
	e.mu.Lock()
	e.discard(e.bodies.all[keyOf(r.peer, Block1, r.Message)])
	e.mu.Unlock()
	_ = r.Respond(answer)
	return false
}

// checkBlock refuses a block that makes no sense by itself.
func (r *Request) checkBlock(block Block, part []byte) *Message {
	switch {
	case block.SZX == reservedSZX && !r.endpoint.stream:
		if !slices.ContainsFunc(r.Deviations, func(d Deviation) bool { return d.Rule == ruleBlockReserved }) {
			r.Deviations = append(r.Deviations, deviate(ruleBlockReserved, -1, "SZX 7")) // Scan did not see what protection hid
		}
		return diagnostic(BadRequest, "SZX 7 is reserved")
	case block.More && block.SZX == reservedSZX && len(part) > 0 && len(part)%maxBlockSize == 0:
	case block.More && len(part) != block.Size():
		r.Deviations = append(r.Deviations, deviate(ruleBlockShort, -1,
			fmt.Sprintf("block %v carries %d bytes", block, len(part))))
		return diagnostic(BadRequest, fmt.Sprintf("%d bytes expected in block %d, %d found", block.Size(), block.Number, len(part)))
	}
	return nil
}

// assembleLocked puts the block to the others. It returns the whole request, or
// the answer to the block. The lock is held.
func (e *Endpoint) assembleLocked(r *Request, block Block) (whole, answer *Message) {
	m, now := r.Message, e.instant()
	p := e.parameters(r.peer, &Parameters{})
	key := keyOf(r.peer, Block1, m)
	kept := e.bodies.all[key]
	offset := block.Offset()
	if stated, found := m.Size1(); found && int64(stated) > int64(p.MaxBody) || offset+int64(len(m.Payload)) > int64(p.MaxBody) {
		e.discard(kept)
		return nil, tooLarge(p.MaxBody)
	}
	if block.Number == 0 {
		kept = &body{key: key, message: m}
		if !e.keep(kept, p.BlockLifetime, now) {
			return nil, tooLarge(0)
		}
	}
	if kept != nil {
		kept.compare(m, block)
	}
	switch {
	case kept == nil:
		return nil, diagnostic(RequestEntityIncomplete, fmt.Sprintf("block %d came, block 0 was not seen", block.Number))
	case offset+int64(len(m.Payload)) <= int64(len(kept.data)) && block.More:
		// The same block under another message id: it is answered again.
	case offset != int64(len(kept.data)):
		have := len(kept.data)
		e.discard(kept)
		return nil, diagnostic(RequestEntityIncomplete, fmt.Sprintf("byte %d expected, block %v begins at byte %d", have, block, offset))
	case !e.grow(kept, m.Payload):
		e.discard(kept)
		return nil, tooLarge(0)
	}
	if block.More {
		e.prolong(kept, p.BlockLifetime, now)
		return nil, continued(block, p.BlockSize)
	}
	e.discard(kept)
	return r.wholeRequest(kept), nil
}

// compare notes a block of another Content-Format than the first.
func (b *body) compare(m *Message, block Block) {
	first, has := b.message.ContentFormat()
	if now, found := m.ContentFormat(); b.format == "" && found && (!has || now != first) {
		b.format = fmt.Sprintf("block %v has Content-Format %d, the first one %s", block, now, map[bool]string{true: fmt.Sprint(first), false: "none"}[has])
	}
}

// continued answers a block that is not the last one. A size smaller than the
// peer's asks it to go on with that. RFC 7959 §2.3.
func continued(block Block, size int) *Message {
	answer := NewResponse(Continue)
	block.SZX = min(block.SZX, szxFor(size))
	answer.SetBlock1(block)
	return answer
}

// tooLarge refuses a body. RFC 7959 §2.9.3.
func tooLarge(limit int) *Message {
	answer := NewResponse(RequestEntityTooLarge)
	if limit > 0 {
		answer.Options.SetUint(Size1, uint64(limit))
	}
	return answer
}

// wholeRequest is the request as though it had come in one piece: the options
// of the first block, token and id of the last.
func (r *Request) wholeRequest(kept *body) *Message {
	whole := *kept.message
	whole.Type, whole.ID, whole.Token = r.Message.Type, r.Message.ID, r.Message.Token
	whole.Payload = kept.data
	if stated, found := whole.Size1(); found && int(stated) != len(kept.data) {
		r.Deviations = append(r.Deviations, deviate(ruleSizeWrong, -1,
			fmt.Sprintf("Size1 states %d bytes, %d came", stated, len(kept.data))))
	}
	if kept.format != "" {
		r.Deviations = append(r.Deviations, deviate(ruleBlockFormat, -1, kept.format))
	}
	whole.Options = slices.Clone(whole.Options)
	whole.Options.Remove(Block1)
	whole.Options.Remove(Size1)
	if wish, found := r.Message.Options.Get(Block2); found {
		whole.Options.Set(Block2, wish) // stated with the last block
	}
	return &whole
}
