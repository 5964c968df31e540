package tlv

import (
	"lwcon/formats/codec"
	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// Decode decodes a TLV payload. The request path names the object, which TLV
// does not: "*" stands for it if the path is the root, and for an instance id
// that a Create leaves to the client.
func Decode(f lwm2m.ContentFormat, payload []byte, o codec.Options) (*lwm2m.Tree, error) {
	d := decoder{anyObject: o.At.Level() == lwm2m.LevelRoot}
	d.s = d.Start(f, payload, o)
	d.object = o.At.Cut(lwm2m.LevelObject)
	if d.anyObject {
		d.object = o.At.Child(lwm2m.AnyID)
	}
	if !d.anyObject {
		d.definition = d.Object(d.object.Object())
	}
	switch {
	case d.Err() != nil:
	case d.s == "" && d.At.Level() >= lwm2m.LevelResource:
		d.nothing()
	default:
		d.Reserve(count(d.s))
		d.top()
	}
	return d.Finish()
}

// decoder decodes one payload.
type decoder struct {
	codec.Builder
	s          string
	object     lwm2m.Path
	definition *lwm2m.Object // of the one object, nil if none is known
	anyObject  bool          // nobody says which object it is
}

// nothing decodes the empty payload that answers the request for a resource.
func (d *decoder) nothing() {
	definition, _, _ := d.Resolve(d.At)
	if definition == nil || !definition.Multiple || d.At.Level() > lwm2m.LevelResource {
		d.Deviate(rules.TLVEmptySingle, d.At, 0, "expected a Resource, found an empty payload")
		return
	}
	d.Add(lwm2m.KindEmpty, d.At, lwm2m.Value{}, definition, lwm2m.Span{}, lwm2m.Span{})
}

// top decodes the entries of the top level.
func (d *decoder) top() {
	level := max(d.At.Level(), lwm2m.LevelObject)
	inside := d.object.Child(lwm2m.AnyID)
	if level > lwm2m.LevelObject {
		inside = d.At.Cut(lwm2m.LevelObjectInstance)
	}
	wrapped, bare := false, false
	for i := 0; i < len(d.s) && d.Err() == nil; {
		if level == lwm2m.LevelObjectInstance && !wrapped {
			if next := d.run(i, len(d.s), inside, resource, nil); next > i {
				i, bare = next, true
				continue
			}
		}
		e, ok := d.next(i, len(d.s), d.At)
		if !ok {
			return
		}
		i = e.end
		if before := wrapped || bare; e.kind == objectInstance {
			if bare && !wrapped {
				d.Deviate(rules.TLVMixedLevels, d.object.Child(e.id), e.start, "expected resources, as before, found an Object Instance")
			}
			wrapped = true
			d.topInstance(&e)
			continue
		} else if wrapped && !bare && before {
			d.Deviate(rules.TLVMixedLevels, inside, e.start, "expected an Object Instance, as before, found %s", e.kind)
		} else if !bare && level == lwm2m.LevelObject && !d.Create && !d.anyObject {
			d.Deviate(rules.TLVMissingInstance, inside, e.start, "expected an Object Instance, found %s: which instance it belongs to is not said", e.kind)
		}
		bare = true
		switch {
		case e.kind == resourceInstance:
			d.bareInstance(&e)
		case level == lwm2m.LevelResourceInstance:
			d.forInstance(&e)
		default:
			d.member(&e, inside)
		}
	}
}

// topInstance decodes an Object Instance on the top level.
func (d *decoder) topInstance(e *entry) {
	p := d.object.Child(e.id)
	if d.At.Level() >= lwm2m.LevelObjectInstance && d.At.ObjectInstance() != e.id && d.At.ObjectInstance() != lwm2m.AnyID {
		d.Deviate(rules.OutsideRequest, p, e.start, "expected instance %d, found %d", d.At.ObjectInstance(), e.id)
	} else if d.At.Level() >= lwm2m.LevelResource {
		d.Deviate(rules.TLVInstanceWrapper, p, e.start, "expected a resource, found an Object Instance around it")
	}
	d.form(e, p)
	if e.value == e.end {
		d.empty(e, p, nil)
		return
	}
	for i := e.value; i < e.end && d.Err() == nil; {
		if next := d.run(i, e.end, p, resource, nil); next > i {
			i = next
			continue
		}
		m, ok := d.next(i, e.end, p)
		if !ok {
			return
		}
		i = m.end
		d.member(&m, p)
	}
}

// empty appends a group without members.
func (d *decoder) empty(e *entry, p lwm2m.Path, definition *lwm2m.Resource) {
	d.Add(lwm2m.KindEmpty, p, lwm2m.Value{}, definition, e.span(), e.valueSpan())
}

func (e *entry) span() lwm2m.Span { return lwm2m.Span{Start: uint32(e.start), End: uint32(e.end)} }

func (e *entry) valueSpan() lwm2m.Span {
	return lwm2m.Span{Start: uint32(e.value), End: uint32(e.end)}
}

// member decodes a Resource or Multiple Resource of an object instance.
func (d *decoder) member(e *entry, instance lwm2m.Path) {
	switch e.kind {
	case resourceInstance:
		d.lostInstance(e, instance)
		return
	case objectInstance:
		d.misplaced(e, instance.Child(lwm2m.AnyID), "expected a Resource or Multiple Resource in an object instance")
		return
	}
	p := instance.Child(e.id)
	definition := d.definition.Resource(e.id)
	if d.s[e.start]&0x38 != 0 {
		d.form(e, p)
	}
	if d.At.Level() >= lwm2m.LevelResource && d.At.Resource() != e.id {
		d.Deviate(rules.OutsideRequest, p, e.start, "expected resource %d, found %d", d.At.Resource(), e.id)
	}
	if definition != nil && definition.Multiple != (e.kind == multipleResource) {
		d.wrongKind(e, p, definition)
	}
	switch {
	case e.kind == resource:
		d.value(e, p, definition)
	case e.value == e.end:
		d.empty(e, p, definition)
	default:
		d.instances(e, p, definition)
	}
}

// wrongKind notes a single resource in the form of a multiple one, or the other
// way round.
func (d *decoder) wrongKind(e *entry, p lwm2m.Path, definition *lwm2m.Resource) {
	if definition.Multiple {
		d.Deviate(rules.TLVMissingMultiple, p, e.start, "expected a Multiple Resource, as %s is one, found a Resource", definition.Name)
		return
	}
	d.Deviate(rules.TLVSingleAsMany, p, e.start, "expected a Resource, as %s is a single one, found a Multiple Resource", definition.Name)
}

// instances decodes the Resource Instances of a Multiple Resource.
func (d *decoder) instances(e *entry, p lwm2m.Path, definition *lwm2m.Resource) {
	for i := e.value; i < e.end && d.Err() == nil; {
		if definition != nil {
			if next := d.run(i, e.end, p, resourceInstance, definition); next > i {
				i = next
				continue
			}
		}
		m, ok := d.next(i, e.end, p)
		if !ok {
			return
		}
		i = m.end
		at := p.Child(m.id)
		switch m.kind {
		case resourceInstance:
		case resource:
			d.Deviate(rules.TLVKind, at, m.start, "expected a Resource Instance in a Multiple Resource, found a Resource")
		default:
			d.misplaced(&m, at, "expected a Resource Instance in a Multiple Resource")
			continue
		}
		if d.s[m.start]&0x38 != 0 {
			d.form(&m, at)
		}
		if d.At.Level() == lwm2m.LevelResourceInstance && d.At.ResourceInstance() != m.id {
			d.Deviate(rules.OutsideRequest, at, m.start, "expected resource instance %d, found %d", d.At.ResourceInstance(), m.id)
		}
		d.value(&m, at, definition)
	}
}

// bareInstance decodes a Resource Instance on the top level: the answer for a
// resource instance, or for a multiple resource without its wrapper.
func (d *decoder) bareInstance(e *entry) {
	if d.At.Level() < lwm2m.LevelResource {
		instance := d.object.Child(lwm2m.AnyID)
		if d.At.Level() == lwm2m.LevelObjectInstance {
			instance = d.At
		}
		d.lostInstance(e, instance)
		return
	}
	p := d.At.Cut(lwm2m.LevelResource).Child(e.id)
	definition := d.definition.Resource(p.Resource())
	if d.At.Level() == lwm2m.LevelResource && (definition == nil || definition.Multiple) {
		d.Deviate(rules.TLVMissingMultiple, p, e.start, "expected a Multiple Resource, found a Resource Instance without it")
	} else if d.At.Level() > lwm2m.LevelResource && d.At.ResourceInstance() != e.id {
		d.Deviate(rules.OutsideRequest, p, e.start, "expected resource instance %d, found %d", d.At.ResourceInstance(), e.id)
	}
	d.CheckLevel(p, definition, e.start)
	d.form(e, p)
	d.value(e, p, definition)
}

// lostInstance decodes a Resource Instance that stands by itself in an object
// instance: which resource it belongs to is not said.
func (d *decoder) lostInstance(e *entry, instance lwm2m.Path) {
	p := instance.Child(lwm2m.AnyID).Child(e.id)
	d.Deviate(rules.TLVMissingMultiple, p, e.start, "expected a Resource or Multiple Resource, found a Resource Instance: which resource it belongs to is not said")
	d.form(e, p)
	d.value(e, p, nil)
}

// misplaced keeps the octets of an entry that holds others where it has no place.
func (d *decoder) misplaced(e *entry, p lwm2m.Path, expected string) {
	d.Deviate(rules.TLVKind, p, e.start, "%s, found %s with id %d, kept as octets", expected, e.kind, e.id)
	d.Add(lwm2m.KindGuess, p, lwm2m.OpaqueValue(d.s[e.value:e.end]), nil, e.span(), e.valueSpan())
}

// forInstance decodes what else than a Resource Instance answers the request for
// one: a Multiple Resource around it, or a Resource with the id of either.
func (d *decoder) forInstance(e *entry) {
	d.Deviate(rules.TLVKind, d.At, e.start, "expected a Resource Instance, found %s", e.kind)
	if e.kind == multipleResource || e.id != d.At.Resource() && e.id != d.At.ResourceInstance() {
		d.member(e, d.At.Cut(lwm2m.LevelObjectInstance))
		return
	}
	d.form(e, d.At)
	d.value(e, d.At, d.definition.Resource(d.At.Resource()))
}

// value appends the value of an entry.
func (d *decoder) value(e *entry, p lwm2m.Path, definition *lwm2m.Resource) {
	n := d.Next(p, uint32(e.start))
	if n == nil {
		return
	}
	n.Place(p, definition)
	n.Stand(e.span(), e.valueSpan())
	raw := d.s[e.value:e.end]
	want, known := d.TypeOf(p, definition)
	switch octets := len(raw); {
	case want == lwm2m.Integer && octets > 0 && octets <= 8 && octets == shortest(signed(raw)):
		n.Hold(lwm2m.KindValue, lwm2m.IntegerValue(signed(raw)))
	case want == lwm2m.String && codec.Plain(raw):
		n.Hold(lwm2m.KindValue, lwm2m.StringValue(raw))
	case known:
		n.Hold(lwm2m.KindValue, d.typed(raw, codec.Typed{Path: p, Want: want, Known: true, Offset: e.value}))
	default:
		n.Hold(lwm2m.KindGuess, guess(raw))
		*n = n.WithRaw(raw)
	}
}
