package transport

import (
	"context"
	"slices"
	"testing"
	"time"
)

// arrival is one call of a Receiver.
type arrival struct {
	kind  string
	peer  Address
	local Local
	bytes []byte
	cause error
}

// inbox is a Receiver that hands its calls over by a channel.
type inbox chan arrival

func newInbox() inbox { return make(inbox, 1024) }

func (i inbox) Receive(d Datagram) {
	i <- arrival{kind: "bytes", peer: d.From, local: d.Local, bytes: slices.Clone(d.Bytes)}
}
func (i inbox) PeerUp(p Address, l Local)       { i <- arrival{kind: "up", peer: p, local: l} }
func (i inbox) PeerMoved(from, _ Address)       { i <- arrival{kind: "moved", peer: from} }
func (i inbox) PeerDown(p Address, cause error) { i <- arrival{kind: "down", peer: p, cause: cause} }

func (i inbox) SendFailed(p Address, cause error) {
	i <- arrival{kind: "failed", peer: p, cause: cause}
}

// next waits for a call, under a deadline that only a broken test meets.
func (i inbox) next(t *testing.T) arrival {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	select {
	case a := <-i:
		return a
	case <-ctx.Done():
		t.Fatal("nothing arrived")
		return arrival{}
	}
}

func (i inbox) want(t *testing.T, kind string) arrival {
	t.Helper()
	a := i.next(t)
	if a.kind != kind {
		t.Fatalf("%s from %v (%v), want %s", a.kind, a.peer, a.cause, kind)
	}
	return a
}
