package codec

import (
	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// SingleTarget returns the path that the value of a format with one value has:
// the request path, "*" in place of each id that it does not say if it is the
// root. It returns false, after Fail, for objects and object instances.
func (b *Builder) SingleTarget() (lwm2m.Path, *lwm2m.Resource, bool) {
	p := b.At
	if p.Level() == lwm2m.LevelRoot {
		for range lwm2m.LevelResource {
			p = p.Child(lwm2m.AnyID)
		}
	}
	if b.err != nil {
		return p, nil, false
	}
	if p.Level() < lwm2m.LevelResource {
		b.Fail(0, p, "expected the path of a resource, as %s carries one value only, found %s", b.format, p)
		return p, nil, false
	}
	definition, _, _ := b.Resolve(p)
	if definition != nil && definition.Multiple && p.Level() == lwm2m.LevelResource {
		b.Deviate(rules.SingleForMultiple, p, 0, "expected a format that carries resource instances, as %s is a multiple resource, found %s", definition.Name, b.format)
	}
	return p, definition, true
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
