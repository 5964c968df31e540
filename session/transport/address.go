package transport

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// Address is where a peer is reached: opaque, comparable, usable as a map key.
// The zero Address is nowhere.
type Address struct {
	hostport netip.AddrPort
	name     string // of links that have no IP addresses
}

// NewAddress returns the address of a peer on a link that knows its peers by
// name, such as a telephone number.
func NewAddress(name string) Address { return Address{name: name} }

// ParseAddress reads HOST:PORT where HOST is an IP literal, an IPv6 one in
// brackets. It asks no name server; Resolve does.
func ParseAddress(s string) (Address, error) {
	hostport, err := netip.ParseAddrPort(s)
	if err != nil {
		return Address{}, fmt.Errorf("address %q: want IP:PORT or [IPv6]:PORT", s)
	}
	return ipAddress(hostport), nil
}

// Resolve turns HOST:PORT, HOST, or a URI such as coap://host:port/ into an
// address; a name is looked up and its first address taken. Where the port is
// missing, port is used.
func Resolve(ctx context.Context, s string, port uint16) (Address, error) {
	host, number, err := splitHostPort(s, port)
	if err != nil {
		return Address{}, err
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return ipAddress(netip.AddrPortFrom(ip, number)), nil
	}
	if host == "" {
		return Address{}, fmt.Errorf("address %q: the host is missing", s)
	}
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return Address{}, fmt.Errorf("address %q: %w", s, err)
	}
	return ipAddress(netip.AddrPortFrom(found[0], number)), nil
}

// ipAddress unmaps IPv4 in IPv6, so that a peer has one address on a
// dual-stack socket.
func ipAddress(a netip.AddrPort) Address {
	return Address{hostport: netip.AddrPortFrom(a.Addr().Unmap(), a.Port())}
}

// String is the address as a person writes it: 192.0.2.7:40001,
// [2001:db8::1]:5683, or the name.
func (a Address) String() string {
	switch {
	case a.name != "":
		return a.name
	case a.hostport.IsValid():
		return a.hostport.String()
	}
	return "nowhere"
}

// IsZero tells whether a is nowhere.
func (a Address) IsZero() bool { return a == Address{} }

// Host is the address without the port: what a peer keeps when a translator on
// the way gives it a new port. A name is its own host.
func (a Address) Host() string {
	if a.name != "" {
		return a.name
	}
	return a.hostport.Addr().String()
}

// Port is the port, 0 where the link has none.
func (a Address) Port() uint16 { return a.hostport.Port() }

// IP is the IP address in 4 or 16 bytes, nil where the link has none. Captures
// need it.
func (a Address) IP() []byte { return a.hostport.Addr().AsSlice() }

// Unspecified tells whether the address stands for all addresses of a host, as
// that of a listener does.
func (a Address) Unspecified() bool { return a.hostport.Addr().IsUnspecified() }

// SameHost tells whether the two differ in the port at most.
func (a Address) SameHost(b Address) bool {
	return a.name == b.name && a.hostport.Addr() == b.hostport.Addr()
}

// Local is the local end on which something arrived. It is comparable; the
// zero Local leaves the choice to the link.
type Local struct {
	hostport netip.AddrPort
	index    int32 // of the network interface, 0 unknown
}

// String is the local address as a person writes it, empty for the zero Local.
func (l Local) String() string {
	if !l.hostport.IsValid() {
		return ""
	}
	return l.hostport.String()
}

// IP is the local IP address in 4 or 16 bytes, nil where it is not known.
func (l Local) IP() []byte { return l.hostport.Addr().AsSlice() }

// Host is the local address without the port, empty where it is not known.
func (l Local) Host() string {
	if !l.hostport.IsValid() {
		return ""
	}
	return l.hostport.Addr().Unmap().String()
}

// Port is the local port, 0 where it is not known.
func (l Local) Port() uint16 { return l.hostport.Port() }

// splitHostPort takes a URI, HOST:PORT, HOST or :PORT apart.
func splitHostPort(s string, port uint16) (string, uint16, error) {
	rest := s
	if _, after, found := strings.Cut(rest, "://"); found {
		rest, _, _ = strings.Cut(after, "/")
	}
	if rest == "" {
		return "", port, nil
	}
	if ip, err := netip.ParseAddr(strings.Trim(rest, "[]")); err == nil {
		return ip.String(), port, nil
	}
	if !strings.Contains(rest, ":") {
		return rest, port, nil
	}
	host, digits, err := net.SplitHostPort(rest)
	if err != nil {
		return "", 0, fmt.Errorf("address %q: want HOST:PORT, [IPv6]:PORT or a URI", s)
	}
	number, err := strconv.ParseUint(digits, 10, 16)
	if err != nil {
		return "", 0, fmt.Errorf("address %q: port %q is not a number from 0 to 65535", s, digits)
	}
	return host, uint16(number), nil
}
