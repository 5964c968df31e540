package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// udpMaxDatagram is the largest payload of a datagram over IPv4.
	udpMaxDatagram = 65507
	// udpControlSpace is room for the control messages of one datagram: packet
	// information of IPv4 and IPv6.
	udpControlSpace = 128
	// udpReadBuffer is what the kernel is asked to hold while the reader is
	// busy; it may grant less.
	udpReadBuffer = 4 << 20
)

// UDP is a link of datagrams over one socket. It has one reader goroutine,
// however many peers there are, and is a Lender.
type UDP struct {
	conn      *net.UDPConn
	connected Address // the only peer of a dialled link, else zero
	local     netip.AddrPort
	anyHost   bool // bound to all local addresses
	packets   bool // the kernel tells where a datagram came to
	receiver  Receiver
	closed    atomic.Bool
	reading
	buffer, control []byte // of the one who reads
}

// ListenUDP opens a socket at HOST:PORT or coap://HOST:PORT. Without a host it
// hears all local addresses, IPv4 and IPv6; port 0 takes any free one. Errors:
// ErrPortInUse, or what the operating system said.
func ListenUDP(ctx context.Context, address string) (*UDP, error) {
	host, port, err := splitHostPort(address, portOf(address))
	if err != nil {
		return nil, err
	}
	var config net.ListenConfig
	packetConn, err := config.ListenPacket(ctx, "udp", net.JoinHostPort(host, fmt.Sprint(port)))
	if err != nil {
		return nil, listenError(address, err)
	}
	u := newUDP(packetConn.(*net.UDPConn))
	u.anyHost = u.local.Addr().IsUnspecified()
	if u.anyHost {
		u.packets = requestPacketLocal(u.conn)
	}
	return u, nil
}

// DialUDP opens a socket towards HOST:PORT or coap://HOST:PORT and returns it
// with the peer's address. The link hears that peer only, and is told when the
// network says that nobody listens there.
func DialUDP(ctx context.Context, address string) (*UDP, Address, error) {
	peer, err := Resolve(ctx, address, portOf(address))
	if err != nil {
		return nil, Address{}, err
	}
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(peer.hostport))
	if err != nil {
		return nil, Address{}, fmt.Errorf("connect %s: %w", address, err)
	}
	u := newUDP(conn)
	u.connected = peer
	return u, peer, nil
}

// The ports of coap and coap+tcp, and of coaps and coaps+tcp. RFC 7252 §6.1, §6.2, RFC
// 8323 §8.1, §8.2.
const (
	defaultPort       = 5683
	defaultSecurePort = 5684
)

// portOf is the port of an address that names none.
func portOf(address string) uint16 {
	if strings.HasPrefix(address, "coaps") {
		return defaultSecurePort
	}
	return defaultPort
}

func newUDP(conn *net.UDPConn) *UDP {
	_ = conn.SetReadBuffer(udpReadBuffer) // a smaller one only loses more in a burst
	local := conn.LocalAddr().(*net.UDPAddr).AddrPort()
	return &UDP{conn: conn, reading: newReading(), local: netip.AddrPortFrom(local.Addr().Unmap(), local.Port())}
}

func listenError(address string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("listen %s: %w", address, ErrPortInUse)
	}
	return fmt.Errorf("listen %s: %w", address, err)
}

// Address is where the socket is bound.
func (u *UDP) Address() Address { return Address{hostport: u.local} }

// Start begins to read.
func (u *UDP) Start(r Receiver) error {
	if u.closed.Load() {
		return ErrClosed
	}
	u.receiver = r
	u.buffer = make([]byte, udpMaxDatagram)
	if u.packets {
		u.control = make([]byte, udpControlSpace)
	}
	u.try()
	go u.read()
	return nil
}

// read is the link's own goroutine. It has the right to read when it begins.
func (u *UDP) read() {
	for u.readOne() {
		if !u.resting.Load() {
			continue
		}
		u.release()
		u.rest(func() { _ = u.conn.SetReadDeadline(time.Now()) })
		_ = u.conn.SetReadDeadline(time.Time{})
	}
}

// Stand implements Lender.
func (u *UDP) Stand(w Waiting) bool {
	if u.closed.Load() || !u.try() {
		return false
	}
	for !w.Over() && u.readOne() {
	}
	u.release()
	return true
}

// readOne reads a datagram and delivers it; false where the reading ends: the
// link was closed, or its own goroutine takes over.
func (u *UDP) readOne() bool {
	n, controls, from, err := u.readDatagram()
	if err != nil {
		if u.closed.Load() || errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrDeadlineExceeded) {
			return false
		}
		u.failed(err)
		return true
	}
	d := Datagram{From: u.connected, Local: Local{hostport: u.local}, Bytes: u.buffer[:n]}
	if u.connected.IsZero() {
		d.From = ipAddress(from)
	}
	if controls > 0 {
		d.Local = packetLocal(u.control[:controls], u.local.Port())
	}
	u.receiver.Receive(d)
	return true
}

// readDatagram reads by the cheaper call where nobody asks where it came to.
func (u *UDP) readDatagram() (n, controls int, from netip.AddrPort, err error) {
	if u.control == nil {
		n, from, err = u.conn.ReadFromUDPAddrPort(u.buffer)
		return n, 0, from, err
	}
	n, controls, _, from, err = u.conn.ReadMsgUDPAddrPort(u.buffer, u.control)
	return n, controls, from, err
}

// failed reports an error that the network sent back. An unconnected socket
// cannot tell whom it concerns; then it is left to the timeout.
func (u *UDP) failed(err error) {
	if !u.connected.IsZero() {
		u.receiver.SendFailed(u.connected, plainError(err))
	}
}

// plainError takes the socket's addresses off an error; the caller says whom
// it concerns.
func plainError(err error) error {
	var number syscall.Errno
	if errors.As(err, &number) {
		return number
	}
	return err
}

// Send writes one datagram.
func (u *UDP) Send(to Address, via Local, b []byte) error {
	var err error
	switch {
	case u.closed.Load():
		return ErrClosed
	case len(b) > udpMaxDatagram:
		return fmt.Errorf("%v: %w: %d bytes, at most %d", to, ErrTooLong, len(b), udpMaxDatagram)
	case !u.connected.IsZero():
		if to != u.connected {
			return fmt.Errorf("%v: %w: the socket is connected to %v", to, ErrNoPeer, u.connected)
		}
		_, err = u.conn.Write(b)
	case u.packets && via.hostport.IsValid():
		var space [udpControlSpace]byte
		_, _, err = u.conn.WriteMsgUDPAddrPort(b, appendPacketLocal(space[:0], via), to.hostport)
	default:
		_, err = u.conn.WriteToUDPAddrPort(b, to.hostport)
	}
	if err != nil {
		return fmt.Errorf("%v: %w", to, plainError(err))
	}
	return nil
}

// Disconnect does nothing: datagrams have no connection.
func (u *UDP) Disconnect(Address, error) {}

// Scheme is coap.
func (u *UDP) Scheme() string { return "coap" }

// Reliable is false.
func (u *UDP) Reliable() bool { return false }

// MaxMessage is the largest datagram.
func (u *UDP) MaxMessage() int { return udpMaxDatagram }

// Timing leaves the defaults of RFC 7252.
func (u *UDP) Timing() Timing { return Timing{} }

// LocalURIs lists the addresses under which the socket is reached.
func (u *UDP) LocalURIs() []string { return localURIs(u.Scheme(), u.local) }

// Close closes the socket, which ends the reader.
func (u *UDP) Close() error {
	if u.closed.Swap(true) {
		return nil
	}
	return u.conn.Close()
}
