//go:build unix

package terminal

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// readInput starts reading f.
func readInput(f *os.File) (*input, error) {
	wake, stop, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	in := &input{chunks: make(chan []byte)}
	stopped, ended := make(chan struct{}), make(chan struct{})
	in.stop = func() {
		close(stopped)
		_ = stop.Close()
		<-ended
		_ = wake.Close()
	}
	go func() {
		defer close(ended)
		defer close(in.chunks)
		for {
			chunk := readTerminal(int(f.Fd()), int(wake.Fd()))
			if chunk == nil {
				return
			}
			select {
			case in.chunks <- chunk:
			case <-stopped:
				return
			}
		}
	}()
	return in, nil
}

// readTerminal waits for bytes; nil: end of input, an error, or something to
// read, or an end, at wake.
func readTerminal(fd, wake int) []byte {
	buf := make([]byte, readSize)
	for {
		ready := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}, {Fd: int32(wake), Events: unix.POLLIN}}
		if _, err := unix.Poll(ready, -1); err != nil && !errors.Is(err, unix.EINTR) {
			return nil
		}
		if ready[1].Revents != 0 {
			return nil
		}
		if ready[0].Revents == 0 {
			continue
		}
		n, err := unix.Read(fd, buf)
		switch {
		case n > 0:
			return buf[:n]
		case errors.Is(err, unix.EINTR), errors.Is(err, unix.EAGAIN):
		default:
			return nil
		}
	}
}
