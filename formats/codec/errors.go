package codec

import (
	"fmt"

	"lwcon/lwm2m"
)

// SyntaxError tells why a payload does not decode: where, and what was expected
// and found.
type SyntaxError struct {
	Format    lwm2m.ContentFormat
	Offset    int          // octet in the payload
	Path      lwm2m.Path   // what was being decoded; the request path if nothing yet
	Reason    string       // what was expected and what was found
	Rule      lwm2m.RuleID // the rule broken, where Options.Strict made a deviation the error; else ""
	LooksLike string       // the format that the payload looks like and why, "" if it looks like none other
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s payload %s at octet %d: %s", e.Format, e.Path, e.Offset, e.Explain())
}

// Explain says what is wrong without saying where.
func (e *SyntaxError) Explain() string {
	if e.LooksLike != "" {
		return e.Reason + "; it looks like " + e.LooksLike
	}
	return e.Reason
}

// EncodeError tells why values cannot be written in a format.
type EncodeError struct {
	Format lwm2m.ContentFormat
	Path   lwm2m.Path // the value concerned
	Reason string
}

func (e *EncodeError) Error() string {
	return fmt.Sprintf("%s %s: %s", e.Format, e.Path, e.Reason)
}

// UnknownFormatError tells that a content format is none of LwM2M's.
type UnknownFormatError struct {
	Format    lwm2m.ContentFormat
	LooksLike string // the format that the payload looks like and why, "" if it looks like none
}

func (e *UnknownFormatError) Error() string {
	text := fmt.Sprintf("content format %d: expected one of LwM2M's", uint16(e.Format))
	if e.LooksLike != "" {
		text += "; the payload looks like " + e.LooksLike
	}
	return text
}
