//go:build !linux

package transport

import (
	"errors"
	"net"
	"sync"
)

// socketBuffer is the largest datagram that a socket of a crowd receives.
const socketBuffer = 2048

// socket is a connected UDP socket.
type socket struct{ *net.UDPConn }

func (s socket) write(b []byte) error {
	_, err := s.Write(b)
	return err
}

// local is where the socket is bound.
func (s socket) local() Local {
	return Local{hostport: s.LocalAddr().(*net.UDPAddr).AddrPort()}
}

// poller reads each socket by a goroutine of its own.
type poller struct {
	link    *Sockets
	reading sync.WaitGroup
}

func (p *poller) start(link *Sockets) error {
	p.link = link
	return nil
}

func (p *poller) open(peer Address, number int) (socket, error) {
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(peer.hostport))
	if err != nil {
		return socket{}, err
	}
	p.reading.Add(1)
	go p.read(conn, number)
	return socket{conn}, nil
}

func (p *poller) read(conn *net.UDPConn, number int) {
	defer p.reading.Done()
	buffer := make([]byte, socketBuffer)
	for {
		n, err := conn.Read(buffer)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		p.link.received(number, buffer[:n], err)
	}
}

func (p *poller) shut(s socket) { _ = s.Close() }

func (p *poller) stop() error {
	p.reading.Wait()
	return nil
}
