package scenarios

import "fmt"

// Position is where in a file something stands: line and column from 1, columns
// in characters. The zero Position is the file as a whole.
type Position struct {
	Line, Column int
}

// SyntaxError tells what in a scenario file is wrong, and where.
type SyntaxError struct {
	File string
	Position
	Reason string // what was expected and what was found
}

func (e *SyntaxError) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Reason
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Reason)
}
