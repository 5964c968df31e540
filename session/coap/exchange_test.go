package coap

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/session/transport"
)

func TestRequestGetsItsPiggybackedResponse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		server := n.endpoint(serverAt, Config{Handler: answerWith(Content, "ACME")})
		client := n.endpoint(clientAt, Config{})
		x, err := client.Do(t.Context(), address(t, serverAt), NewRequest(GET, "/3/0/0"), RequestOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if x.Response.Code != Content || string(x.Response.Payload) != "ACME" || x.Response.Type != Acknowledgement {
			t.Errorf("got %v %q", x.Response, x.Response.Payload)
		}
		if len(x.Transmissions) != 2 || x.Transmissions[1].Direction != transport.Received || len(x.Deviations) != 0 {
			t.Errorf("transmissions %+v, deviations %v", x.Transmissions, x.Deviations)
		}
		if got := client.Log().Records(x.Number); len(got) != 2 {
			t.Errorf("the client logged %d messages, want 2", len(got))
		}
		if got := server.Log().Records(1); len(got) != 2 || got[0].Direction != transport.Received {
			t.Errorf("the server logged %+v, want request and response", got)
		}
	})
}

func TestUnansweredRequestIsRepeatedWithDoubledWaitsAndGivenUp(t *testing.T) {
	for _, factor := range []float64{1, 1.5} {
		synctest.Test(t, func(t *testing.T) {
			n := newNetwork(t)
			peer := n.script(serverAt)
			client := n.endpoint(clientAt, Config{Parameters: Parameters{AckRandomFactor: factor}})
			begun := time.Now()
			x, err := client.Do(t.Context(), address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{})
			var timeout *TimeoutError
			if !errors.As(err, &timeout) || !errors.Is(err, ErrTimeout) {
				t.Fatalf("got %v, want a timeout", err)
			}
			if timeout.Transmissions != 5 || timeout.Acknowledged {
				t.Errorf("got %+v, want 5 transmissions", timeout)
			}
			first := x.Transmissions[1].Time.Sub(x.Transmissions[0].Time)
			if first < 2*time.Second || first > time.Duration(2*factor*float64(time.Second)) {
				t.Errorf("first wait %v, want between 2s and 2s × %v", first, factor)
			}
			for i, spans := range []time.Duration{0, 1, 3, 7, 15} {
				got := peer.next()
				if got.at != first*spans {
					t.Errorf("transmission %d after %v, want %v", i, got.at, first*spans)
				}
				if string(got.bytes) != string(x.Transmissions[0].Bytes) {
					t.Errorf("transmission %d differs from the first", i)
				}
			}
			if got := time.Since(begun); got != 31*first {
				t.Errorf("given up after %v, want %v", got, 31*first)
			}
			if !strings.Contains(err.Error(), "5 transmissions") {
				t.Errorf("error %q does not tell the transmissions", err)
			}
		})
	}
}

func TestDefaultsGiveUpWithin93Seconds(t *testing.T) {
	if got := (Parameters{}).TransmitWait(); got != 93*time.Second {
		t.Errorf("TransmitWait is %v, want 93s", got)
	}
}

func TestSeparateResponseIsAcknowledged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		peer := n.script(serverAt)
		client := n.endpoint(clientAt, Config{})
		done := start(client, address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{})
		req := peer.next()
		peer.empty(req.from, Acknowledgement, req.message.ID)
		after(20 * time.Second)
		peer.send(req.from, &Message{Type: Confirmable, Code: Content, ID: 7, Token: req.message.Token})
		if got := peer.next(); got.message.Type != Acknowledgement || got.message.ID != 7 || got.message.Code != Empty {
			t.Errorf("got %v, want an Empty ACK of 7", got.message)
		}
		out := <-done
		if out.err != nil || out.exchange.Response.Code != Content {
			t.Fatalf("got %v, %v", out.exchange.Response, out.err)
		}
		// Its repetition is answered with the same bytes again.
		peer.send(req.from, &Message{Type: Confirmable, Code: Content, ID: 7, Token: req.message.Token})
		if got := peer.next(); got.message.Type != Acknowledgement || got.message.ID != 7 {
			t.Errorf("the repetition got %v, want the ACK again", got.message)
		}
	})
}

func TestAcknowledgedRequestIsNotRepeatedAndTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		peer := n.script(serverAt)
		client := n.endpoint(clientAt, Config{Parameters: Parameters{AckRandomFactor: 1.5}})
		done := start(client, address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{})
		req := peer.next()
		peer.empty(req.from, Acknowledgement, req.message.ID)
		peer.silent(92 * time.Second)
		out := <-done
		var timeout *TimeoutError
		if !errors.As(out.err, &timeout) || !timeout.Acknowledged || timeout.After != 93*time.Second {
			t.Errorf("got %v, want a timeout after 93s, acknowledged", out.err)
		}
	})
}

func TestNonConfirmableRequestIsSentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		peer := n.script(serverAt)
		client := n.endpoint(clientAt, Config{})
		req := NewRequest(POST, "/5/0/2")
		req.Type = NonConfirmable
		done := start(client, address(t, serverAt), req, RequestOptions{Timeout: 30 * time.Second})
		if got := peer.next(); got.message.Type != NonConfirmable {
			t.Errorf("got %v, want NON", got.message)
		}
		peer.silent(29 * time.Second)
		if out := <-done; !errors.Is(out.err, ErrTimeout) {
			t.Errorf("got %v, want a timeout", out.err)
		}
	})
}

