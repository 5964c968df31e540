package session

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"lwcon/lwm2m"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

// BenchmarkIdlePeers registers peers over memory links, each from an address of
// its own with 15 links that carry attributes, and reports what one costs in
// heap and stack when nothing goes on: right after the Register, while the
// message layer still remembers it, and 300 seconds later. Those below dtls have a
// session each.
func BenchmarkIdlePeers(b *testing.B) {
	b.Run("dtls", benchmarkIdleDTLSPeers)
	for _, peers := range []int{10_000, 100_000} {
		for _, later := range []time.Duration{0, 300 * time.Second} {
			b.Run(fmt.Sprintf("%d/after-%ds", peers, int(later/time.Second)), func(b *testing.B) {
				for b.Loop() {
					b.StopTimer()
					octets, goroutines, rate := idlePeers(b, peers, later)
					b.StartTimer()
					b.ReportMetric(float64(octets)/float64(peers), "B/peer")
					b.ReportMetric(float64(goroutines)/float64(peers), "goroutines/peer")
					b.ReportMetric(rate, "registrations/s")
				}
			})
		}
	}
}

// idlePeers returns the octets of heap and stack, and the goroutines, that the
// registered peers add, and how many registered in a second.
func idlePeers(b *testing.B, peers int, later time.Duration) (octets int64, goroutines int, rate float64) {
	c := newStepped()
	network := transport.NewMemoryNetwork()
	link, err := network.Datagram("192.0.2.1:5683")
	if err != nil {
		b.Fatal(err)
	}
	octetsBefore, goroutinesBefore := inUse()
	s := NewServer(ServerConfig{Clock: c})
	if _, err := s.Listen(link); err != nil {
		b.Fatal(err)
	}
	begun := time.Now()
	registerIdle(b, s, network, peers)
	rate = float64(peers) / time.Since(begun).Seconds()
	c.Advance(later)
	octets, goroutines = inUse()
	if n := len(s.Endpoints()); n != peers {
		b.Fatalf("%d endpoints registered, want %d", n, peers)
	}
	s.Close()
	return octets - octetsBefore, goroutines - goroutinesBefore, rate
}

// registerIdle registers peers that say nothing more with a server at
// 192.0.2.1:5683 of a network, each from an address of its own, and waits until all are in. So many at a time are
// under way as its link holds.
func registerIdle(b testing.TB, s *Server, network *transport.MemoryNetwork, peers int) {
	const batch = 10_000
	to := serverAddress(b)
	before := s.registered()
	for i := range peers {
		from, err := transport.ParseAddress(fmt.Sprintf("10.%d.%d.%d:5683", i>>16, i>>8&255, i&255))
		if err != nil {
			b.Fatal(err)
		}
		network.Deliver(from, to, idleRegister(i))
		if (i+1)%batch == 0 || i+1 == peers {
			for s.registered() < before+i+1 {
				runtime.Gosched()
			}
		}
	}
}

// registered is how many endpoints the server knows.
func (s *Server) registered() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.endpoints)
}

// inUse returns the octets of heap and stack in use after a collection, and the
// number of goroutines.
func inUse() (octets int64, goroutines int) {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse), runtime.NumGoroutine()
}

// idleRegister is the datagram of a Register of 15 links with attributes.
func idleRegister(i int) []byte {
	var links strings.Builder
	links.WriteString(`</>;ct="60 110 112 11542 11543";rt="oma.lwm2m",</1>;ver=1.1,</1/0>,</3>;ver=1.1,</3/0>`)
	for n := range 5 {
		fmt.Fprintf(&links, ",</%d>;ver=1.1,</%d/0>", 3300+n, 3300+n)
	}
	m := coap.NewRequest(coap.POST, "/rd")
	m.ID, m.Token = uint16(i), []byte{byte(i >> 24), byte(i >> 16), byte(i >> 8), byte(i)}
	m.SetContentFormat(uint16(lwm2m.FormatLink))
	for _, q := range []string{"ep=" + idleName(i), "lt=86400", "lwm2m=1.1", "b=U"} {
		m.AddQuery(q)
	}
	m.Payload = []byte(links.String())
	b, err := coap.Encode(m, false)
	if err != nil {
		panic(err) // the message is made here
	}
	return b
}

// idleName is the endpoint name in idleRegister.
func idleName(i int) string { return fmt.Sprintf("urn:imei:%015d", i) }
