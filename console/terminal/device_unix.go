//go:build unix

package terminal

import (
	"os"

	"golang.org/x/sys/unix"
)

// processOutput lets the terminal add the carriage return to a newline.
func processOutput(f *os.File) {
	attributes, err := unix.IoctlGetTermios(int(f.Fd()), ioctlGetAttributes)
	if err != nil {
		return
	}
	attributes.Oflag |= unix.OPOST | unix.ONLCR
	_ = unix.IoctlSetTermios(int(f.Fd()), ioctlSetAttributes, attributes)
}

// understandsEscapes: every terminal of a unix that is not TERM=dumb.
func understandsEscapes(*os.File) bool { return true }
