package session

import (
	"context"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/plgd-dev/go-coap/v3/message"
	"github.com/plgd-dev/go-coap/v3/message/codes"
	"github.com/plgd-dev/go-coap/v3/udp/coder"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

// BenchmarkRoundTrip measures sequential CON reads of /3/0/0 over loopback, two
// ends in one process: what lwcon reaches over UDP, DTLS and TCP, our server alone
// before a device that does nothing but answer, and the limit of the sockets.
// With idle peers beside, it is the same server that knows 100,000 more.
func BenchmarkRoundTrip(b *testing.B) {
	b.Run("lwcon-udp", func(b *testing.B) { benchmarkRead(b, udpPair) })
	b.Run("lwcon-dtls-psk", func(b *testing.B) { benchmarkRead(b, dtlsPair) })
	b.Run("lwcon-tcp", func(b *testing.B) { benchmarkRead(b, tcpPair) })
	b.Run("server-udp", func(b *testing.B) { benchmarkRead(b, rawDevice) })
	b.Run("raw-udp", benchmarkRaw)
	b.Run("lwcon-udp-beside-100000", func(b *testing.B) {
		benchmarkRead(b, func(b testing.TB, c ServerConfig) (*Server, *Endpoint) { return besideIdle(b, c, 100_000) })
	})
}

// benchmarkRead reads by the public Read to a typed tree, log, taps and duplicate
// cache on.
func benchmarkRead(b *testing.B, pair func(testing.TB, ServerConfig) (*Server, *Endpoint)) {
	passed := 0
	s, e := pair(b, ServerConfig{Definitions: objects.New(), Tap: func(coap.Passage) { passed++ }})
	defer s.Close()
	p := lwm2m.MustParsePath("/3/0/0")
	ctx := context.Background()
	passed = 0
	var took latencies
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		r, err := Read(ctx, e, p, ReadOptions{})
		if err != nil {
			b.Fatal(err)
		}
		took.add(time.Since(start))
		if len(r.Tree.Nodes) != 1 || r.Tree.Nodes[0].Value().Type() != lwm2m.String {
			b.Fatalf("read %+v", r)
		}
	}
	if passed < 2*b.N {
		b.Fatalf("the tap saw %d messages of %d reads", passed, b.N)
	}
	took.report(b)
}

// latencies are the durations of exchanges, the newest 65,536 of them.
type latencies struct {
	all  [1 << 16]time.Duration
	next int
}

func (l *latencies) add(d time.Duration) {
	l.all[l.next%len(l.all)] = d
	l.next++
}

func (l *latencies) report(b *testing.B) {
	known := l.all[:min(l.next, len(l.all))]
	slices.Sort(known)
	if n := len(known); n > 0 {
		b.ReportMetric(float64(known[n/2])/1e3, "p50-µs")
		b.ReportMetric(float64(known[n*99/100])/1e3, "p99-µs")
	}
}

// rawDevice is a server of ours and a device that is a bare socket.
func rawDevice(b testing.TB, c ServerConfig) (*Server, *Endpoint) {
	s, endpoints := rawDevices(b, c, 1)
	return s, endpoints[0]
}

// rawDevices are a server of ours and devices that are bare sockets: they register
// and then answer whatever they are asked.
func rawDevices(b testing.TB, c ServerConfig, count int) (*Server, []*Endpoint) {
	link, err := transport.ListenUDP(deadline(b), "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	s := NewServer(c)
	if _, err := s.Listen(link); err != nil {
		b.Fatal(err)
	}
	to := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: int(link.Address().Port())}
	var endpoints []*Endpoint
	for i := range count {
		socket, err := net.DialUDP("udp4", nil, to)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { socket.Close() })
		if _, err := socket.Write(idleRegister(i)); err != nil {
			b.Fatal(err)
		}
		if _, err := socket.Read(make([]byte, 1500)); err != nil {
			b.Fatal(err)
		}
		e, err := s.Find(idleName(i))
		if err != nil {
			b.Fatal(err)
		}
		endpoints = append(endpoints, e)
		go rawAnswers(socket)
	}
	return s, endpoints
}

// besideIdle is udpPair beside peers that registered over memory links and say
// nothing more.
func besideIdle(b testing.TB, c ServerConfig, peers int) (*Server, *Endpoint) {
	s, e := udpPair(b, c)
	network := transport.NewMemoryNetwork()
	link, err := network.Datagram("192.0.2.1:5683")
	if err != nil {
		b.Fatal(err)
	}
	if _, err := s.Listen(link); err != nil {
		b.Fatal(err)
	}
	registerIdle(b, s, network, peers)
	return s, e
}

