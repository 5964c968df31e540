package transport

import (
	"fmt"
	"sync"
)

// MemoryLanes are lanes of datagrams in a MemoryNetwork: hosts of their own at
// addresses from 10.0.0.1 on, up to MaxMemoryLanes.
type MemoryLanes struct {
	network *MemoryNetwork
	server  Address

	mu       sync.RWMutex
	receiver Receiver
	lanes    []*Memory // by number; nil for one that is shut
	closed   bool
}

// MaxMemoryLanes is how many lanes there can be: the hosts of 10.0.0.0/8.
const MaxMemoryLanes = 1<<24 - 2

// Lanes returns a link of lanes towards the address IP:PORT.
func (n *MemoryNetwork) Lanes(server string) (*MemoryLanes, error) {
	a, err := ParseAddress(server)
	if err != nil {
		return nil, err
	}
	return &MemoryLanes{network: n, server: a}, nil
}

// Server implements Lanes.
func (m *MemoryLanes) Server() Address { return m.server }

// Start implements Link.
func (m *MemoryLanes) Start(r Receiver) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.receiver = r
	return nil
}

// Open implements Lanes.
func (m *MemoryLanes) Open() (Address, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	number := len(m.lanes)
	if m.closed || m.receiver == nil || number >= MaxMemoryLanes {
		return Address{}, ErrClosed
	}
	host := number + 1
	lane, err := m.network.Datagram(fmt.Sprintf("10.%d.%d.%d:5683", host>>16, host>>8&255, host&255))
	if err != nil {
		return Address{}, err
	}
	peer := laneAddress(m.server, number)
	m.lanes = append(m.lanes, lane)
	return peer, lane.Start(&laneReceiver{m.receiver, peer})
}

// laneReceiver tells of the peer by its address on the lane.
type laneReceiver struct {
	Receiver
	peer Address
}

func (r *laneReceiver) Receive(d Datagram) {
	d.From = r.peer
	r.Receiver.Receive(d)
}

// at returns the lane of a peer's address, nil if it is not open.
func (m *MemoryLanes) at(peer Address) *Memory {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if number, ok := laneOf(peer); ok && number < len(m.lanes) {
		return m.lanes[number]
	}
	return nil
}

// Send implements Link.
func (m *MemoryLanes) Send(to Address, via Local, b []byte) error {
	lane := m.at(to)
	if lane == nil {
		return fmt.Errorf("%v: %w", to, ErrNoPeer)
	}
	return lane.Send(m.server, via, b)
}

// Disconnect implements Link: it shuts a lane.
func (m *MemoryLanes) Disconnect(peer Address, cause error) {
	lane := m.at(peer)
	if lane == nil {
		return
	}
	_ = lane.Close() // a memory link's never fails
	number, _ := laneOf(peer)
	m.mu.Lock()
	m.lanes[number] = nil
	receiver := m.receiver
	m.mu.Unlock()
	receiver.PeerDown(peer, cause)
}

// Scheme is coap.
func (m *MemoryLanes) Scheme() string { return "coap" }

// Reliable is false.
func (m *MemoryLanes) Reliable() bool { return false }

// MaxMessage is the largest datagram.
func (m *MemoryLanes) MaxMessage() int { return memoryMaxDatagram }

// Timing leaves the defaults.
func (m *MemoryLanes) Timing() Timing { return Timing{} }

// LocalURIs is empty: nobody connects to a lane.
func (m *MemoryLanes) LocalURIs() []string { return nil }

// Close shuts all lanes.
func (m *MemoryLanes) Close() error {
	m.mu.Lock()
	lanes := m.lanes
	m.lanes, m.closed = nil, true
	m.mu.Unlock()
	for _, lane := range lanes {
		if lane != nil {
			_ = lane.Close()
		}
	}
	return nil
}
