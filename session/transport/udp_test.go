package transport

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
)

func listen(t *testing.T, address string) (*UDP, inbox) {
	t.Helper()
	u, err := ListenUDP(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { u.Close() })
	in := newInbox()
	if err := u.Start(in); err != nil {
		t.Fatal(err)
	}
	return u, in
}

func dial(t *testing.T, address string) (*UDP, Address, inbox) {
	t.Helper()
	u, peer, err := DialUDP(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { u.Close() })
	in := newInbox()
	if err := u.Start(in); err != nil {
		t.Fatal(err)
	}
	return u, peer, in
}

func TestUDPCarriesDatagramsBothWays(t *testing.T) {
	server, heard := listen(t, "coap://127.0.0.1:0")
	client, peer, back := dial(t, server.Address().String())
	if err := client.Send(peer, Local{}, []byte("question")); err != nil {
		t.Fatal(err)
	}
	question := heard.want(t, "bytes")
	if string(question.bytes) != "question" || question.peer != client.Address() {
		t.Fatalf("got %q from %v, want question from %v", question.bytes, question.peer, client.Address())
	}
	if err := server.Send(question.peer, question.local, []byte("answer")); err != nil {
		t.Fatal(err)
	}
	if answer := back.want(t, "bytes"); string(answer.bytes) != "answer" || answer.peer != peer {
		t.Errorf("got %q from %v", answer.bytes, answer.peer)
	}
}

func TestUDPAnswersFromTheAddressAskedOnAllInterfaces(t *testing.T) {
	server, heard := listen(t, ":0")
	for _, ask := range []string{"127.0.0.1", "127.0.0.2"} {
		if ask == "127.0.0.2" && runtime.GOOS != "linux" {
			continue // only Linux has the whole of 127/8 on loopback
		}
		a, err := ParseAddress(ask + ":" + server.Address().String()[strings.LastIndex(server.Address().String(), ":")+1:])
		if err != nil {
			t.Fatal(err)
		}
		// A connected socket hears nobody but the address that it asked.
		client, peer, back := dial(t, a.String())
		if err := client.Send(peer, Local{}, []byte(ask)); err != nil {
			t.Fatal(err)
		}
		question := heard.want(t, "bytes")
		if runtime.GOOS == "linux" && question.local.String() != a.String() {
			t.Errorf("came to %v, want %v", question.local, a)
		}
		if err := server.Send(question.peer, question.local, []byte("answer")); err != nil {
			t.Fatal(err)
		}
		back.want(t, "bytes")
	}
}

func TestUDPPortInUseIsSaid(t *testing.T) {
	server, _ := listen(t, "127.0.0.1:0")
	if _, err := ListenUDP(t.Context(), server.Address().String()); !errors.Is(err, ErrPortInUse) {
		t.Errorf("got %v, want %v", err, ErrPortInUse)
	}
}

func TestUDPRefusalIsReportedAndTheLinkGoesOn(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Log("other systems report a refusal late or never")
		return
	}
	server, err := ListenUDP(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := server.Address().String()
	server.Close()
	client, peer, in := dial(t, address)
	if err := client.Send(peer, Local{}, []byte("anybody?")); err != nil {
		t.Fatal(err)
	}
	if failed := in.want(t, "failed"); failed.peer != peer || failed.cause == nil {
		t.Errorf("got %v from %v", failed.cause, failed.peer)
	}
	_, heard := listen(t, address)
	if err := client.Send(peer, Local{}, []byte("now?")); err != nil {
		t.Fatal(err)
	}
	heard.want(t, "bytes")
}

func TestUDPRefusesWhatDoesNotFit(t *testing.T) {
	server, _ := listen(t, "127.0.0.1:0")
	if err := server.Send(server.Address(), Local{}, make([]byte, 70000)); !errors.Is(err, ErrTooLong) {
		t.Errorf("got %v, want %v", err, ErrTooLong)
	}
}

func TestUDPListsItsURIs(t *testing.T) {
	server, _ := listen(t, "127.0.0.1:0")
	if got, want := strings.Join(server.LocalURIs(), " "), "coap://"+server.Address().String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	all, _ := listen(t, ":0")
	if uris := all.LocalURIs(); len(uris) == 0 || strings.Contains(strings.Join(uris, " "), "[::]") {
		t.Errorf("got %q, want one URI for each interface", uris)
	}
}

func TestClosedUDPLinkRefuses(t *testing.T) {
	server, _ := listen(t, "127.0.0.1:0")
	server.Close()
	if err := server.Send(server.Address(), Local{}, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v, want %v", err, ErrClosed)
	}
}

func TestResolveReadsURIsAndNames(t *testing.T) {
	for in, want := range map[string]string{
		"coap://127.0.0.1":       "127.0.0.1:5683",
		"coap://127.0.0.1:9/rd":  "127.0.0.1:9",
		"[::1]:7":                "[::1]:7",
		"::1":                    "[::1]:5683",
		"[::ffff:192.0.2.1]:568": "192.0.2.1:568",
	} {
		a, err := Resolve(context.Background(), in, 5683)
		if err != nil || a.String() != want {
			t.Errorf("Resolve(%q) = %v, %v; want %s", in, a, err, want)
		}
	}
	for _, in := range []string{"", ":5683", "127.0.0.1:70000", "a:b:c"} {
		if a, err := Resolve(context.Background(), in, 5683); err == nil {
			t.Errorf("Resolve(%q) = %v, want an error", in, a)
		}
	}
}
