package commands

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session"
	"lwcon/session/coap"
)

// read reads the payload and the query as what the message is for.
func (m *Message) read(o formats.Options) {
	message := &m.Scanned.Message
	use, at := purposeOf(message, o.Definitions)
	if message.Code.IsRequest() {
		o = use.options(o, at)
	}
	switch {
	case m.isBlock() || message.Code.Class() >= 4:
		return
	case use == purposeObjects:
		m.registration(o)
		return
	case use == purposeSend && !m.send():
		return
	case use == purposeAttributes:
		m.query(at, o)
		if !m.alsoWrites(at) {
			return
		}
	case !message.Code.IsRequest():
		m.add(formatCoAP, session.CheckNotification(&m.Scanned, o.At)...)
	}
	number, stated := message.ContentFormat()
	f := lwm2m.ContentFormat(number)
	if !stated {
		f, stated = m.unstated(use, o)
	}
	if !stated {
		return
	}
	if use == purposeExecute {
		m.arguments(at)
		return
	}
	if !f.Known() || len(message.Payload) == 0 && !f.CarriesMany() && f != lwm2m.FormatText {
		return
	}
	m.payload(f, o)
	if use == purposeSend {
		m.found(formatCoAP, session.CheckSent(m.Tree), m.inPayload)
	}
}

// registration reads a Register or an Update, whose payload is link-format whatever
// its Content-Format says, by the rules of the live server.
// Spec: Core 1.2 §6.2.1, §6.2.2.
func (m *Message) registration(o formats.Options) {
	var links []lwm2m.Link
	var some []lwm2m.Deviation
	number, _ := m.Scanned.Message.ContentFormat()
	if len(m.Scanned.Message.Payload) > 0 || lwm2m.ContentFormat(number) == lwm2m.FormatLink {
		some = m.decode(lwm2m.FormatLink, o)
		links = m.Tree.Links
	}
	found, replaced := session.CheckRegistration(&m.Scanned, links)
	m.add(formatCoAP, found...)
	some = slices.DeleteFunc(slices.Clone(some), func(d lwm2m.Deviation) bool { return slices.Contains(replaced, d.Rule) })
	m.found(lwm2m.FormatLink.String(), some, m.inPayload)
}

// send holds a Send against the rules of the live server, and says whether its
// values have paths.
func (m *Message) send() bool {
	found, placed := session.CheckSend(&m.Scanned)
	number, _ := m.Scanned.Message.ContentFormat()
	likeliest := formats.Recognize(m.Scanned.Message.Payload, lwm2m.Path{})[0]
	if !placed && likeliest.Format.CarriesMany() && likeliest.Format != lwm2m.ContentFormat(number) {
		found[len(found)-1].Message += "; it looks like " + likeliest.String()
	}
	m.add(formatCoAP, found...)
	return placed
}

// alsoWrites notes what a Write-Attributes has beside its query, and says whether
// there is a payload. Spec: Transport 1.1 §6.4.4.
func (m *Message) alsoWrites(at lwm2m.Path) bool {
	message := &m.Scanned.Message
	_, stated := message.ContentFormat()
	if message.Code != coap.PUT || len(message.Payload) == 0 && !stated {
		return false
	}
	d := lwm2m.Deviation{Rule: ruleAttributesPayload, Path: at, Offset: m.inPayload(0), Message: "expected neither payload nor Content-Format beside attributes, found "}
	for i := range m.Scanned.Options {
		if o := &m.Scanned.Options[i]; o.Number == coap.ContentFormat {
			d.Offset = o.Span.Offset
		}
	}
	switch {
	case len(message.Payload) == 0:
		d.Message += "a Content-Format"
	case !stated:
		d.Message += "a payload: clients take it for a Write"
	default:
		d.Message += "both: clients take it for a Write"
	}
	m.add(formatCoAP, d)
	return len(message.Payload) > 0
}

// payload reads the payload in a format. A part of a body, as block-wise transfer
// has it, is not read.
func (m *Message) payload(f lwm2m.ContentFormat, o formats.Options) {
	m.found(f.String(), m.decode(f, o), m.inPayload)
}

// decode makes a tree of the payload, and returns its deviations.
func (m *Message) decode(f lwm2m.ContentFormat, o formats.Options) []lwm2m.Deviation {
	o.Strict = false // deviations are held against the whole message
	tree, err := formats.Decode(f, m.Scanned.Message.Payload, o)
	m.Tree, m.PathList = tree, o.PathList
	if err == nil {
		return tree.Deviations
	}
	m.problem = Classify(err)
	m.problem.Offset = m.inPayload(m.problem.Offset)
	m.problem.Tree = tree
	var syntax *formats.SyntaxError
	if errors.As(err, &syntax) {
		m.problem.Message = fmt.Sprintf("%s payload %s: %s", syntax.Format, syntax.Path, syntax.Explain())
	}
	return tree.Deviations
}

