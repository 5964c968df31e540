package coap

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/session/transport"
)

// answered tells that the server still answers a well-behaved peer.
func answered(t *testing.T, n *network, at string) {
	t.Helper()
	well := n.endpoint(at, Config{})
	if x, err := well.Do(bg(), address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{}); err != nil || x.Response.Code != Content {
		t.Errorf("a well-behaved peer got %v, %v", x, err)
	}
}

func TestBadDatagramsGetResetOrSilence(t *testing.T) {
	for name, c := range map[string]struct {
		hex   string
		reset bool
		rule  string
	}{
		"nothing":                   {"", false, ruleTruncated},
		"three bytes":               {"400100", false, ruleTruncated},
		"version 2":                 {"80010001", false, ruleVersion},
		"CON with a token of 9":     {"4901000a 010203040506070809", true, ruleTokenLength},
		"NON with a token of 9":     {"5901000a 010203040506070809", false, ruleTokenLength},
		"CON with an option cut":    {"4001000a b5727365", true, ruleOptionTruncated},
		"NON with an option cut":    {"5001000a b5727365", false, ruleOptionTruncated},
		"ACK with an option cut":    {"6045000a b5727365", false, ruleOptionTruncated},
		"CON with a lone marker":    {"4001000a ff", true, ruleMarker},
		"CON of a reserved class":   {"4020000a", true, ruleCodeClass},
		"NON of a reserved class":   {"5020000a", false, ruleCodeClass},
		"CON signalling":            {"40e1000a", true, ruleSignalOnDatagram},
		"CON Empty with a payload":  {"4000000a ff00", true, ruleEmptyMessage},
		"NON Empty":                 {"5000000a", false, ruleTypeForCode},
		"ACK nobody waits for":      {"6000000a", false, ""},
		"RST nobody waits for":      {"7000000a", false, ""},
		"CON response, no request":  {"4245000a abcd", true, ""},
		"NON response, no request":  {"5245000a abcd", false, ""},
		"NON notification, unknown": {"5245000a abcd 60", true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newNetwork(t)
				var seen []Passage
				n.endpoint(serverAt, Config{Handler: answerWith(Content, ""), Tap: func(p Passage) {
					if p.Direction == transport.Received {
						p.Bytes = bytes.Clone(p.Bytes)
						seen = append(seen, p)
					}
				}})
				peer := n.script(clientAt)
				peer.sendRaw(address(t, serverAt), unhex(t, c.hex))
				if c.reset {
					if got := peer.next(); got.message.Type != Reset || got.message.ID != 10 || len(got.bytes) != 4 {
						t.Errorf("got %x, want RST of 10", got.bytes)
					}
				} else {
					peer.silent(time.Minute)
				}
				synctest.Wait()
				if len(seen) != 1 || seen[0].Number == 0 {
					t.Fatalf("the tap saw %+v", seen)
				}
				if got := rules(append(seen[0].Deviations, Scan(seen[0].Bytes, false).Deviations...)); c.rule != "" && !strings.Contains(got, c.rule) {
					t.Errorf("deviations %q, want %s", got, c.rule)
				}
				answered(t, n, "192.0.2.3:1")
			})
		})
	}
}

func TestRandomBytesDisturbNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		n.endpoint(serverAt, Config{Handler: answerWith(Content, "")})
		peer := n.script(clientAt)
		random := rand.New(seeded())
		for range 5000 {
			b := make([]byte, random.IntN(60))
			for i := range b {
				b[i] = byte(random.Uint32())
			}
			peer.sendRaw(address(t, serverAt), b)
		}
		synctest.Wait()
		answered(t, n, "192.0.2.3:1")
	})
}

