package files

import (
	"io"
	"log"
	"net"
	"sync"
)

// bounded is a listener with so many connections at once at most.
type bounded struct {
	net.Listener
	free chan struct{}
	once sync.Once
	end  chan struct{}
}

func newBounded(l net.Listener) *bounded {
	return &bounded{Listener: l, free: make(chan struct{}, maxConnections), end: make(chan struct{})}
}

// Accept waits for a connection, and before that until there may be one more.
func (b *bounded) Accept() (net.Conn, error) {
	select {
	case b.free <- struct{}{}:
	case <-b.end:
		return nil, net.ErrClosed
	}
	c, err := b.Listener.Accept()
	if err != nil {
		<-b.free
		return nil, err
	}
	return &boundedConn{Conn: c, free: b.free}, nil
}

// Close ends the listener.
func (b *bounded) Close() error {
	b.once.Do(func() { close(b.end) })
	return b.Listener.Close()
}

// boundedConn makes room for another connection when it closes.
type boundedConn struct {
	net.Conn
	free chan struct{}
	once sync.Once
}

// Close closes the connection.
func (c *boundedConn) Close() error {
	c.once.Do(func() { <-c.free })
	return c.Conn.Close()
}

// silent is a log that nobody reads: what a peer does wrong is not ours to
// print.
func silent() *log.Logger { return log.New(io.Discard, "", 0) }
