package transport

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
)

func crowdOf(t *testing.T, server string) (*Sockets, inbox) {
	t.Helper()
	s, err := DialSockets(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	in := newInbox()
	if err := s.Start(in); err != nil {
		t.Fatal(err)
	}
	return s, in
}

func TestSocketsAreHostsOfTheirOwnToThePeer(t *testing.T) {
	for _, at := range []string{"127.0.0.1:0", "[::1]:0"} {
		server, heard := listen(t, at)
		s, back := crowdOf(t, server.Address().String())
		from := map[Address]Address{} // lane by address seen
		for i := range 20 {
			lane, err := s.Open()
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Send(lane, Local{}, fmt.Append(nil, i)); err != nil {
				t.Fatal(err)
			}
			got := heard.want(t, "bytes")
			if string(got.bytes) != fmt.Sprint(i) || !from[got.peer].IsZero() || s.LocalOf(lane).String() != got.peer.String() {
				t.Fatalf("got %q from %v, known as %v, sent from %v", got.bytes, got.peer, from[got.peer], s.LocalOf(lane))
			}
			from[got.peer] = lane
		}
		for host, lane := range from {
			if err := server.Send(host, Local{}, []byte(lane.String())); err != nil {
				t.Fatal(err)
			}
			if got := back.want(t, "bytes"); got.peer != lane || string(got.bytes) != lane.String() {
				t.Errorf("what was sent to %v came on %v", lane, got.peer)
			}
		}
	}
}

func TestSocketThatIsShutSendsNoMoreAndItsPlaceIsTakenAnew(t *testing.T) {
	server, heard := listen(t, "127.0.0.1:0")
	s, back := crowdOf(t, server.Address().String())
	first, _ := s.Open()
	second, _ := s.Open()
	s.Disconnect(first, nil)
	if down := back.want(t, "down"); down.peer != first {
		t.Errorf("%v is down, want %v", down.peer, first)
	}
	if err := s.Send(first, Local{}, []byte("x")); !errors.Is(err, ErrNoPeer) {
		t.Errorf("got %v, want %v", err, ErrNoPeer)
	}
	third, err := s.Open()
	if err != nil || third == second {
		t.Fatalf("got %v, %v", third, err)
	}
	for _, lane := range []Address{second, third} {
		if err := s.Send(lane, Local{}, []byte(lane.String())); err != nil {
			t.Fatal(err)
		}
		if got := heard.want(t, "bytes"); string(got.bytes) != lane.String() {
			t.Errorf("got %q, want %q", got.bytes, lane)
		}
	}
}

func TestSocketsReportARefusalOfTheLaneConcerned(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Log("other systems report a refusal late or never")
		return
	}
	server, err := ListenUDP(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server.Close()
	s, in := crowdOf(t, server.Address().String())
	if _, err := s.Open(); err != nil {
		t.Fatal(err)
	}
	lane, err := s.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(lane, Local{}, []byte("anybody?")); err != nil {
		t.Fatal(err)
	}
	if got := in.want(t, "failed"); got.peer != lane || got.cause == nil {
		t.Errorf("got %v from %v", got.cause, got.peer)
	}
}

func TestSocketsEndWithTheLink(t *testing.T) {
	server, _ := listen(t, "127.0.0.1:0")
	s, _ := crowdOf(t, server.Address().String())
	lane, err := s.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Send(lane, Local{}, []byte("x")); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v, want %v", err, ErrClosed)
	}
	if _, err := s.Open(); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v, want %v", err, ErrClosed)
	}
}

func TestMemoryLanesAreHostsOfTheirOwnToThePeer(t *testing.T) {
	network := NewMemoryNetwork()
	server, err := network.Datagram("192.0.2.1:5683")
	if err != nil {
		t.Fatal(err)
	}
	heard, back := newInbox(), newInbox()
	if err := server.Start(heard); err != nil {
		t.Fatal(err)
	}
	m, err := network.Lanes("192.0.2.1:5683")
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Start(back); err != nil {
		t.Fatal(err)
	}
	first, _ := m.Open()
	second, err := m.Open()
	if err != nil {
		t.Fatal(err)
	}
	for _, lane := range []Address{first, second} {
		if err := m.Send(lane, Local{}, []byte(lane.String())); err != nil {
			t.Fatal(err)
		}
		host := heard.want(t, "bytes").peer
		if err := server.Send(host, Local{}, []byte(host.String())); err != nil {
			t.Fatal(err)
		}
		if got := back.want(t, "bytes"); got.peer != lane {
			t.Errorf("the answer came from %v, want %v", got.peer, lane)
		}
	}
	m.Disconnect(first, nil)
	back.want(t, "down")
	if err := m.Send(first, Local{}, []byte("x")); !errors.Is(err, ErrNoPeer) {
		t.Errorf("got %v, want %v", err, ErrNoPeer)
	}
}
