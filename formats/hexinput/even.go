package hexinput

import (
	"fmt"

	"lwcon/formats/codec"
)

// evenness tells octets that are written with one digit where they need no more,
// c1 9 64, from one whose second digit got lost, c1 09 6.
type evenness struct {
	words  int
	padded string // an octet of two digits that needs one only, or several octets
	single *Error // the first word of one digit
	alone  int    // words of one digit
	last   bool   // the last word is one
}

// see takes in a line of hex.
func (e *evenness) see(line string, number, column int) {
	for i := 0; i < len(line); {
		start, end, marked := nextWord(line, i)
		if start < 0 || start == end {
			return
		}
		word := line[start:end]
		i = end
		e.words++
		e.last = len(word) == 1 && !marked
		switch {
		case e.last && e.single == nil:
			e.single = &Error{number, column + start, word}
			e.alone++
		case e.last:
			e.alone++
		case !marked && e.padded == "" && (len(word) > 2 || len(word) == 2 && word[0] == '0'):
			e.padded = word
		}
	}
}

// wrong returns the error that a word of one digit is; nil if none is.
func (e *evenness) wrong() error {
	switch {
	case e.single == nil:
		return nil
	case e.padded != "":
		e.single.Reason = fmt.Sprintf("expected two digits an octet, as in %s, found %s: a digit is missing", codec.Quote(e.padded), codec.Quote(e.single.Reason))
		return e.single
	case e.alone == 1 && e.last && e.words > 1:
		e.single.Reason = fmt.Sprintf("expected two digits for the last octet, as for all others, found %s: a digit is missing", codec.Quote(e.single.Reason))
		return e.single
	}
	return nil
}
