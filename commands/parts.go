package commands

import (
	"fmt"
	"strings"

	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// Part is a run of octets and what it says, as --bytes shows it.
//
//	{"offset":0,"octets":3,"what":"value","head":2,"path":"/3/0/9","name":"Battery Level"}
type Part struct {
	Start, End int
	Value      int         // where the value begins behind what says whose it is, Start if nothing does
	What       string      // header, token, option, marker, payload, value, link, frame, attribute, argument
	Name       string      // of an option or resource, the target of a link
	Text       string      // what it says, "" of a value
	Node       *lwm2m.Node // of a value, else nil
}

// parts writes runs of octets.
func (o *object) parts(parts []Part) {
	o.list("spans", len(parts), func(i int, in *object) {
		p := &parts[i]
		in.integer("offset", int64(p.Start))
		in.integer("octets", int64(p.End-p.Start))
		in.text("what", p.What)
		if p.Value > p.Start {
			in.integer("head", int64(p.Value-p.Start))
		}
		if p.Node != nil {
			in.text("path", p.Node.Path().String())
		}
		in.optional("name", p.Name)
		in.optional("text", p.Text)
	})
}

// Parts returns which octets made what, in their order and without gaps.
func (d *Decoded) Parts() []Part {
	switch {
	case d.Tree != nil:
		return treeParts(d.Tree, 0)
	case d.Attributes != nil:
		return attributeParts(d.Payload, 0)
	}
	return argumentParts(d.Payload, 0)
}

// Parts returns which octets of the message made what, in their order.
func (m *Message) Parts() []Part {
	s := &m.Scanned
	parts := headerParts(s)
	span := func(at coap.Span, what, name, text string) {
		if at.End > at.Offset {
			parts = append(parts, Part{Start: at.Offset, Value: at.Offset, End: at.End, What: what, Name: name, Text: text})
		}
	}
	span(s.Token, "token", "", fmt.Sprintf("%x", s.Message.Token))
	for i := range s.Options {
		option := &s.Options[i]
		name := option.Name
		if name == "" {
			name = fmt.Sprintf("option %d", option.Number)
		}
		span(option.Span, "option", name, OptionText(option))
		parts[len(parts)-1].Value = option.ValueSpan.Offset
	}
	span(s.Marker, "marker", "", "the payload follows")
	at := s.Payload.Offset
	switch {
	case m.Tree != nil:
		parts = append(parts, treeParts(m.Tree, at)...)
	case m.Arguments != nil:
		parts = append(parts, argumentParts(string(s.Message.Payload), at)...)
	default:
		span(s.Payload, "payload", "", "")
	}
	return parts
}

// headerParts are version, type, token length, code and id; of a stream, length
// and code. Spec: RFC 7252 §3, RFC 8323 §3.2.
func headerParts(s *coap.Scanned) []Part {
	var parts []Part
	add := func(start, end int, name, text string) {
		if end <= s.Header.End && start < end {
			parts = append(parts, Part{Start: start, Value: start, End: end, What: "header", Name: name, Text: text})
		}
	}
	m := &s.Message
	code := strings.TrimSpace(m.Code.String() + " " + m.Code.Name())
	if s.Stream {
		add(0, s.Header.End-1, "length", fmt.Sprintf("%d octets of options and payload, token of %d", max(0, s.Length-s.Token.End), s.Token.End-s.Token.Offset))
		add(s.Header.End-1, s.Header.End, "code", code)
		return parts
	}
	add(0, 1, "type", fmt.Sprintf("%s, token of %d", m.Type, s.Token.End-s.Token.Offset))
	add(1, 2, "code", code)
	add(2, 4, "id", fmt.Sprint(m.ID))
	return parts
}

// treeParts are the values or links of a payload that begins at octet base, and
// what stands around them: wrappers, brackets, commas.
func treeParts(tree *lwm2m.Tree, base int) []Part {
	var parts []Part
	shown := make([]bool, len(tree.Nodes))
	for _, piece := range formats.Layout(tree) {
		start, end := base+int(piece.Span.Start), base+int(piece.Span.End)
		switch piece.Role {
		case formats.RoleFrame, formats.RoleTail:
			parts = append(parts, Part{Start: start, Value: start, End: end, What: "frame"})
		case formats.RoleLink:
			l := &tree.Links[piece.Index]
			parts = append(parts, Part{Start: start, Value: start, End: end, What: "link", Name: l.Target, Text: linkText(l)})
		default:
			if !shown[piece.Index] {
				shown[piece.Index] = true
				n := &tree.Nodes[piece.Index]
				whole, value := n.Span(), n.ValueSpan()
				parts = append(parts, Part{
					Start: base + int(whole.Start), Value: base + int(value.Start), End: base + int(value.End),
					What: "value", Name: n.Name(), Node: n,
				})
			}
		}
	}
	return parts
}

// linkText is the parameters of a link as they are told.
func linkText(l *lwm2m.Link) string {
	var words []string
	for _, a := range l.Attributes {
		if a.HasValue {
			words = append(words, a.Name+"="+a.Value)
		} else {
			words = append(words, a.Name)
		}
	}
	return strings.Join(words, " ")
}

// attributeParts are the items of a query.
func attributeParts(query string, base int) []Part {
	return itemParts(query, base, "attribute", '&', func(string) int { return 0 })
}

// argumentParts are the arguments of an Execute; a comma in quotes parts none.
func argumentParts(text string, base int) []Part {
	return itemParts(text, base, "argument", ',', func(item string) int {
		if open := strings.Index(item, "='"); open >= 0 && !strings.Contains(item[:open], ",") {
			if quoted := strings.IndexByte(item[open+2:], '\''); quoted >= 0 {
				return open + 2 + quoted
			}
		}
		return 0
	})
}

// itemParts parts a text at separators, which are frames; skip says how many
// octets of an item hold none.
func itemParts(text string, base int, what string, separator byte, skip func(string) int) []Part {
	var parts []Part
	add := func(start, end int, what, says string) {
		if end > start {
			parts = append(parts, Part{Start: base + start, Value: base + start, End: base + end, What: what, Text: says})
		}
	}
	for start := 0; start < len(text); {
		end, inside := len(text), start+skip(text[start:])
		if i := strings.IndexByte(text[inside:], separator); i >= 0 {
			end = inside + i
		}
		add(start, end, what, text[start:end])
		add(end, min(end+1, len(text)), "frame", "")
		start = end + 1
	}
	return parts
}
