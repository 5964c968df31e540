package transport

import (
	"net/netip"
	"os"
	"syscall"
)

// pollEvents is how many sockets are looked at by one epoll_wait.
const pollEvents = 256

// socket is the file descriptor of a connected UDP socket that does not block.
type socket int

func (s socket) write(b []byte) error {
	for {
		_, err := syscall.Write(int(s), b)
		if err != syscall.EINTR {
			return err
		}
	}
}

// local is where the socket is bound.
func (s socket) local() Local {
	bound, err := syscall.Getsockname(int(s))
	if err != nil {
		return Local{}
	}
	switch a := bound.(type) {
	case *syscall.SockaddrInet4:
		return Local{hostport: netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port))}
	case *syscall.SockaddrInet6:
		return Local{hostport: netip.AddrPortFrom(netip.AddrFrom16(a.Addr), uint16(a.Port))}
	}
	return Local{}
}

// poller waits for all sockets by one epoll descriptor, which the poller of the
// Go runtime waits for in turn. epoll(7)
type poller struct {
	link *Sockets
	file *os.File
	done chan struct{}
}

func (p *poller) start(link *Sockets) error {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		return os.NewSyscallError("fcntl", err)
	}
	p.link, p.file, p.done = link, os.NewFile(uintptr(fd), "epoll"), make(chan struct{})
	go p.run()
	return nil
}

// open opens a socket towards the peer and has it waited for; link.mu is held.
func (p *poller) open(peer Address, number int) (socket, error) {
	family, address := syscall.AF_INET, syscall.Sockaddr(nil)
	ip, port := peer.hostport.Addr(), int(peer.Port())
	if ip.Is4() {
		address = &syscall.SockaddrInet4{Port: port, Addr: ip.As4()}
	} else {
		family, address = syscall.AF_INET6, &syscall.SockaddrInet6{Port: port, Addr: ip.As16()}
	}
	fd, err := syscall.Socket(family, syscall.SOCK_DGRAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	if err = syscall.Connect(fd, address); err == nil {
		err = p.add(fd, number)
	}
	if err != nil {
		_ = syscall.Close(fd) // the first error is the one to tell
		return 0, err
	}
	return socket(fd), nil
}

// add has a socket waited for; the event that tells of it carries its number.
func (p *poller) add(fd, number int) error {
	raw, err := p.file.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(epoll uintptr) {
		event := syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLERR, Fd: int32(number)}
		failed = syscall.EpollCtl(int(epoll), syscall.EPOLL_CTL_ADD, fd, &event)
	})
	if err != nil {
		return err
	}
	return failed
}

// shut closes a socket; link.mu is held, so that nobody reads from a descriptor
// that is another one by now.
func (p *poller) shut(s socket) { _ = syscall.Close(int(s)) }

func (p *poller) stop() error {
	if p.file == nil {
		return nil
	}
	err := p.file.Close()
	<-p.done
	return err
}

// run receives for all sockets.
func (p *poller) run() {
	defer close(p.done)
	raw, err := p.file.SyscallConn()
	if err != nil {
		return
	}
	events := make([]syscall.EpollEvent, pollEvents)
	buffer := make([]byte, udpMaxDatagram)
	for {
		n := 0
		err := raw.Read(func(epoll uintptr) bool {
			n, _ = syscall.EpollWait(int(epoll), events, 0)
			return n > 0
		})
		if err != nil {
			return // closed
		}
		for _, event := range events[:n] {
			p.read(int(event.Fd), buffer)
		}
	}
}

// read delivers one datagram of a socket, or what became of one sent before;
// epoll tells again of what is left.
func (p *poller) read(number int, buffer []byte) {
	n, err := p.receive(number, buffer)
	switch {
	case err == syscall.EAGAIN || err == syscall.EINTR || err == syscall.EBADF:
	case err != nil:
		p.link.received(number, nil, err)
	default:
		p.link.received(number, buffer[:n], nil)
	}
}

func (p *poller) receive(number int, buffer []byte) (int, error) {
	p.link.mu.RLock()
	defer p.link.mu.RUnlock()
	if number >= len(p.link.lanes) || !p.link.lanes[number].open {
		return 0, syscall.EBADF
	}
	return syscall.Read(int(p.link.lanes[number].socket), buffer)
}
