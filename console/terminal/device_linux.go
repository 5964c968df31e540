package terminal

import "golang.org/x/sys/unix"

const (
	ioctlGetAttributes = unix.TCGETS
	ioctlSetAttributes = unix.TCSETS
)
