package coap

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/session/transport"
)

// streamEndpoint starts an endpoint on a stream link at the address.
func (n *network) streamEndpoint(at string, c Config) (*Endpoint, *transport.Memory) {
	n.t.Helper()
	link, err := n.Stream(at)
	if err != nil {
		n.t.Fatal(err)
	}
	return n.start(link, c), link
}

// connected starts two endpoints with a connection between them.
func connected(t *testing.T, n *network, server, client Config) (s, c *Endpoint) {
	t.Helper()
	s, _ = n.streamEndpoint(serverAt, server)
	c, link := n.streamEndpoint(clientAt, client)
	if err := link.Connect(t.Context(), address(t, serverAt)); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	return s, c
}

// wire is a scripted end of a stream: it collects what comes.
type wire struct {
	t    *testing.T
	link *transport.Memory
	to   transport.Address
	in   chan []byte
	down chan error
	rest []byte
}

func (w *wire) Receive(d transport.Datagram)                   { w.in <- bytes.Clone(d.Bytes) }
func (w *wire) PeerUp(transport.Address, transport.Local)      {}
func (w *wire) PeerMoved(transport.Address, transport.Address) {}
func (w *wire) PeerDown(_ transport.Address, cause error)      { w.down <- cause }
func (w *wire) SendFailed(transport.Address, error)            {}

// wire connects a scripted end with the endpoint at serverAt.
func (n *network) wire() *wire {
	n.t.Helper()
	link, err := n.Stream(clientAt)
	if err != nil {
		n.t.Fatal(err)
	}
	w := &wire{t: n.t, link: link, to: address(n.t, serverAt), in: make(chan []byte, 1000), down: make(chan error, 10)}
	if err := link.Start(w); err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { link.Close() })
	if err := link.Connect(n.t.Context(), w.to); err != nil {
		n.t.Fatal(err)
	}
	return w
}

func (w *wire) send(b []byte) {
	w.t.Helper()
	if err := w.link.Send(w.to, transport.Local{}, b); err != nil {
		w.t.Fatal(err)
	}
}

func (w *wire) say(m *Message) {
	w.t.Helper()
	b, err := Encode(m, true)
	if err != nil {
		w.t.Fatal(err)
	}
	w.send(b)
}

// next returns the next frame that came.
func (w *wire) next() *Message {
	w.t.Helper()
	for {
		if len(w.rest) > 0 {
			if size, complete := frameSize(w.rest); complete && size <= len(w.rest) {
				m, err := Decode(w.rest[:size], true)
				if err != nil {
					w.t.Fatal(err)
				}
				w.rest = w.rest[size:]
				return m
			}
		}
		select {
		case b := <-w.in:
			w.rest = append(w.rest, b...)
		case <-time.After(10 * time.Minute):
			w.t.Fatal("no frame within ten minutes")
		}
	}
}

func TestStreamBeginsWithCapabilities(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		n.streamEndpoint(serverAt, Config{})
		w := n.wire()
		m := w.next()
		size, _ := m.Options.Uint(CSMMaxMessageSize)
		if m.Code != CSM || size != ownMaxMessage || !m.Options.Has(CSMBlockWiseTransfer) {
			t.Errorf("got %v %v", m, m.Options)
		}
	})
}

func TestStreamCarriesExchangesObservationsAndBodies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		relations := make(chan *Relation, 1)
		_, client := connected(t, n, Config{Handler: func(r *Request) {
			if rel := r.AcceptObserve(nil); rel != nil {
				relations <- rel
			}
			m := NewResponse(Content)
			m.Payload = r.Message.Payload
			_ = r.Respond(m)
		}}, Config{})
		for _, size := range []int{0, 12, 13, 268, 269, 5000, 100_000} {
			m := NewRequest(PUT, "/5/0/0")
			m.Payload = text(size)
			x, err := client.Do(bg(), address(t, serverAt), m, RequestOptions{})
			if err != nil || !bytes.Equal(x.Response.Payload, m.Payload) {
				t.Fatalf("%d bytes: %v, %v", size, x.Response, err)
			}
			if size <= 5000 && len(x.Transmissions) != 2 {
				t.Errorf("%d bytes took %d messages, want 2", size, len(x.Transmissions))
			}
		}
		w := <-observe(client, address(t, serverAt))
		if w.err != nil || w.o == nil {
			t.Fatal(w.err)
		}
		rel := <-relations
		for i := range 3 {
			if _, err := rel.Notify(&Message{Code: Content, Payload: []byte{byte(i)}}, true); err != nil {
				t.Fatal(err)
			}
			if got := <-w.told; !got.Fresh || got.Message.Payload[0] != byte(i) {
				t.Errorf("got %+v", got)
			}
		}
		if _, err := w.o.Cancel(bg()); err != nil || !rel.Ended() {
			t.Errorf("cancel: %v, ended %v", err, rel.Ended())
		}
	})
}

