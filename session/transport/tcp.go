package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"time"
)

// Limits of stream links.
const (
	// MaxConnections is how many connections a listener keeps; a further one
	// is closed at once.
	MaxConnections = 8192
	// MaxSilentConnections is how many connections may stand from which nothing
	// has come; beyond it the oldest of them is closed, so that half-open ones
	// keep nobody out.
	MaxSilentConnections = 256
	// tcpReadBuffer is what one read takes.
	tcpReadBuffer = 4096
	// tcpWriteTimeout is how long the operating system may take to accept a
	// message from us before the peer counts as gone.
	tcpWriteTimeout = 10 * time.Second
)

// TCP is a link of streams: a listener with the connections that it accepted,
// or one connection that was dialled. Each connection has a reader goroutine.
// What it delivers are the next bytes of a stream, not whole messages.
type TCP struct {
	listener net.Listener // nil of a dialled link
	local    netip.AddrPort
	scheme   string

	mu          sync.Mutex
	receiver    Receiver
	connections map[Address]*connection
	silent      []*connection // in order of arrival; those that spoke are left out lazily
	dialled     *connection
	closed      bool
}

// connection is one of them.
type connection struct {
	net.Conn
	peer    Address
	local   Local
	writing sync.Mutex
	// Guarded by the link's lock:
	spoke bool
	cause error // why we ended it
	ended bool
}

