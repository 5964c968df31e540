package scenarios

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// template is the text of a scalar with the ${…} in it.
type template struct {
	at    Position
	raw   string // as written
	parts []part
}

// part is a run of text, or an expression.
type part struct {
	literal    string
	expression *expression // nil of a literal
}

// template reads a scalar; nil after an error.
func (d *document) template(n *yaml.Node, what string) *template {
	s, ok := d.text(n, what)
	if !ok {
		return nil
	}
	parts, offset, err := parseTemplate(s)
	if err != nil {
		d.fail(d.inside(n, offset), "%s: %v", what, err)
		return nil
	}
	t := &template{at: position(n), raw: s}
	for _, p := range parts {
		if p.expression != nil {
			offset := p.expression.at.Column // of the scalar's text, up to here
			p.expression.at = d.inside(n, offset)
			p.expression.exact = p.expression.at != position(n)
		}
		t.parts = append(t.parts, p)
	}
	return t
}

// parseTemplate parts a text at its references. Positions of expressions are
// offsets in octets, in Column; so is that of the error.
func parseTemplate(s string) (parts []part, offset int, err error) {
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			parts = append(parts, part{literal: literal.String()})
			literal.Reset()
		}
	}
	for i := 0; i < len(s); {
		switch {
		case strings.HasPrefix(s[i:], "$${"):
			literal.WriteString("${")
			i += len("$${")
		case strings.HasPrefix(s[i:], "${"):
			end := referenceEnd(s, i+len("${"))
			if end < 0 {
				return nil, i, fmt.Errorf("expected } to close ${, found the end ($${ is the text ${)")
			}
			source := s[i+len("${") : end]
			if len(source) > MaxExpression {
				return nil, i, fmt.Errorf("expected at most %d octets between ${ and }, found %d", MaxExpression, len(source))
			}
			flush()
			parts = append(parts, part{expression: &expression{source: source, at: Position{Column: i + len("${")}}})
			i = end + 1
		default:
			literal.WriteByte(s[i])
			i++
		}
	}
	flush()
	return parts, 0, nil
}

// referenceEnd returns where the } stands that closes a reference; braces within
// it and text in quotes are passed over. It is -1 if there is none.
func referenceEnd(s string, i int) int {
	depth := 0
	var quote byte
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0 && c == '\\' && quote != '`':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case c == '{':
			depth++
		case c == '}' && depth == 0:
			return i
		case c == '}':
			depth--
		}
	}
	return -1
}

// fixed returns the text of a template without references; ok is false if it has
// any.
func (t *template) fixed() (s string, ok bool) {
	switch {
	case len(t.parts) == 0:
		return "", true
	case len(t.parts) == 1 && t.parts[0].expression == nil:
		return t.parts[0].literal, true
	}
	return "", false
}

// expressions are the references of the template.
func (t *template) expressions() []*expression {
	var all []*expression
	for _, p := range t.parts {
		if p.expression != nil {
			all = append(all, p.expression)
		}
	}
	return all
}

// expand returns the text with its references put in.
func (t *template) expand(values map[string]any) (string, error) {
	if s, ok := t.fixed(); ok {
		return s, nil
	}
	return expandParts(t.parts, values)
}

// expandParts puts the references in.
func expandParts(parts []part, values map[string]any) (string, error) {
	var b strings.Builder
	for _, p := range parts {
		s := p.literal
		if p.expression != nil {
			var err error
			if s, err = p.expression.text(values); err != nil {
				return "", err
			}
		}
		if b.Len()+len(s) > MaxExpansion {
			return "", fmt.Errorf("expected at most %d octets once the variables are put in, found more", MaxExpansion)
		}
		b.WriteString(s)
	}
	return b.String(), nil
}

// condition reads the value of `when` or `until`: one ${…} and nothing else.
func (d *document) condition(n *yaml.Node, what string) *expression {
	t := d.template(n, what)
	switch {
	case t == nil:
		return nil
	case len(t.parts) != 1 || t.parts[0].expression == nil:
		d.fail(t.at, "%s: expected one ${…} such as ${last.code == \"2.04\"}, found %s", what, quoted(t.raw))
		return nil
	}
	return t.parts[0].expression
}
