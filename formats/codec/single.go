package codec

import (
	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// SingleTarget returns the path that the value of a format with one value has:
// the request path, with "*" in place of each id that it does not say. For an
// object or object instance, whose values such a format cannot carry, that is a
// deviation. It returns false if the decoding ended before.
func (b *Builder) SingleTarget() (lwm2m.Path, *lwm2m.Resource, bool) {
	if b.err != nil {
		return b.At, nil, false
	}
	p := b.At
	for p.Level() < lwm2m.LevelResource {
		p = p.Child(lwm2m.AnyID)
	}
	if b.At.Level() == lwm2m.LevelRoot {
		return p, nil, true
	}
	if b.At.Level() < lwm2m.LevelResource {
		b.Deviate(rules.SingleForMany, b.At, 0, "expected a format that carries many values, as %s has, found %s", b.At, b.format)
		return p, nil, b.err == nil
	}
	definition, _, _ := b.Resolve(p)
	if definition != nil && definition.Multiple && p.Level() == lwm2m.LevelResource {
		b.Deviate(rules.SingleForMultiple, p, 0, "expected a format that carries resource instances, as %s is a multiple resource, found %s", definition.Name, b.format)
	}
	if p.Level() == lwm2m.LevelResourceInstance {
		b.CheckLevel(p, definition, 0)
	}
	return p, definition, b.err == nil
}

// SingleNode returns the one node that a format with one value can carry.
func SingleNode(f lwm2m.ContentFormat, nodes []lwm2m.Node, o Options) (*lwm2m.Node, error) {
	if len(nodes) == 0 {
		return nil, &EncodeError{Format: f, Path: o.At, Reason: "expected one value, found none"}
	}
	n := &nodes[0]
	if len(nodes) > 1 {
		return nil, Refuse(f, &nodes[1], "expected one value, found %d", len(nodes))
	}
	if _, timed := n.Time(); timed {
		return nil, Refuse(f, n, "the format carries no time")
	}
	if !n.HasValue() {
		return nil, Refuse(f, n, "expected a value, found a path alone")
	}
	return n, nil
}
