package console

import (
	"fmt"
	"strings"

	"lwcon/commands"
	"lwcon/console/terminal"
	"lwcon/lwm2m"
	"lwcon/session/transport"
)

// passed writes a message that passed on the wire, as much of it as the level of
// a trace says.
func (t *Text) passed(p *page, m *commands.Passed, level string) {
	p.head("wire", t.Style.Dim, t.Style.Dim(timeOfDay(m.Time)), t.wireLine(m))
	if level == commands.TraceFull || level == commands.TraceHex {
		t.options(p, &m.Scanned)
		t.wirePayload(p, m, maxText)
	}
	if level == commands.TraceHex {
		t.dump(p, string(m.Bytes))
	}
}

// wireLine is a message in a line: way, peer, what it is, how large.
func (t *Text) wireLine(m *commands.Passed) string {
	way := "->"
	if m.Direction == transport.Received {
		way = "<-"
	}
	parts := []string{way + " " + terminal.Escape(m.Peer.String()), t.messageHead(&m.Scanned)}
	if target := wireTarget(m); target != "" {
		parts = append(parts, target)
	}
	size := plural(len(m.Bytes), "byte")
	if m.Exchange != 0 {
		size += fmt.Sprintf(", exchange %d", m.Exchange)
	}
	parts = append(parts, t.Style.Dim(size))
	if m.Note != "" {
		parts = append(parts, t.Style.Refusal(terminal.Escape(m.Note)))
	}
	if m.Inner {
		parts = append(parts, "inner")
	}
	return strings.Join(parts, "  ")
}

// wireTarget is where a request goes, and the format of what a message carries.
func wireTarget(m *commands.Passed) string {
	message := &m.Scanned.Message
	var parts []string
	if message.Code.IsRequest() {
		target := "/" + strings.Join(message.Path(), "/")
		if queries := message.Queries(); len(queries) > 0 {
			target += "?" + strings.Join(queries, "&")
		}
		parts = append(parts, terminal.Escape(target))
	}
	if n, ok := message.Observe(); ok {
		parts = append(parts, fmt.Sprintf("observe %d", n))
	}
	if f, ok := message.ContentFormat(); ok {
		parts = append(parts, lwm2m.ContentFormat(f).String())
	}
	if b, ok := message.Block1(); ok {
		parts = append(parts, "block1 "+b.String())
	}
	if b, ok := message.Block2(); ok {
		parts = append(parts, "block2 "+b.String())
	}
	return strings.Join(parts, " ")
}

// wirePayload writes the payload: at most so many octets of a text as text, else octets as one line of hex.
func (t *Text) wirePayload(p *page, m *commands.Passed, most int) {
	payload := m.Scanned.Message.Payload
	if len(payload) == 0 {
		return
	}
	f, ok := m.Scanned.Message.ContentFormat()
	if ok && lwm2m.ContentFormat(f).Textual() || m.Scanned.Message.Code.Class() >= 4 {
		p.line("payload", t.longText(string(payload), most))
		return
	}
	p.line("payload", t.opaqueText(string(payload)))
}

// fewMessages is how many messages details shows with the most of their octets.
const fewMessages = 4

// details writes an exchange: every message with options and octets.
func (t *Text) details(p *page, d *commands.Details) {
	if d.Line != "" { // asked for alone, to be copied
		p.lines(terminal.Escape(d.Line))
		return
	}
	p.head(fmt.Sprintf("exchange %d", d.Number), nil, plural(len(d.Messages), "message"))
	text, rows := maxText, dumpMost
	if len(d.Messages) > fewMessages { // of many the bodies tell more
		text, rows = maxShort, dumpFew
	}
	for i, m := range d.Messages {
		since := "+0"
		if i > 0 {
			since = "+" + durationText(m.Time.Sub(d.Messages[0].Time))
		}
		p.line("message", timeOfDay(m.Time)+" "+t.Style.Dim(since)+"  "+t.wireLine(m))
		if d.Hex {
			p.lines(fmt.Sprintf("%x", m.Bytes))
			continue
		}
		if strings.HasPrefix(m.Note, "fault:") {
			continue // the message itself stands before or behind it
		}
		p.deep = true
		t.options(p, &m.Scanned)
		t.wirePayload(p, m, text)
		t.dumpSome(p, string(m.Bytes), rows)
		p.deep = false
	}
	t.bodies(p, d)
	for _, deviation := range d.Deviations {
		t.deviation(p, &lwm2m.Deviation{Rule: lwm2m.RuleID(deviation.Rule), Offset: deviation.Offset, Message: deviation.Message})
	}
}

// bodies writes what an exchange carried, put together from its blocks, as trees.
func (t *Text) bodies(p *page, d *commands.Details) {
	for i := range d.Bodies {
		b := &d.Bodies[i]
		if b.Tree == nil && b.Blocks < 2 {
			continue // the message itself shows it
		}
		parts := []string{"body " + b.Direction.String(), plural(len(b.Payload), "byte")}
		if b.HasFormat {
			parts = append(parts, b.Format.String())
		}
		if b.Blocks > 1 {
			parts = append(parts, plural(b.Blocks, "block"))
		}
		p.line("body", strings.Join(parts, ", "))
		t.tree(p, b.Tree)
		if b.Tree == nil {
			t.dump(p, string(b.Payload))
		}
		if b.Problem != nil {
			p.line("problem", t.Style.Failure("the payload does not decode:")+" "+terminal.Escape(b.Problem.Message))
		}
	}
}

// exchanged writes what was sent by hand and what came back.
func (t *Text) exchanged(p *page, x *commands.Exchanged) {
	if !x.Answered {
		p.head("no answer", t.Style.Refusal, "from "+terminal.Escape(x.Peer))
	}
	t.details(p, &x.Details)
}
