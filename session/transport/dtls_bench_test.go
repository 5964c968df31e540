package transport

import (
	"context"
	"fmt"
	"io"
	"testing"
	"time"
)

// BenchmarkHandshake measures handshakes over a memory network one after the
// other, both ends in one process: each device comes from an address of its own.
func BenchmarkHandshake(b *testing.B) {
	b.Run("psk", func(b *testing.B) {
		benchmarkHandshake(b, knowing("dev1", "0123456789abcdef"), pskOf("dev1", "0123456789abcdef"))
	})
	b.Run("rpk", func(b *testing.B) {
		needsGnuTLS(b)
		server, device := rawPair(b), rawPair(b)
		benchmarkHandshake(b, &testKeys{own: &server, trustedKey: string(device.PublicKey)}, rawOf(device, server.PublicKey))
	})
	b.Run("x509", func(b *testing.B) {
		ca := newAuthority(b, "bench CA")
		from, to := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
		server, device := ca.sign(b, "lwm2m.example", from, to), ca.sign(b, "dev1", from, to)
		benchmarkHandshake(b, &testKeys{own: &server, roots: ca.pool()}, ClientKeys{Mode: Certificate, Own: device, Roots: ca.pool()})
	})
}

func benchmarkHandshake(b *testing.B, known Keys, keys ClientKeys) {
	network := NewMemoryNetwork()
	inner, err := network.Datagram("192.0.2.1:5684")
	if err != nil {
		b.Fatal(err)
	}
	server := NewDTLSServer(inner, known, SecureOptions{})
	if err := server.Start(deaf{}); err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	to, _ := ParseAddress("192.0.2.1:5684")
	benchmarkDials(b, func(from string) (io.Closer, error) {
		link, err := network.Datagram(from)
		if err != nil {
			return nil, err
		}
		return NewDTLSClient(context.Background(), link, to, "lwm2m.example", keys, SecureOptions{})
	})
}

// benchmarkDials measures how sessions are begun, each from an address of its own.
func benchmarkDials(b *testing.B, dial func(from string) (io.Closer, error)) {
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		client, err := dial(fmt.Sprintf("10.%d.%d.%d:5684", n>>16&255, n>>8&255, n&255))
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := client.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "handshakes/s")
}

// deaf takes no note of what comes.
type deaf struct{}

func (deaf) Receive(Datagram)           {}
func (deaf) PeerUp(Address, Local)      {}
func (deaf) PeerMoved(Address, Address) {}
func (deaf) PeerDown(Address, error)    {}
func (deaf) SendFailed(Address, error)  {}