// ListenTCP opens a listener at HOST:PORT or coap+tcp://HOST:PORT. Without a
// host it hears all local addresses, IPv4 and IPv6; port 0 takes any free one.
// Errors: ErrPortInUse, or what the operating system said.
func ListenTCP(ctx context.Context, address string) (*TCP, error) {
	host, port, err := splitHostPort(address, portOf(address))
	if err != nil {
		return nil, err
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", net.JoinHostPort(host, fmt.Sprint(port)))
	if err != nil {
		return nil, listenError(address, err)
	}
	return newTCP(l, l.Addr()), nil
}

// DialTCP connects to HOST:PORT or coap+tcp://HOST:PORT and returns the link
// with the peer's address. Start reports that peer up before it returns.
func DialTCP(ctx context.Context, address string) (*TCP, Address, error) {
	peer, err := Resolve(ctx, address, portOf(address))
	if err != nil {
		return nil, Address{}, err
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", peer.hostport.String())
	if err != nil {
		return nil, Address{}, fmt.Errorf("connect %s: %w", address, err)
	}
	t := newTCP(nil, conn.LocalAddr())
	t.dialled = &connection{Conn: conn, peer: peer, local: Local{hostport: t.local}, spoke: true}
	return t, peer, nil
}

func newTCP(l net.Listener, local net.Addr) *TCP {
	a := local.(*net.TCPAddr).AddrPort()
	return &TCP{
		listener: l, scheme: "coap+tcp", connections: make(map[Address]*connection),
		local: netip.AddrPortFrom(a.Addr().Unmap(), a.Port()),
	}
}

// Address is where the link is bound.
func (t *TCP) Address() Address { return Address{hostport: t.local} }

// Start begins to accept and to read.
func (t *TCP) Start(r Receiver) error {
	t.mu.Lock()
	if t.closed {
		t.mu.Unlock()
		return ErrClosed
	}
	t.receiver = r
	t.mu.Unlock()
	if t.dialled != nil {
		t.serve(t.dialled)
		return nil
	}
	go t.accept()
	return nil
}

func (t *TCP) accept() {
	for {
		conn, err := t.listener.Accept()
		if err != nil {
			t.mu.Lock()
			closed := t.closed
			t.mu.Unlock()
			if closed {
				return
			}
			t.makeRoom(0) // out of file descriptors, most likely
			runtime.Gosched()
			continue
		}
		peer := ipAddress(conn.RemoteAddr().(*net.TCPAddr).AddrPort())
		local := conn.LocalAddr().(*net.TCPAddr).AddrPort()
		t.serve(&connection{
			Conn: conn, peer: peer,
			local: Local{hostport: netip.AddrPortFrom(local.Addr().Unmap(), local.Port())},
		})
	}
}

// serve enters a connection, reports it and begins to read.
func (t *TCP) serve(c *connection) {
	if !c.spoke {
		t.makeRoom(MaxSilentConnections - 1)
	}
	t.mu.Lock()
	if t.closed || len(t.connections) >= MaxConnections {
		t.mu.Unlock()
		_ = c.Close()
		return
	}
	t.connections[c.peer] = c
	if !c.spoke {
		t.silent = append(t.silent, c)
	}
	t.mu.Unlock()
	t.receiver.PeerUp(c.peer, c.local)
	go t.read(c)
}

// makeRoom ends the oldest silent connections until at most keep are left.
func (t *TCP) makeRoom(keep int) {
	t.mu.Lock()
	var waiting, surplus []*connection
	for _, c := range t.silent {
		if !c.spoke && !c.ended {
			waiting = append(waiting, c)
		}
	}
	if n := len(waiting) - keep; n > 0 {
		surplus, waiting = waiting[:n], waiting[n:]
	}
	t.silent = waiting
	t.mu.Unlock()
	for _, c := range surplus {
		t.Disconnect(c.peer, errSilent)
	}
}

var errSilent = fmt.Errorf("closed to make room: nothing came on it, and more than %d such connections stand", MaxSilentConnections)

// closingCause is nil where the peer closed the connection in order.
func closingCause(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return plainError(err)
}

func (t *TCP) read(c *connection) {
	buffer := make([]byte, tcpReadBuffer)
	heard := false
	for {
		n, err := c.Read(buffer)
		if n > 0 {
			if !heard {
				heard = true
				t.mu.Lock()
				c.spoke = true
				t.mu.Unlock()
			}
			t.receiver.Receive(Datagram{From: c.peer, Local: c.local, Bytes: buffer[:n]})
		}
		if err != nil {
			t.finish(c, err)
			return
		}
	}
}

// finish takes a connection out and reports it down.
func (t *TCP) finish(c *connection, err error) {
	_ = c.Close()
	t.mu.Lock()
	if t.connections[c.peer] == c {
		delete(t.connections, c.peer)
	}
	cause, ended, closed := c.cause, c.ended, t.closed
	c.ended = true
	t.mu.Unlock()
	if closed {
		return
	}
	if !ended {
		cause = closingCause(err)
	}
	t.receiver.PeerDown(c.peer, cause)
}

// Send writes b to the peer's connection, whole or with an error.
func (t *TCP) Send(to Address, _ Local, b []byte) error {
	t.mu.Lock()
	c, closed := t.connections[to], t.closed
	t.mu.Unlock()
	switch {
	case closed:
		return ErrClosed
	case c == nil:
		return fmt.Errorf("%v: %w", to, ErrNoPeer)
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	// The machine's time on purpose: it guards against the machine's network.
	_ = c.SetWriteDeadline(time.Now().Add(tcpWriteTimeout))
	if _, err := c.Write(b); err != nil {
		err = plainError(err)
		t.Disconnect(to, err) // a message cut short cannot be mended
		return fmt.Errorf("%v: %w", to, err)
	}
	return nil
}

// Disconnect ends the connection with the peer.
func (t *TCP) Disconnect(peer Address, cause error) {
	t.mu.Lock()
	c := t.connections[peer]
	if c != nil && !c.ended {
		c.ended, c.cause = true, cause
	}
	t.mu.Unlock()
	if c != nil {
		_ = c.Close() // the reader reports it down
	}
}

// Scheme is coap+tcp.
func (t *TCP) Scheme() string { return t.scheme }

// Reliable is true.
func (t *TCP) Reliable() bool { return true }

// MaxMessage is not limited by the link.
func (t *TCP) MaxMessage() int { return 1 << 30 }

// Timing leaves the defaults.
func (t *TCP) Timing() Timing { return Timing{} }

// LocalURIs lists the addresses under which the listener is reached.
func (t *TCP) LocalURIs() []string { return localURIs(t.scheme, t.local) }

// Close ends the listener and all connections.
func (t *TCP) Close() error {
	t.mu.Lock()
	if t.closed {
		t.mu.Unlock()
		return nil
	}
	t.closed = true
	var all []*connection
	for _, c := range t.connections {
		all = append(all, c)
	}
	if t.dialled != nil && t.receiver == nil {
		all = append(all, t.dialled)
	}
	t.mu.Unlock()
	for _, c := range all {
		_ = c.Close()
	}
	if t.listener != nil {
		return t.listener.Close()
	}
	return nil
}
