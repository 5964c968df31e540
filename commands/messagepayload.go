package commands

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// read reads the payload and the query as what the message is for.
func (m *Message) read(o formats.Options) {
	message := &m.Scanned.Message
	use, at := purposeOf(message, o.Definitions)
	if message.Code.IsRequest() {
		o = use.options(o, at)
	}
	if use == purposeAttributes {
		m.query(at, o)
		return
	}
	number, stated := message.ContentFormat()
	f := lwm2m.ContentFormat(number)
	if !stated {
		f, stated = m.unstated(use, o)
	}
	if !stated || m.isBlock() || message.Code.Class() >= 4 {
		return
	}
	if use == purposeExecute {
		m.arguments()
		return
	}
	if !f.Known() || len(message.Payload) == 0 && !f.CarriesMany() && f != lwm2m.FormatText {
		return
	}
	m.payload(f, o)
}

// payload reads the payload in a format. A part of a body, as block-wise transfer
// has it, is not read.
func (m *Message) payload(f lwm2m.ContentFormat, o formats.Options) {
	o.Strict = false // deviations are held against the whole message
	tree, err := formats.Decode(f, m.Scanned.Message.Payload, o)
	m.Tree, m.PathList = tree, o.PathList
	m.found(tree.Deviations, m.inPayload)
	if err == nil {
		return
	}
	m.problem = Classify(err)
	m.problem.Offset = m.inPayload(m.problem.Offset)
	m.problem.Tree = tree
	var syntax *formats.SyntaxError
	if errors.As(err, &syntax) {
		m.problem.Message = fmt.Sprintf("%s payload %s: %s", syntax.Format, syntax.Path, syntax.Explain())
	}
}

// inPayload turns an octet of the payload into one of the message.
func (m *Message) inPayload(offset int) int { return m.Scanned.Payload.Offset + offset }

// found adds deviations, whose offsets are turned into those of the message.
func (m *Message) found(some []lwm2m.Deviation, offset func(int) int) {
	for _, d := range some {
		if d.Offset >= 0 {
			d.Offset = offset(d.Offset)
		}
		m.Deviations = append(m.Deviations, d)
	}
}

// unstated notes a payload without a Content-Format, and says what it is read as:
// a list of objects as link-format, a single value as text, which was the default
// of the drafts.
func (m *Message) unstated(use purpose, o formats.Options) (lwm2m.ContentFormat, bool) {
	message := &m.Scanned.Message
	payload := message.Payload
	if len(payload) == 0 || m.isBlock() || message.Code.Class() >= 4 || !message.Code.IsRequest() && !message.Code.IsSuccess() {
		return 0, false
	}
	rule, f, as := ruleRequestNoFormat, lwm2m.FormatText, "; it is read as text"
	readable := utf8.Valid(payload) && (o.At.Level() == lwm2m.LevelRoot || o.At.Level() >= lwm2m.LevelResource)
	switch {
	case use == purposeObjects:
		rule, f, as, readable = ruleListFormat, lwm2m.FormatLink, "; it is read as link-format", true
	case !message.Code.IsRequest():
		rule = ruleResponseNoFormat
	case use == purposeUnknown:
		return 0, false // none of LwM2M's
	}
	likeliest := formats.Recognize(payload, o.At)[0]
	if likeliest.Format != lwm2m.FormatOpaque && likeliest.Format != f {
		as += ", and looks like " + likeliest.String()
	}
	if !readable || use == purposePaths || use == purposeSend || use == purposeWriteComposite {
		as = strings.Replace(as, "it is read as text, and", "it", 1)
		as, readable = strings.Replace(as, "; it is read as text", "", 1), false
	}
	m.found([]lwm2m.Deviation{{Rule: rule, Path: o.At, Message: "expected a Content-Format, found a payload without one" + as}}, m.inPayload)
	return f, readable
}

// arguments reads the payload of an Execute. Spec: Core 1.2 §6.3.5.
func (m *Message) arguments() {
	payload := string(m.Scanned.Message.Payload)
	if payload == "" {
		return
	}
	arguments, rest, some := lwm2m.ReadArguments(payload)
	if arguments == nil {
		arguments = []lwm2m.Argument{}
	}
	m.Arguments, m.Rest = arguments, rest
	m.found(some, m.inPayload)
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
	m.found(some, inItem)
	m.parsed(formatAttributes, err, inItem)
}

// parsed takes the error of a text that is no content format.
func (m *Message) parsed(format string, err error, offset func(int) int) {
	var wrong *lwm2m.ParseError
	if !errors.As(err, &wrong) {
		return
	}
	m.problem = Classify(err)
	m.problem.Format, m.problem.Offset = format, offset(wrong.Offset)
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
