package transport

import (
	"net"
	"net/netip"
	"slices"
	"strings"
)

// localURIs lists one URI for each address under which a socket bound to local
// is reached: itself, or for all addresses those of the interfaces that are up.
// Link-local IPv6 addresses are left out, since a URI cannot carry their zone.
func localURIs(scheme string, local netip.AddrPort) []string {
	uri := func(ip netip.Addr) string {
		return scheme + "://" + netip.AddrPortFrom(ip, local.Port()).String()
	}
	if !local.Addr().IsUnspecified() {
		return []string{uri(local.Addr())}
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return []string{uri(local.Addr())}
	}
	var found []netip.Addr
	for _, a := range addresses {
		prefix, err := netip.ParsePrefix(a.String())
		if err != nil || prefix.Addr().IsLinkLocalUnicast() && prefix.Addr().Is6() {
			continue
		}
		if local.Addr().Is4() && !prefix.Addr().Is4() {
			continue
		}
		found = append(found, prefix.Addr())
	}
	slices.SortFunc(found, netip.Addr.Compare)
	uris := make([]string, 0, len(found))
	for _, ip := range slices.Compact(found) {
		uris = append(uris, uri(ip))
	}
	return uris
}

// securedURIs are those of a link that carries secure sessions: coaps://, coaps+tcp://.
func securedURIs(inner Link) []string {
	uris := slices.Clone(inner.LocalURIs())
	for i := range uris {
		uris[i] = strings.Replace(uris[i], "coap", "coaps", 1)
	}
	return uris
}
