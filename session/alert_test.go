package session

import (
	"errors"
	"testing"

	"lwcon/lwm2m/objects"
	"lwcon/session/device"
	"lwcon/session/transport"
)

// hangingUp is a link that can say that a peer is gone.
type hangingUp struct {
	transport.Link
	receiver transport.Receiver
}

func (h *hangingUp) Start(r transport.Receiver) error {
	h.receiver = r
	return h.Link.Start(r)
}

func TestAnAlertThatEndsASessionIsToldAtBothEnds(t *testing.T) {
	network := transport.NewMemoryNetwork()
	at := func(address string) *hangingUp {
		link, err := network.Datagram(address)
		if err != nil {
			t.Fatal(err)
		}
		return &hangingUp{Link: link}
	}
	listener, dialled, log := at("192.0.2.1:5683"), at("192.0.2.7:40001"), NewLog()
	s := NewServer(ServerConfig{Log: log})
	t.Cleanup(func() { s.Close() })
	if _, err := s.Listen(listener); err != nil {
		t.Fatal(err)
	}
	profile, err := device.Parse("bench.yaml", benchProfile, objects.New())
	if err != nil {
		t.Fatal(err)
	}
	simulated, err := device.New(device.Config{Profile: profile})
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewClient(ClientConfig{Device: simulated, Dial: Linked(dialled, serverAddress(t)), Log: NewLog()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(deadline(t)) })
	if r, err := c.Register(deadline(t)); err != nil || r.Code != Created {
		t.Fatalf("register: %+v, %v", r, err)
	}
	e, err := s.Find("bench")
	if err != nil {
		t.Fatal(err)
	}
	told, toldDevice := log.Reader(log.End()), c.log.Reader(c.log.End())
	next := func(from *Reader, server transport.Address) {
		t.Helper()
		event, _, err := from.Next(deadline(t))
		if event.Kind == EventDisconnected {
			event, _, err = from.Next(deadline(t))
		}
		if err != nil || event.Kind != EventAlert || event.Endpoint != "bench" || event.Alert.Peer != server ||
			event.Alert.Alert.Name() != "bad_record_mac" {
			t.Errorf("told %+v, %v", event, err)
		}
	}
	listener.receiver.PeerDown(e.Registration().Address, errors.New("another cause")) // which is no alert
	listener.receiver.PeerDown(e.Registration().Address, &transport.AlertError{Description: 20})
	next(told, e.Registration().Address)
	dialled.receiver.PeerDown(serverAddress(t), &transport.AlertError{Description: 20})
	next(toldDevice, serverAddress(t))
}
