package session

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"lwcon/session/credentials"
	"lwcon/session/transport"
)

// idlePeersEnv tells a process of this test program to be the peers of
// BenchmarkIdlePeers/dtls: "127.0.0.1:40001 500".
const idlePeersEnv = "LWCON_TEST_IDLE_PEERS"

// benchmarkIdleDTLSPeers measures peers over DTLS with pre-shared keys, the server's
// end alone: they live in a process of their own, each with a socket. What the store
// of their keys takes is not counted.
func benchmarkIdleDTLSPeers(b *testing.B) {
	for _, peers := range []int{500, 2_000} {
		for _, later := range []time.Duration{0, 300 * time.Second} {
			b.Run(fmt.Sprintf("%d/after-%ds", peers, int(later/time.Second)), func(b *testing.B) {
				for b.Loop() {
					b.StopTimer()
					octets, goroutines := idleDTLSPeers(b, peers, later)
					b.StartTimer()
					b.ReportMetric(float64(octets)/float64(peers), "B/peer")
					b.ReportMetric(float64(goroutines)/float64(peers), "goroutines/peer")
				}
			})
		}
	}
}

// idleDTLSPeers returns the octets of heap and stack, and the goroutines, that
// registered peers add at the server's end.
func idleDTLSPeers(b *testing.B, peers int, later time.Duration) (octets int64, goroutines int) {
	ctx := deadline(b)
	known := idleKeys(b, peers)
	c := newStepped()
	inner, err := transport.ListenUDP(ctx, "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	s := NewServer(ServerConfig{Clock: c, Credentials: known})
	octetsBefore, goroutinesBefore := inUse()
	if _, err := s.Listen(transport.NewDTLSServer(inner, known, transport.SecureOptions{})); err != nil {
		b.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // measured
	away := startIdlePeers(b, fmt.Sprintf("%s %d", inner.Address(), peers))
	defer away()
	c.Advance(later)
	octets, goroutines = inUse()
	if n := len(s.Endpoints()); n != peers {
		b.Fatalf("%d endpoints registered, want %d", n, peers)
	}
	return octets - octetsBefore, goroutines - goroutinesBefore
}

// idleKeys has a key for each peer, whose identity is its name.
func idleKeys(t testing.TB, peers int) *credentials.Store {
	known := credentials.NewStore(nil, credentials.Sources{})
	for i := range peers {
		if err := known.AddPSK(idleName(i), credentials.NewSecret([]byte("0123456789abcdef"), "text")); err != nil {
			t.Fatal(err)
		}
	}
	return known
}

// startIdlePeers runs the peers, and returns when all are registered; away ends them.
func startIdlePeers(b *testing.B, what string) (away func()) {
	program, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	child := exec.Command(program, "-test.run", "^TestIdlePeersAreAProcess$")
	child.Env = append(os.Environ(), idlePeersEnv+"="+what)
	in, err := child.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := child.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := child.Start(); err != nil {
		b.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if lines.Text() == idlePeersReady {
			return func() {
				_ = in.Close() // which it waits for
				_ = child.Wait()
			}
		}
	}
	b.Fatalf("the peers did not register: %v", child.Wait())
	return nil
}

const idlePeersReady = "all are registered"

// TestIdlePeersAreAProcess is no test but the peers of BenchmarkIdlePeers/dtls.
func TestIdlePeersAreAProcess(t *testing.T) {
	var server string
	var peers int
	if _, err := fmt.Sscan(os.Getenv(idlePeersEnv), &server, &peers); err != nil {
		t.Skip("not asked for")
	}
	ctx := t.Context()
	known := idleKeys(t, peers)
	const together = 50
	turn, done := make(chan struct{}, together), make(chan error, peers)
	for i := range peers {
		go func() {
			turn <- struct{}{}
			done <- registerIdleDTLS(ctx, server, known, i)
			<-turn
		}()
	}
	for range peers {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	fmt.Println(idlePeersReady)
	_, _ = bufio.NewReader(os.Stdin).ReadByte() // until the other end has measured
}

// registerIdleDTLS registers a peer and leaves it as it is.
func registerIdleDTLS(ctx context.Context, server string, known *credentials.Store, i int) error {
	socket, address, err := transport.DialUDP(ctx, server)
	if err != nil {
		return err
	}
	keys, _ := known.Client(idleName(i))
	link, err := transport.NewDTLSClient(ctx, socket, address, strings.Split(server, ":")[0], keys, transport.SecureOptions{})
	if err != nil {
		return err
	}
	answer := make(chan struct{}, 1)
	if err := link.Start(answered{answer}); err != nil {
		return err
	}
	if err := link.Send(address, transport.Local{}, idleRegister(i)); err != nil {
		return err
	}
	select {
	case <-answer:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// answered waits for one datagram.
type answered struct{ answer chan struct{} }

func (a answered) Receive(transport.Datagram) {
	select {
	case a.answer <- struct{}{}:
	default:
	}
}
func (answered) PeerUp(transport.Address, transport.Local)      {}
func (answered) PeerMoved(transport.Address, transport.Address) {}
func (answered) PeerDown(transport.Address, error)              {}
func (answered) SendFailed(transport.Address, error)            {}
