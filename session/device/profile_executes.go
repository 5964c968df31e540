package device

import (
	"slices"

	"gopkg.in/yaml.v3"

	"lwcon/lwm2m"
)

// execution reads what an executable resource does: nothing for what the
// specification says, {execute: reboot}, {execute: {act: reboot, delay: 2s}},
// {fail: 4.05}, {delay: 2s}; nil if it is not right.
func (l *loader) execution(n *yaml.Node, p lwm2m.Path) *execution {
	x := &execution{does: standardAct(p.Object(), p.Resource())}
	if isNull(n) {
		return x
	}
	before := len(l.errs)
	l.fields(n, p.String(), append(l.executionFields(x), field{"execute", func(v *yaml.Node) {
		switch {
		case isNull(v):
		case v.Kind == yaml.ScalarNode:
			l.act(v, &x.does)
		default:
			l.fields(v, "execute", append(l.executionFields(x), field{"act", func(v *yaml.Node) { l.act(v, &x.does) }}))
		}
	}}))
	if len(l.errs) > before {
		return nil
	}
	return x
}

func (l *loader) executionFields(x *execution) []field {
	return []field{
		{"fail", func(v *yaml.Node) { l.status(v, "fail", &x.fail) }},
		{"delay", func(v *yaml.Node) { l.duration(v, "delay", 0, &x.delay) }},
	}
}

// act reads the word for what an Execute does.
func (l *loader) act(n *yaml.Node, into *act) {
	var s string
	if !l.text(n, "execute", &s) {
		return
	}
	i := slices.Index(actNames[:], s)
	if i < 0 {
		l.fail(n, "execute: unknown %q; the nearest is %q", s, nearest(s, actNames[:]))
		return
	}
	*into = act(i)
}

// status reads a code such as 4.05, by its text: 4.00 is not 4.
func (l *loader) status(n *yaml.Node, what string, into *Status) {
	var s string
	if !l.text(n, what, &s) {
		return
	}
	status, err := ParseStatus(s)
	if err != nil {
		l.fail(n, "%s: %v", what, err)
		return
	}
	*into = status
}
