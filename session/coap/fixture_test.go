package coap

import (
	"context"
	"encoding/hex"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"lwcon/session/clock"
	"lwcon/session/transport"
)

// network is a memory network with what most tests need around it.
type network struct {
	t *testing.T
	*transport.MemoryNetwork
}

func newNetwork(t *testing.T) *network {
	return &network{t, transport.NewMemoryNetwork()}
}

// seeded is the randomness of tests.
func seeded() rand.Source { return rand.NewPCG(1, 2) }

func address(t *testing.T, s string) transport.Address {
	t.Helper()
	a, err := transport.ParseAddress(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// endpoint starts an endpoint on a datagram link at the address. Waits are
// exact unless the configuration says otherwise.
func (n *network) endpoint(at string, c Config) *Endpoint {
	n.t.Helper()
	link, err := n.Datagram(at)
	if err != nil {
		n.t.Fatal(err)
	}
	return n.start(link, c)
}

func (n *network) start(link transport.Link, c Config) *Endpoint {
	n.t.Helper()
	if c.Link == nil {
		c.Link = link
	}
	if c.Random == nil {
		c.Random = seeded()
	}
	if c.Parameters.AckRandomFactor == 0 {
		c.Parameters.AckRandomFactor = 1
	}
	e, err := NewEndpoint(c)
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { e.Close() })
	return e
}

const (
	serverAt = "192.0.2.1:5683"
	clientAt = "192.0.2.2:40000"
)

// script is a peer that says exactly what a test wants.
type script struct {
	t     *testing.T
	link  *transport.Memory
	start time.Time
	in    chan heard
}

type heard struct {
	at      time.Duration
	from    transport.Address
	bytes   []byte
	message *Message
}

func (n *network) script(at string) *script {
	n.t.Helper()
	link, err := n.Datagram(at)
	if err != nil {
		n.t.Fatal(err)
	}
	s := &script{t: n.t, link: link, start: time.Now(), in: make(chan heard, 100_000)}
	if err := link.Start(s); err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { link.Close() })
	return s
}

func (s *script) Receive(d transport.Datagram) {
	b := slices.Clone(d.Bytes)
	m, _ := Decode(b, false)
	s.in <- heard{time.Since(s.start), d.From, b, m}
}
func (s *script) PeerUp(transport.Address, transport.Local)      {}
func (s *script) PeerMoved(transport.Address, transport.Address) {}
func (s *script) PeerDown(transport.Address, error)              {}
func (s *script) SendFailed(transport.Address, error)            {}

// next waits for a message, in virtual time for as long as it takes.
func (s *script) next() heard {
	s.t.Helper()
	select {
	case h := <-s.in:
		return h
	case <-time.After(10 * time.Minute):
		s.t.Fatal("nothing came within ten minutes")
		return heard{}
	}
}

// silent fails the test if something comes within d.
func (s *script) silent(d time.Duration) {
	s.t.Helper()
	select {
	case h := <-s.in:
		s.t.Fatalf("%x came, want silence", h.bytes)
	case <-time.After(d):
	}
}

func (s *script) send(to transport.Address, m *Message) {
	s.t.Helper()
	b, err := Encode(m, false)
	if err != nil {
		s.t.Fatal(err)
	}
	s.sendRaw(to, b)
}

func (s *script) sendRaw(to transport.Address, b []byte) {
	s.t.Helper()
	if err := s.link.Send(to, transport.Local{}, b); err != nil {
		s.t.Fatal(err)
	}
}

// reply answers a request in its acknowledgement.
func (s *script) reply(to heard, m *Message) {
	s.t.Helper()
	m.Type, m.ID = Acknowledgement, to.message.ID
	if m.Token == nil {
		m.Token = to.message.Token
	}
	s.send(to.from, m)
}

func (s *script) empty(to transport.Address, kind Type, id uint16) {
	s.sendRaw(to, emptyMessage(kind, id))
}

// outcome is what Do returned.
type outcome struct {
	exchange *Exchange
	err      error
}

// start sends a request in a goroutine.
func start(e *Endpoint, to transport.Address, m *Message, o RequestOptions) chan outcome {
	done := make(chan outcome, 1)
	go func() {
		x, err := e.Do(context.Background(), to, m, o)
		done <- outcome{x, err}
	}()
	return done
}

// bg is for calls that must outlive the test function.
func bg() context.Context { return context.Background() }

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// rules lists the rules of deviations, in order.
func rules(all []Deviation) string {
	var ids []string
	for _, d := range all {
		ids = append(ids, d.Rule)
	}
	return strings.Join(ids, " ")
}

// answerWith is a handler that answers everything alike.
func answerWith(code Code, payload string) Handler {
	return func(r *Request) {
		m := NewResponse(code)
		if payload != "" {
			m.Payload = []byte(payload)
		}
		_ = r.Respond(m)
	}
}

// after waits in virtual time.
func after(d time.Duration) { <-clock.Real().NewTimer(d).C() }
