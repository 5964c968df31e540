package lwm2mjson

import (
	"strings"

	"lwcon/formats/codec"
	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// entry is one entry as scanned.
type entry struct {
	name    string
	item    codec.Item
	value   lwm2m.Span
	time    float64
	start   int
	nameAt  int
	values  int
	other   codec.Item // a second value
	otherAt int
	seen    uint8  // 1 a name, 2 a time
	wrong   string // what its field holds, if the value is something else
	hasTime bool
	hasName bool
}

// entry reads one entry.
func (d *decoder) entry(e *entry) bool {
	in := &d.in
	if !in.Expect('{') {
		return d.broken()
	}
	for !in.Take('}') {
		key, ok := in.String()
		if !ok || !in.Expect(':') {
			return d.broken()
		}
		if !d.field(e, key) || !d.comma('}') {
			return false
		}
	}
	return true
}

// field reads the value of one field.
func (d *decoder) field(e *entry, key string) bool {
	in := &d.in
	in.Space()
	at := in.Pos
	holds := ""
	switch own(key) {
	case "n", "t":
	case "v":
		holds = "a number"
	case "sv":
		holds = "text"
	case "bv":
		holds = "a boolean"
	case "ov":
		holds = "an object link as text"
	default:
		ok := in.Skip(codec.MaxDepth)
		in.Odd = ""
		return ok || d.broken()
	}
	item, ok := in.Member()
	if !ok {
		return d.broken()
	}
	d.odd(in.Odd, at)
	switch {
	case holds != "":
		e.set(key, holds, item, lwm2m.Span{Start: uint32(at), End: uint32(in.Pos)})
	case key == "t":
		e.seen = d.again(e.seen, 2, key, at)
		if e.time, e.hasTime = number(item); !e.hasTime {
			d.misfit(key, "a number", item, at)
		}
	case item.Kind == codec.ItemText:
		e.seen = d.again(e.seen, 1, key, at)
		e.name, e.nameAt, e.hasName = item.Text, at, true
	default:
		d.misfit(key, "text", item, at)
	}
	return d.Err() == nil
}

// own is the name of LwM2M JSON for a value field that has another in SenML.
func own(key string) string {
	switch key {
	case "vs", "vd":
		return "sv"
	case "vb":
		return "bv"
	case "vlo":
		return "ov"
	}
	return key
}

// misfit notes a field that holds something else, and is left out.
func (d *decoder) misfit(key, expected string, item codec.Item, at int) {
	d.Deviate(rules.JSONValueField, d.At, at, "expected %s in %s, found %s", expected, key, item.Describe())
}

// again notes a field that was seen already, and returns what was seen with it.
func (d *decoder) again(seen, bit uint8, key string, at int) uint8 {
	if seen&bit != 0 {
		d.Deviate(rules.DuplicateField, d.At, at, "expected %s once, found it again; the last counts", key)
	}
	return seen | bit
}

// set takes the value of the entry: the first one, if there are several.
func (e *entry) set(key, holds string, item codec.Item, span lwm2m.Span) {
	if e.values++; e.values > 1 {
		e.other, e.otherAt = item, int(span.Start)
		return
	}
	ok, name := false, own(key)
	switch item.Kind {
	case codec.ItemInteger, codec.ItemUnsigned, codec.ItemFloat:
		ok = name == "v"
	case codec.ItemBoolean:
		ok = name == "bv"
	case codec.ItemText:
		ok = name == "sv" || name == "ov"
		switch {
		case name == "ov":
			item.Kind = codec.ItemLink
		case key == "vd":
			item.Kind = codec.ItemBase64
		}
	case codec.ItemNull:
		ok = true
	}
	switch {
	case !ok:
		e.wrong = holds + " in " + key + ", found " + item.Describe()
	case key != name:
		e.wrong = holds + " in " + name + ", found it in " + key + ", which SenML has"
	}
	e.item, e.value = item, span
}

// resolve returns the path of an entry.
func (d *decoder) resolve(e *entry) lwm2m.Path {
	if d.head.hasBase || d.name.Text() == "" {
		p, _, problem := d.name.Resolve(e.name)
		if d.head.hasBase && (d.name.LeadingZero(e.name) || problem != "" || p.Level() < lwm2m.LevelResource || !d.At.Contains(p)) {
			if joined, ok := d.JoinName(&d.name, e.name, e.nameAt); ok {
				return joined
			}
		}
		d.NoteName(&d.name, e.name, p, e.nameAt)
		return d.known(p, problem, e)
	}
	if !strings.HasPrefix(e.name, "/") {
		part := ""
		if e.name != "" {
			part = "/" + e.name
		}
		if p, _, problem := d.name.Resolve(part); problem == "" {
			d.NoteName(&d.name, part, p, e.nameAt)
			return p
		}
	}
	var name codec.Name
	p, _, problem := name.Resolve(e.name)
	if problem != "" {
		return d.known(p, problem, e)
	}
	d.NoteName(&name, e.name, p, e.nameAt)
	d.Deviate(rules.JSONAbsoluteName, p, e.nameAt, "expected a name relative to %s, as there is no base name, found %s", d.At, codec.Quote(e.name))
	return p
}

// known is the path of an entry whose name may be none.
func (d *decoder) known(p lwm2m.Path, problem string, e *entry) lwm2m.Path {
	if problem != "" {
		if d.name.TooLong(e.name) {
			d.Fail(e.nameAt, d.At, "%s", problem)
		}
		p = codec.NoPath()
		d.Deviate(rules.NamePath, p, e.nameAt, "%s", problem)
	}
	return p
}

// add appends the node of an entry.
func (d *decoder) add(e *entry) bool {
	if !e.hasName {
		e.nameAt = e.start
	}
	p := d.resolve(e)
	if p.Level() < lwm2m.LevelResource {
		d.Deviate(rules.ValuePath, p, e.nameAt, "expected the path of a resource for a value, found %s", p)
	}
	switch {
	case p == codec.NoPath():
	case !d.At.Contains(p):
		d.Deviate(rules.OutsideRequest, p, e.nameAt, "expected a path in %s, found %s", d.At, p)
	case len(d.Nodes) > 0 && d.Nodes[0].Path().Object() != p.Object():
		d.Deviate(rules.JSONSeveralObjects, p, e.nameAt, "expected a path below %s, as before, found %s", d.Nodes[0].Path().Cut(lwm2m.LevelObject), p)
	}
	d.check(e, p)
	definition, want, known := d.Resolve(p)
	if definition != nil {
		d.CheckLevel(p, definition, e.start)
	}
	span := lwm2m.Span{Start: uint32(e.start), End: uint32(d.in.Pos)}
	if e.values == 0 {
		d.Add(lwm2m.KindPath, p, lwm2m.Value{}, definition, span, span)
	} else {
		v, ok := e.item.As(want)
		kind := lwm2m.KindValue
		if !ok {
			v, kind = d.Value(e.item, codec.Typed{Path: p, Want: want, Known: known, Offset: int(e.value.Start)})
		}
		d.Add(kind, p, v, definition, span, e.value)
	}
	if d.Err() == nil && (e.hasTime || d.head.hasTime) {
		t := d.head.time + e.time
		d.Stamp(t, d.head.hasTime || t >= 0) // only a negative time without bt is relative
	}
	return d.Err() == nil
}

// check notes what is wrong with the value fields of an entry.
func (d *decoder) check(e *entry, p lwm2m.Path) {
	switch {
	case e.values == 0:
		d.Deviate(rules.JSONNoValue, p, e.start, "expected one of v sv bv ov, found none")
	case e.values > 1:
		d.Deviate(rules.JSONTwoValues, p, e.otherAt, "expected one value in an entry, found another, which is left out: %s", e.other.Describe())
	case e.item.Kind == codec.ItemNull:
		d.Deviate(rules.JSONNull, p, int(e.value.Start), "expected a value, found null")
	}
	if e.wrong != "" {
		d.Deviate(rules.JSONValueField, p, int(e.value.Start), "expected %s", e.wrong)
	}
}