func TestResetEndsARequest(t *testing.T) {
	for _, kind := range []Type{Confirmable, NonConfirmable} {
		synctest.Test(t, func(t *testing.T) {
			n := newNetwork(t)
			peer := n.script(serverAt)
			client := n.endpoint(clientAt, Config{})
			m := NewRequest(GET, "/3")
			m.Type = kind
			done := start(client, address(t, serverAt), m, RequestOptions{})
			req := peer.next()
			peer.empty(req.from, Reset, req.message.ID)
			if out := <-done; !errors.Is(out.err, ErrReset) {
				t.Errorf("%v: got %v, want ErrReset", kind, out.err)
			}
		})
	}
}

func TestTimeoutCountsFromSendingNotFromQueueing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		peer := n.script(serverAt)
		client := n.endpoint(clientAt, Config{})
		one := start(client, address(t, serverAt), NewRequest(GET, "/1"), RequestOptions{Timeout: 10 * time.Second})
		peer.next()
		begun := time.Now()
		two := start(client, address(t, serverAt), NewRequest(GET, "/2"), RequestOptions{Timeout: 10 * time.Second})
		synctest.Wait()
		<-one
		if out := <-two; !errors.Is(out.err, ErrTimeout) {
			t.Fatalf("got %v", out.err)
		}
		if got := time.Since(begun); got != 20*time.Second {
			t.Errorf("the second ended after %v, want 20s: it was sent after 10s", got)
		}
	})
}

func TestNSTARTBoundsRequestsUnderWayAndKeepsTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		peer := n.script(serverAt)
		client := n.endpoint(clientAt, Config{Parameters: Parameters{NSTART: 2}})
		for _, path := range []string{"/0", "/1", "/2", "/3"} {
			start(client, address(t, serverAt), NewRequest(GET, path), RequestOptions{})
			synctest.Wait()
		}
		first, _ := peer.next(), peer.next()
		peer.silent(time.Second)
		peer.reply(first, NewResponse(Content))
		if got := peer.next(); got.message.Path()[0] != "2" {
			t.Errorf("the third is /%s, want /2", got.message.Path()[0])
		}
		peer.silent(500 * time.Millisecond)
	})
}

func TestContextEndsAQueuedAndASentRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		peer := n.script(serverAt)
		client := n.endpoint(clientAt, Config{})
		ctx, cancel := context.WithCancel(t.Context())
		errs := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := client.Do(ctx, address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{})
				errs <- err
			}()
		}
		peer.next()
		cancel()
		for range 2 {
			if err := <-errs; !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		}
		// The turn is free again.
		done := start(client, address(t, serverAt), NewRequest(GET, "/4"), RequestOptions{})
		peer.reply(peer.next(), NewResponse(Content))
		if out := <-done; out.err != nil {
			t.Error(out.err)
		}
	})
}

func TestCloseFailsWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		peer := n.script(serverAt)
		client := n.endpoint(clientAt, Config{})
		one := start(client, address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{})
		two := start(client, address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{})
		peer.next()
		synctest.Wait()
		client.Close()
		for _, done := range []chan outcome{one, two} {
			if out := <-done; !errors.Is(out.err, ErrClosed) {
				t.Errorf("got %v, want ErrClosed", out.err)
			}
		}
		if _, err := client.Do(t.Context(), address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{}); !errors.Is(err, ErrClosed) {
			t.Errorf("got %v, want ErrClosed", err)
		}
	})
}

func TestPingIsAnsweredWithReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		n.endpoint(serverAt, Config{})
		client := n.endpoint(clientAt, Config{})
		x, err := client.Ping(t.Context(), address(t, serverAt))
		if err != nil || len(x.Transmissions) != 2 || len(x.Transmissions[0].Bytes) != 4 {
			t.Errorf("got %+v, %v", x, err)
		}
		if _, err := client.Ping(t.Context(), address(t, "192.0.2.77:1")); !errors.Is(err, ErrTimeout) {
			t.Errorf("a ping to nobody: %v, want a timeout", err)
		}
	})
}

func TestTokenAndMessageIDCanBeChosen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		peer := n.script(serverAt)
		client := n.endpoint(clientAt, Config{})
		m := NewRequest(GET, "/3")
		m.Token = []byte{}
		id := uint16(0xbeef)
		done := start(client, address(t, serverAt), m, RequestOptions{MessageID: &id})
		req := peer.next()
		if got := req.bytes; string(got) != string(unhex(t, "4001beef b133")) {
			t.Errorf("sent %x", got)
		}
		peer.reply(req, NewResponse(Content))
		if out := <-done; out.err != nil {
			t.Error(out.err)
		}
	})
}

func TestParametersOfPeerAndRequestOverrideThoseOfTheEndpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		peer := n.script(serverAt)
		client := n.endpoint(clientAt, Config{})
		client.SetPeerParameters(address(t, serverAt), Parameters{AckTimeout: 10 * time.Second, MaxRetransmit: 1, TokenLength: 8})
		done := start(client, address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{Parameters: Parameters{MaxRetransmit: 2}})
		for _, want := range []time.Duration{0, 10 * time.Second, 30 * time.Second} {
			if got := peer.next(); got.at != want || len(got.message.Token) != 8 {
				t.Errorf("sent at %v with token %x, want at %v", got.at, got.message.Token, want)
			}
		}
		var timeout *TimeoutError
		if out := <-done; !errors.As(out.err, &timeout) || timeout.After != 70*time.Second {
			t.Errorf("got %v, want a timeout after 70s", out.err)
		}
	})
}

func TestNegativeMaxRetransmitSendsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		peer := n.script(serverAt)
		client := n.endpoint(clientAt, Config{Parameters: Parameters{MaxRetransmit: -1}})
		done := start(client, address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{})
		peer.next()
		var timeout *TimeoutError
		if out := <-done; !errors.As(out.err, &timeout) || timeout.Transmissions != 1 || timeout.After != 2*time.Second {
			t.Errorf("got %v, want a timeout after 2s and one transmission", out.err)
		}
	})
}