func TestAConnectionMayEndAfterItsEndpointWasClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		server, _ := n.streamEndpoint(serverAt, Config{})
		w := n.wire() // sends no CSM: the patience with it is still set
		w.next()
		_ = server.Close()
		server.PeerDown(address(t, clientAt), nil)
	})
}

func TestStreamFramesMayComeInAnyPieces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		n.streamEndpoint(serverAt, Config{Handler: answerWith(Content, "x")})
		w := n.wire()
		w.next()
		var all []byte
		for i := range 5 {
			m := NewRequest(PUT, "/3")
			m.Token, m.Payload = []byte{byte(i)}, text(300*i)
			b, _ := Encode(m, true)
			all = append(all, b...)
		}
		csm, _ := Encode(&Message{Code: CSM}, true)
		w.send(csm)
		for len(all) > 0 {
			size := min(7, len(all))
			w.send(all[:size])
			all = all[size:]
		}
		for i := range 5 {
			if m := w.next(); m.Code != Content || m.Token[0] != byte(i) {
				t.Errorf("answer %d: %v", i, m)
			}
		}
	})
}

func TestStreamPingIsAnsweredWithPong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		_, client := connected(t, n, Config{}, Config{})
		if _, err := client.Ping(t.Context(), address(t, serverAt)); err != nil {
			t.Error(err)
		}
	})
}

func TestStreamRequestWithoutAnswerTimesOutOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		_, client := connected(t, n, Config{Handler: func(*Request) {}}, Config{})
		_, err := client.Do(bg(), address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{Timeout: time.Minute})
		var timeout *TimeoutError
		if !errors.As(err, &timeout) || timeout.Transmissions != 1 || timeout.After != time.Minute {
			t.Errorf("got %v", err)
		}
	})
}

func TestHostileStreamIsAbortedWithAReason(t *testing.T) {
	for name, c := range map[string]struct{ hex, reason string }{
		"a length that lies":            {"00e1 f0 ffffffff 01", "at most"},
		"a reserved token length":       {"00e1 0f 01", "token of at most 8"},
		"a broken option":               {"00e1 1001 ff 1001 f1", "after the marker"},
		"Max-Message-Size of 5 bytes":   {"60e1 250000000001", "Max-Message-Size"},
		"Max-Message-Size of 1":         {"20e1 2101", "Max-Message-Size of 1"},
		"an unknown critical option":    {"10e1 90", "critical option 9"},
		"an option delta of 15":         {"00e1 1001 f1", "15"},
		"random bytes after a greeting": {"00e1 4fa37c91aa3e88", "token"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newNetwork(t)
				events := make(chan PeerEvent, 10)
				n.streamEndpoint(serverAt, Config{OnPeer: func(e PeerEvent) { events <- e }})
				w := n.wire()
				w.next()
				w.send(unhex(t, c.hex))
				m := w.next()
				if m.Code != Abort || !strings.Contains(string(m.Payload), c.reason) {
					t.Errorf("got %v %q, want Abort with %q", m, m.Payload, c.reason)
				}
				<-w.down
				if up := <-events; up.Change != PeerUp {
					t.Errorf("got %+v", up)
				}
				if down := <-events; down.Change != PeerDown || down.Cause == nil || !strings.Contains(down.Cause.Error(), c.reason) {
					t.Errorf("got %+v", down)
				}
			})
		})
	}
}

func TestTLSOnThePortOfPlainCoAPIsSaid(t *testing.T) {
	for hex, found := range map[string]bool{
		"16030100c8010000c4": true, "15030300020228": true, "16030303ab01": true,
		"160303000002": false, "16030102": false, "00e1": false,
	} {
		if got := isTLS(unhex(t, hex)); got != found {
			t.Errorf("%s: %v", hex, got)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		refused := make(chan Refused, 1)
		n.streamEndpoint(serverAt, Config{OnRefused: func(r Refused) { refused <- r }})
		w := n.wire()
		w.next()
		w.send(unhex(t, "16030100c8010000c4"))
		if m := w.next(); m.Code != Abort {
			t.Errorf("got %v", m)
		}
		if r := <-refused; len(r.Deviations) != 1 || !strings.Contains(r.Deviations[0].Message, "this is TLS") || !strings.Contains(r.Deviations[0].Message, "coap+tcp://") {
			t.Errorf("told %+v", r)
		}
	})
}

