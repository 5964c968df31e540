package session

import (
	"testing"

	"lwcon/session/credentials"
	"lwcon/session/transport"
)

// dtlsPair is udpPair over DTLS with a pre-shared key.
func dtlsPair(t testing.TB, c ServerConfig) (*Server, *Endpoint) {
	ctx := deadline(t)
	known := credentials.NewStore(nil, credentials.Sources{})
	if err := known.AddPSK("bench", credentials.NewSecret([]byte("0123456789abcdef"), "text")); err != nil {
		t.Fatal(err)
	}
	inner, err := transport.ListenUDP(ctx, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	link := transport.NewDTLSServer(inner, known, transport.SecureOptions{})
	socket, server, err := transport.DialUDP(ctx, inner.Address().String())
	if err != nil {
		t.Fatal(err)
	}
	keys, _ := known.Client("bench")
	s := NewServer(c)
	if _, err := s.Listen(link); err != nil {
		t.Fatal(err)
	}
	up, err := transport.NewDTLSClient(ctx, socket, server, "127.0.0.1", keys, transport.SecureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return s, registeredOver(t, s, up, server)
}
