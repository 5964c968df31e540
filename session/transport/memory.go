package transport

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Limits of memory links.
const (
	// memoryMaxDatagram is the largest datagram, as over UDP and IPv4.
	memoryMaxDatagram = 65507
	// memoryMaxQueue bounds what waits for one link; a datagram beyond it is
	// lost, as in a socket's full buffer.
	memoryMaxQueue = 65536
)

// MemoryNetwork connects links within one process, without sockets: for tests,
// also in a testing/synctest bubble, and for a simulated device beside its
// server. What is sent is handed to the receiver by a goroutine that lives only
// while something is waiting, so an idle link costs none. It is safe for
// concurrent use.
type MemoryNetwork struct {
	mu      sync.Mutex
	links   map[Address]*Memory
	pairing sync.Mutex // held by who holds two links
}

// NewMemoryNetwork returns an empty network.
func NewMemoryNetwork() *MemoryNetwork {
	return &MemoryNetwork{links: make(map[Address]*Memory)}
}

// Datagram returns a link for datagrams at the address IP:PORT, which any other
// datagram link of the network can send to.
func (n *MemoryNetwork) Datagram(address string) (*Memory, error) { return n.add(address, false) }

// Stream returns a link for streams at the address IP:PORT. It accepts
// connections and makes them with Connect.
func (n *MemoryNetwork) Stream(address string) (*Memory, error) { return n.add(address, true) }

func (n *MemoryNetwork) add(address string, stream bool) (*Memory, error) {
	a, err := ParseAddress(address)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.links[a] != nil {
		return nil, fmt.Errorf("%v: %w", a, ErrPortInUse)
	}
	m := &Memory{network: n, address: a, stream: stream}
	n.links[a] = m
	return m, nil
}

// Deliver puts a datagram on the network as though from sent it; nobody needs
// to be there. It is lost where there is no datagram link at to.
func (n *MemoryNetwork) Deliver(from, to Address, b []byte) {
	if m := n.at(to); m != nil && !m.stream {
		m.put(memoryEvent{from: from, bytes: slices.Clone(b)})
	}
}

func (n *MemoryNetwork) at(a Address) *Memory {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.links[a]
}

func (n *MemoryNetwork) remove(m *Memory) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.links[m.address] == m {
		delete(n.links, m.address)
	}
}

// Memory is a link of a MemoryNetwork.
type Memory struct {
	network *MemoryNetwork
	address Address
	stream  bool

	mu       sync.Mutex
	receiver Receiver
	queue    []memoryEvent
	running  bool
	closed   bool
	peers    map[Address]bool // connections of a stream link
}

// memoryEvent is what waits for a receiver: bytes, or a connection that came or
// went.
type memoryEvent struct {
	from  Address
	bytes []byte
	up    bool
	down  bool
	cause error
	told  chan struct{} // closed once the receiver knows that the peer is up
}

// Address returns where the link is reached.
func (m *Memory) Address() Address { return m.address }

// Start begins to deliver; what came before waits until then.
func (m *Memory) Start(r Receiver) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.receiver = r
	m.run()
	return nil
}

// Send gives b to the link at the address. A datagram to nobody is lost; a
// stream needs a connection.
func (m *Memory) Send(to Address, _ Local, b []byte) error {
	m.mu.Lock()
	closed, connected := m.closed, !m.stream || m.peers[to]
	m.mu.Unlock()
	switch {
	case closed:
		return ErrClosed
	case !connected:
		return fmt.Errorf("%v: %w", to, ErrNoPeer)
	case !m.stream && len(b) > memoryMaxDatagram:
		return fmt.Errorf("%v: %w: %d bytes, at most %d", to, ErrTooLong, len(b), memoryMaxDatagram)
	}
	if peer := m.network.at(to); peer != nil && peer.stream == m.stream {
		peer.put(memoryEvent{from: m.address, bytes: slices.Clone(b)})
	}
	return nil
}

