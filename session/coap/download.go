package coap

import (
	"bytes"
	"context"
	"fmt"
	"slices"
)

// gathering is a response's body while its blocks come in.
type gathering struct {
	first *Message
	body  []byte
	szx   uint8
	size2 uint32 // as stated, 0 where it is not
}

// download fetches the blocks after the first and returns the whole response.
// A body that changes meanwhile is begun anew. RFC 7959 §2.4.
func (t *transfer) download(ctx context.Context, req, first *Message) (*Message, error) {
	for restarts := 0; ; restarts++ {
		whole, changed, err := t.downloadOnce(ctx, req, first)
		if err != nil || !changed {
			return whole, err
		}
		if restarts == maxRestarts {
			return nil, &BlockError{Option: Block2, Reason: fmt.Sprintf("the ETag changed in each of %d attempts", restarts+1)}
		}
		if first, err = t.one(ctx, t.wish(req, Block{SZX: szxFor(t.parameters.BlockSize)}), noteBlock2, 0); err != nil {
			return nil, err
		}
		if block, found := first.Block2(); !found || !block.More {
			return first, nil
		}
	}
}

func (t *transfer) downloadOnce(ctx context.Context, req, first *Message) (whole *Message, changed bool, err error) {
	g := gathering{first: first}
	if err := g.begin(t); err != nil {
		return nil, false, err
	}
	for more := true; more; {
		asked := Block{Number: uint32(len(g.body) >> (4 + min(g.szx, 6))), SZX: g.szx}
		if asked.Number > maxBlockNumber {
			return nil, false, g.fail(asked, Block{}, "the body has more blocks than can be numbered")
		}
		m, err := t.one(ctx, t.wish(req, asked), noteBlock2, asked.Number)
		if err != nil {
			return nil, false, err
		}
		if !m.Code.IsSuccess() {
			return m, false, nil // a result: the peer's refusal in the midst of the body
		}
		if !bytes.Equal(m.ETag(), first.ETag()) {
			t.blame(ruleETagChanged, fmt.Sprintf("ETag %x of the first block, %x of block %d", first.ETag(), m.ETag(), asked.Number))
			return nil, true, nil
		}
		if more, err = g.add(t, asked, m); err != nil {
			return nil, false, err
		}
	}
	return g.whole(t), false, nil
}

// begin takes the first block.
func (g *gathering) begin(t *transfer) error {
	block, _ := g.first.Block2()
	g.size2, _ = g.first.Size2()
	if block.Number != 0 {
		t.blame(ruleBlock2Mismatch, fmt.Sprintf("the first response carries block %d", block.Number))
		return g.fail(Block{SZX: block.SZX}, block, fmt.Sprintf("block 0 expected, block %d found", block.Number))
	}
	if int64(g.size2) > int64(t.parameters.MaxBody) {
		return g.fail(block, block, fmt.Sprintf("the peer announces %d bytes, at most %d are taken", g.size2, t.parameters.MaxBody))
	}
	// A size that is smaller than the peer's is asked for from the next block on.
	g.szx = min(block.SZX, szxFor(t.parameters.BlockSize))
	return g.take(t, block, block, g.first.Payload)
}

// add takes a further block.
func (g *gathering) add(t *transfer, asked Block, m *Message) (more bool, err error) {
	came, found := m.Block2()
	switch {
	case !found:
		t.blame(ruleBlock2Mismatch, "a response without Block2 in the midst of the body")
		return false, g.fail(asked, came, fmt.Sprintf("block %d expected, a response without Block2 found", asked.Number))
	case came.Offset() != asked.Offset() || came.SZX > asked.SZX:
		t.blame(ruleBlock2Mismatch, fmt.Sprintf("block %v was asked for, %v came", asked, came))
		return false, g.fail(asked, came, fmt.Sprintf("block %v expected, %v found", asked, came))
	}
	if err := g.take(t, asked, came, m.Payload); err != nil {
		return false, err
	}
	g.szx = came.SZX
	return came.More, nil
}

func (g *gathering) take(t *transfer, asked, came Block, part []byte) error {
	if came.SZX == reservedSZX && !t.endpoint.stream {
		t.blame(ruleBlockReserved, "SZX 7")
		return g.fail(asked, came, "SZX 7 is reserved")
	}
	full := len(part) == came.Size() || came.SZX == reservedSZX && len(part)%maxBlockSize == 0
	if came.More && (!full || len(part) == 0) {
		t.blame(ruleBlockShort, fmt.Sprintf("block %v carries %d bytes", came, len(part)))
		return g.fail(asked, came, fmt.Sprintf("%d bytes expected in block %d, %d found", came.Size(), came.Number, len(part)))
	}
	if len(g.body)+len(part) > t.parameters.MaxBody {
		return g.fail(asked, came, fmt.Sprintf("the body exceeds %d bytes", t.parameters.MaxBody))
	}
	g.body = append(g.body, part...)
	t.progress(len(g.body), int(g.size2))
	return nil
}

func (g *gathering) fail(asked, came Block, reason string) error {
	return &BlockError{Option: Block2, Asked: asked, Came: came, Offset: len(g.body), Reason: reason}
}

// whole is the response as though it had come in one piece.
func (g *gathering) whole(t *transfer) *Message {
	if g.size2 != 0 && int(g.size2) != len(g.body) {
		t.blame(ruleSizeWrong, fmt.Sprintf("Size2 states %d bytes, %d came", g.size2, len(g.body)))
	}
	m := *g.first
	m.Payload = g.body
	m.Options = slices.Clone(m.Options)
	m.Options.Remove(Block2)
	return &m
}

// wish is the request for a block. The body of a FETCH belongs to what is asked
// and is repeated if it fits into one message; other bodies are not. RFC 7959
// §3.3, RFC 8132 §2.
func (t *transfer) wish(req *Message, block Block) *Message {
	m := *req
	m.Options = slices.Clone(req.Options)
	m.SetBlock2(Block{Number: block.Number, SZX: block.SZX})
	for _, n := range []OptionNumber{Observe, Block1, Size1, Size2} {
		m.Options.Remove(n)
	}
	if m.Code != FETCH || len(m.Payload) > t.parameters.BlockSize {
		m.Payload = nil
		m.Options.Remove(ContentFormat)
	}
	return &m
}
