package coap

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// text is a body of n bytes, each stretch of it different.
func text(n int) []byte {
	var b []byte
	for i := 0; len(b) < n; i++ {
		b = fmt.Appendf(b, "%d,", i)
	}
	return b[:n]
}

// echo answers every request with its own body and remembers the requests.
func echo(seen *[]*Request) Handler {
	return func(r *Request) {
		*seen = append(*seen, r)
		m := NewResponse(Content)
		m.Payload = r.Message.Payload
		_ = r.Respond(m)
	}
}

func TestBodiesTravelBlockWiseBothWaysForEveryMethod(t *testing.T) {
	for _, method := range []Code{POST, PUT, FETCH, PATCH, IPATCH} {
		for _, size := range []int{0, 1, 1023, 1024, 1025, 2048, 5000} {
			synctest.Test(t, func(t *testing.T) {
				n := newNetwork(t)
				var seen []*Request
				n.endpoint(serverAt, Config{Handler: echo(&seen)})
				client := n.endpoint(clientAt, Config{})
				m := NewRequest(method, "/5/0/0")
				m.Payload = text(size)
				m.SetContentFormat(42)
				x, err := client.Do(bg(), address(t, serverAt), m, RequestOptions{})
				if err != nil {
					t.Fatalf("%v of %d bytes: %v", method, size, err)
				}
				if !bytes.Equal(x.Response.Payload, m.Payload) || len(seen) != 1 || !bytes.Equal(seen[0].Message.Payload, m.Payload) {
					t.Errorf("%v of %d bytes: %d came back, handled %d times", method, size, len(x.Response.Payload), len(seen))
				}
				if len(x.Deviations) != 0 || len(seen[0].Deviations) != 0 {
					t.Errorf("%v of %d bytes: %v %v", method, size, x.Deviations, seen[0].Deviations)
				}
			})
		}
	}
}

func TestEachSideMayChooseSmallerBlocks(t *testing.T) {
	for _, sizes := range [][2]int{{16, 1024}, {1024, 16}, {64, 256}, {256, 64}, {100, 1000}} {
		synctest.Test(t, func(t *testing.T) {
			n := newNetwork(t)
			var seen []*Request
			n.endpoint(serverAt, Config{Handler: echo(&seen), Parameters: Parameters{BlockSize: sizes[0]}})
			client := n.endpoint(clientAt, Config{Parameters: Parameters{BlockSize: sizes[1]}})
			m := NewRequest(PUT, "/5/0/0")
			m.Payload = text(3000)
			var done []int
			x, err := client.Do(bg(), address(t, serverAt), m, RequestOptions{Progress: func(n, _ int) { done = append(done, n) }})
			if err != nil {
				t.Fatalf("%v: %v", sizes, err)
			}
			if !bytes.Equal(x.Response.Payload, m.Payload) || !bytes.Equal(seen[0].Message.Payload, m.Payload) {
				t.Errorf("%v: the body changed", sizes)
			}
			if len(done) < 6 || done[len(done)-1] != 3000 {
				t.Errorf("%v: progress %v", sizes, done)
			}
		})
	}
}

func TestBlocksOfARequestAreMatchedByPathAndTagNotByToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		var seen []*Request
		n.endpoint(serverAt, Config{Handler: echo(&seen)})
		client := n.script(clientAt)
		block := func(id uint16, tag string, number uint32, more bool, part string) *Message {
			m := ask(id, "/5/0/0")
			m.Code = PUT
			m.SetBlock1(Block{number, more, 0})
			m.Options.Set(RequestTag, []byte(tag))
			m.Payload = []byte(part)
			return m
		}
		sixteen := "0123456789abcdef"
		for i, m := range []*Message{
			block(1, "a", 0, true, sixteen), block(2, "b", 0, true, sixteen),
			block(3, "a", 1, false, "A"), block(4, "b", 1, false, "B"),
		} {
			client.send(address(t, serverAt), m)
			got := client.next()
			b, found := got.message.Block1()
			if want, _ := m.Block1(); !found || b != want {
				t.Errorf("block %d: answer %v with Block1 %v, want %v", i, got.message, b, want)
			}
			if m.Payload[0] == '0' && got.message.Code != Continue {
				t.Errorf("block %d: got %v, want 2.31", i, got.message)
			}
		}
		if len(seen) != 2 || string(seen[0].Message.Payload) != sixteen+"A" || string(seen[1].Message.Payload) != sixteen+"B" {
			t.Errorf("handled %d requests", len(seen))
		}
	})
}

