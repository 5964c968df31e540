package scenarios

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"lwcon/commands"
)

// document reads the YAML nodes of one file and gathers what is wrong with them.
type document struct {
	file  string
	lines []string // of the text
	nodes int
	errs  []error
}

// fail notes what is wrong at a position.
func (d *document) fail(at Position, format string, args ...any) {
	if len(d.errs) < maxErrors {
		d.errs = append(d.errs, &SyntaxError{d.file, at, fmt.Sprintf(format, args...)})
	}
}

// err returns all that was wrong in the order of the file, nil if nothing was.
func (d *document) err() error {
	slices.SortStableFunc(d.errs, func(a, b error) int {
		x, y := a.(*SyntaxError), b.(*SyntaxError)
		if x.Line != y.Line {
			return x.Line - y.Line
		}
		return x.Column - y.Column
	})
	return errors.Join(d.errs...)
}

// position is where a node stands.
func position(n *yaml.Node) Position { return Position{n.Line, n.Column} }

// root reads the text as YAML and returns its only document, nil after an error.
func (d *document) root(text []byte) *yaml.Node {
	switch {
	case len(text) > MaxFileSize:
		d.fail(Position{}, "expected at most %d octets, found more", MaxFileSize)
		return nil
	case !utf8.Valid(text):
		d.fail(Position{}, "expected UTF-8, found other octets")
		return nil
	}
	d.lines = splitLines(strings.TrimPrefix(string(text), "\ufeff"))
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var first, second yaml.Node
	switch err := decoder.Decode(&first); {
	case err == io.EOF || err == nil && len(first.Content) != 1:
		d.fail(Position{}, "expected a mapping that begins with lwcon: 1, found nothing")
		return nil
	case err != nil:
		d.unreadable(err)
		return nil
	}
	if err := decoder.Decode(&second); err != io.EOF {
		d.fail(position(&second), "expected one scenario in a file, found a second document")
		return nil
	}
	return first.Content[0]
}

// splitLines parts a text where YAML counts a line.
func splitLines(text string) []string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n").Replace(text)
	return strings.Split(text, "\n")
}

// unreadable tells what YAML itself says of a text, in the words of a scenario
// where a ${ is the cause.
func (d *document) unreadable(err error) {
	at, found := bareReference(d.lines)
	if found {
		d.fail(at, `expected quotes around what holds ${ within {…} or […]: write "${…}"`)
		return
	}
	reason := strings.TrimPrefix(err.Error(), "yaml: ")
	where := Position{}
	if rest, ok := strings.CutPrefix(reason, "line "); ok {
		number, tail, _ := strings.Cut(rest, ": ")
		if line, err := strconv.Atoi(number); err == nil && line >= 1 && line <= len(d.lines) {
			text := d.lines[line-1]
			where = Position{line, len(text) - len(strings.TrimLeft(text, " \t")) + 1}
			if reason = tail; strings.HasPrefix(strings.TrimLeft(text, " "), "\t") {
				reason = "expected blanks for the indentation, found a tab"
			}
			if strings.Contains(text, "${") {
				reason += `; a value that holds ${ is safe in quotes: '${…}'`
			}
		}
	}
	d.fail(where, "%s", reason)
}

