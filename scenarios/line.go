package scenarios

import (
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"lwcon/commands"
)

// mark stands around the number of a reference while a line is parted into
// words. No text that YAML reads may hold it there.
const mark = "\x01"

// line reads the value of a command's key as it would be typed. It is parted
// into words before variables are put in, so that a value with blanks or quotes
// stays one word.
func (d *document) line(n *yaml.Node, what string) []*template {
	t := d.template(n, what)
	if t == nil {
		return nil
	}
	if strings.Contains(t.raw, mark) {
		d.fail(t.at, "%s: expected text, found the control character U+0001", what)
		return nil
	}
	var masked strings.Builder
	var references []*expression
	for _, p := range t.parts {
		if p.expression == nil {
			masked.WriteString(p.literal)
			continue
		}
		masked.WriteString(mark + strconv.Itoa(len(references)) + mark)
		references = append(references, p.expression)
	}
	words, err := commands.Words(masked.String())
	if err != nil {
		d.fail(t.at, "%s: %v", what, err)
		return nil
	}
	list := make([]*template, len(words))
	for i, w := range words {
		list[i] = &template{at: t.at, raw: w, parts: unmask(w, references)}
	}
	return list
}

// unmask puts the references of a word back in.
func unmask(word string, references []*expression) []part {
	var parts []part
	for i, piece := range strings.Split(word, mark) {
		if i%2 == 1 {
			if k, err := strconv.Atoi(piece); err == nil && k < len(references) {
				parts = append(parts, part{expression: references[k]})
			}
		} else if piece != "" {
			parts = append(parts, part{literal: piece})
		}
	}
	return parts
}

// source writes a template as it was written, with its references: for people.
func (t *template) source() string {
	var b strings.Builder
	for _, p := range t.parts {
		if p.expression != nil {
			b.WriteString("${" + p.expression.source + "}")
		} else {
			b.WriteString(p.literal)
		}
	}
	return b.String()
}
