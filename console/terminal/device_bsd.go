//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package terminal

import "golang.org/x/sys/unix"

const (
	ioctlGetAttributes = unix.TIOCGETA
	ioctlSetAttributes = unix.TIOCSETA
)
