package coap

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// ask is a request as a scripted client sends it.
func ask(id uint16, path string) *Message {
	m := NewRequest(GET, path)
	m.ID, m.Token = id, []byte{byte(id)}
	return m
}

func TestLateResponseIsSeparateAfterAnEmptyAcknowledgement(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		requests := make(chan *Request, 1)
		server := n.endpoint(serverAt, Config{Handler: func(r *Request) { requests <- r }})
		client := n.script(clientAt)
		client.send(address(t, serverAt), ask(1, "/3"))
		r := <-requests
		ack := client.next()
		if ack.message.Type != Acknowledgement || ack.message.Code != Empty || ack.message.ID != 1 || ack.at != DefaultAckDelay {
			t.Errorf("got %v after %v, want an Empty ACK after %v", ack.message, ack.at, DefaultAckDelay)
		}
		after(5 * time.Second)
		if err := r.Respond(NewResponse(Content)); err != nil {
			t.Fatal(err)
		}
		first := client.next()
		if first.message.Type != Confirmable || first.message.Token[0] != 1 {
			t.Errorf("got %v, want a confirmable response", first.message)
		}
		again := client.next()
		if string(again.bytes) != string(first.bytes) || again.at-first.at != 2*time.Second {
			t.Errorf("repetition %x after %v", again.bytes, again.at-first.at)
		}
		client.empty(address(t, serverAt), Acknowledgement, first.message.ID)
		client.silent(time.Minute)
		// The request's repetition still gets the Empty acknowledgement.
		client.send(address(t, serverAt), ask(1, "/3"))
		if got := client.next(); got.message.Code != Empty || got.message.Type != Acknowledgement {
			t.Errorf("got %v, want the Empty ACK again", got.message)
		}
		if err := r.Respond(NewResponse(Content)); !errors.Is(err, ErrAnswered) {
			t.Errorf("a second response: %v, want ErrAnswered", err)
		}
		_ = server
	})
}

func TestAckDelayIsSettable(t *testing.T) {
	for delay, want := range map[time.Duration]time.Duration{-1: 0, time.Second: time.Second} {
		synctest.Test(t, func(t *testing.T) {
			n := newNetwork(t)
			n.endpoint(serverAt, Config{Handler: func(*Request) {}, Parameters: Parameters{AckDelay: delay}})
			client := n.script(clientAt)
			client.send(address(t, serverAt), ask(1, "/3"))
			if got := client.next(); got.at != want || got.message.Code != Empty {
				t.Errorf("delay %v: %v after %v, want an Empty ACK after %v", delay, got.message, got.at, want)
			}
		})
	}
}

func TestResponseWithinTheDelayIsPiggybacked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		n.endpoint(serverAt, Config{Handler: func(r *Request) {
			go func() {
				after(100 * time.Millisecond)
				_ = r.Respond(NewResponse(Content))
			}()
		}})
		client := n.script(clientAt)
		client.send(address(t, serverAt), ask(1, "/3"))
		if got := client.next(); got.message.Type != Acknowledgement || got.message.Code != Content {
			t.Errorf("got %v, want a piggybacked response", got.message)
		}
		client.silent(time.Minute)
	})
}

func TestDuplicateRequestIsHandledOnceAndAnsweredAlike(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		handled := 0
		n.endpoint(serverAt, Config{Handler: func(r *Request) {
			handled++
			m := NewResponse(Content)
			m.Payload = []byte{byte(handled)}
			_ = r.Respond(m)
		}})
		client := n.script(clientAt)
		client.send(address(t, serverAt), ask(1, "/3"))
		first := client.next()
		after(ExchangeLifetime - time.Second)
		client.send(address(t, serverAt), ask(1, "/3"))
		if again := client.next(); string(again.bytes) != string(first.bytes) || handled != 1 {
			t.Errorf("got %x, want %x; handled %d times", again.bytes, first.bytes, handled)
		}
		after(2 * time.Second)
		client.send(address(t, serverAt), ask(1, "/3"))
		if again := client.next(); again.message.Payload[0] != 2 {
			t.Error("a message after the exchange lifetime was taken for a duplicate")
		}
	})
}

func TestDuplicateOfANonConfirmableRequestIsIgnoredForItsLifetime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		n.endpoint(serverAt, Config{Handler: answerWith(Content, "")})
		client := n.script(clientAt)
		m := ask(1, "/3")
		m.Type = NonConfirmable
		client.send(address(t, serverAt), m)
		if got := client.next(); got.message.Type != NonConfirmable {
			t.Errorf("got %v, want NON", got.message)
		}
		client.send(address(t, serverAt), m)
		client.silent(NonLifetime - time.Second)
		after(2 * time.Second)
		client.send(address(t, serverAt), m)
		client.next()
	})
}

