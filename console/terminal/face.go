package terminal

// face is how a terminal is talked to: full, with a line editor, or plain.
// Its methods are called by Run's goroutine only.
type face interface {
	begin() error
	end()
	// feed takes bytes that were typed, next one step out of them; false:
	// there is none yet. Submit comes with the line.
	feed(chunk []byte)
	next() (outcome, string, bool)
	// feedAhead takes bytes that were typed while a command runs, and says
	// which of them, and of those that wait already, do not wait.
	feedAhead(chunk []byte) []outcome
	drop() // forgets what was typed ahead
	// unfinished says whether a key may be half read; expire takes it as it
	// is.
	unfinished() bool
	expire() (outcome, string, bool)
	// show draws the prompt, hide takes it away, print writes whole lines
	// above the prompt, or where none is shown.
	show()
	hide()
	print(text string)
	// interrupted shows that Ctrl-C was typed while a command runs.
	interrupted()
	remember(line string)
	failed() error // the first error of a write
}
