package transport

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
)

func memoryPair(t *testing.T, stream bool) (a, b *Memory, atA, atB inbox) {
	t.Helper()
	network := NewMemoryNetwork()
	make1 := func(address string) (*Memory, inbox) {
		open := network.Datagram
		if stream {
			open = network.Stream
		}
		m, err := open(address)
		if err != nil {
			t.Fatal(err)
		}
		in := newInbox()
		if err := m.Start(in); err != nil {
			t.Fatal(err)
		}
		return m, in
	}
	a, atA = make1("192.0.2.1:5683")
	b, atB = make1("192.0.2.2:5683")
	return a, b, atA, atB
}

func TestMemoryDatagramsKeepTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b, _, atB := memoryPair(t, false)
		for i := range 100 {
			if err := a.Send(b.Address(), Local{}, []byte{byte(i)}); err != nil {
				t.Fatal(err)
			}
		}
		for i := range 100 {
			if got := atB.want(t, "bytes"); got.bytes[0] != byte(i) || got.peer != a.Address() {
				t.Fatalf("got %d from %v, want %d", got.bytes[0], got.peer, i)
			}
		}
	})
}

func TestMemoryDatagramToNobodyIsLost(t *testing.T) {
	a, _, _, _ := memoryPair(t, false)
	nobody, _ := ParseAddress("192.0.2.9:1")
	if err := a.Send(nobody, Local{}, []byte("x")); err != nil {
		t.Errorf("got %v, want no error", err)
	}
}

func TestMemoryStreamNeedsAConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b, atA, atB := memoryPair(t, true)
		if err := a.Send(b.Address(), Local{}, []byte("x")); !errors.Is(err, ErrNoPeer) {
			t.Fatalf("got %v, want %v", err, ErrNoPeer)
		}
		if err := a.Connect(t.Context(), b.Address()); err != nil {
			t.Fatal(err)
		}
		atA.want(t, "up")
		atB.want(t, "up")
		if err := b.Send(a.Address(), Local{}, []byte("x")); err != nil {
			t.Fatal(err)
		}
		atA.want(t, "bytes")
		cause := errors.New("enough")
		a.Disconnect(b.Address(), cause)
		if down := atA.want(t, "down"); down.cause != cause {
			t.Errorf("cause %v, want %v", down.cause, cause)
		}
		if down := atB.want(t, "down"); down.cause != nil {
			t.Errorf("the other end got the cause %v", down.cause)
		}
	})
}

func TestMemoryCloseEndsConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b, atA, atB := memoryPair(t, true)
		if err := a.Connect(t.Context(), b.Address()); err != nil {
			t.Fatal(err)
		}
		atA.want(t, "up")
		atB.want(t, "up")
		b.Close()
		atA.want(t, "down")
		if err := a.Connect(t.Context(), b.Address()); err == nil {
			t.Error("connected to a closed link")
		}
	})
}

func TestIdleMemoryLinksHaveNoGoroutine(t *testing.T) {
	network := NewMemoryNetwork()
	before := runtime.NumGoroutine()
	for i := range 1000 {
		m, err := network.Datagram(fmt.Sprintf("10.0.%d.%d:5683", i/256, i%256))
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Start(make(inbox)); err != nil {
			t.Fatal(err)
		}
	}
	if got := runtime.NumGoroutine() - before; got > 0 {
		t.Errorf("%d goroutines more", got)
	}
}

func TestMemoryAddressIsTakenOnce(t *testing.T) {
	network := NewMemoryNetwork()
	if _, err := network.Datagram("192.0.2.1:5683"); err != nil {
		t.Fatal(err)
	}
	if _, err := network.Datagram("192.0.2.1:5683"); !errors.Is(err, ErrPortInUse) {
		t.Errorf("got %v, want %v", err, ErrPortInUse)
	}
}

// greeter sends on every connection as soon as it hears of it.
type greeter struct {
	inbox
	link *Memory
}

func (g greeter) PeerUp(peer Address, local Local) {
	_ = g.link.Send(peer, local, []byte("hello"))
	g.inbox.PeerUp(peer, local)
}

func TestNothingComesFromAStreamBeforeItIsUp(t *testing.T) {
	for range 500 {
		network := NewMemoryNetwork()
		var ends [2]greeter
		for i, at := range [...]string{"192.0.2.1:5683", "192.0.2.2:5683"} {
			link, err := network.Stream(at)
			if err != nil {
				t.Fatal(err)
			}
			ends[i] = greeter{newInbox(), link}
			if err := link.Start(ends[i]); err != nil {
				t.Fatal(err)
			}
		}
		if err := ends[0].link.Connect(t.Context(), ends[1].link.Address()); err != nil {
			t.Fatal(err)
		}
		for _, end := range ends {
			end.want(t, "up")
			end.want(t, "bytes")
		}
	}
}
