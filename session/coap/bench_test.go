package coap

import (
	"context"
	"fmt"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"

	"lwcon/session/transport"
)

// BenchmarkExchange measures sequential confirmable GETs over loopback UDP with
// log, tap and duplicates on, and beside it the limit: two sockets and the
// codec, one goroutine an end.
func BenchmarkExchange(b *testing.B) {
	b.Run("lwcon-udp", func(b *testing.B) { benchmarkEndpoints(b, 1) })
	b.Run("lwcon-udp-16-in-flight", func(b *testing.B) { benchmarkEndpoints(b, 16) })
	b.Run("raw-udp", benchmarkRaw)
}

func benchmarkEndpoints(b *testing.B, inFlight int) {
	tap := func(Passage) {}
	link, err := transport.ListenUDP(b.Context(), "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	payload := []byte("hello world")
	server, err := NewEndpoint(Config{Link: link, Tap: func(Passage) {}, Handler: func(r *Request) {
		m := NewResponse(Content)
		m.Payload = payload
		_ = r.Respond(m)
	}})
	if err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	socket, peer, err := transport.DialUDP(b.Context(), link.Address().String())
	if err != nil {
		b.Fatal(err)
	}
	client, err := NewEndpoint(Config{Link: socket, Tap: tap, Parameters: Parameters{NSTART: -1}})
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	b.ReportAllocs()
	b.ResetTimer()
	var done sync.WaitGroup
	for worker := range inFlight {
		done.Go(func() {
			for range (b.N + worker) / inFlight {
				x, err := client.Do(context.Background(), peer, NewRequest(GET, "/3/0/0"), RequestOptions{})
				if err != nil || string(x.Response.Payload) != "hello world" {
					b.Error(x, err)
					return
				}
			}
		})
	}
	done.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "exchanges/s")
}

func benchmarkRaw(b *testing.B) {
	server, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	go func() {
		in := make([]byte, 1500)
		for {
			n, from, err := server.ReadFromUDPAddrPort(in)
			if err != nil {
				return
			}
			m, err := Decode(in[:n], false)
			if err != nil {
				return
			}
			m.Type, m.Code, m.Options, m.Payload = Acknowledgement, Content, nil, []byte("hello world")
			out, _ := Encode(m, false)
			_, _ = server.WriteToUDPAddrPort(out, from)
		}
	}()
	client, err := net.DialUDP("udp", nil, server.LocalAddr().(*net.UDPAddr))
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	in := make([]byte, 1500)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m := NewRequest(GET, "/3/0/0")
		m.ID, m.Token = uint16(i), []byte{1, 2, 3, 4}
		out, _ := Encode(m, false)
		if _, err := client.Write(out); err != nil {
			b.Fatal(err)
		}
		n, err := client.Read(in)
		if err != nil {
			b.Fatal(err)
		}
		if m, err := Decode(in[:n], false); err != nil || string(m.Payload) != "hello world" {
			b.Fatal(m, err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "exchanges/s")
}

// collect reads the memory in use when all garbage, also of what an earlier turn
// left behind, is gone.
func collect(m *runtime.MemStats) {
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(m)
}

// BenchmarkIdlePeer measures what an endpoint keeps of a peer that has sent one
// Register of about 450 bytes and falls silent: memory right after it,
// including the log, and goroutines.
func BenchmarkIdlePeer(b *testing.B) {
	const peers = 10_000
	for b.Loop() {
		network := transport.NewMemoryNetwork()
		link, err := network.Datagram(serverAt)
		if err != nil {
			b.Fatal(err)
		}
		handled := make(chan struct{}, peers)
		server, err := NewEndpoint(Config{Link: link, Handler: func(r *Request) {
			m := NewResponse(Created)
			m.SetLocationPath("/rd/5a3f")
			_ = r.Respond(m)
			handled <- struct{}{}
		}})
		if err != nil {
			b.Fatal(err)
		}
		register := NewRequest(POST, "/rd")
		register.Token = []byte{1, 2, 3, 4}
		for _, q := range []string{"ep=urn:imei:351756051523999", "lt=86400", "lwm2m=1.1", "b=U"} {
			register.AddQuery(q)
		}
		register.Payload = []byte(strings.Repeat(`</3303/0>;ver="1.1",</5/0>,`, 14))
		bytes, err := Encode(register, false)
		if err != nil {
			b.Fatal(err)
		}
		var before, after runtime.MemStats
		goroutines := runtime.NumGoroutine()
		collect(&before)
		for i := range peers {
			from, err := transport.ParseAddress(fmt.Sprintf("10.0.%d.%d:5683", i>>8, i&255))
			if err != nil {
				b.Fatal(err)
			}
			network.Deliver(from, link.Address(), bytes)
			<-handled
		}
		collect(&after)
		b.ReportMetric(float64(after.HeapAlloc+after.StackInuse-before.HeapAlloc-before.StackInuse)/peers, "B/peer")
		b.ReportMetric(float64(runtime.NumGoroutine()-goroutines)/peers, "goroutines/peer")
		b.ReportMetric(float64(len(bytes)), "B/register")
		server.Close()
	}
}
