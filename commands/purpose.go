package commands

import (
	"slices"
	"strings"

	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// purpose is what the payload of a message is for.
type purpose uint8

const (
	purposeUnknown purpose = iota // of a response, or at a path that is none of LwM2M's
	purposeObjects                // Register or Update: the list of objects
	purposeSend
	purposePaths // Read-Composite or Observe-Composite: paths without values
	purposeWriteComposite
	purposeCreate
	purposeWrite
	purposeExecute
	purposeAttributes // Write-Attributes, or Observe with attributes: a query; a payload is that of a Write
)

// purposeOf tells by method, path and formats what a request is for, and the path
// that its payload is relative to. Definitions tell an Execute from a Write of a
// multiple resource; without them a text is taken for arguments.
//
// Spec: Transport 1.1 §6.4.3 to §6.4.5.
func purposeOf(m *coap.Message, d lwm2m.Definitions) (purpose, lwm2m.Path) {
	root, segments := lwm2m.Path{}, m.Path()
	if !m.Code.IsRequest() {
		return purposeUnknown, root
	}
	switch m.Code {
	case coap.FETCH:
		return purposePaths, root
	case coap.IPATCH:
		return purposeWriteComposite, root
	case coap.POST, coap.PUT:
		switch {
		case len(segments) > 0 && segments[0] == "rd": // an Update by PUT is one of the drafts
			return purposeObjects, root
		case len(segments) == 1 && segments[0] == "dp" && m.Code == coap.POST:
			return purposeSend, root
		}
	}
	p, err := lwm2m.ParsePath("/" + strings.Join(segments, "/"))
	if err != nil || len(segments) == 0 || p.Level() == lwm2m.LevelRoot {
		return purposeUnknown, root
	}
	_, hasFormat := m.ContentFormat()
	bare := len(m.Payload) == 0 && !hasFormat
	observe, observes := m.Observe()
	switch {
	case m.Code == coap.PUT && len(m.Queries()) > 0 && (bare || setsAttributes(m)), m.Code == coap.GET && observes && observe == 0:
		return purposeAttributes, p
	case m.Code == coap.POST && p.Level() == lwm2m.LevelObject:
		return purposeCreate, p
	case m.Code == coap.POST && p.Level() == lwm2m.LevelResource && (bare || textual(m)) && executable(p, d):
		return purposeExecute, p
	case m.Code == coap.PUT || m.Code == coap.POST:
		return purposeWrite, p
	}
	return purposeUnknown, p
}

// setsAttributes says whether a query has the name of an attribute.
func setsAttributes(m *coap.Message) bool {
	return slices.ContainsFunc(m.Queries(), func(item string) bool {
		name, _, _ := strings.Cut(item, "=")
		_, known := lwm2m.ParseAttribute(name)
		return known
	})
}

// textual says whether a message's payload is text or of no stated format.
func textual(m *coap.Message) bool {
	number, ok := m.ContentFormat()
	return !ok || lwm2m.ContentFormat(number).Canonical() == lwm2m.FormatText
}

// executable says whether a resource can be executed as far as is known.
func executable(p lwm2m.Path, d lwm2m.Definitions) bool {
	if d == nil {
		return true
	}
	r := d.Object(p.Object()).Resource(p.Resource())
	return r == nil || r.Operations.Has(lwm2m.Executable)
}

// options are those that a payload for a purpose at a path is decoded with.
func (u purpose) options(o formats.Options, at lwm2m.Path) formats.Options {
	o.At = at
	o.PathList = u == purposePaths
	o.Create = u == purposeCreate
	o.Write = u == purposeWrite || u == purposeAttributes
	return o
}
