package transport

import (
	"encoding/binary"
	"net"
	"net/netip"
	"syscall"
	"unsafe"
)

// A socket bound to all addresses learns from control messages to which one a
// datagram was sent, and says with them from which one to answer: ip(7)
// IP_PKTINFO, ipv6(7) IPV6_PKTINFO. They are read and written here without
// allocation.

const (
	wordSize = int(unsafe.Sizeof(uintptr(0)))
	// controlHeader is a word of length, then level and type in 4 bytes each.
	controlHeader = wordSize + 8
)

// requestPacketLocal asks the kernel to tell where each datagram came to.
func requestPacketLocal(conn *net.UDPConn) bool {
	raw, err := conn.SyscallConn()
	if err != nil {
		return false
	}
	granted := false
	err = raw.Control(func(fd uintptr) {
		four := syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_PKTINFO, 1)
		six := syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IPV6, syscall.IPV6_RECVPKTINFO, 1)
		granted = four == nil || six == nil
	})
	return err == nil && granted
}

// packetLocal reads the first packet information among the control messages.
func packetLocal(control []byte, port uint16) Local {
	for len(control) >= controlHeader {
		length := controlLength(control)
		if length < controlHeader || length > len(control) {
			break
		}
		level := int(binary.NativeEndian.Uint32(control[wordSize:]))
		kind := int(binary.NativeEndian.Uint32(control[wordSize+4:]))
		body := control[controlHeader:length]
		switch {
		case level == syscall.IPPROTO_IP && kind == syscall.IP_PKTINFO && len(body) >= 12:
			ip := netip.AddrFrom4([4]byte(body[8:12]))
			return Local{netip.AddrPortFrom(ip, port), int32(binary.NativeEndian.Uint32(body))}
		case level == syscall.IPPROTO_IPV6 && kind == syscall.IPV6_PKTINFO && len(body) >= 20:
			ip := netip.AddrFrom16([16]byte(body[:16])).Unmap()
			return Local{netip.AddrPortFrom(ip, port), int32(binary.NativeEndian.Uint32(body[16:]))}
		}
		control = control[min(len(control), aligned(length)):]
	}
	return Local{}
}

// appendPacketLocal writes the control message that sends from the local
// address. The interface is left to the routing table except where the address
// needs it, so that an answer survives a change of routes.
func appendPacketLocal(b []byte, via Local) []byte {
	ip := via.hostport.Addr()
	if ip.Is4() {
		b = appendControlHeader(b, syscall.IPPROTO_IP, syscall.IP_PKTINFO, 12)
		b = binary.NativeEndian.AppendUint32(b, 0)
		four := ip.As4()
		b = append(b, four[:]...)
		b = append(b, 0, 0, 0, 0)
		return append(b, make([]byte, aligned(len(b))-len(b))...)
	}
	index := int32(0)
	if ip.IsLinkLocalUnicast() {
		index = via.index
	}
	b = appendControlHeader(b, syscall.IPPROTO_IPV6, syscall.IPV6_PKTINFO, 20)
	sixteen := ip.As16()
	b = append(b, sixteen[:]...)
	b = binary.NativeEndian.AppendUint32(b, uint32(index))
	return append(b, make([]byte, aligned(len(b))-len(b))...)
}

func appendControlHeader(b []byte, level, kind uint32, body int) []byte {
	if wordSize == 8 {
		b = binary.NativeEndian.AppendUint64(b, uint64(controlHeader+body))
	} else {
		b = binary.NativeEndian.AppendUint32(b, uint32(controlHeader+body))
	}
	b = binary.NativeEndian.AppendUint32(b, level)
	return binary.NativeEndian.AppendUint32(b, kind)
}

func controlLength(control []byte) int {
	if wordSize == 8 {
		return int(binary.NativeEndian.Uint64(control))
	}
	return int(binary.NativeEndian.Uint32(control))
}

// aligned rounds up to whole words, as control messages follow each other.
func aligned(n int) int { return (n + wordSize - 1) &^ (wordSize - 1) }
