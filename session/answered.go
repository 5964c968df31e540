package session

import (
	"slices"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// formatSet is a set of LwM2M's content formats, a bit for each.
type formatSet uint16

// bitOf is the bit of a format, 0 for one that LwM2M does not know.
func bitOf(f lwm2m.ContentFormat) formatSet {
	switch f.Canonical() {
	case lwm2m.FormatTLV:
		return 1
	case lwm2m.FormatSenMLJSON:
		return 2
	case lwm2m.FormatSenMLCBOR:
		return 4
	case lwm2m.FormatLwM2MCBOR:
		return 8
	case lwm2m.FormatJSON:
		return 16
	}
	return 0
}

// add notes the format of an answer.
func (s *formatSet) add(m *coap.Message) {
	if m == nil || !m.Code.IsSuccess() {
		return
	}
	if number, ok := m.ContentFormat(); ok {
		*s |= bitOf(lwm2m.ContentFormat(number))
	}
}

// answeredIn says whether the client has answered in a format before: what it
// writes, it mostly reads too.
func (e *Endpoint) answeredIn(f lwm2m.ContentFormat) bool {
	e.server.mu.Lock()
	defer e.server.mu.Unlock()
	return e.answered&bitOf(f) != 0
}

// AnsweredFormats returns the formats of several values that the client has
// answered in, by number.
func (e *Endpoint) AnsweredFormats() []lwm2m.ContentFormat {
	return slices.DeleteFunc(lwm2m.ContentFormats(), func(f lwm2m.ContentFormat) bool { return !e.answeredIn(f) })
}