func TestServerRefusesBlocksThatMakeNoBody(t *testing.T) {
	type step struct {
		block Block
		size  int
		size1 uint64
		want  Code
	}
	for name, steps := range map[string][]step{
		"the first is missing":    {{Block{2, true, 0}, 16, 0, RequestEntityIncomplete}},
		"one is left out":         {{Block{0, true, 0}, 16, 0, Continue}, {Block{2, true, 0}, 16, 0, RequestEntityIncomplete}, {Block{1, true, 0}, 16, 0, RequestEntityIncomplete}},
		"one comes twice":         {{Block{0, true, 0}, 16, 0, Continue}, {Block{1, true, 0}, 16, 0, Continue}, {Block{1, true, 0}, 16, 0, Continue}, {Block{2, false, 0}, 1, 0, Content}},
		"one is too short":        {{Block{0, true, 0}, 15, 0, BadRequest}},
		"one is too long":         {{Block{0, true, 0}, 17, 0, BadRequest}},
		"SZX 7 on a datagram":     {{Block{0, true, 7}, 1024, 0, BadRequest}},
		"Size1 of 4 GB":           {{Block{0, true, 0}, 16, 0xffffffff, RequestEntityTooLarge}},
		"more than MaxBody":       {{Block{0, true, 0}, 16, 0, Continue}, {Block{1, true, 0}, 16, 0, Continue}, {Block{2, true, 0}, 16, 0, Continue}, {Block{3, true, 0}, 16, 0, RequestEntityTooLarge}},
		"a number beyond MaxBody": {{Block{1<<20 - 1, true, 6}, 1024, 0, RequestEntityTooLarge}},
		"the size changes":        {{Block{0, true, 1}, 32, 0, Continue}, {Block{2, false, 0}, 8, 0, Content}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newNetwork(t)
				var told []Refused
				n.endpoint(serverAt, Config{
					Handler: answerWith(Content, ""), Parameters: Parameters{MaxBody: 63},
					OnRefused: func(r Refused) { told = append(told, r) },
				})
				client := n.script(clientAt)
				for i, s := range steps {
					m := ask(uint16(i+1), "/5/0/0")
					m.Code = PUT
					m.SetBlock1(s.block)
					if s.size1 > 0 {
						m.Options.SetUint(Size1, s.size1)
					}
					m.Payload = text(s.size)
					client.send(address(t, serverAt), m)
					if got := client.next().message; got.Code != s.want {
						t.Errorf("block %d (%v): got %v %q, want %v", i, s.block, got, got.Payload, s.want)
					} else if limit, found := got.Size1(); s.want == RequestEntityTooLarge && (!found || limit != 63) {
						t.Errorf("4.13 without the limit")
					}
					synctest.Wait()
					if s.want.IsSuccess() != (len(told) == 0) || len(told) > 0 && !strings.HasSuffix(told[0].Deviations[0].Message, "; answered "+s.want.String()) {
						t.Errorf("block %d (%v): told %+v", i, s.block, told)
					}
					told = nil
				}
			})
		})
	}
}

func TestUnfinishedBodyIsForgottenAfterItsLifetime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		e := n.endpoint(serverAt, Config{Handler: answerWith(Content, ""), Parameters: Parameters{BlockLifetime: time.Minute}})
		client := n.script(clientAt)
		send := func(id uint16, number uint32) Code {
			m := ask(id, "/5/0/0")
			m.Code = PUT
			m.SetBlock1(Block{number, true, 0})
			m.Payload = text(16)
			client.send(address(t, serverAt), m)
			return client.next().message.Code
		}
		send(1, 0)
		after(59 * time.Second)
		if got := send(2, 1); got != Continue {
			t.Errorf("within the lifetime: %v, want 2.31", got)
		}
		after(61 * time.Second)
		e.mu.Lock()
		if len(e.bodies.all) != 0 || e.bodies.size != 0 {
			t.Errorf("%d bodies of %d bytes kept", len(e.bodies.all), e.bodies.size)
		}
		e.mu.Unlock()
		if got := send(3, 2); got != RequestEntityIncomplete {
			t.Errorf("after the lifetime: %v, want 4.08", got)
		}
	})
}

func TestKeptBodiesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		e := n.endpoint(serverAt, Config{})
		client := n.script(clientAt)
		for i := range 3 * MaxBodies {
			m := ask(uint16(i), fmt.Sprintf("/%d", i))
			m.Code = PUT
			m.SetBlock1(Block{0, true, 0})
			m.Payload = text(16)
			client.send(address(t, serverAt), m)
			client.next()
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		if len(e.bodies.all) != MaxBodies || e.bodies.size != 16*MaxBodies {
			t.Errorf("%d bodies of %d bytes kept, want %d", len(e.bodies.all), e.bodies.size, MaxBodies)
		}
	})
}

func TestServedBlocksComeFromOneBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		calls := 0
		n.endpoint(serverAt, Config{Handler: func(r *Request) {
			calls++
			m := NewResponse(Content)
			m.Payload = append(fmt.Appendf(nil, "%04d", calls), text(60)...)
			_ = r.Respond(m)
		}})
		client := n.script(clientAt)
		get := func(id uint16, number uint32) *Message {
			m := ask(id, "/3")
			m.SetBlock2(Block{Number: number, SZX: 1})
			client.send(address(t, serverAt), m)
			return client.next().message
		}
		first, second := get(1, 0), get(2, 1)
		b1, _ := first.Block2()
		b2, _ := second.Block2()
		if b1 != (Block{0, true, 1}) || b2 != (Block{1, false, 1}) || calls != 1 {
			t.Errorf("blocks %v %v, %d calls", b1, b2, calls)
		}
		if size, _ := first.Size2(); size != 64 || len(first.ETag()) == 0 || !bytes.Equal(first.ETag(), second.ETag()) {
			t.Errorf("Size2 %d, ETags %x %x", size, first.ETag(), second.ETag())
		}
		if got := get(3, 2); got.Code != BadRequest {
			t.Errorf("a block beyond the end: %v, want 4.00", got)
		}
		after(DefaultBlockLifetime + time.Second)
		if got := get(4, 1); got.Code != Content || calls != 2 {
			t.Errorf("after the lifetime: %v with %d calls, want the body made anew", got, calls)
		}
	})
}

func TestBlockOfAnUnsafeMethodIsNotMadeAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		n.endpoint(serverAt, Config{Handler: answerWith(Content, "")})
		client := n.script(clientAt)
		m := ask(1, "/3")
		m.Code = POST
		m.SetBlock2(Block{Number: 1, SZX: 1})
		client.send(address(t, serverAt), m)
		if got := client.next().message; got.Code != RequestEntityIncomplete {
			t.Errorf("got %v, want 4.08", got)
		}
	})
}

func blockAnswer(b Block, size int, etag string) *Message {
	m := NewResponse(Content)
	m.SetBlock2(b)
	m.Payload = text(size)
	if etag != "" {
		m.Options.Set(ETag, []byte(etag))
	}
	return m
}

func TestHostileBlock2FailsTheExchangeWithAReason(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(i int, asked Block) *Message
		rule   string
	}{
		"begins in the midst": {func(int, Block) *Message { return blockAnswer(Block{2, true, 0}, 16, "") }, ruleBlock2Mismatch},
		"out of order": {func(i int, _ Block) *Message {
			return blockAnswer(Block{uint32([]int{0, 2, 1}[min(i, 2)]), true, 0}, 16, "")
		}, ruleBlock2Mismatch},
		"Block2 vanishes": {func(i int, _ Block) *Message {
			if i == 0 {
				return blockAnswer(Block{0, true, 0}, 16, "")
			}
			return NewResponse(Content)
		}, ruleBlock2Mismatch},
		"the size grows": {func(i int, a Block) *Message { return blockAnswer(Block{a.Number, true, uint8(i)}, 16<<i, "") }, ruleBlock2Mismatch},
		"short block":    {func(_ int, a Block) *Message { return blockAnswer(Block{a.Number, true, 0}, 9, "") }, ruleBlockShort},
		"empty block":    {func(_ int, a Block) *Message { return blockAnswer(Block{a.Number, true, 0}, 0, "") }, ruleBlockShort},
		"reserved size":  {func(_ int, a Block) *Message { return blockAnswer(Block{a.Number, true, 7}, 1024, "") }, ruleBlockReserved},
		"endless":        {func(_ int, a Block) *Message { return blockAnswer(Block{a.Number, true, 0}, 16, "") }, ""},
		"ETag always changes": {func(i int, a Block) *Message {
			return blockAnswer(Block{a.Number, true, 0}, 16, fmt.Sprint(i))
		}, ruleETagChanged},
		"Size2 of 4 GB": {func(_ int, a Block) *Message {
			m := blockAnswer(Block{a.Number, true, 0}, 16, "")
			m.Options.SetUint(Size2, 0xffffffff)
			return m
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newNetwork(t)
				peer := n.script(serverAt)
				client := n.endpoint(clientAt, Config{Parameters: Parameters{MaxBody: 1000, BlockSize: 16}})
				done := start(client, address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{})
				var out outcome
				for i := 0; out.exchange == nil; {
					select {
					case out = <-done:
					case req := <-peer.in:
						asked, _ := req.message.Block2()
						peer.reply(req, c.answer(i, asked))
						i++
					}
				}
				var failure *BlockError
				if !errors.As(out.err, &failure) || !errors.Is(out.err, ErrBlock) || failure.Reason == "" {
					t.Errorf("got %v, want a block error", out.err)
				}
				if c.rule != "" && (len(out.exchange.Deviations) == 0 || out.exchange.Deviations[0].Rule != c.rule) {
					t.Errorf("deviations %v, want %s", out.exchange.Deviations, c.rule)
				}
			})
		})
	}
}

func TestBodyThatChangedOnceIsFetchedAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		peer := n.script(serverAt)
		client := n.endpoint(clientAt, Config{})
		done := start(client, address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{})
		for _, answer := range []*Message{
			blockAnswer(Block{0, true, 0}, 16, "a"), blockAnswer(Block{1, false, 0}, 5, "b"),
			blockAnswer(Block{0, true, 0}, 16, "b"), blockAnswer(Block{1, false, 0}, 5, "b"),
		} {
			peer.reply(peer.next(), answer)
		}
		out := <-done
		if out.err != nil || len(out.exchange.Response.Payload) != 21 || string(out.exchange.Response.ETag()) != "b" {
			t.Errorf("got %v, %v", out.exchange.Response, out.err)
		}
		if got := rules(out.exchange.Deviations); got != ruleETagChanged {
			t.Errorf("deviations %s", got)
		}
	})
}

func TestUploadFollowsThePeersAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(i int, sent Block) *Message
		want   Code
		blocks int
		rule   string
	}{
		"smaller blocks on 4.13": {func(_ int, sent Block) *Message {
			if sent.SZX > 4 {
				m := NewResponse(RequestEntityTooLarge)
				m.SetBlock1(Block{0, true, 4})
				return m
			}
			return nil
		}, Changed, 1 + 12, ""},
		"4.13 ends it": {func(int, Block) *Message { return tooLarge(100) }, RequestEntityTooLarge, 1, ""},
		"4.08 begins it anew": {func(i int, _ Block) *Message {
			if i == 1 {
				return NewResponse(RequestEntityIncomplete)
			}
			return nil
		}, Changed, 2 + 3, ""},
		"4.08 for ever": {func(int, Block) *Message { return NewResponse(RequestEntityIncomplete) }, RequestEntityIncomplete, 1 + maxRestarts, ""},
		"2.31 without Block1": {func(_ int, sent Block) *Message {
			if sent.More {
				return NewResponse(Continue)
			}
			return nil
		}, Changed, 3, ruleBlock1Missing},
		"an early end": {func(int, Block) *Message { return NewResponse(Changed) }, Changed, 1, ruleBlock1Missing},
		"each block by itself": {func(_ int, sent Block) *Message {
			m := NewResponse(Changed)
			m.SetBlock1(Block{sent.Number, false, sent.SZX})
			return m
		}, Changed, 3, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newNetwork(t)
				peer := n.script(serverAt)
				client := n.endpoint(clientAt, Config{})
				m := NewRequest(PUT, "/5/0/0")
				m.Payload = text(3000)
				done := start(client, address(t, serverAt), m, RequestOptions{})
				blocks := 0
				var out outcome
				for out.exchange == nil {
					select {
					case out = <-done:
					case req := <-peer.in:
						sent, _ := req.message.Block1()
						answer := c.answer(blocks, sent)
						if answer == nil {
							answer = NewResponse(Changed)
							if sent.More {
								answer.Code = Continue
							}
							answer.SetBlock1(sent)
						}
						blocks++
						peer.reply(req, answer)
					}
				}
				if out.err != nil || out.exchange.Response.Code != c.want || blocks != c.blocks {
					t.Errorf("got %v, %v after %d blocks, want %v after %d", out.exchange.Response, out.err, blocks, c.want, c.blocks)
				}
				if c.rule != "" && (len(out.exchange.Deviations) == 0 || out.exchange.Deviations[0].Rule != c.rule) {
					t.Errorf("deviations %v, want %s", out.exchange.Deviations, c.rule)
				}
			})
		})
	}
}

