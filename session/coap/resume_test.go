package coap

import (
	"bytes"
	"fmt"
	"testing"
	"testing/synctest"
)

func TestUploadGoesOnAtABlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		var seen []*Request
		var blocks []Block
		n.endpoint(serverAt, Config{Handler: echo(&seen), OnBlock: func(_ *Request, b Block) *Message {
			blocks = append(blocks, b)
			return nil
		}})
		client := n.endpoint(clientAt, Config{Parameters: Parameters{BlockSize: 64}})
		body := text(300)
		part := NewRequest(PUT, "/5/0/0")
		for i := range uint32(3) {
			m := part.Clone()
			m.Payload = body[64*i : 64*i+64]
			m.SetBlock1(Block{Number: i, More: true, SZX: 2})
			x, err := client.Do(bg(), address(t, serverAt), m, RequestOptions{SingleBlocks: true})
			if err != nil || x.Response.Code != Continue {
				t.Fatalf("block %d: %v, %v", i, x.Response, err)
			}
		}
		whole := part.Clone()
		whole.Payload = body
		x, err := client.Do(bg(), address(t, serverAt), whole, RequestOptions{FirstBlock: 3})
		if err != nil || x.Response.Code != Content {
			t.Fatalf("going on at block 3: %v, %v", x.Response, err)
		}
		if len(seen) != 1 || !bytes.Equal(seen[0].Message.Payload, body) || fmt.Sprint(blocks) != "[0/1/64 1/1/64 2/1/64 3/1/64 4/0/64]" {
			t.Errorf("handled %d bodies from blocks %v", len(seen), blocks)
		}
	})
}

func TestUploadThatCannotGoOnBeginsAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		var seen []*Request
		n.endpoint(serverAt, Config{Handler: echo(&seen)})
		client := n.endpoint(clientAt, Config{Parameters: Parameters{BlockSize: 64}})
		m := NewRequest(PUT, "/5/0/0")
		m.Payload = text(300)
		x, err := client.Do(bg(), address(t, serverAt), m, RequestOptions{FirstBlock: 2})
		if err != nil || x.Response.Code != Content || len(seen) != 1 || !bytes.Equal(seen[0].Message.Payload, m.Payload) {
			t.Errorf("%v, %v; handled %d", x.Response, err, len(seen))
		}
		if _, err := client.Do(bg(), address(t, serverAt), m, RequestOptions{FirstBlock: 5}); err == nil {
			t.Error("block 5 of 300 bytes in blocks of 64 was sent")
		}
	})
}

func TestABlockThatIsRefusedEndsTheBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		var seen []*Request
		n.endpoint(serverAt, Config{Handler: echo(&seen), OnBlock: func(_ *Request, b Block) *Message {
			if b.Number < 2 {
				return nil
			}
			m := NewResponse(RequestEntityTooLarge)
			m.Options.SetUint(Size1, 128)
			return m
		}})
		client := n.endpoint(clientAt, Config{Parameters: Parameters{BlockSize: 64}})
		m := NewRequest(PUT, "/5/0/0")
		m.Payload = text(300)
		x, err := client.Do(bg(), address(t, serverAt), m, RequestOptions{})
		if err != nil || x.Response.Code != RequestEntityTooLarge || len(seen) != 0 {
			t.Fatalf("%v, %v; handled %d", x.Response, err, len(seen))
		}
		if limit, ok := x.Response.Size1(); !ok || limit != 128 {
			t.Errorf("Size1 %d, %v, want 128", limit, ok)
		}
	})
}
