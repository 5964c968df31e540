package coap

import (
	"context"
	"fmt"
	"slices"
)

// maxRestarts is how often a transfer is begun anew after the peer lost track
// of it (4.08) or the body changed (another ETag).
const maxRestarts = 2

// upload sends a request's body in blocks and returns the response to the last
// one. RFC 7959 §2.5.
func (t *transfer) upload(ctx context.Context) (*Message, error) {
	szx := szxFor(min(t.parameters.BlockSize, t.endpoint.unfragmented(t.peer, t.parameters, &t.request)))
	first := Block{Number: t.options.FirstBlock, SZX: szx}.Offset()
	if first >= int64(len(t.request.Payload)) {
		return nil, fmt.Errorf("block %d begins beyond the %d bytes of the body", t.options.FirstBlock, len(t.request.Payload))
	}
	for restarts := 0; ; restarts++ {
		response, smaller, err := t.uploadOnce(ctx, szx, int(first))
		first = 0
		switch {
		case err != nil:
			return nil, err
		case smaller >= 0:
			szx = uint8(smaller)
			restarts-- // each is smaller than the one before, so it ends
		case response.Code == RequestEntityIncomplete && restarts < maxRestarts:
		default:
			return response, nil
		}
	}
}

// uploadOnce sends the body from an offset. smaller is the block size
// exponent with which the peer wants it begun anew, -1 if it does not. The
// response of a peer that stops it early is returned as it is.
func (t *transfer) uploadOnce(ctx context.Context, szx uint8, offset int) (response *Message, smaller int, err error) {
	for body := t.request.Payload; ; {
		block := Block{Number: uint32(offset >> (4 + szx)), SZX: szx}
		if block.Number > maxBlockNumber {
			return nil, -1, &BlockError{Option: Block1, Asked: block, Offset: offset, Reason: "the body has more blocks than can be numbered"}
		}
		end := min(len(body), offset+block.Size())
		block.More = end < len(body)
		response, err = t.one(ctx, t.blockOf(block, body[offset:end], len(body)), noteBlock1, block.Number)
		if err != nil {
			return nil, -1, err
		}
		t.progress(end, len(body))
		if !block.More {
			t.checkLast(block, response)
			return response, -1, nil
		}
		next, stop, err := t.continued(block, response)
		switch {
		case err != nil:
			return nil, -1, err
		case stop && response.Code == RequestEntityTooLarge && next < szx && block.Number == 0:
			return nil, int(next), nil // RFC 7959 §2.9.3
		case stop:
			return response, -1, nil
		}
		offset, szx = end, next
	}
}

func (t *transfer) blockOf(block Block, part []byte, size int) *Message {
	m := t.request
	m.Payload = part
	m.Options = slices.Clone(m.Options)
	m.SetBlock1(block)
	if block.Number == 0 || block.Number == t.options.FirstBlock {
		m.Options.SetUint(Size1, uint64(size))
	} else {
		m.Options.Remove(Observe)
	}
	return &m
}

// continued judges the response to a block that is not the last one: the size
// exponent to go on with, and whether the transfer stops here.
func (t *transfer) continued(sent Block, response *Message) (szx uint8, stop bool, err error) {
	came, found := response.Block1()
	switch {
	case !response.Code.IsSuccess():
		if found && came.SZX < sent.SZX {
			return came.SZX, true, nil
		}
		return sent.SZX, true, nil
	case !found && response.Code == Continue:
		t.blame(ruleBlock1Missing, "2.31 without Block1")
		return sent.SZX, false, nil
	case !found:
		t.blame(ruleBlock1Missing, fmt.Sprintf("%v without Block1 in the midst of the body", response.Code))
		return sent.SZX, true, nil
	case came.Number != sent.Number:
		reason := fmt.Sprintf("block %d was sent, the response is for block %d", sent.Number, came.Number)
		t.blame(ruleBlock1Mismatch, reason)
		return 0, true, &BlockError{Option: Block1, Asked: sent, Came: came, Offset: int(sent.Offset()), Reason: reason}
	}
	return min(sent.SZX, came.SZX), false, nil
}

func (t *transfer) checkLast(sent Block, response *Message) {
	came, found := response.Block1()
	if found && came.Number != sent.Number {
		t.blame(ruleBlock1Mismatch, fmt.Sprintf("the last block is %d, the response is for block %d", sent.Number, came.Number))
	}
}

// blame notes a deviation of the block-wise transfer.
func (t *transfer) blame(rule, message string) {
	t.endpoint.mu.Lock()
	defer t.endpoint.mu.Unlock()
	if !slices.ContainsFunc(t.exchange.Deviations, func(d Deviation) bool {
		return d.Rule == rule && (d.Message == message || d.Offset >= 0) // told before, or found by Scan
	}) {
		t.deviate(deviate(rule, -1, message))
	}
}

func (t *transfer) progress(done, total int) {
	if t.options.Progress != nil {
		t.options.Progress(done, total)
	}
}