// Connect makes a stream connection with the link at the address. Both ends are
// told that their peer is up, this one before Connect returns.
func (m *Memory) Connect(ctx context.Context, to Address) error {
	peer := m.network.at(to)
	told := make(chan struct{})
	if peer == nil || peer == m || !peer.stream || !m.pair(peer, told) {
		return fmt.Errorf("%v: connection refused: nobody listens there", to)
	}
	select {
	case <-told:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// pair lets both ends join at once: what one sends on hearing of its peer must
// not come before the other has heard of it. Nobody else holds two links.
func (m *Memory) pair(peer *Memory, told chan struct{}) bool {
	m.network.pairing.Lock()
	defer m.network.pairing.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	peer.mu.Lock()
	defer peer.mu.Unlock()
	if m.closed || peer.closed {
		return false
	}
	m.join(peer.address, told)
	peer.join(m.address, nil)
	return true
}

// join queues the news of a new peer. m.mu is held.
func (m *Memory) join(peer Address, told chan struct{}) {
	if m.peers == nil {
		m.peers = make(map[Address]bool)
	}
	m.peers[peer] = true
	m.queue = append(m.queue, memoryEvent{from: peer, up: true, told: told})
	m.run()
}

// Disconnect ends a stream connection; the other end sees it closed.
func (m *Memory) Disconnect(peer Address, cause error) {
	if !m.leave(peer, cause) {
		return
	}
	if other := m.network.at(peer); other != nil {
		other.leave(m.address, nil)
	}
}

func (m *Memory) leave(peer Address, cause error) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.peers[peer] {
		return false
	}
	delete(m.peers, peer)
	m.queue = append(m.queue, memoryEvent{from: peer, down: true, cause: cause})
	m.run()
	return true
}

func (m *Memory) put(e memoryEvent) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed || len(m.queue) >= memoryMaxQueue {
		return
	}
	m.queue = append(m.queue, e)
	m.run()
}

// run starts the goroutine that delivers, unless it runs. m.mu is held.
func (m *Memory) run() {
	if m.running || m.receiver == nil || len(m.queue) == 0 || m.closed {
		return
	}
	m.running = true
	go m.drain()
}

func (m *Memory) drain() {
	local := Local{hostport: m.address.hostport}
	for {
		m.mu.Lock()
		waiting, receiver := m.queue, m.receiver
		m.queue = nil
		if len(waiting) == 0 || m.closed {
			m.running = false
			m.mu.Unlock()
			return
		}
		m.mu.Unlock()
		for _, e := range waiting {
			e.deliver(receiver, local)
		}
	}
}

func (e memoryEvent) deliver(r Receiver, local Local) {
	switch {
	case e.up:
		r.PeerUp(e.from, local)
		if e.told != nil {
			close(e.told)
		}
	case e.down:
		r.PeerDown(e.from, e.cause)
	default:
		r.Receive(Datagram{From: e.from, Local: local, Bytes: e.bytes})
	}
}

// Scheme is coap, or coap+tcp of a stream.
func (m *Memory) Scheme() string {
	if m.stream {
		return "coap+tcp"
	}
	return "coap"
}

// Reliable tells whether it is a stream.
func (m *Memory) Reliable() bool { return m.stream }

// MaxMessage is the largest datagram, or what a stream takes at once.
func (m *Memory) MaxMessage() int {
	if m.stream {
		return 1 << 30
	}
	return memoryMaxDatagram
}

// Timing leaves the defaults.
func (m *Memory) Timing() Timing { return Timing{} }

// LocalURIs is the one address.
func (m *Memory) LocalURIs() []string { return []string{m.Scheme() + "://" + m.address.String()} }

// Close takes the link off the network. The peers of a stream see it closed.
func (m *Memory) Close() error {
	m.network.remove(m)
	m.mu.Lock()
	m.closed = true
	m.queue = nil
	peers := make([]Address, 0, len(m.peers))
	for p := range m.peers {
		peers = append(peers, p)
	}
	slices.SortFunc(peers, func(a, b Address) int { return strings.Compare(a.String(), b.String()) })
	m.peers = nil
	m.mu.Unlock()
	for _, p := range peers {
		if other := m.network.at(p); other != nil {
			other.leave(m.address, nil)
		}
	}
	return nil
}
