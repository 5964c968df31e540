package commands

// Texter is a Result or Event that brings its own text for people, since the
// console doesn't know it: those of commands that other packages append to the
// table.
type Texter interface {
	// AppendText appends the text: whole lines, plain, control characters of
	// peers escaped.
	AppendText(b []byte) []byte
}
