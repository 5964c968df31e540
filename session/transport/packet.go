package transport

import (
	"encoding/binary"
	"net/netip"
)

// Sizes of the headers that a capture makes up, in bytes.
const (
	ethernetHeader = 14
	ipv4Header     = 20
	ipv6Header     = 40
	udpHeader      = 8
	tcpHeader      = 20
)

// Protocol numbers of IP.
const (
	protocolTCP = 6
	protocolUDP = 17
)

// packet is what a capture puts around bytes so that other programs can read
// them: Ethernet (made-up hardware addresses), IPv4 or IPv6, UDP or TCP, with
// the addresses and ports given and right checksums. RFC 791, 8200, 768, 9293.
type packet struct {
	from, to netip.AddrPort
	stream   bool
	// Of a stream: numbers of the first byte sent and of the next one expected.
	sequence, acknowledged uint32
	payload                []byte
}

// append adds the whole frame to b.
func (p *packet) append(b []byte) []byte {
	from, to := p.family()
	length, protocol := udpHeader+len(p.payload), byte(protocolUDP)
	if p.stream {
		length, protocol = tcpHeader+len(p.payload), protocolTCP
	}
	b = append(b, 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1) // locally administered
	if from.Is4() {
		b = appendIPv4(b, from, to, protocol, length)
	} else {
		b = appendIPv6(b, from, to, protocol, length)
	}
	start := len(b)
	if p.stream {
		b = p.appendTCP(b)
	} else {
		b = p.appendUDP(b, length)
	}
	sum := pseudoHeader(from, to, protocol, length)
	check := checksum(b[start:], sum)
	if !p.stream && check == 0 {
		check = 0xffff // 0 would mean that there is none
	}
	at := start + 6
	if p.stream {
		at = start + 16
	}
	binary.BigEndian.PutUint16(b[at:], check)
	return b
}

// family returns both IP addresses in one family; one that is not known is the
// unspecified one.
func (p *packet) family() (from, to netip.Addr) {
	from, to = p.from.Addr().Unmap().WithZone(""), p.to.Addr().Unmap().WithZone("")
	unknown := netip.IPv4Unspecified()
	if from.Is6() || to.Is6() {
		unknown = netip.IPv6Unspecified()
	}
	if !from.IsValid() || from.IsUnspecified() {
		from = unknown
	}
	if !to.IsValid() || to.IsUnspecified() {
		to = unknown
	}
	if from.Is4() != to.Is4() {
		from, to = netip.AddrFrom16(from.As16()), netip.AddrFrom16(to.As16())
	}
	return from, to
}

func (p *packet) appendUDP(b []byte, length int) []byte {
	b = binary.BigEndian.AppendUint16(b, p.from.Port())
	b = binary.BigEndian.AppendUint16(b, p.to.Port())
	b = binary.BigEndian.AppendUint16(b, uint16(length))
	b = append(b, 0, 0)
	return append(b, p.payload...)
}

func (p *packet) appendTCP(b []byte) []byte {
	const (
		words    = tcpHeader / 4 << 4
		pushACK  = 0x18
		window   = 0xffff
		checksum = 0
		urgent   = 0
	)
	b = binary.BigEndian.AppendUint16(b, p.from.Port())
	b = binary.BigEndian.AppendUint16(b, p.to.Port())
	b = binary.BigEndian.AppendUint32(b, p.sequence)
	b = binary.BigEndian.AppendUint32(b, p.acknowledged)
	b = append(b, words, pushACK)
	b = binary.BigEndian.AppendUint16(b, window)
	b = binary.BigEndian.AppendUint16(b, checksum)
	b = binary.BigEndian.AppendUint16(b, urgent)
	return append(b, p.payload...)
}

func appendIPv4(b []byte, from, to netip.Addr, protocol byte, length int) []byte {
	const hops = 64
	b = append(b, 8, 0) // EtherType
	start := len(b)
	b = append(b, 0x45, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(ipv4Header+length))
	b = append(b, 0, 0, 0x40, 0, hops, protocol, 0, 0) // do not fragment
	b = append(append(b, from.AsSlice()...), to.AsSlice()...)
	binary.BigEndian.PutUint16(b[start+10:], checksum(b[start:], 0))
	return b
}

func appendIPv6(b []byte, from, to netip.Addr, protocol byte, length int) []byte {
	const hops = 64
	b = append(b, 0x86, 0xdd, 0x60, 0, 0, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(length))
	b = append(b, protocol, hops)
	return append(append(b, from.AsSlice()...), to.AsSlice()...)
}

// pseudoHeader sums what UDP and TCP check besides their own bytes.
func pseudoHeader(from, to netip.Addr, protocol byte, length int) uint32 {
	return sum16(from.AsSlice(), sum16(to.AsSlice(), uint32(protocol)+uint32(length)))
}

// checksum is the Internet checksum of b on top of a sum. RFC 1071.
func checksum(b []byte, sum uint32) uint16 {
	sum = sum16(b, sum)
	for sum>>16 != 0 {
		sum = sum&0xffff + sum>>16
	}
	return ^uint16(sum)
}

// sum16 adds b as 16-bit words. 65,535 bytes do not overflow it.
func sum16(b []byte, sum uint32) uint32 {
	for ; len(b) >= 2; b = b[2:] {
		sum += uint32(binary.BigEndian.Uint16(b))
	}
	if len(b) == 1 {
		sum += uint32(b[0]) << 8
	}
	return sum
}
