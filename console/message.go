package console

import (
	"fmt"
	"strings"

	"lwcon/commands"
	"lwcon/console/terminal"
	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// message writes a CoAP message that was read offline, its payload too.
func (t *Text) message(p *page, m *commands.Message) {
	p.head(t.messageHead(&m.Scanned), nil, t.Style.Dim(plural(len(m.Raw), "byte")))
	if m.Input != "" {
		p.line("input", "read as "+m.Input)
	}
	if m.Bytes {
		t.parts(p, m.Parts(), string(m.Raw))
	} else {
		t.messageContent(p, m)
	}
	t.deviationsOf(p, m.Deviations, string(m.Raw), func(*lwm2m.Deviation) bool { return true })
}

// messageContent writes the options of a message and what payload and query say.
func (t *Text) messageContent(p *page, m *commands.Message) {
	t.options(p, &m.Scanned)
	if m.Attributes != nil {
		t.attributeTable(p, *m.Attributes)
	}
	switch {
	case m.Arguments != nil:
		t.argumentTable(p, m.Arguments, m.Rest)
	case m.Tree != nil:
		p.line("payload", fmt.Sprintf("payload %s, %s", m.Tree.Format, plural(len(m.Scanned.Message.Payload), "byte")))
		t.tree(p, m.Tree)
	case len(m.Scanned.Message.Payload) > 0:
		t.rawPayload(p, m.Scanned.Message.Payload, m.Scanned.Message.Code)
	}
}

// messageHead is the line of a message: type, code, id, token.
func (t *Text) messageHead(s *coap.Scanned) string {
	m := &s.Message
	var parts []string
	if !s.Stream {
		parts = append(parts, m.Type.String())
	}
	code := strings.TrimSpace(m.Code.String() + " " + m.Code.Name())
	switch m.Code.Class() {
	case 4:
		code = t.Style.Refusal(code)
	case 5:
		code = t.Style.Failure(code)
	}
	parts = append(parts, code)
	if !s.Stream {
		parts = append(parts, fmt.Sprintf("id %d", m.ID))
	}
	if len(m.Token) > 0 {
		parts = append(parts, fmt.Sprintf("token %x", m.Token))
	}
	if !s.Complete {
		parts = append(parts, t.Style.Failure("(breaks off)"))
	}
	return strings.Join(parts, " ")
}

// options writes the options of a message, one on a line.
func (t *Text) options(p *page, s *coap.Scanned) {
	rows := make([][]cell, 0, len(s.Options))
	for i := range s.Options {
		o := &s.Options[i]
		name := o.Name
		if name == "" {
			name = fmt.Sprintf("option %d (unknown)", o.Number)
		}
		rows = append(rows, []cell{{name, t.Style.Dim}, {optionValue(o), nil}})
	}
	p.table("option", rows)
}

// optionValue is the value of an option as people read it.
func optionValue(o *coap.ScannedOption) string {
	if text := commands.OptionText(o); text != "" {
		return terminal.Escape(text)
	}
	if len(o.Value) == 0 {
		return "(empty)"
	}
	return fmt.Sprintf("%x", o.Value)
}

// rawPayload writes a payload of no known format: as text where it is that of a
// refusal, else its octets.
func (t *Text) rawPayload(p *page, payload []byte, code coap.Code) {
	if code.Class() >= 4 {
		p.line("diagnostic", "diagnostic: "+t.longText(string(payload), maxText))
		return
	}
	p.line("payload", "payload, "+plural(len(payload), "byte"))
	t.dump(p, string(payload))
}
