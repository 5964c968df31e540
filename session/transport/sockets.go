package transport

import (
	"context"
	"fmt"
	"sync"
)

// Sockets is a link of many UDP sockets, all connected to one peer, which sees
// as many hosts: a crowd of simulated devices before one server. One goroutine
// receives for all of them on Linux, so that an idle socket costs a few octets;
// elsewhere each has its own.
//
// Each lane of it is a socket.
type Sockets struct {
	server Address
	poller poller

	mu       sync.RWMutex
	receiver Receiver
	lanes    []lane // by number
	free     []int  // numbers of lanes that are shut
	closed   bool
}

// lane is one socket.
type lane struct {
	socket socket
	peer   Address
	local  Local
	open   bool
}

// DialSockets prepares a link towards HOST:PORT or coap://HOST:PORT. It has no
// socket before Open.
func DialSockets(ctx context.Context, address string) (*Sockets, error) {
	server, err := Resolve(ctx, address, defaultPort)
	if err != nil {
		return nil, err
	}
	return &Sockets{server: server}, nil
}

// Server implements Lanes.
func (s *Sockets) Server() Address { return s.server }

// Start begins to deliver.
func (s *Sockets) Start(r Receiver) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	s.receiver = r
	return s.poller.start(s)
}

// Open implements Lanes. The error is what the operating system said: too many
// open files, usually.
func (s *Sockets) Open() (Address, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.receiver == nil {
		return Address{}, ErrClosed
	}
	number := len(s.lanes)
	if n := len(s.free); n > 0 {
		number = s.free[n-1]
	}
	opened, err := s.poller.open(s.server, number)
	if err != nil {
		return Address{}, fmt.Errorf("connect %v: %w", s.server, plainError(err))
	}
	if number == len(s.lanes) {
		s.lanes = append(s.lanes, lane{})
	} else {
		s.free = s.free[:len(s.free)-1]
	}
	peer := laneAddress(s.server, number)
	s.lanes[number] = lane{socket: opened, peer: peer, local: opened.local(), open: true}
	return peer, nil
}

// LocalOf returns the local end of the socket of a peer's address, the zero
// Local without one.
func (s *Sockets) LocalOf(peer Address) Local {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if l := s.at(peer); l != nil {
		return l.local
	}
	return Local{}
}

// at returns the lane of a peer; s.mu is held.
func (s *Sockets) at(peer Address) *lane {
	number, ok := laneOf(peer)
	if !ok || number >= len(s.lanes) || !s.lanes[number].open || s.lanes[number].peer != peer {
		return nil
	}
	return &s.lanes[number]
}

// Send writes one datagram by the socket of the peer's address.
func (s *Sockets) Send(to Address, _ Local, b []byte) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return ErrClosed
	}
	l := s.at(to)
	switch {
	case l == nil:
		return fmt.Errorf("%v: %w", to, ErrNoPeer)
	case len(b) > udpMaxDatagram:
		return fmt.Errorf("%v: %w: %d bytes, at most %d", to, ErrTooLong, len(b), udpMaxDatagram)
	}
	if err := l.socket.write(b); err != nil {
		return fmt.Errorf("%v: %w", to, plainError(err))
	}
	return nil
}

// received delivers what came in on a lane; failure is what the network said of
// something sent before.
func (s *Sockets) received(number int, b []byte, failure error) {
	s.mu.RLock()
	var l lane
	if number < len(s.lanes) && !s.closed {
		l = s.lanes[number]
	}
	receiver := s.receiver
	s.mu.RUnlock()
	switch {
	case !l.open:
	case failure != nil:
		receiver.SendFailed(l.peer, plainError(failure))
	default:
		receiver.Receive(Datagram{From: l.peer, Local: l.local, Bytes: b})
	}
}

// Disconnect shuts the socket of a peer's address.
func (s *Sockets) Disconnect(peer Address, cause error) {
	s.mu.Lock()
	l := s.at(peer)
	if l == nil {
		s.mu.Unlock()
		return
	}
	number, _ := laneOf(peer)
	shut, receiver := l.socket, s.receiver
	*l = lane{}
	s.free = append(s.free, number)
	s.poller.shut(shut)
	s.mu.Unlock()
	receiver.PeerDown(peer, cause)
}

// Scheme is coap.
func (s *Sockets) Scheme() string { return "coap" }

// Reliable is false.
func (s *Sockets) Reliable() bool { return false }

// MaxMessage is the largest datagram.
func (s *Sockets) MaxMessage() int { return udpMaxDatagram }

// Timing leaves the defaults of RFC 7252.
func (s *Sockets) Timing() Timing { return Timing{} }

// LocalURIs is empty: nobody can be told to connect to a socket of the crowd.
func (s *Sockets) LocalURIs() []string { return nil }

// Close shuts all sockets.
func (s *Sockets) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	for i := range s.lanes {
		if s.lanes[i].open {
			s.poller.shut(s.lanes[i].socket)
		}
	}
	s.lanes = nil
	s.mu.Unlock()
	return s.poller.stop()
}
