package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"lwcon/lwm2m"
)

// matcher is what a value has to be: all of its conditions hold.
type matcher struct {
	at         Position
	conditions []condition
}

// condition is one key of a matcher with what stands there.
type condition struct {
	at       Position
	key      *matchKey
	operands []*template
}

// exists says what the matcher says of there being a value: -1 for must not be,
// 1 for must be, 0 for nothing of its own.
func (c *condition) exists(operands []string) int {
	switch {
	case c.key.name != keyExists:
		return 0
	case isYes(operands[0]):
		return 1
	}
	return -1
}

// matcher reads a value that has to be equal, or a mapping of conditions.
func (d *document) matcher(n *yaml.Node, what string) *matcher {
	m := &matcher{at: position(n)}
	if n.Kind == yaml.ScalarNode {
		if t := d.template(n, what); t != nil {
			m.conditions = []condition{{at: t.at, key: findMatchKey(keyEquals), operands: []*template{t}}}
		}
		return m
	}
	if n.Kind == yaml.SequenceNode {
		d.fail(m.at, "%s: expected a value or a mapping such as {one-of: […]}, found a list", what)
		return m
	}
	for _, p := range d.mapping(n, what) {
		if c, ok := d.oneCondition(p, what); ok {
			m.conditions = append(m.conditions, c)
		}
	}
	if len(n.Content) == 0 {
		d.fail(m.at, "%s: expected a condition such as {exists: true}, found an empty mapping", what)
	}
	return m
}

// oneCondition reads one key of a matcher.
func (d *document) oneCondition(p pair, what string) (condition, bool) {
	key := findMatchKey(p.key.Value)
	if key == nil {
		d.unknownKey(p.key, what, matchNames())
		return condition{}, false
	}
	what += ": " + key.name
	c := condition{at: position(p.key), key: key}
	nodes := []*yaml.Node{p.value}
	if key.most > 1 {
		nodes = d.list(p.value, what)
	}
	if len(nodes) < key.least || len(nodes) > key.most {
		d.fail(position(p.value), "%s: expected %s, found %d", what, key.takes, len(nodes))
		return c, false
	}
	for _, n := range nodes {
		t := d.template(n, what)
		if t == nil {
			return c, false
		}
		if s, ok := t.fixed(); ok && key.check != nil {
			if wrong := key.check(s); wrong != "" {
				d.fail(t.at, "%s: expected %s, found %s", what, wrong, quoted(s))
				return c, false
			}
		}
		c.operands = append(c.operands, t)
	}
	return c, true
}

// expand returns the operands of a condition with their variables put in.
func (c *condition) expand(values map[string]any) ([]string, error) {
	operands := make([]string, len(c.operands))
	for i, t := range c.operands {
		s, err := t.expand(values)
		if err != nil {
			return nil, err
		}
		if wrong := c.key.check; wrong != nil {
			if what := wrong(s); what != "" {
				return nil, fmt.Errorf("%s: expected %s, found %s", c.key.name, what, quoted(s))
			}
		}
		operands[i] = s
	}
	return operands, nil
}

// mismatch is an expectation that does not hold.
type mismatch struct {
	at       Position
	path     string // of the value, "" if it is none's
	expected string
	found    string
}

func (m mismatch) String() string {
	where := ""
	if m.path != "" {
		where = m.path + " "
	}
	return "expected " + where + m.expected + ", found " + m.found
}

// compare holds values against the matcher: each of them has to fit, and there
// has to be one unless the matcher says otherwise. subject names what is
// compared where there is no value.
func (m *matcher) compare(subject string, found []datum, values map[string]any) ([]mismatch, error) {
	var wrong []mismatch
	absent := false
	for i := range m.conditions {
		c := &m.conditions[i]
		operands, err := c.expand(values)
		if err != nil {
			return nil, err
		}
		switch c.exists(operands) {
		case -1:
			absent = true
			for _, d := range found {
				wrong = append(wrong, mismatch{c.at, d.path.String(), "not to exist", describeValue(d.value)})
			}
			continue
		case 1:
			continue // there is one, or the end of this function says so
		}
		for _, d := range found {
			if !c.key.holds(d.value, operands) {
				wrong = append(wrong, mismatch{c.at, d.path.String(), c.key.phrase(operands), describeValue(d.value)})
			}
		}
	}
	if len(found) == 0 && !absent {
		wrong = append(wrong, mismatch{m.at, subject, m.phrase(values), "no value there"})
	}
	return wrong, nil
}

// phrase says in words what the matcher expects.
func (m *matcher) phrase(values map[string]any) string {
	var all []string
	for i := range m.conditions {
		c := &m.conditions[i]
		operands, err := c.expand(values)
		if err != nil || c.key.name == keyExists {
			continue
		}
		all = append(all, c.key.phrase(operands))
	}
	if len(all) == 0 {
		return "a value"
	}
	return strings.Join(all, " and ")
}

// fits says whether one value fits.
func (m *matcher) fits(v lwm2m.Value, values map[string]any) (bool, error) {
	wrong, err := m.compare("", []datum{{value: v}}, values)
	return len(wrong) == 0, err
}

// templates are all operands, for what goes over all variables.
func (m *matcher) templates() []*template {
	var all []*template
	for i := range m.conditions {
		all = append(all, m.conditions[i].operands...)
	}
	return all
}

// matchNames are the keys of a matcher.
func matchNames() []string {
	var all []string
	for _, k := range matchKeys() {
		all = append(all, k.name)
	}
	return all
}

// findMatchKey returns the key of a name, nil if there is none.
func findMatchKey(name string) *matchKey {
	all := matchKeys()
	i := slices.IndexFunc(all, func(k matchKey) bool { return k.name == name })
	if i < 0 {
		return nil
	}
	return &all[i]
}
