package lwm2m

import "fmt"

// ParseError tells why the query of a Write-Attributes or the arguments of an
// Execute cannot be read.
type ParseError struct {
	What   string // "attributes" or "execute arguments"
	Text   string // as written
	Offset int    // where in Text, in octets
	Reason string // what was expected and what was found
}

func (e *ParseError) Error() string {
	return fmt.Sprintf("%s %q: %s at offset %d", e.What, e.Text, e.Reason, e.Offset)
}
