package transport

import (
	"context"
	"io"
	"testing"
	"time"
)

// BenchmarkHandshakeTLS measures handshakes over streams of a memory network one after
// the other, both ends in one process.
func BenchmarkHandshakeTLS(b *testing.B) {
	ca := newAuthority(b, "bench CA")
	from, to := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	server, device := ca.sign(b, "lwm2m.example", from, to), ca.sign(b, "dev1", from, to)
	known := &testKeys{
		own: &server, roots: ca.pool(), trustedKey: string(device.PublicKey), psk: map[string]string{"dev1": "0123456789abcdef"},
	}
	psk, raw := pskOf("dev1", "0123456789abcdef"), rawOf(device, server.PublicKey)
	x509 := ClientKeys{Mode: Certificate, Own: device, Roots: ca.pool()}
	for _, c := range []struct {
		name  string
		keys  ClientKeys
		suite CipherSuite
	}{
		{"psk", psk, 0xc0a8},
		{"psk-1.3", psk, 0x1301},
		{"rpk", raw, 0xc0ae},
		{"rpk-1.3", raw, 0x1301},
		{"x509", x509, 0xc02b},
		{"x509-1.3", x509, 0x1301},
		{"x509-ccm", x509, 0xc0ae},
	} {
		b.Run(c.name, func(b *testing.B) {
			needsGnuTLS(b)
			benchmarkHandshakeTLS(b, known, c.keys, SecureOptions{Suites: []CipherSuite{c.suite}})
		})
	}
}

func benchmarkHandshakeTLS(b *testing.B, known Keys, keys ClientKeys, o SecureOptions) {
	network := NewMemoryNetwork()
	inner, err := network.Stream("192.0.2.1:5684")
	if err != nil {
		b.Fatal(err)
	}
	server := NewTLSServer(inner, known, SecureOptions{})
	if err := server.Start(deaf{}); err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	to, _ := ParseAddress("192.0.2.1:5684")
	benchmarkDials(b, func(from string) (io.Closer, error) {
		link, err := network.Stream(from)
		if err != nil {
			return nil, err
		}
		ctx := context.Background()
		return NewTLSClient(ctx, dialled{link, ctx, to}, to, "lwm2m.example", keys, o)
	})
}
