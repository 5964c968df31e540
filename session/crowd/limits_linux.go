package crowd

import (
	"fmt"
	"os"
	"syscall"
)

// MachineLimits asks the machine: getrlimit(2) RLIMIT_NOFILE less what is open,
// and the range of ports that ip(7) calls ip_local_port_range.
func MachineLimits() Limits {
	var l Limits
	var files syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files) == nil && files.Cur < 1<<30 {
		l.Files = int(files.Cur)
		if open, err := os.ReadDir("/proc/self/fd"); err == nil {
			l.Files = max(l.Files-len(open), 1)
		}
	}
	if text, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range"); err == nil {
		var low, high int
		if n, _ := fmt.Sscan(string(text), &low, &high); n == 2 && high > low {
			l.Ports = high - low + 1
		}
	}
	return l
}