// inPayload turns an octet of the payload into one of the message; an empty payload
// is at the end.
func (m *Message) inPayload(offset int) int {
	if len(m.Scanned.Message.Payload) == 0 {
		return m.Scanned.Length
	}
	return m.Scanned.Payload.Offset + offset
}

// found adds deviations from a format, whose offsets are turned into those of the
// message.
func (m *Message) found(format string, some []lwm2m.Deviation, offset func(int) int) {
	for _, d := range some {
		if d.Offset >= 0 {
			d.Offset = offset(d.Offset)
		}
		m.add(format, d)
	}
}

// add adds deviations from a format.
func (m *Message) add(format string, some ...lwm2m.Deviation) {
	if len(m.Deviations) == 0 {
		m.first = format
	}
	m.Deviations = append(m.Deviations, some...)
}

// unstated notes a payload without a Content-Format, and says what it is read as:
// a single value as text, which was the default of the drafts.
func (m *Message) unstated(use purpose, o formats.Options) (lwm2m.ContentFormat, bool) {
	message := &m.Scanned.Message
	payload := message.Payload
	if len(payload) == 0 || !message.Code.IsRequest() && !message.Code.IsSuccess() {
		return 0, false
	}
	rule, f, as := ruleRequestNoFormat, lwm2m.FormatText, "; it is read as text"
	readable := utf8.Valid(payload) && (o.At.Level() == lwm2m.LevelRoot || o.At.Level() >= lwm2m.LevelResource)
	switch {
	case !message.Code.IsRequest():
		rule = ruleResponseNoFormat
	case use == purposeUnknown:
		return 0, false // none of LwM2M's
	}
	likeliest := formats.Recognize(payload, o.At)[0]
	if likeliest.Format != lwm2m.FormatOpaque && likeliest.Format != f {
		as += ", and looks like " + likeliest.String()
	}
	if !readable || use == purposePaths || use == purposeWriteComposite {
		as = strings.Replace(as, "it is read as text, and", "it", 1)
		as, readable = strings.Replace(as, "; it is read as text", "", 1), false
	}
	m.found(formatCoAP, []lwm2m.Deviation{{Rule: rule, Path: o.At, Message: "expected a Content-Format, found a payload without one" + as}}, m.inPayload)
	return f, readable
}

// arguments reads the payload of an Execute. Spec: Core 1.2 §6.3.5.
func (m *Message) arguments(at lwm2m.Path) {
	payload := string(m.Scanned.Message.Payload)
	if payload == "" {
		return
	}
	arguments, rest, some := lwm2m.ReadArguments(payload)
	if arguments == nil {
		arguments = []lwm2m.Argument{}
	}
	m.Arguments, m.Rest = arguments, rest
	m.found(formatArguments, placedAt(at, some), m.inPayload)
}

// query reads the attributes of a Write-Attributes or of an Observe.
// Spec: Core 1.2 §5.1.2, §6.4.1.
func (m *Message) query(at lwm2m.Path, o formats.Options) {
	var items []string
	var places []int // of the items, in the message
	for i := range m.Scanned.Options {
		if option := &m.Scanned.Options[i]; option.Number == coap.URIQuery {
			items, places = append(items, string(option.Value)), append(places, option.ValueSpan.Offset)
		}
	}
	if len(items) == 0 {
		return
	}
	set, some, err := lwm2m.ParseAttributesAt(strings.Join(items, "&"), lwm2m.AttributePlace{Path: at, Definitions: o.Definitions})
	m.Attributes = &set
	inItem := func(offset int) int {
		for i, item := range items {
			if offset <= len(item) {
				return places[i] + offset
			}
			offset -= len(item) + 1
		}
		return len(m.Raw)
	}
	m.found(formatAttributes, some, inItem)
	m.parsed(formatAttributes, at, err, inItem)
}

// parsed takes the error of a text that is no content format.
func (m *Message) parsed(format string, at lwm2m.Path, err error, offset func(int) int) {
	var wrong *lwm2m.ParseError
	if !errors.As(err, &wrong) {
		return
	}
	m.problem = Classify(err)
	m.problem.Format, m.problem.Path, m.problem.Offset = format, at, offset(wrong.Offset)
	m.problem.Message = format + ": " + wrong.Reason
}

// isBlock says whether the payload is a part of a body only.
func (m *Message) isBlock() bool {
	for _, block := range [...]func() (coap.Block, bool){m.Scanned.Message.Block1, m.Scanned.Message.Block2} {
		if b, ok := block(); ok && (b.More || b.Number > 0) {
			return true
		}
	}
	return false
}
