package transport

import (
	"sync/atomic"
	"testing"
)

// pause is something waited for that comes when a test says so.
type pause struct{ over atomic.Bool }

func (p *pause) Over() bool { return p.over.Load() }

// restful makes the server's own goroutine rest: it is told to while it
// delivers a datagram.
type restful struct {
	inbox
	link Lender
}

func (r restful) Receive(d Datagram) {
	r.inbox.Receive(d)
	r.link.Rest()
}

func restfulLink(t *testing.T) (*UDP, restful, *UDP, Address) {
	t.Helper()
	u, err := ListenUDP(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { u.Close() })
	r := restful{newInbox(), u}
	if err := u.Start(r); err != nil {
		t.Fatal(err)
	}
	client, peer, _ := dial(t, u.Address().String())
	return u, r, client, peer
}

func TestLinkThatRestsComesBackByItself(t *testing.T) {
	_, in, client, peer := restfulLink(t)
	for range 20 {
		if err := client.Send(peer, Local{}, []byte("x")); err != nil {
			t.Fatal(err)
		}
		in.want(t, "bytes") // each after a rest
	}
}

func TestOneWhoStandsInTooLongIsRelieved(t *testing.T) {
	u, in, client, peer := restfulLink(t)
	if err := client.Send(peer, Local{}, []byte("x")); err != nil {
		t.Fatal(err)
	}
	in.want(t, "bytes")
	// The link rests now or is back already; in either case Stand returns, and
	// the link goes on to receive.
	never := new(pause)
	for stood := false; !stood; {
		if err := client.Send(peer, Local{}, []byte("x")); err != nil {
			t.Fatal(err)
		}
		in.want(t, "bytes")
		stood = u.Stand(never)
	}
	for range 3 {
		if err := client.Send(peer, Local{}, []byte("y")); err != nil {
			t.Fatal(err)
		}
		in.want(t, "bytes")
	}
}

func TestStandDeliversUntilItIsOver(t *testing.T) {
	u, err := ListenUDP(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { u.Close() })
	if u.try() != true || u.try() != false {
		t.Error("the right to read was given twice, or never")
	}
	u.release()
	over := new(pause)
	over.over.Store(true)
	if !u.Stand(over) {
		t.Error("nobody reads, and yet standing in was refused")
	}
	if !u.try() {
		t.Error("the right to read was not given back")
	}
}

func TestWrappedLinkLendsWhatItWraps(t *testing.T) {
	u, in, client, peer := restfulLink(t)
	_ = in
	var l Link = Tapped(client, nil, func(WireRecord) {})
	if _, lends := l.(Lender); !lends {
		t.Error("a tapped link does not lend")
	}
	if l.(Lender).Stand(new(pause)) {
		t.Error("stood in for a goroutine that reads")
	}
	memory, err := NewMemoryNetwork().Datagram("192.0.2.1:1")
	if err != nil {
		t.Fatal(err)
	}
	if Tapped(memory, nil, nil).(Lender).Stand(new(pause)) {
		t.Error("stood in on a link that lends nothing")
	}
	_, _ = u, peer
}
