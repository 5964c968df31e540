package lwm2m

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// ParseError tells why the query of a Write-Attributes or the arguments of an
// Execute cannot be read.
type ParseError struct {
	What   string // "attributes" or "execute arguments"
	Text   string // as written
	Offset int    // where in Text, in octets
	Reason string // what was expected and what was found
}

func (e *ParseError) Error() string {
	return fmt.Sprintf("%s %s: %s at offset %d", e.What, quoted(e.Text), e.Reason, e.Offset)
}

// maxQuoted is the most octets of a text that an error shows.
const maxQuoted = 64

// quoted writes a text in quotes, of a long one its beginning.
func quoted(s string) string {
	if len(s) <= maxQuoted {
		return strconv.Quote(s)
	}
	end := maxQuoted
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return strconv.Quote(s[:end]) + "…"
}
