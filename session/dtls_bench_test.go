package session

import (
	"crypto/x509"
	"testing"

	"lwcon/session/transport"
)

// oneKey is a server that knows one identity, "bench".
type oneKey struct{}

var benchKey = []byte("0123456789abcdef")

func (oneKey) PSK(identity []byte) ([]byte, bool)         { return benchKey, string(identity) == "bench" }
func (oneKey) Own() (transport.KeyPair, bool)             { return transport.KeyPair{}, false }
func (oneKey) TrustsKey([]byte) bool                      { return false }
func (oneKey) TrustsCertificate(c *x509.Certificate) bool { return false }
func (oneKey) Roots() *x509.CertPool                      { return nil }
func (oneKey) Any() bool                                  { return false }

// dtlsPair is udpPair over DTLS with a pre-shared key.
func dtlsPair(t testing.TB, c ServerConfig) (*Server, *Endpoint) {
	ctx := deadline(t)
	inner, err := transport.ListenUDP(ctx, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	link := transport.NewDTLSServer(inner, oneKey{}, transport.SecureOptions{})
	socket, server, err := transport.DialUDP(ctx, inner.Address().String())
	if err != nil {
		t.Fatal(err)
	}
	keys := transport.ClientKeys{Mode: transport.PreSharedKey, Identity: []byte("bench"), Secret: benchKey}
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
