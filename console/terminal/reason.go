package terminal

// Reason says why reading ended. The zero Reason is Quit.
type Reason int

// The reasons.
const (
	Quit        Reason = iota // Execute returned ErrQuit, or failed where that stops
	EndOfInput                // Ctrl-D on an empty line, or the end of a pipe
	Cancelled                 // the context of Run ended
	Interrupted               // SIGINT, not Ctrl-C at a prompt
	Terminated                // SIGTERM
	HungUp                    // SIGHUP, or the terminal is gone
)

// String names the reason in words.
func (r Reason) String() string {
	switch r {
	case Quit:
		return "quit"
	case EndOfInput:
		return "end of input"
	case Cancelled:
		return "cancelled"
	case Interrupted:
		return "interrupted"
	case Terminated:
		return "terminated"
	case HungUp:
		return "hung up"
	}
	return "unknown reason"
}

// ExitStatus is what a process that ends for this reason exits with: 128 plus
// the number of the signal, 0 where there was none.
func (r Reason) ExitStatus() int {
	switch r {
	case Interrupted:
		return 130
	case Terminated:
		return 143
	case HungUp:
		return 129
	}
	return 0
}
