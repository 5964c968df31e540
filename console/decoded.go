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
	case d.Tree != nil && d.Bytes:
		t.spans(p, d.Tree)
	case d.Tree != nil:
		t.tree(p, d.Tree)
	case d.Attributes != nil:
		t.attributeTable(p, *d.Attributes)
	default:
		t.argumentTable(p, d.Arguments)
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

// argumentTable writes the arguments of an Execute.
func (t *Text) argumentTable(p *page, arguments []lwm2m.Argument) {
	rows := make([][]cell, len(arguments))
	for i, a := range arguments {
		value := "(no value)"
		if a.HasValue {
			value = "'" + terminal.Escape(a.Value) + "'"
		}
		rows[i] = []cell{{fmt.Sprintf("argument %d", a.ID), nil}, {value, nil}}
	}
	p.table("argument", rows)
}

// spans writes which octets made which value: their place, the octets, and what
// they say.
func (t *Text) spans(p *page, tree *lwm2m.Tree) {
	const most = 24
	octets := func(s lwm2m.Span) string {
		text := tree.Payload[min(int(s.Start), len(tree.Payload)):min(int(s.End), len(tree.Payload))]
		if len(text) > most {
			return fmt.Sprintf("%x…", text[:most])
		}
		return fmt.Sprintf("%x", text)
	}
	var rows [][]cell
	for i := range tree.Nodes {
		n := &tree.Nodes[i]
		whole, value := n.Span(), n.ValueSpan()
		head := lwm2m.Span{Start: whole.Start, End: value.Start}
		rows = append(rows, []cell{
			{fmt.Sprintf("%d..%d", whole.Start, whole.End), t.Style.Dim},
			{octets(head), t.Style.Dim},
			{octets(value), nil},
			{terminal.Escape(n.Path().String()), nil},
			{terminal.Escape(n.Name()), nil},
			{t.valueText(n), nil},
		})
	}
	for i := range tree.Links {
		l := &tree.Links[i]
		rows = append(rows, []cell{
			{fmt.Sprintf("%d..%d", l.Span.Start, l.Span.End), t.Style.Dim},
			{terminal.Escape(l.Target), nil},
			{attributesText(l.Attributes), nil},
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
