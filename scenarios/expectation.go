package scenarios

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"lwcon/lwm2m"
)

// expectation is what a step's answer, or each event that it waits for, has to
// be.
type expectation struct {
	at      Position
	codes   []*template
	formats []*template
	value   *matcher
	values  []pathMatcher
}

// pathMatcher is what the values at a path have to be.
type pathMatcher struct {
	path    *template
	matcher *matcher
}

// expectation reads a code, a list of codes or a mapping.
func (d *document) expectation(n *yaml.Node) *expectation {
	e := &expectation{at: position(n)}
	if n.Kind != yaml.MappingNode {
		e.codes = d.codes(n, "expect")
		return e
	}
	d.fields(n, "expect", []field{
		{"code", func(v *yaml.Node) { e.codes = d.codes(v, "expect: code") }},
		{"format", func(v *yaml.Node) { e.formats = d.formats(v) }},
		{"value", func(v *yaml.Node) { e.value = d.matcher(v, "expect: value") }},
		{"values", func(v *yaml.Node) { e.values = d.pathMatchers(v) }},
	})
	if len(n.Content) == 0 {
		d.fail(e.at, "expect: expected code, format, value or values, found an empty mapping")
	}
	return e
}

// codes reads a code or a list of codes.
func (d *document) codes(n *yaml.Node, what string) []*template {
	return d.checkedTexts(n, what, "a code such as 2.05 or 4.xx", isCode)
}

// isCode says whether a text is a response code, or the class of one.
func isCode(s string) bool {
	digit := func(c byte) bool { return c >= '0' && c <= '9' }
	return len(s) == 4 && s[0] >= '2' && s[0] <= '5' && s[1] == '.' &&
		(s[2:] == "xx" || digit(s[2]) && digit(s[3]))
}

// formats reads content formats by name or number.
func (d *document) formats(n *yaml.Node) []*template {
	var names []string
	for _, f := range lwm2m.ContentFormats() {
		names = append(names, f.String())
	}
	return d.checkedTexts(n, "expect: format", "a content format by name or number ("+strings.Join(names, ", ")+")", func(s string) bool {
		_, ok := lwm2m.ParseContentFormat(s)
		return ok
	})
}

// checkedTexts reads one or more texts; those without variables are checked.
func (d *document) checkedTexts(n *yaml.Node, what, kind string, good func(string) bool) []*template {
	var all []*template
	for _, item := range d.list(n, what) {
		t := d.template(item, what)
		if t == nil {
			continue
		}
		if s, ok := t.fixed(); ok && !good(s) {
			d.fail(t.at, "%s: expected %s, found %s", what, kind, quoted(s))
			continue
		}
		all = append(all, t)
	}
	if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		d.fail(position(n), "%s: expected %s, found an empty list", what, kind)
	}
	return all
}

// pathMatchers reads a mapping from path to matcher.
func (d *document) pathMatchers(n *yaml.Node) []pathMatcher {
	var all []pathMatcher
	for _, p := range d.mapping(n, "expect: values") {
		path := d.path(p.key, "expect: values")
		if path == nil {
			continue
		}
		all = append(all, pathMatcher{path, d.matcher(p.value, "expect: values: "+p.key.Value)})
	}
	return all
}

// path reads the path of a value, in which * is any id; nil after an error.
func (d *document) path(n *yaml.Node, what string) *template {
	t := d.template(n, what)
	if t == nil {
		return nil
	}
	if s, ok := t.fixed(); ok {
		if _, err := parsePath(s); err != nil {
			d.fail(t.at, "%s: %v", what, err)
			return nil
		}
	}
	return t
}

// parsePath reads a path by ids, with its leading slash.
func parsePath(s string) (lwm2m.Path, error) {
	if !strings.HasPrefix(s, "/") {
		return lwm2m.Path{}, fmt.Errorf("expected a path such as /3/0/13, found %s", quoted(s))
	}
	return lwm2m.ParsePath(s)
}

// compare holds a result or an event against the expectation. An error is one of
// the scenario: a variable that cannot be put in.
func (e *expectation) compare(f *fact, values map[string]any) ([]mismatch, error) {
	var wrong []mismatch
	if len(e.codes) > 0 {
		m, err := compareTexts(e.codes, "code", f.text("code"), values, sameCode)
		if err != nil {
			return nil, err
		}
		wrong = append(wrong, m...)
	} else if f.refused() {
		wrong = append(wrong, refusal(e.at, f))
	}
	if len(e.formats) > 0 {
		m, err := compareTexts(e.formats, "format", f.text("format"), values, sameFormat)
		if err != nil {
			return nil, err
		}
		wrong = append(wrong, m...)
	}
	if len(wrong) > 0 && f.refused() {
		return wrong, nil // there are no values to speak of
	}
	m, err := e.compareValues(f, values)
	return append(wrong, m...), err
}

// compareValues holds the values of a result against the expectation.
func (e *expectation) compareValues(f *fact, values map[string]any) ([]mismatch, error) {
	var wrong []mismatch
	if e.value != nil {
		found := f.values
		if len(found) > 1 {
			return []mismatch{{e.value.at, "", "one value", fmt.Sprintf("%d values", len(found))}}, nil
		}
		m, err := e.value.compare("", found, values)
		if err != nil {
			return nil, err
		}
		wrong = append(wrong, m...)
	}
	for _, pm := range e.values {
		text, err := pm.path.expand(values)
		if err != nil {
			return nil, err
		}
		p, err := parsePath(text)
		if err != nil {
			return nil, err
		}
		m, err := pm.matcher.compare(p.String(), f.below(p), values)
		if err != nil {
			return nil, err
		}
		wrong = append(wrong, m...)
	}
	return wrong, nil
}

// refusal is an error code where none was expected.
func refusal(at Position, f *fact) mismatch {
	found := f.text("code")
	if diagnostic := f.text("diagnostic"); diagnostic != "" {
		found += " " + quoted(diagnostic)
	}
	return mismatch{at, "", "a success code", found}
}

// compareTexts holds a field against some texts of which one has to fit.
func compareTexts(wanted []*template, what, found string, values map[string]any, same func(want, found string) bool) ([]mismatch, error) {
	var list []string
	for _, t := range wanted {
		s, err := t.expand(values)
		if err != nil {
			return nil, err
		}
		if same(s, found) {
			return nil, nil
		}
		list = append(list, s)
	}
	if found == "" {
		found = "none"
	}
	return []mismatch{{wanted[0].at, "", what + " " + strings.Join(list, " or "), found}}, nil
}

// sameCode says whether a code is the one wanted, or of the class wanted.
func sameCode(want, found string) bool {
	if class, ok := strings.CutSuffix(want, "xx"); ok {
		return strings.HasPrefix(found, class)
	}
	return want == found
}

// sameFormat compares formats by their canonical number: old numbers of a format
// are the same.
func sameFormat(want, found string) bool {
	a, ok1 := lwm2m.ParseContentFormat(want)
	b, ok2 := lwm2m.ParseContentFormat(found)
	return ok1 && ok2 && a.Canonical() == b.Canonical()
}

// templates are all texts, for what goes over all variables.
func (e *expectation) templates() []*template {
	all := append(append([]*template(nil), e.codes...), e.formats...)
	if e.value != nil {
		all = append(all, e.value.templates()...)
	}
	for _, pm := range e.values {
		all = append(append(all, pm.path), pm.matcher.templates()...)
	}
	return all
}