func TestMessageIDUsedForAnotherMessageIsHandledAndNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		var seen []string
		n.endpoint(serverAt, Config{Handler: func(r *Request) {
			seen = append(seen, rules(r.Deviations))
			_ = r.Respond(NewResponse(Content))
		}})
		client := n.script(clientAt)
		client.send(address(t, serverAt), ask(1, "/3"))
		client.next()
		client.send(address(t, serverAt), ask(1, "/4"))
		client.next()
		if len(seen) != 2 || seen[1] != ruleIDReuse {
			t.Errorf("deviations %q, want %s for the second", seen, ruleIDReuse)
		}
	})
}

func TestIgnoredRequestGetsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		n.endpoint(serverAt, Config{Handler: func(r *Request) { r.Ignore() }})
		client := n.script(clientAt)
		client.send(address(t, serverAt), ask(1, "/3"))
		client.silent(time.Minute)
	})
}

func TestNoResponseIsHeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		n.endpoint(serverAt, Config{Handler: answerWith(Changed, "")})
		client := n.script(clientAt)
		for i, c := range []struct {
			kind    Type
			decline uint64
			want    string
		}{
			{Confirmable, 2, "ACK 0.00 Empty, 0 bytes"},
			{NonConfirmable, 2, ""},
			{NonConfirmable, 8, "NON 2.04 Changed [03], 0 bytes"},
		} {
			m := ask(uint16(i+1), "/3")
			m.Type = c.kind
			m.Options.SetUint(NoResponse, c.decline)
			client.send(address(t, serverAt), m)
			if c.want == "" {
				client.silent(time.Minute)
				continue
			}
			if got := client.next().message.String(); got != c.want {
				t.Errorf("%v declining %d: got %s, want %s", c.kind, c.decline, got, c.want)
			}
		}
	})
}

func TestUnknownCriticalOptionIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		n.endpoint(serverAt, Config{Handler: answerWith(Content, "")})
		client := n.script(clientAt)
		m := ask(1, "/3")
		m.Options.Add(2049, []byte{1})
		client.send(address(t, serverAt), m)
		if got := client.next(); got.message.Code != BadOption {
			t.Errorf("got %v, want 4.02", got.message)
		}
		m.ID, m.Type = 2, NonConfirmable
		client.send(address(t, serverAt), m)
		client.silent(time.Minute)
		m = ask(3, "/3")
		m.Options.Add(2048, []byte{1})
		client.send(address(t, serverAt), m)
		if got := client.next(); got.message.Code != Content {
			t.Errorf("an elective option: got %v, want 2.05", got.message)
		}
	})
}

func TestUnknownCriticalOptionInAResponseEndsTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		peer := n.script(serverAt)
		client := n.endpoint(clientAt, Config{})
		done := start(client, address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{})
		req := peer.next()
		peer.empty(req.from, Acknowledgement, req.message.ID)
		m := &Message{Type: Confirmable, Code: Content, ID: 9, Token: req.message.Token}
		m.Options.Add(2049, nil)
		peer.send(req.from, m)
		if out := <-done; !errors.Is(out.err, ErrRejected) || rules(out.exchange.Deviations) != ruleUnknownCritical {
			t.Errorf("got %v, %v", out.err, out.exchange.Deviations)
		}
		if got := peer.next(); got.message.Type != Reset || got.message.ID != 9 {
			t.Errorf("got %v, want RST", got.message)
		}
	})
}

func TestARefusedRequestIsToldOnce(t *testing.T) {
	for octets, want := range map[string]string{
		"40010001 e02602":   "critical option 9999 is not known; answered 4.02",
		"50010002 e02602":   "critical option 9999 is not known; not answered, since it is Non-confirmable",
		"40010003 d106 01":  "critical option Q-Block1 is unknown or has an illegal value; answered 4.02",
		"40010004 73010203": "Uri-Port of 0 to 2 bytes expected, 3 found; answered 4.02",
	} {
		t.Run(octets, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newNetwork(t)
				var told []Refused
				n.endpoint(serverAt, Config{Handler: answerWith(Content, ""), OnRefused: func(r Refused) { told = append(told, r) }})
				n.script(clientAt).sendRaw(address(t, serverAt), unhex(t, octets))
				synctest.Wait()
				if len(told) != 1 || len(told[0].Deviations) != 1 || told[0].Deviations[0].Message != want {
					t.Errorf("told %+v, want %s", told, want)
				}
			})
		})
	}
}