func TestConnectionThatSaysNothingIsClosed(t *testing.T) {
	for _, begun := range []string{"", "d0"} {
		synctest.Test(t, func(t *testing.T) {
			n := newNetwork(t)
			n.streamEndpoint(serverAt, Config{})
			w := n.wire()
			if begun != "" {
				w.send(unhex(t, begun))
			}
			opened := time.Now()
			<-w.down
			if got := time.Since(opened); got != csmPatience {
				t.Errorf("closed after %v, want %v", got, csmPatience)
			}
		})
	}
}

func TestMissingCSMIsToleratedAndNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		named := make(chan string, 1)
		n.streamEndpoint(serverAt, Config{Handler: func(r *Request) {
			named <- rules(r.Deviations)
			_ = r.Respond(NewResponse(Content))
		}})
		w := n.wire()
		w.next()
		w.say(NewRequest(GET, "/3"))
		if m := w.next(); m.Code != Content || <-named != ruleCSMMissing {
			t.Errorf("got %v", m)
		}
	})
}

func TestLostConnectionFailsWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		server, client := connected(t, n, Config{Handler: func(r *Request) {
			if r.AcceptObserve(nil) != nil {
				_ = r.Respond(NewResponse(Content))
			}
		}}, Config{Parameters: Parameters{NSTART: 2}})
		w := <-observe(client, address(t, serverAt))
		one := start(client, address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{})
		synctest.Wait()
		server.Close()
		if out := <-one; !errors.Is(out.err, ErrUnreachable) {
			t.Errorf("got %v, want ErrUnreachable", out.err)
		}
		if got := <-w.told; !got.Ended || got.Message != nil || !w.o.Ended() {
			t.Errorf("the observation got %+v", got)
		}
		if _, err := client.Do(bg(), address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{}); !errors.Is(err, ErrUnreachable) {
			t.Errorf("a request without connection: %v", err)
		}
	})
}

func TestAbortOfThePeerIsTheReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		events := make(chan PeerEvent, 10)
		n.streamEndpoint(serverAt, Config{OnPeer: func(e PeerEvent) { events <- e }})
		w := n.wire()
		w.say(&Message{Code: CSM})
		w.say(&Message{Code: Abort, Payload: []byte("tired")})
		<-events
		var abort *AbortError
		if down := <-events; !errors.As(down.Cause, &abort) || abort.Reason != "tired" {
			t.Errorf("got %+v", down)
		}
	})
}

func TestReleasedConnectionEndsAfterWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		server, _ := n.streamEndpoint(serverAt, Config{Parameters: Parameters{NSTART: 5}})
		w := n.wire()
		w.next()
		done := start(server, address(t, clientAt), NewRequest(GET, "/3"), RequestOptions{})
		req := w.next()
		w.say(&Message{Code: Release})
		synctest.Wait()
		if out := <-start(server, address(t, clientAt), NewRequest(GET, "/4"), RequestOptions{}); !errors.Is(out.err, ErrUnreachable) {
			t.Errorf("a request after Release: %v", out.err)
		}
		w.say(&Message{Code: Content, Token: req.Token})
		if out := <-done; out.err != nil {
			t.Errorf("the request under way: %v", out.err)
		}
		<-w.down
	})
}

func TestSmallPeerGetsSmallMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		server, _ := n.streamEndpoint(serverAt, Config{})
		w := n.wire()
		w.next()
		csm := &Message{Code: CSM}
		csm.Options.SetUint(CSMMaxMessageSize, 200)
		w.say(csm)
		synctest.Wait()
		m := NewRequest(PUT, "/5/0/0")
		m.Payload = text(500)
		start(server, address(t, clientAt), m, RequestOptions{})
		got := w.next()
		b, found := got.Block1()
		if size := len(got.Payload); !found || !b.More || size > 200-messageOverhead || size != b.Size() {
			t.Errorf("block %v of %d bytes", b, size)
		}
	})
}

func TestPongWithoutItsTokenIsTakenAndNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		server, _ := n.streamEndpoint(serverAt, Config{})
		w := n.wire()
		w.next()
		done := make(chan outcome, 1)
		go func() {
			x, err := server.Ping(bg(), address(t, clientAt))
			done <- outcome{x, err}
		}()
		if m := w.next(); m.Code != Ping || len(m.Token) == 0 {
			t.Errorf("got %v, want Ping with a token", m)
		}
		w.say(&Message{Code: Pong})
		if out := <-done; out.err != nil || !strings.Contains(rules(out.exchange.Deviations), ruleWrongToken) {
			t.Errorf("got %v, %v", out.err, out.exchange.Deviations)
		}
	})
}
