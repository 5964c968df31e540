package coap

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"lwcon/session/transport"
)

func TestPeerThatMovedKeepsItsObservationsAndRelations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		peer, client, req, w := observed(t, n)
		elsewhere := n.script("192.0.2.50:7")
		moved := make(chan PeerEvent, 1)
		client.onPeer = func(e PeerEvent) { moved <- e }
		client.PeerMoved(address(t, serverAt), elsewhere.link.Address())
		if e := <-moved; e.Change != PeerMoved || e.To != elsewhere.link.Address() {
			t.Errorf("got %+v", e)
		}
		elsewhere.send(req.from, notification(Confirmable, 1, req.message.Token, 11, "x"))
		if got := <-w.told; !got.Fresh || w.o.Peer() != elsewhere.link.Address() {
			t.Errorf("got %+v from %v", got, w.o.Peer())
		}
		if got := elsewhere.next(); got.message.Type != Acknowledgement {
			t.Errorf("got %v", got.message)
		}
		done := start(client, elsewhere.link.Address(), NewRequest(GET, "/3"), RequestOptions{})
		elsewhere.reply(elsewhere.next(), NewResponse(Content))
		if out := <-done; out.err != nil {
			t.Error(out.err)
		}
		_ = peer
	})
}

func TestRefusalReportedByTheLinkEndsRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		peer := n.script(serverAt)
		client := n.endpoint(clientAt, Config{})
		done := start(client, address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{})
		peer.next()
		refused := errors.New("connection refused")
		client.SendFailed(address(t, serverAt), refused)
		if out := <-done; !errors.Is(out.err, ErrUnreachable) || !errors.Is(out.err, refused) {
			t.Errorf("got %v", out.err)
		}
	})
}

func TestForgottenPeerLosesItsRelations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		observer, rel, ended := registered(t, n)
		rel.endpoint.Forget(observer.link.Address())
		if got := <-ended; got != EndedByPeer || !rel.Ended() {
			t.Errorf("got %v", got)
		}
	})
}

func TestAnswerLeavesFromWhereTheRequestCameTo(t *testing.T) {
	server, err := transport.ListenUDP(t.Context(), ":0")
	if err != nil {
		t.Fatal(err)
	}
	n := newNetwork(t)
	e := n.start(server, Config{Handler: answerWith(Content, "x")})
	link, peer, err := transport.DialUDP(t.Context(), "127.0.0.1:"+portOf(server.Address()))
	if err != nil {
		t.Fatal(err)
	}
	client := n.start(link, Config{})
	x, err := client.Do(t.Context(), peer, NewRequest(GET, "/3"), RequestOptions{})
	if err != nil || !bytes.Equal(x.Response.Payload, []byte("x")) {
		t.Errorf("got %v, %v", x, err)
	}
	_ = e
}

func portOf(a transport.Address) string {
	s := a.String()
	return s[bytes.LastIndexByte([]byte(s), ':')+1:]
}

func TestRequestOverTCP(t *testing.T) {
	listener, err := transport.ListenTCP(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := newNetwork(t)
	n.start(listener, Config{Handler: answerWith(Content, string(text(3000)))})
	link, peer, err := transport.DialTCP(t.Context(), listener.Address().String())
	if err != nil {
		t.Fatal(err)
	}
	client := n.start(link, Config{})
	x, err := client.Do(t.Context(), peer, NewRequest(GET, "/3"), RequestOptions{})
	if err != nil || len(x.Response.Payload) != 3000 {
		t.Errorf("got %v, %v", x, err)
	}
}

func TestContextEndsARequestThatReceivesItsOwnAnswer(t *testing.T) {
	n := newNetwork(t)
	silent := make(chan *Request, 1)
	listener, err := transport.ListenUDP(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n.start(listener, Config{Handler: func(r *Request) {
		if r.Message.Path()[0] == "silent" {
			r.Ignore()
			silent <- r
			return
		}
		_ = r.Respond(NewResponse(Content))
	}})
	link, peer, err := transport.DialUDP(t.Context(), listener.Address().String())
	if err != nil {
		t.Fatal(err)
	}
	client := n.start(link, Config{})
	for range 3 {
		for range 50 { // so that the goroutine of Do receives
			if _, err := client.Do(t.Context(), peer, NewRequest(GET, "/3"), RequestOptions{}); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-silent
			cancel()
		}()
		if _, err := client.Do(ctx, peer, NewRequest(GET, "/silent"), RequestOptions{}); !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v, want the context's error", err)
		}
	}
}
