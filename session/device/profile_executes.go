package device

import (
	"slices"

	"gopkg.in/yaml.v3"

	"lwcon/lwm2m"
	"lwcon/session/internal/yamlread"
)

// execution reads what an executable resource does: nothing for what the
// specification says, {execute: reboot}, {execute: {act: reboot, delay: 2s}},
// {fail: 4.05}, {delay: 2s}; nil if it is not right.
func (l *loader) execution(n *yaml.Node, p lwm2m.Path) *execution {
	x := &execution{does: standardAct(p.Object(), p.Resource())}
	if yamlread.IsNull(n) {
		return x
	}
	before := l.Failures()
	l.fields(n, p.String(), append(l.executionFields(x), field{"execute", func(v *yaml.Node) {
		switch {
		case yamlread.IsNull(v):
		case v.Kind == yaml.ScalarNode:
			l.act(v, &x.does)
		default:
			l.fields(v, "execute", append(l.executionFields(x), field{"act", func(v *yaml.Node) { l.act(v, &x.does) }}))
		}
	}}))
	if l.Failures() > before {
		return nil
	}
	return x
}

func (l *loader) executionFields(x *execution) []field {
	return []field{
		{"fail", func(v *yaml.Node) { l.status(v, "fail", &x.fail) }},
		{"delay", func(v *yaml.Node) { l.Duration(v, "delay", 0, &x.delay) }},
	}
}

// act reads the word for what an Execute does.
func (l *loader) act(n *yaml.Node, into *act) {
	var s string
	if !l.Text(n, "execute", &s) {
		return
	}
	i := slices.Index(actNames[:], s)
	if i < 0 {
		l.Fail(n, "execute: unknown %q; the nearest is %q", s, yamlread.Nearest(s, actNames[:]))
		return
	}
	*into = act(i)
}

// status reads a code such as 4.05, by its text: 4.00 is not 4.
func (l *loader) status(n *yaml.Node, what string, into *Status) {
	var s string
	if !l.Text(n, what, &s) {
		return
	}
	status, err := ParseStatus(s)
	if err != nil {
		l.Fail(n, "%s: %v", what, err)
		return
	}
	*into = status
}