func TestUploadRefusesAnAnswerToAnotherBlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		peer := n.script(serverAt)
		client := n.endpoint(clientAt, Config{})
		m := NewRequest(PUT, "/5/0/0")
		m.Payload = text(3000)
		done := start(client, address(t, serverAt), m, RequestOptions{})
		answer := NewResponse(Continue)
		answer.SetBlock1(Block{7, true, 6})
		peer.reply(peer.next(), answer)
		if out := <-done; !errors.Is(out.err, ErrBlock) || rules(out.exchange.Deviations) != ruleBlock1Mismatch {
			t.Errorf("got %v", out.err)
		}
	})
}

func TestRestOfANotificationIsFetchedWithoutObserve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		peer, _, req, w := observed(t, newNetwork(t))
		part := notification(Confirmable, 1, req.message.Token, 11, string(text(16)))
		part.SetBlock2(Block{0, true, 0})
		part.Options.Set(ETag, []byte("e"))
		peer.send(req.from, part)
		if got := peer.next(); got.message.Type != Acknowledgement {
			t.Errorf("got %v, want the ACK first", got.message)
		}
		more := peer.next()
		if b, _ := more.message.Block2(); more.message.Options.Has(Observe) || b.Number != 1 || bytes.Equal(more.message.Token, req.message.Token) {
			t.Errorf("asked %v with %v", more.message, more.message.Options)
		}
		// One that comes meanwhile waits for its turn.
		peer.send(req.from, notification(NonConfirmable, 2, req.message.Token, 12, "next"))
		synctest.Wait()
		peer.reply(more, blockAnswer(Block{1, false, 0}, 3, "e"))
		if got := <-w.told; len(got.Message.Payload) != 19 || got.Sequence != 11 || got.Err != nil {
			t.Errorf("got %+v", got)
		}
		if got := <-w.told; string(got.Message.Payload) != "next" {
			t.Errorf("got %+v", got)
		}
	})
}

func TestLargeNotificationIsServedBlockWise(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		relations := make(chan *Relation, 1)
		n.endpoint(serverAt, Config{Handler: func(r *Request) {
			relations <- r.AcceptObserve(nil)
			_ = r.Respond(NewResponse(Content))
		}})
		client := n.endpoint(clientAt, Config{})
		w := <-observe(client, address(t, serverAt))
		if _, err := (<-relations).Notify(&Message{Code: Content, Payload: text(4000)}, true); err != nil {
			t.Fatal(err)
		}
		if got := <-w.told; !bytes.Equal(got.Message.Payload, text(4000)) || got.Err != nil {
			t.Errorf("%d bytes, %v", len(got.Message.Payload), got.Err)
		}
	})
}

func TestSingleBlocksReturnsWhatCame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		n.endpoint(serverAt, Config{Handler: answerWith(Content, string(text(4000)))})
		client := n.endpoint(clientAt, Config{})
		x, err := client.Do(bg(), address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{SingleBlocks: true})
		if b, found := x.Response.Block2(); err != nil || !found || !b.More || len(x.Response.Payload) != 1024 {
			t.Errorf("got %v, %v", x.Response, err)
		}
	})
}

func TestAContentFormatThatChangesBetweenBlocksIsNamed(t *testing.T) {
	for _, second := range []uint16{40, 0} {
		synctest.Test(t, func(t *testing.T) {
			n := newNetwork(t)
			var seen []*Request
			n.endpoint(serverAt, Config{Handler: echo(&seen)})
			client := n.script(clientAt)
			for i, format := range []uint16{40, second} {
				m := ask(uint16(i+1), "/rd")
				m.Code = POST
				m.SetBlock1(Block{uint32(i), i == 0, 0})
				m.SetContentFormat(format)
				m.Payload = []byte("0123456789abcdef")
				client.send(address(t, serverAt), m)
				client.next()
			}
			named := len(seen) == 1 && len(seen[0].Deviations) == 1 && seen[0].Deviations[0].Rule == ruleBlockFormat
			if len(seen) != 1 || named != (second == 0) {
				t.Errorf("the second block in %d: %+v", second, seen)
			}
		})
	}
}
