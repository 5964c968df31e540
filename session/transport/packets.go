package transport

import (
	"net"
	"os"
	"sync"
	"time"
)

// maxWaitingPackets is how many datagrams wait for one peer's handshake or reader;
// further ones are lost, as in a socket's full buffer.
const maxWaitingPackets = 64

// packets is the net.PacketConn over which the DTLS session of one peer speaks: what
// arrives for it is put, what it writes goes to the link below.
type packets struct {
	send func(b []byte) error

	waiting chan arrivedPacket
	closed  chan struct{}
	once    sync.Once
	limit   packetDeadline
}

type arrivedPacket struct {
	from  Address
	bytes []byte
}

func newPackets(send func(b []byte) error) *packets {
	p := &packets{send: send, waiting: make(chan arrivedPacket, maxWaitingPackets), closed: make(chan struct{})}
	p.limit.passed = make(chan struct{})
	return p
}

// put hands a datagram over; it is copied.
func (p *packets) put(from Address, b []byte) {
	b = append([]byte(nil), b...)
	levelVersions(b)
	select {
	case p.waiting <- arrivedPacket{from, b}:
	default:
	}
}

// ReadFrom implements net.PacketConn.
func (p *packets) ReadFrom(b []byte) (int, net.Addr, error) {
	passed := p.limit.channel()
	select {
	case a := <-p.waiting:
		return a.read(b)
	default:
	}
	select {
	case a := <-p.waiting:
		return a.read(b)
	case <-passed:
		return 0, nil, os.ErrDeadlineExceeded
	case <-p.closed:
		return 0, nil, net.ErrClosed
	}
}

func (a arrivedPacket) read(b []byte) (int, net.Addr, error) {
	return copy(b, a.bytes), packetAddress(a.from), nil
}

// WriteTo implements net.PacketConn.
func (p *packets) WriteTo(b []byte, _ net.Addr) (int, error) {
	select {
	case <-p.closed:
		return 0, net.ErrClosed
	default:
	}
	if err := p.send(b); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Close implements net.PacketConn. What is below stays open.
func (p *packets) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

// LocalAddr implements net.PacketConn.
func (p *packets) LocalAddr() net.Addr { return packetAddress{} }

// SetDeadline implements net.PacketConn.
func (p *packets) SetDeadline(t time.Time) error { return p.SetReadDeadline(t) }

// SetReadDeadline implements net.PacketConn.
func (p *packets) SetReadDeadline(t time.Time) error {
	p.limit.set(t)
	return nil
}

// SetWriteDeadline implements net.PacketConn; nothing is waited for.
func (p *packets) SetWriteDeadline(time.Time) error { return nil }

// packetAddress is an Address as a net.Addr.
type packetAddress Address

// Network implements net.Addr.
func (packetAddress) Network() string { return "udp" }

// String implements net.Addr.
func (a packetAddress) String() string { return Address(a).String() }

// packetDeadline is a channel that is closed when a time has passed.
type packetDeadline struct {
	mu     sync.Mutex
	timer  *time.Timer
	passed chan struct{}
}

func (d *packetDeadline) channel() chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.passed
}

// set moves the deadline; the zero time takes it away.
func (d *packetDeadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	select {
	case <-d.passed:
		d.passed = make(chan struct{})
	default:
	}
	if t.IsZero() {
		return
	}
	passed := d.passed
	wait := time.Until(t)
	if wait <= 0 {
		close(passed)
		return
	}
	d.timer = time.AfterFunc(wait, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.passed != passed {
			return
		}
		select {
		case <-passed:
		default:
			close(passed)
		}
	})
}