func TestBadAnswersFailTheirExchangeOnly(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(peer *script, other *script, req heard)
		want   error
		rule   string
	}{
		"RST":         {func(p, _ *script, r heard) { p.empty(r.from, Reset, r.message.ID) }, ErrReset, ""},
		"never":       {func(*script, *script, heard) {}, ErrTimeout, ""},
		"wrong token": {func(p, _ *script, r heard) { p.reply(r, &Message{Code: Content, Token: []byte{9, 9}}) }, ErrTimeout, ruleWrongToken},
		"wrong token in a message of its own": {func(p, _ *script, r heard) {
			p.send(r.from, &Message{Type: Confirmable, ID: 99, Code: Content, Token: []byte{9, 9}})
		}, ErrTimeout, ruleWrongToken},
		"ACK of another id":       {func(p, _ *script, r heard) { p.empty(r.from, Acknowledgement, r.message.ID+1) }, ErrTimeout, ruleUnmatchedAck},
		"ACK with a request":      {func(p, _ *script, r heard) { p.reply(r, &Message{Code: GET}) }, ErrTimeout, ruleAckRequest},
		"ACK of a reserved class": {func(p, _ *script, r heard) { p.reply(r, &Message{Code: MakeCode(6, 1)}) }, ErrTimeout, ruleAckRequest},
		"ACK with random bytes": {func(p, _ *script, r heard) {
			p.sendRaw(r.from, append(emptyMessage(Acknowledgement, r.message.ID), 0xd2, 0xff))
		}, ErrTimeout, ruleOptionTruncated},
		"another port": {func(_, other *script, r heard) {
			other.send(r.from, &Message{Type: NonConfirmable, ID: 5, Code: Content, Token: r.message.Token})
		}, ErrTimeout, ruleOtherPort},
		"another port, acknowledging": {func(_, other *script, r heard) {
			other.reply(r, &Message{Code: Content})
		}, ErrTimeout, ruleOtherPort},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newNetwork(t)
				peer, other := n.script(serverAt), n.script("192.0.2.1:6000")
				bystander := n.script("192.0.2.9:1")
				client := n.endpoint(clientAt, Config{})
				done := start(client, address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{})
				req := peer.next()
				c.answer(peer, other, req)
				undisturbed := start(client, address(t, "192.0.2.9:1"), NewRequest(GET, "/3"), RequestOptions{})
				bystander.reply(bystander.next(), NewResponse(Content))
				if out := <-undisturbed; out.err != nil {
					t.Errorf("the other peer's exchange: %v", out.err)
				}
				out := <-done
				if !errors.Is(out.err, c.want) {
					t.Errorf("got %v, want %v", out.err, c.want)
				}
				if c.rule != "" && !strings.Contains(rules(out.exchange.Deviations), c.rule) {
					t.Errorf("deviations %v, want %s", out.exchange.Deviations, c.rule)
				}
				if out.exchange.Response != nil {
					t.Errorf("the response was taken: %v", out.exchange.Response)
				}
			})
		})
	}
}

func TestRightAnswerAfterAWrongOneIsTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		peer := n.script(serverAt)
		client := n.endpoint(clientAt, Config{})
		done := start(client, address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{})
		req := peer.next()
		peer.send(req.from, &Message{Type: NonConfirmable, ID: 99, Code: Content, Token: []byte{9}})
		peer.reply(req, NewResponse(Content))
		if out := <-done; out.err != nil || rules(out.exchange.Deviations) != ruleWrongToken {
			t.Errorf("got %v, %v", out.err, out.exchange.Deviations)
		}
	})
}

func TestRepetitionAnsweredDifferentlyIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		peer := n.script(serverAt)
		client := n.endpoint(clientAt, Config{})
		done := start(client, address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{})
		first, second := peer.next(), peer.next()
		peer.reply(first, &Message{Code: Content, Payload: []byte("1")})
		out := <-done
		peer.reply(second, &Message{Code: Content, Payload: []byte("1")})
		peer.reply(second, &Message{Code: Content, Payload: []byte("2")})
		synctest.Wait()
		records := client.Log().Records(out.exchange.Number)
		if len(records) != 5 || len(records[3].Deviations) != 0 || rules(records[4].Deviations) != ruleDuplicateAnswer {
			t.Errorf("got %+v", records)
		}
	})
}

