package commands

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/lwm2m/objects"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

// A device that was restored without its connection is waited for like one that
// never registered, even past the end of its registration.
func TestACommandWaitsForARestoredDeviceToConnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network, state, b := transport.NewMemoryNetwork(), t.TempDir(), &bench{t: t}
		stream := func(address string) *transport.Memory {
			link, err := network.Stream(address)
			if err != nil {
				t.Fatal(err)
			}
			return link
		}
		var server transport.Address
		open := func() {
			link := stream("192.0.2.1:5683")
			s, err := Open(t.Context(), Config{Links: []transport.Link{link}, Definitions: objects.New(), Seed: 1, State: state})
			if err != nil {
				t.Fatal(err)
			}
			server = link.Address()
			b.env = &Env{Table: All(), Sessions: s, Definitions: objects.New(), Version: "test"}
		}
		open()
		device := &bed{bench: b, server: server}
		connect := func(from string) {
			link := stream(from)
			var err error
			device.client, err = coap.NewEndpoint(coap.Config{Link: link, Handler: func(r *coap.Request) {
				m := coap.NewResponse(coap.Content)
				m.SetContentFormat(0)
				m.Payload = []byte("ACME")
				_ = r.Respond(m)
			}})
			if err == nil {
				err = link.Connect(t.Context(), server)
			}
			if err != nil {
				t.Error(err)
			}
		}
		connect("192.0.2.7:40001")
		device.send("/rd", "ep=dev1", "lt=60", "lwm2m=1.1", "b=T")
		_ = b.env.Sessions.Close(context.Background())
		_ = device.client.Close()

		open()
		defer func() {
			_ = b.env.Sessions.Close(context.Background())
			_ = device.client.Close()
		}()
		b.env.Wait = 10 * time.Second
		var failed *Error
		if _, _, err := b.try("read -e dev1 /3/0/0"); !errors.As(err, &failed) || failed.Kind != NoPeerError ||
			!strings.Contains(failed.Error(), "has not connected") {
			t.Errorf("got %v, want no-peer and why", err)
		}
		b.env.Wait = 5 * time.Minute
		time.AfterFunc(2*time.Minute, func() {
			connect("192.0.2.7:40002")
			device.send("/rd", "ep=dev1", "lt=60", "lwm2m=1.1", "b=T")
		})
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
