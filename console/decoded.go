package console

import (
	"fmt"

	"lwcon/commands"
	"lwcon/console/terminal"
	"lwcon/lwm2m"
)

// decoded writes a payload that was read offline.
func (t *Text) decoded(p *page, d *commands.Decoded) {
	at := ""
	if d.Tree != nil && d.Tree.At != (lwm2m.Path{}) {
		at = "at " + t.named(d.Tree.At)
	}
	p.head(d.Format, nil, at, t.Style.Dim(plural(len(d.Payload), "byte")))
	if d.Reason != "" {
		p.line("reason", "taken for "+d.Format+": "+terminal.Escape(d.Reason))
	}
	if d.Input != "" {
		p.line("input", "read as "+d.Input)
	}
	switch {
	case d.Bytes:
		t.parts(p, d.Parts(), d.Payload)
	case d.Tree != nil:
		t.tree(p, d.Tree)
	case d.Attributes != nil:
		t.attributeTable(p, *d.Attributes)
	default:
		t.argumentTable(p, d.Arguments, d.Rest)
	}
	t.deviations(p, d.Deviations, d.Payload)
}

// attributeTable writes what a Write-Attributes sets and unsets.
func (t *Text) attributeTable(p *page, set lwm2m.Attributes) {
	var rows [][]cell
	for _, name := range lwm2m.AttributeNames() {
		a, _ := lwm2m.ParseAttribute(name)
		if x, ok := set.Get(a); ok {
			rows = append(rows, []cell{{name, nil}, {string(lwm2m.AppendFloat(nil, x)), nil}})
		} else if set.IsUnset(a) {
			rows = append(rows, []cell{{name, nil}, {"(unset)", nil}})
		}
	}
	p.table("attribute", rows)
}

// argumentTable writes the arguments of an Execute, and the text behind them that
// is none.
func (t *Text) argumentTable(p *page, arguments []lwm2m.Argument, rest string) {
	rows := make([][]cell, len(arguments))
	for i, a := range arguments {
		value := "(no value)"
		if a.HasValue {
			value = "'" + terminal.Escape(a.Value) + "'"
		}
		rows[i] = []cell{{fmt.Sprintf("argument %d", a.ID), nil}, {value, nil}}
	}
	if rest != "" {
		rows = append(rows, []cell{{"text", nil}, {t.longText(rest, maxText), nil}})
	}
	p.table("argument", rows)
}

// parts writes which octets made what: their place, the octets, and what they
// say. Octets are those that the parts count in.
func (t *Text) parts(p *page, parts []commands.Part, octets string) {
	const most = 24
	hex := func(start, end int) string {
		if end > len(octets) || start > end {
			return ""
		}
		if end-start > most {
			return fmt.Sprintf("%x…", octets[start:start+most])
		}
		return fmt.Sprintf("%x", octets[start:end])
	}
	rows := make([][]cell, 0, len(parts))
	for i := range parts {
		part := &parts[i]
		what, name, text := part.What, terminal.Escape(part.Name), terminal.Escape(part.Text)
		if part.Node != nil {
			what, text = terminal.Escape(part.Node.Path().String()), t.valueText(part.Node)
		}
		if part.What == "frame" {
			what = ""
		}
		rows = append(rows, []cell{
			{fmt.Sprintf("%d..%d", part.Start, part.End), t.Style.Dim},
			{hex(part.Start, part.Value), t.Style.Dim},
			{hex(part.Value, part.End), nil},
			{what, nil},
			{name, nil},
			{text, nil},
		})
	}
	p.table("bytes", rows)
}

// encoded writes a payload that was made offline: its octets as they are pasted,
// text formats as text first.
func (t *Text) encoded(p *page, e *commands.Encoded) {
	if e.Text {
		p.lines(terminal.Escape(string(e.Payload)))
		return
	}
	p.lines(fmt.Sprintf("%x", e.Payload))
}