// resolve returns the node that an alias stands for, and counts it; nil if there
// are too many.
func (d *document) resolve(n *yaml.Node) *yaml.Node {
	if d.nodes++; d.nodes > maxNodes {
		if d.nodes == maxNodes+1 {
			d.fail(position(n), "expected at most %d values, found more", maxNodes)
		}
		return nil
	}
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// pair is one entry of a mapping, aliases followed.
type pair struct {
	key   *yaml.Node // a scalar
	value *yaml.Node
}

// mapping returns the entries of a mapping in their order; a key must not come
// twice.
func (d *document) mapping(n *yaml.Node, what string) []pair {
	if n = d.resolve(n); n == nil {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		d.fail(position(n), "%s: expected a mapping, found %s", what, describe(n))
		return nil
	}
	pairs := make([]pair, 0, len(n.Content)/2)
	seen := make(map[string]bool, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := d.resolve(n.Content[i]), d.resolve(n.Content[i+1])
		switch {
		case key == nil || value == nil:
			return nil
		case key.Kind != yaml.ScalarNode:
			d.fail(position(key), "%s: expected a word as key, found %s", what, describe(key))
		case seen[key.Value]:
			d.fail(position(key), "%s: key %q comes twice", what, key.Value)
		default:
			seen[key.Value] = true
			pairs = append(pairs, pair{key, value})
		}
	}
	return pairs
}

// field is a key that a mapping may have, and who reads its value.
type field struct {
	key  string
	read func(value *yaml.Node)
}

// fields reads a mapping whose keys are all known; for another one the nearest
// is offered.
func (d *document) fields(n *yaml.Node, what string, known []field) {
	for _, p := range d.mapping(n, what) {
		i := slices.IndexFunc(known, func(f field) bool { return f.key == p.key.Value })
		if i < 0 {
			d.unknownKey(p.key, what, keys(known))
			continue
		}
		known[i].read(p.value)
	}
}

// unknownKey tells of a key that a mapping can't have.
func (d *document) unknownKey(key *yaml.Node, what string, known []string) {
	d.fail(position(key), "%s: unknown key %q%s", what, key.Value, offer(key.Value, known))
}

// keys are the names of fields.
func keys(known []field) []string {
	names := make([]string, len(known))
	for i := range known {
		names[i] = known[i].key
	}
	return names
}

// offer names the nearest of some names, else all of them if they are few.
func offer(word string, names []string) string {
	const few = 14
	if near := commands.Nearest(word, names); near != "" || len(names) > few {
		return near
	}
	return "; expected one of " + strings.Join(names, ", ")
}

// list returns the elements of a list, aliases followed; one scalar is a list of
// one.
func (d *document) list(n *yaml.Node, what string) []*yaml.Node {
	if n.Kind == yaml.ScalarNode && !isNothing(n) {
		return []*yaml.Node{n}
	}
	if n.Kind != yaml.SequenceNode {
		d.fail(position(n), "%s: expected a list, found %s", what, describe(n))
		return nil
	}
	items := make([]*yaml.Node, 0, len(n.Content))
	for _, c := range n.Content {
		item := d.resolve(c)
		if item == nil {
			return nil
		}
		items = append(items, item)
	}
	return items
}

// text returns a scalar as it is written; false after an error.
func (d *document) text(n *yaml.Node, what string) (string, bool) {
	switch {
	case n.Kind != yaml.ScalarNode:
		d.fail(position(n), "%s: expected a value, found %s", what, describe(n))
		return "", false
	case isNothing(n):
		d.fail(position(n), `%s: expected a value, found nothing ("" is the empty text)`, what)
		return "", false
	}
	return n.Value, true
}

// texts returns the scalars of a list, or one alone.
func (d *document) texts(n *yaml.Node, what string) []string {
	var all []string
	for _, item := range d.list(n, what) {
		if s, ok := d.text(item, what); ok {
			all = append(all, s)
		}
	}
	return all
}

// describe says what a node is, for messages.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
		if isNothing(n) {
			return "nothing"
		}
		return quoted(n.Value)
	}
	return "something else"
}

// quoted writes a text for a message: escaped, and cut where it is long.
func quoted(s string) string {
	const most = 80
	if len(s) <= most {
		return strconv.Quote(s)
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return strconv.Quote(s[:cut]) + fmt.Sprintf("… (%d octets)", len(s))
}

// isNothing says whether nothing stands there: no text, and no quotes either.
func isNothing(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Value == "" && n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
}

// inside returns the position of an octet of a scalar's text: exact where the
// text stands in the file as it is, else that of the scalar.
func (d *document) inside(n *yaml.Node, offset int) Position {
	at := position(n)
	if n.Line < 1 || n.Line > len(d.lines) || offset > len(n.Value) {
		return at
	}
	line := []rune(d.lines[n.Line-1])
	start := n.Column - 1
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		start++
	}
	if start > len(line) || !strings.HasPrefix(string(line[start:]), n.Value) {
		return at
	}
	return Position{n.Line, start + 1 + utf8.RuneCountInString(n.Value[:offset])}
}
