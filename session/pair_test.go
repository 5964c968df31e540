package session

import (
	"context"
	"testing"
	"time"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session/coap"
	"lwcon/session/device"
	"lwcon/session/transport"
)

// deadline bounds a test that waits for something real.
func deadline(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// memoryServer is a server that listens on a memory network at 192.0.2.1:5683.
func memoryServer(t testing.TB, c ServerConfig) (*Server, *transport.MemoryNetwork) {
	network := transport.NewMemoryNetwork()
	link, err := network.Datagram("192.0.2.1:5683")
	if err != nil {
		t.Fatal(err)
	}
	s := NewServer(c)
	if _, err := s.Listen(link); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, network
}

// serverAddress is where memoryServer listens.
func serverAddress(t testing.TB) transport.Address {
	a, err := transport.ParseAddress("192.0.2.1:5683")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// peer is a client made by hand on a memory network: its answers are what the
// test says.
func peer(t testing.TB, network *transport.MemoryNetwork, address string, h coap.Handler) *coap.Endpoint {
	link, err := network.Datagram(address)
	if err != nil {
		t.Fatal(err)
	}
	e, err := coap.NewEndpoint(coap.Config{Link: link, Handler: h})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// send sends a request from a peer to the server.
func send(t testing.TB, e *coap.Endpoint, code coap.Code, path string, queries []string, links string) *coap.Message {
	t.Helper()
	m := coap.NewRequest(code, path)
	for _, q := range queries {
		m.AddQuery(q)
	}
	if links != "" {
		m.SetContentFormat(uint16(lwm2m.FormatLink))
		m.Payload = []byte(links)
	}
	x, err := e.Do(deadline(t), serverAddress(t), m, coap.RequestOptions{})
	if err != nil {
		t.Fatalf("%s %s: %v", code.Name(), path, err)
	}
	return x.Response
}

// udpPair is a server and a registered client of ours on loopback.
func udpPair(t testing.TB, c ServerConfig) (*Server, *Endpoint) {
	ctx := deadline(t)
	link, err := transport.ListenUDP(ctx, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	up, server, err := transport.DialUDP(ctx, link.Address().String())
	if err != nil {
		t.Fatal(err)
	}
	return pairOver(t, c, link, up, server)
}

// tcpPair is udpPair over TCP.
func tcpPair(t testing.TB, c ServerConfig) (*Server, *Endpoint) {
	ctx := deadline(t)
	link, err := transport.ListenTCP(ctx, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	up, server, err := transport.DialTCP(ctx, link.Address().String())
	if err != nil {
		t.Fatal(err)
	}
	return pairOver(t, c, link, up, server)
}

// pairOver is a server that listens on a link, and a client of ours that has
// registered over another.
func pairOver(t testing.TB, c ServerConfig, link, up transport.Link, server transport.Address) (*Server, *Endpoint) {
	s := NewServer(c)
	if _, err := s.Listen(link); err != nil {
		t.Fatal(err)
	}
	return s, registeredOver(t, s, up, server)
}

// registeredOver is a client of ours that has registered with a server over a link.
func registeredOver(t testing.TB, s *Server, up transport.Link, server transport.Address) *Endpoint {
	profile, err := device.Parse("bench.yaml", benchProfile, objects.New())
	if err != nil {
		t.Fatal(err)
	}
	d, err := device.New(device.Config{Profile: profile})
	if err != nil {
		t.Fatal(err)
	}
	client, err := NewClient(ClientConfig{Device: d, Dial: Linked(up, server)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(deadline(t)) })
	if r, err := client.Register(deadline(t)); err != nil || r.Code != Created {
		t.Fatalf("register: %+v, %v", r, err)
	}
	e, err := s.Find("")
	if err != nil {
		t.Fatal(err)
	}
	return e
}

const benchProfile = `lwcon: 1
endpoint: bench
lwm2m: "1.1"
lifetime: 300
objects:
  1: {0: {0: 1, 1: 300, 6: false, 7: U}}
  3: {0: {0: lwcon bench, 16: U}}
`