func TestRepeatedRequestThatIsNeverAcknowledgedIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		peer := n.script(serverAt)
		client := n.endpoint(clientAt, Config{})
		done := start(client, address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{})
		peer.next()
		req := peer.next()
		peer.send(req.from, &Message{Type: Confirmable, ID: 1, Code: Content, Token: req.message.Token})
		if out := <-done; out.err != nil || rules(out.exchange.Deviations) != ruleMissingAck {
			t.Errorf("got %v, %v", out.err, out.exchange.Deviations)
		}
	})
}

func TestNotificationWithTheTokenOfAnEndedRequestIsReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		peer := n.script(serverAt)
		client := n.endpoint(clientAt, Config{})
		done := start(client, address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{})
		req := peer.next()
		peer.reply(req, NewResponse(Content))
		<-done
		peer.send(req.from, notification(NonConfirmable, 5, req.message.Token, 3, "x"))
		if got := peer.next(); got.message.Type != Reset {
			t.Errorf("got %v, want RST", got.message)
		}
	})
}

func TestTableOfDuplicatesIsBoundedAndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		said := 0
		server := n.endpoint(serverAt, Config{
			Handler: func(r *Request) { r.Ignore() },
			Tap: func(p Passage) {
				if strings.Contains(rules(p.Deviations), ruleDuplicatesLost) {
					said++
				}
			},
		})
		peer := n.script(clientAt)
		for i := range MaxDuplicates + 100 {
			peer.send(address(t, serverAt), ask(uint16(i), "/3"))
		}
		synctest.Wait()
		server.mu.Lock()
		kept, counted := len(server.duplicates.all), server.peers.all[peer.link.Address()].duplicates.count
		server.mu.Unlock()
		synctest.Wait()
		if kept != MaxDuplicates || counted != MaxDuplicates || said != 1 {
			t.Errorf("%d kept, %d counted, said %d times; want %d and once", kept, counted, said, MaxDuplicates)
		}
	})
}

func TestStormOfNotificationsIsDeliveredInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		peer, _, req, w := observed(t, newNetwork(t))
		go func() {
			for i := range 10_000 {
				peer.send(req.from, notification(NonConfirmable, uint16(i), req.message.Token, uint32(11+i), "x"))
			}
		}()
		for i := range 10_000 {
			if got := <-w.told; got.Sequence != uint32(11+i) || !got.Fresh {
				t.Fatalf("notification %d is %+v", i, got)
			}
		}
	})
}

func TestIdlePeersAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		server := n.endpoint(serverAt, Config{Handler: answerWith(Created, "")})
		b, err := Encode(ask(1, "/rd"), false)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 1000 {
			n.Deliver(address(t, fmt.Sprintf("10.0.%d.%d:1", i/250, i%250)), address(t, serverAt), b)
		}
		synctest.Wait()
		after(ExchangeLifetime + 2*time.Second)
		server.mu.Lock()
		defer server.mu.Unlock()
		if len(server.peers.all) != 0 || len(server.duplicates.all) != 0 || server.duplicates.replies != 0 || len(server.timers.heap) != 0 {
			t.Errorf("%d peers, %d duplicates, %d timers kept", len(server.peers.all), len(server.duplicates.all), len(server.timers.heap))
		}
	})
}

func TestLateAnswersAreNobodysMistake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		peer := n.script(serverAt)
		client := n.endpoint(clientAt, Config{})
		lost := start(client, address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{Timeout: time.Second})
		first := peer.next()
		gone := (<-lost).exchange
		done := start(client, address(t, serverAt), NewRequest(GET, "/4"), RequestOptions{})
		second := peer.next()
		peer.reply(first, NewResponse(Content))
		peer.send(first.from, &Message{Type: NonConfirmable, ID: 70, Code: Content, Token: first.message.Token})
		peer.reply(second, NewResponse(Changed))
		if out := <-done; out.err != nil || out.exchange.Response.Code != Changed || len(out.exchange.Deviations) != 0 {
			t.Errorf("got %v, %v", out.err, out.exchange.Deviations)
		}
		records := client.Log().Records(gone.Number)
		if last := records[len(records)-1]; len(records) != 2 || last.Note != noteLate.text(0) {
			t.Errorf("the late response stands as %+v", records)
		}
	})
}
