package scenarios

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"lwcon/lwm2m"
)

// capture takes something of what a step gave into a variable.
type capture struct {
	at   Position
	name string
	// from is a path, the name of a field of the result, or, of a search for an
	// instance, a path in which one * stands for the id that is wanted.
	from    *template
	matcher *matcher // of a search: what the value has to be; else nil
}

// captures reads a mapping from variable to what it takes.
func (d *document) captures(n *yaml.Node) []capture {
	var all []capture
	for _, p := range d.mapping(n, "capture") {
		if wrong := checkName(p.key.Value); wrong != "" {
			d.fail(position(p.key), "capture: %s", wrong)
			continue
		}
		what := "capture: " + p.key.Value
		c := capture{at: position(p.key), name: p.key.Value}
		switch {
		case p.value.Kind == yaml.MappingNode:
			d.search(p.value, what, &c)
		case strings.HasPrefix(p.value.Value, "/"):
			c.from = d.path(p.value, what)
		default:
			c.from = d.resultField(p.value, what)
		}
		if c.from != nil {
			all = append(all, c)
		}
	}
	return all
}

// search reads {instance: /1/*/0, equals: …}: the instance whose value fits.
func (d *document) search(n *yaml.Node, what string, c *capture) {
	conditions := &yaml.Node{Kind: yaml.MappingNode, Line: n.Line, Column: n.Column}
	named := false
	for _, p := range d.mapping(n, what) {
		if p.key.Value == "instance" {
			named = true
			c.from = d.path(p.value, what+": instance")
			if c.from != nil && strings.Count(c.from.raw, "*") != 1 {
				d.fail(c.from.at, "%s: instance: expected a path with one * for the id, such as /1/*/0, found %s", what, quoted(c.from.raw))
				c.from = nil
			}
			continue
		}
		if findMatchKey(p.key.Value) == nil {
			d.unknownKey(p.key, what, append([]string{"instance"}, matchNames()...))
			continue
		}
		conditions.Content = append(conditions.Content, p.key, p.value)
	}
	switch {
	case c.from == nil && named: // what is wrong with it is told
	case c.from == nil:
		d.fail(position(n), "%s: expected {instance: PATH with *, equals: VALUE}", what)
	case len(conditions.Content) == 0:
		d.fail(position(n), "%s: expected what the value at %s has to be, such as equals, found nothing", what, c.from.raw)
	default:
		c.matcher = d.matcher(conditions, what)
	}
}

// resultField reads the name of a field of the result.
func (d *document) resultField(n *yaml.Node, what string) *template {
	t := d.template(n, what)
	if t == nil {
		return nil
	}
	if s, ok := t.fixed(); !ok || !isName(strings.ReplaceAll(s, ".", "_")) {
		d.fail(t.at, "%s: expected a path such as /3/0/2, the name of a field of the result such as code, or {instance: …}, found %s", what, quoted(t.raw))
		return nil
	}
	return t
}

// templates are all texts, for what goes over all variables.
func (c *capture) templates() []*template {
	all := []*template{c.from}
	if c.matcher != nil {
		all = append(all, c.matcher.templates()...)
	}
	return all
}

// take returns what the variable becomes. Where the result does not have it, the
// mismatch says so.
func (c *capture) take(f *fact, values map[string]any) (value any, wrong *mismatch, err error) {
	from, err := c.from.expand(values)
	if err != nil {
		return nil, nil, err
	}
	if !strings.HasPrefix(from, "/") {
		return c.field(f, from)
	}
	p, err := parsePath(from)
	switch {
	case err != nil:
		return nil, nil, err
	case c.matcher != nil:
		return c.find(f, p, values)
	}
	found := f.below(p)
	if len(found) != 1 {
		return nil, &mismatch{c.at, p.String(), "one value for ${" + c.name + "}", counted(len(found))}, nil
	}
	return nativeValue(found[0].value), nil, nil
}

// counted says how many values there are.
func counted(n int) string {
	if n == 0 {
		return "no value there"
	}
	return fmt.Sprintf("%d values", n)
}

// find returns the id of the first instance whose value fits.
func (c *capture) find(f *fact, p lwm2m.Path, values map[string]any) (any, *mismatch, error) {
	level := 1
	for level < p.Level() && p.ID(level) != lwm2m.AnyID {
		level++
	}
	var seen []string
	for _, d := range f.below(p) {
		ok, err := c.matcher.fits(d.value, values)
		if err != nil {
			return nil, nil, err
		}
		if ok {
			return int64(d.path.ID(level)), nil, nil
		}
		const most = 8
		if len(seen) < most {
			seen = append(seen, d.path.String()+"="+d.value.String())
		}
	}
	found := "no value there"
	if len(seen) > 0 {
		found = strings.Join(seen, ", ")
	}
	return nil, &mismatch{c.at, p.String(), c.matcher.phrase(values) + " at one instance", found}, nil
}

// field returns a field of the result by its name, those within by a dot.
func (c *capture) field(f *fact, name string) (any, *mismatch, error) {
	var v any = f.variables()
	for _, key := range strings.Split(name, ".") {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	if v == nil {
		return nil, &mismatch{c.at, "", "a result with " + name + " for ${" + c.name + "}", "none"}, nil
	}
	return v, nil, nil
}
