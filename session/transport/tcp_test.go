package transport

import (
	"errors"
	"net"
	"strings"
	"testing"
)

func listenTCP(t *testing.T) (*TCP, inbox) {
	t.Helper()
	l, err := ListenTCP(t.Context(), "coap+tcp://127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	in := newInbox()
	if err := l.Start(in); err != nil {
		t.Fatal(err)
	}
	return l, in
}

func dialTCP(t *testing.T, address string) (*TCP, Address, inbox) {
	t.Helper()
	l, peer, err := DialTCP(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	in := newInbox()
	if err := l.Start(in); err != nil {
		t.Fatal(err)
	}
	return l, peer, in
}

func TestTCPCarriesBytesBothWays(t *testing.T) {
	server, heard := listenTCP(t)
	client, peer, back := dialTCP(t, server.Address().String())
	back.want(t, "up")
	up := heard.want(t, "up")
	if err := client.Send(peer, Local{}, []byte("question")); err != nil {
		t.Fatal(err)
	}
	if got := heard.want(t, "bytes"); string(got.bytes) != "question" || got.peer != up.peer {
		t.Errorf("got %q from %v", got.bytes, got.peer)
	}
	if err := server.Send(up.peer, up.local, []byte("answer")); err != nil {
		t.Fatal(err)
	}
	if got := back.want(t, "bytes"); string(got.bytes) != "answer" {
		t.Errorf("got %q", got.bytes)
	}
}

func TestTCPReportsWhoEndedAConnection(t *testing.T) {
	server, heard := listenTCP(t)
	_, peer, back := dialTCP(t, server.Address().String())
	back.want(t, "up")
	up := heard.want(t, "up")
	why := errors.New("enough")
	server.Disconnect(up.peer, why)
	if down := heard.want(t, "down"); down.cause != why {
		t.Errorf("our end: %v, want %v", down.cause, why)
	}
	if down := back.want(t, "down"); down.cause != nil || down.peer != peer {
		t.Errorf("the peer's end: %v, want a closing in order", down.cause)
	}
	if err := server.Send(up.peer, Local{}, []byte("x")); !errors.Is(err, ErrNoPeer) {
		t.Errorf("got %v, want %v", err, ErrNoPeer)
	}
}

func TestSilentConnectionsKeepNobodyOut(t *testing.T) {
	server, heard := listenTCP(t)
	var silent []net.Conn
	for range MaxSilentConnections + 20 {
		c, err := net.Dial("tcp", server.Address().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		silent = append(silent, c)
	}
	ups, downs := 0, 0
	for ups < len(silent) || downs < 20 {
		switch a := heard.next(t); a.kind {
		case "up":
			ups++
		case "down":
			downs++
			if !errors.Is(a.cause, errSilent) {
				t.Errorf("cause %v", a.cause)
			}
		}
	}
	client, peer, back := dialTCP(t, server.Address().String())
	back.want(t, "up")
	if err := client.Send(peer, Local{}, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	for {
		if a := heard.next(t); a.kind == "bytes" {
			break
		}
	}
}

func TestTCPPortInUseIsSaid(t *testing.T) {
	server, _ := listenTCP(t)
	if _, err := ListenTCP(t.Context(), server.Address().String()); !errors.Is(err, ErrPortInUse) {
		t.Errorf("got %v, want %v", err, ErrPortInUse)
	}
	if uris := server.LocalURIs(); len(uris) != 1 || !strings.HasPrefix(uris[0], "coap+tcp://127.0.0.1:") {
		t.Errorf("URIs %q", uris)
	}
}
