// Package linkformat is the format application/link-format (40): the object list
// of a Register, the answers to Discover and Bootstrap-Discover, and the text of
// CoreLink values.
//
//	</3/0>;pmin=10,</3/0/6>;dim=2,</>;ct="60 110"
//
// Spec: RFC 6690 §2, Core 1.2 §6.2.1, §6.3.3.
package linkformat

import (
	"strings"
	"unicode/utf8"

	"lwcon/formats/codec"
	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// maxParameters is the most parameters of one link.
const maxParameters = 256

// Decode decodes links. It takes blanks, values that lack quotes, parameters
// without a target, and targets that cannot be addressed, each with a deviation.
func Decode(f lwm2m.ContentFormat, payload []byte, o codec.Options) (*lwm2m.Tree, error) {
	d := decoder{definitions: o.Definitions}
	d.s = d.Start(f, payload, o)
	if d.Err() == nil {
		d.text()
	}
	if d.Err() == nil && d.s != "" {
		d.all()
		d.twice()
	}
	tree, err := d.Finish()
	tree.Links = d.links
	return tree, err
}

// Parse reads the text of a CoreLink value. The error is a *codec.SyntaxError;
// what was read before it is returned too.
func Parse(text string) ([]lwm2m.Link, []lwm2m.Deviation, error) {
	tree, err := Decode(lwm2m.FormatLink, []byte(text), codec.Options{})
	return tree.Links, tree.Deviations, err
}

// decoder decodes one payload.
type decoder struct {
	codec.Builder
	definitions lwm2m.Definitions
	s           string
	pos         int
	links       []lwm2m.Link
	parameters  []lwm2m.LinkAttribute // of all links
}

// text notes octets that are no UTF-8, and takes a terminating NUL away.
func (d *decoder) text() {
	if bare := strings.TrimRight(d.s, "\x00"); len(bare) < len(d.s) {
		d.Deviate(rules.ValueTrailing, d.At, len(bare), "expected the end, found %d more octets, each 0", len(d.s)-len(bare))
		d.s = bare
	}
	if !utf8.ValidString(d.s) {
		i := codec.FirstInvalid(d.s)
		d.Deviate(rules.ValueInvalidUTF8, d.At, i, "expected UTF-8, found octet %#02x", d.s[i])
	}
}

// fail ends the decoding at the present position.
func (d *decoder) fail(expected string) {
	found := "the end"
	if d.pos < len(d.s) {
		found = codec.Quote(d.s[d.pos:])
	}
	d.Fail(d.pos, d.path(), "expected %s, found %s", expected, found)
}

// path returns the path of the link being read, as far as it is one.
func (d *decoder) path() lwm2m.Path {
	if len(d.links) == 0 {
		return lwm2m.Path{}
	}
	p, _ := d.links[len(d.links)-1].Path()
	return p
}

// blanks skips blanks and line ends.
func (d *decoder) blanks() {
	start := d.pos
	for d.pos < len(d.s) && strings.IndexByte(" \t\r\n", d.s[d.pos]) >= 0 {
		d.pos++
	}
	if d.pos > start {
		d.Deviate(rules.LinkBlank, d.path(), start, "expected no blank")
	}
}

// all decodes the links.
func (d *decoder) all() {
	for d.Err() == nil {
		d.blanks()
		switch {
		case d.pos == len(d.s) || d.s[d.pos] == ',':
			d.Deviate(rules.LinkEmpty, d.path(), d.pos, "expected a link")
		case len(d.links) == codec.MaxNodes:
			d.Fail(d.pos, lwm2m.Path{}, "expected at most %d links, found one more", codec.MaxNodes)
		default:
			d.link()
		}
		if d.Err() != nil || d.pos == len(d.s) {
			return
		}
		d.pos++ // the comma
	}
}

// link decodes one link and stops at the comma behind it or at the end.
func (d *decoder) link() {
	start, first := d.pos, len(d.parameters)
	d.links = append(d.links, lwm2m.Link{Span: lwm2m.Span{Start: uint32(start)}})
	l := &d.links[len(d.links)-1]
	if d.s[d.pos] == '<' {
		end := strings.IndexByte(d.s[d.pos:], '>')
		if end < 0 {
			d.links = d.links[:len(d.links)-1]
			d.fail(`a target that ends with ">"`)
			return
		}
		l.Target = d.s[d.pos+1 : d.pos+end]
		d.target(l, start+1)
		d.pos += end + 1
	} else if nameEnd(d.s[d.pos:]) > 0 {
		l.Target = "/"
		d.Deviate(rules.LinkNoReference, lwm2m.Path{}, start, "expected a target such as </> before %s", codec.Quote(d.s[d.pos:]))
		d.parameter(l, first)
	} else {
		d.links = d.links[:len(d.links)-1]
		d.fail("a link, which begins with \"<\"")
		return
	}
	for d.Err() == nil {
		if d.blanks(); d.pos == len(d.s) || d.s[d.pos] == ',' {
			break
		}
		if d.s[d.pos] != ';' {
			d.fail(`";" or ","`)
			break
		}
		d.pos++
		d.blanks()
		d.parameter(l, first)
	}
	if len(d.parameters) > first {
		l.Attributes = d.parameters[first:len(d.parameters):len(d.parameters)]
	}
	l.Span.End = uint32(d.pos)
	d.version(l)
	d.conflict(l)
}

// target checks that a link can be addressed.
func (d *decoder) target(l *lwm2m.Link, offset int) {
	p, _ := l.Path()
	for i := range len(l.Target) {
		c := l.Target[i]
		escape := c == '%' && (i+2 >= len(l.Target) || !isHex(l.Target[i+1]) || !isHex(l.Target[i+2]))
		if escape || c <= ' ' || c == '?' || c == '#' || c == '"' || c == '<' || c == 0x7f {
			d.Deviate(rules.LinkTarget, p, offset+i, "expected a path without %q, found %s", l.Target[i:i+1], codec.Quote(l.Target))
			return
		}
	}
	switch {
	case !strings.HasPrefix(l.Target, "/"):
		d.Deviate(rules.LinkTarget, p, offset, "expected a path that begins with \"/\", found %s", codec.Quote(l.Target))
	case p == (lwm2m.Path{}):
		d.noPath(l, offset)
	case l.Target != p.String() && p.Level() > lwm2m.LevelRoot && strings.IndexByte(l.Target, '%') < 0:
		d.Deviate(rules.LinkTarget, p, offset, "expected %s, found %s", p, codec.Quote(l.Target))
	}
	if d.At.Level() > lwm2m.LevelRoot && p.Level() > lwm2m.LevelRoot && p.Prefix() == d.At.Prefix() && !d.At.Contains(p) {
		d.Deviate(rules.OutsideRequest, p, offset, "expected a path in %s, found %s", d.At, p)
	}
}

func isHex(c byte) bool { return c-'0' < 10 || (c|0x20)-'a' < 6 }

// nameEnd returns the length of the parameter name that s begins with.
func nameEnd(s string) int {
	i := 0
	for i < len(s) && (s[i]-'0' < 10 || (s[i]|0x20)-'a' < 26 || strings.IndexByte("!#$&+-.^_`|~*", s[i]) >= 0) {
		i++
	}
	return i
}

// parameter decodes one parameter of the link l, whose parameters begin at first.
func (d *decoder) parameter(l *lwm2m.Link, first int) {
	start := d.pos
	name := d.s[start : start+nameEnd(d.s[start:])]
	d.pos += len(name)
	p, _ := l.Path()
	if len(d.parameters)-first >= maxParameters {
		d.Fail(start, p, "expected at most %d parameters of a link, found one more", maxParameters)
		return
	}
	if name == "" {
		d.Deviate(rules.LinkParameter, p, start, "expected the name of a parameter")
	}
	a := lwm2m.LinkAttribute{Name: name}
	if d.blanks(); d.pos < len(d.s) && d.s[d.pos] == '=' {
		d.pos++
		d.blanks()
		a.HasValue = true
		d.value(&a, p)
	}
	if name == "" && !a.HasValue {
		return
	}
	before := len(d.parameters)
	d.parameters = append(d.parameters, a)
	if _, lwm2ms := l.Path(); lwm2ms {
		d.check(&d.parameters[before], start, p)
	}
	for i := range d.parameters[first:before] {
		if d.parameters[first+i].Name == name {
			d.Deviate(rules.LinkDuplicate, p, start, "expected %s once, found it again", codec.Quote(name))
			break
		}
	}
}

// value decodes what stands behind "=".
func (d *decoder) value(a *lwm2m.LinkAttribute, p lwm2m.Path) {
	start := d.pos
	if d.pos < len(d.s) && d.s[d.pos] == '"' {
		a.Quoted = true
		a.Value = d.quoted(p)
		return
	}
	end := strings.IndexAny(d.s[start:], ";,")
	if end < 0 {
		end = len(d.s) - start
	}
	a.Value = strings.TrimRight(d.s[start:start+end], " \t\r\n")
	d.pos += len(a.Value)
	switch {
	case strings.ContainsAny(a.Value, " \t\r\n"):
		d.Deviate(rules.LinkUnquotedList, p, start, "expected %s=\"%s\"", a.Name, shorten(a.Value))
	case a.Value == "":
		d.Deviate(rules.LinkParameter, p, start, "expected a value behind %s=", a.Name)
	}
}

// shorten cuts a text for a message.
func shorten(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

// quoted decodes a quoted value; a backslash takes the next octet as it is.
func (d *decoder) quoted(p lwm2m.Path) string {
	start := d.pos + 1
	var b []byte
	for i := start; i < len(d.s); i++ {
		switch c := d.s[i]; {
		case c == '"':
			d.pos = i + 1
			if b != nil {
				return string(b)
			}
			return d.s[start:i]
		case c == '\\' && i+1 < len(d.s):
			if b == nil {
				b = append(make([]byte, 0, i-start+16), d.s[start:i]...)
			}
			i++
			b = append(b, d.s[i])
		case b != nil:
			b = append(b, c)
		}
	}
	d.Deviate(rules.LinkQuote, p, start-1, "expected a closing quote")
	d.pos = len(d.s)
	if b != nil {
		return string(b)
	}
	return d.s[start:]
}

// version checks that a version stands at an object.
func (d *decoder) version(l *lwm2m.Link) {
	if _, ok := l.Attribute("ver"); !ok {
		return
	}
	if p, ok := l.Path(); ok && p.Level() > lwm2m.LevelObject {
		d.Deviate(rules.LinkVersionPlaced, p, int(l.Span.Start), "expected ver at %s, found it at %s", p.Cut(lwm2m.LevelObject), p)
	}
}
