package terminal

// readSize is how many bytes one read takes at most.
const readSize = 4096

// input reads a terminal in the background. The channel gives what was read
// and is closed at the end of input. After stop nothing more is taken from the
// terminal: it may be somebody else's by then.
type input struct {
	chunks chan []byte
	stop   func()
}
