package terminal

import "os"

// readInput starts reading f. A read of a console cannot be called off: after
// stop one read is left waiting, and what it gets is lost.
func readInput(f *os.File) (*input, error) {
	in := &input{chunks: make(chan []byte)}
	stopped := make(chan struct{})
	in.stop = func() { close(stopped) }
	go func() {
		defer close(in.chunks)
		for {
			buf := make([]byte, readSize)
			n, err := f.Read(buf)
			if err != nil {
				return
			}
			select {
			case in.chunks <- buf[:n]:
			case <-stopped:
				return
			}
		}
	}()
	return in, nil
}
