package commands

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/session/transport"
)

// A device that was restored without its connection is waited for like one that
// never registered, even past the end of its registration.
func TestACommandWaitsForARestoredDeviceToConnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		state, b := t.TempDir(), &bed{bench: &bench{t: t}, link: transport.NewMemoryNetwork().Stream, on: true}
		register := func(from string) {
			if err := b.dial(from).Connect(t.Context(), b.server); err != nil {
				t.Error(err)
			}
			b.send("/rd", "ep=dev1", "lt=60", "lwm2m=1.1", "b=T")
		}
		leave := func() {
			_ = b.env.Sessions.Close(context.Background())
			_ = b.client.Close()
		}
		b.open(state, false)
		register("192.0.2.7:40001")
		leave()
		b.open(state, false)
		defer leave()
		b.env.Wait = 10 * time.Second
		var failed *Error
		if _, _, err := b.try("read -e dev1 /3/0/0"); !errors.As(err, &failed) || failed.Kind != NoPeerError ||
			!strings.Contains(failed.Error(), "has not connected") {
			t.Errorf("got %v, want no-peer and why", err)
		}
		b.env.Wait = 5 * time.Minute
		time.AfterFunc(2*time.Minute, func() { register("192.0.2.7:40002") })
		b.do("read -e dev1 /3/0/0")
	})
}

func TestWhoWaitsForADeviceIsToldOfHandshakesThatFail(t *testing.T) {
	for _, line := range []string{"read /3/0/0", "wait registered", "wait update"} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t)
			b.env.Follow, b.env.Wait = true, time.Minute
			time.AfterFunc(time.Second, func() {
				b.env.Sessions.handshakeFailed(&transport.HandshakeError{Cause: "unknown identity"})
			})
			_, events, err := b.try(line)
			if err == nil || len(events) != 1 || !strings.Contains(string(events[0].AppendJSON(nil)), "unknown identity") {
				t.Errorf("%s: %v, told of %v, want the handshake", line, err, events)
			}
		})
	}
}

func TestAMessageIDIsRefusedForADeviceOfTCP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bed{bench: &bench{t: t}, link: transport.NewMemoryNetwork().Stream, on: true}
		b.open(t.TempDir(), false)
		if err := b.dial("192.0.2.7:40001").Connect(t.Context(), b.server); err != nil {
			t.Fatal(err)
		}
		b.send("/rd", "ep=dev1", "lt=60", "lwm2m=1.1", "b=T")
		defer func() { _ = b.env.Sessions.Close(context.Background()); _ = b.client.Close() }()
		before := b.env.Sessions.Exchanges().Newest()
		r, _, err := b.try("read /3/0/0 --message-id 7")
		if ExitStatus(r, err) != ExitUsage || !strings.Contains(err.Error(), "dev1 speaks coap+tcp, whose messages have no id") {
			t.Errorf("got %v", err)
		}
		if b.env.Sessions.Exchanges().Newest() != before {
			t.Error("it was sent all the same")
		}
	})
}