// BenchmarkInFlight measures reads of which so many are under way at a time, to 16
// devices that are bare sockets.
func BenchmarkInFlight(b *testing.B) {
	for _, flying := range []int{16, 256} {
		b.Run(strconv.Itoa(flying), func(b *testing.B) {
			s, endpoints := rawDevices(b, ServerConfig{Definitions: objects.New(), Parameters: coap.Parameters{NSTART: -1}}, 16)
			defer s.Close()
			p := lwm2m.MustParsePath("/3/0/0")
			var left atomic.Int64
			left.Store(int64(b.N))
			took := make([]latencies, flying)
			var readers sync.WaitGroup
			b.ReportAllocs()
			b.ResetTimer()
			for i := range flying {
				readers.Go(func() {
					for left.Add(-1) >= 0 {
						start := time.Now()
						if r, err := Read(context.Background(), endpoints[i%len(endpoints)], p, ReadOptions{}); err != nil || r.Tree == nil {
							b.Errorf("read: %+v, %v", r, err)
							return
						}
						took[i].add(time.Since(start))
					}
				})
			}
			readers.Wait()
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "reads/s")
			var all latencies
			for i := range took {
				for _, d := range took[i].all[:min(took[i].next, len(took[i].all)/flying)] {
					all.add(d)
				}
			}
			all.report(b)
		})
	}
}

// benchmarkRaw is the limit: connected sockets, one goroutine an end, the same
// messages by the same codec, buffers used again; no retransmission, no
// duplicates, no log, no tree.
func benchmarkRaw(b *testing.B) {
	server, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		b.Fatal(err)
	}
	client, err := net.DialUDP("udp4", nil, server.LocalAddr().(*net.UDPAddr))
	if err != nil {
		b.Fatal(err)
	}
	local := client.LocalAddr().(*net.UDPAddr)
	address := server.LocalAddr().(*net.UDPAddr)
	server.Close()
	echo, err := net.DialUDP("udp4", address, local)
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		rawAnswers(echo)
	}()
	request := message.Message{
		Type: message.Confirmable, Code: codes.GET, Token: []byte{1, 2, 3, 4},
		Options: message.Options{
			{ID: message.URIPath, Value: []byte("3")},
			{ID: message.URIPath, Value: []byte("0")},
			{ID: message.URIPath, Value: []byte("0")},
		},
	}
	buffer := make([]byte, 1500)
	answer := message.Message{Options: make(message.Options, 0, 16)}
	var took latencies
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		request.MessageID = (request.MessageID + 1) & 0xffff
		n, err := coder.DefaultCoder.Encode(request, buffer)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := client.Write(buffer[:n]); err != nil {
			b.Fatal(err)
		}
		if n, err = client.Read(buffer); err != nil {
			b.Fatal(err)
		}
		answer.Options = answer.Options[:0]
		if _, err := coder.DefaultCoder.Decode(buffer[:n], &answer); err != nil {
			b.Fatal(err)
		}
		if answer.MessageID != request.MessageID || len(answer.Payload) != 11 {
			b.Fatalf("answered %+v", answer)
		}
		took.add(time.Since(start))
	}
	took.report(b)
	echo.Close()
	<-done
}

// rawAnswers answers each request until the socket is closed.
func rawAnswers(socket *net.UDPConn) {
	in, out := make([]byte, 1500), make([]byte, 1500)
	request := message.Message{Options: make(message.Options, 0, 16)}
	answer := message.Message{
		Type: message.Acknowledgement, Code: codes.Content,
		Options: message.Options{{ID: message.ContentFormat, Value: nil}},
		Payload: []byte("lwcon bench"),
	}
	for {
		n, err := socket.Read(in)
		if err != nil {
			return
		}
		request.Options = request.Options[:0]
		if _, err := coder.DefaultCoder.Decode(in[:n], &request); err != nil {
			return
		}
		answer.MessageID, answer.Token = request.MessageID, request.Token
		if n, err = coder.DefaultCoder.Encode(answer, out); err != nil {
			return
		}
		if _, err := socket.Write(out[:n]); err != nil {
			return
		}
	}
}
