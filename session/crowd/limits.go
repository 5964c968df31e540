package crowd

import "fmt"

// reserve is how many open files are left for everything but the sockets of the
// crowd.
const reserve = 64

// Limits are what the machine grants a crowd; 0 is unknown or without limit.
type Limits struct {
	Files int // files that the process may still open
	Ports int // local ports that the system hands out
}

// Check says which limit of the machine so many sockets would meet, and what to
// do; nil if none.
func (l Limits) Check(sockets int) error {
	if l.Files > 0 && sockets > l.Files-reserve {
		return &LimitError{
			Sockets: sockets, Limit: max(l.Files-reserve, 0), Of: "open files",
			Cure: fmt.Sprintf("ulimit -n %d raises it where the hard limit allows, --sockets N shares sockets", sockets+2*reserve),
		}
	}
	if l.Ports > 0 && sockets > l.Ports {
		return &LimitError{
			Sockets: sockets, Limit: l.Ports, Of: "local ports",
			Cure: "sysctl net.ipv4.ip_local_port_range widens it, --sockets N shares sockets",
		}
	}
	return nil
}

// LimitError tells that a crowd is larger than the machine allows.
type LimitError struct {
	Sockets int    // asked for
	Limit   int    // sockets that the limit leaves
	Of      string // what is limited: open files, local ports
	Cure    string
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("%d sockets: the limit of %s leaves room for %d", e.Sockets, e.Of, e.Limit)
}
