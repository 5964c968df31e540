package senml

import (
	"encoding/base64"
	"math"

	"lwcon/formats/codec"
	"lwcon/formats/internal/cborwrite"
	"lwcon/formats/internal/jsonwrite"
	"lwcon/lwm2m"
)

const (
	mostBase = 32 // octets of usual base names, those with a prefix aside
	mostName = 32 // octets of usual names
)

// outline is what the records of a payload share.
type outline struct {
	format lwm2m.ContentFormat
	base   codec.Base // base name, none if it would save nothing
	time   float64
	timed  bool // all records have the same time: it is the base time
}

// outlineOf looks at all nodes for what they share, and whether SenML can say
// each of them.
func outlineOf(f lwm2m.ContentFormat, nodes []lwm2m.Node) (outline, error) {
	l := outline{format: f}
	etch := f.Canonical() == lwm2m.FormatETCHJSON || f.Canonical() == lwm2m.FormatETCHCBOR
	for i := range nodes {
		n := &nodes[i]
		if p := n.Path(); p.ObjectInstance() == lwm2m.AnyID && p.Level() > lwm2m.LevelObject {
			return l, codec.Refuse(f, n, "expected an object instance id, as SenML names none without")
		}
		if n.Kind() <= lwm2m.KindGuess && n.Value().Type() == lwm2m.None && !etch {
			return l, codec.Refuse(f, n, "null is for SenML-ETCH alone")
		}
	}
	l.time, l.timed = codec.SharedTime(nodes)
	if len(nodes) > 1 {
		if base := codec.BaseOf(nodes); !base.Root() {
			l.base = base
		}
	}
	return l, nil
}

// EncodeJSON encodes application/senml+json and its ETCH variant. The first
// record says the base name and, if all have the same, the base time. Empty
// instances and resources are left out, as SenML cannot say them.
//
// Spec: RFC 8428 §5.
func EncodeJSON(f lwm2m.ContentFormat, nodes []lwm2m.Node, o codec.Options) ([]byte, error) {
	l, err := outlineOf(f, nodes)
	if err != nil {
		return nil, err
	}
	b := append(make([]byte, 0, jsonSize(nodes)), '[')
	first := true
	for i := range nodes {
		n := &nodes[i]
		if n.Kind() == lwm2m.KindEmpty {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		if b, err = l.appendJSON(b, n, first); err != nil {
			return nil, err
		}
		first = false
	}
	return append(b, ']'), nil
}

// jsonSize estimates the octets of a payload from above, escapes aside.
func jsonSize(nodes []lwm2m.Node) int {
	size := 32 + mostBase
	for i := range nodes {
		size += 56 + len(nodes[i].Value().Text())*4/3
	}
	return size
}

// appendJSON appends one record.
func (l *outline) appendJSON(b []byte, n *lwm2m.Node, first bool) ([]byte, error) {
	b = append(b, '{')
	if first && !l.base.None() {
		b = append(jsonwrite.Inside(append(b, `"bn":"`...), l.base.Append), `",`...)
	}
	if first && l.timed {
		b = append(lwm2m.AppendFloat(append(b, `"bt":`...), l.time), ',')
	}
	field := len(b)
	b = append(b, `"n":"`...)
	start := len(b)
	p := n.Path()
	if p.Prefix() == "" {
		b = l.base.AppendRest(b, p)
	} else {
		b = jsonwrite.Inside(b, func(b []byte) []byte { return l.base.AppendRest(b, p) })
	}
	if len(b) > start || !n.HasValue() { // a path alone always says its name
		b = append(b, `",`...)
	} else {
		b = b[:field] // the base name says it all
	}
	if t, ok := n.Time(); ok && !l.timed {
		b = append(lwm2m.AppendFloat(append(b, `"t":`...), t), ',')
	}
	if !n.HasValue() {
		b[len(b)-1] = '}' // in place of the comma
		return b, nil
	}
	b, err := l.appendValueJSON(b, n)
	return append(b, '}'), err
}

// appendValueJSON appends the value's field.
func (l *outline) appendValueJSON(b []byte, n *lwm2m.Node) ([]byte, error) {
	switch v := n.Value(); v.Type() {
	case lwm2m.String, lwm2m.CoreLink:
		return jsonwrite.String(append(b, `"vs":`...), v.Text()), nil
	case lwm2m.Opaque:
		b = append(b, `"vd":"`...)
		return append(base64.RawURLEncoding.AppendEncode(b, []byte(v.Text())), '"'), nil
	case lwm2m.Boolean:
		return v.Append(append(b, `"vb":`...)), nil
	case lwm2m.ObjectLink:
		return append(v.Append(append(b, `"vlo":"`...)), '"'), nil
	case lwm2m.Float:
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, codec.Refuse(l.format, n, "JSON has no %s", v)
		}
		return v.Append(append(b, `"v":`...)), nil
	default:
		return v.Append(append(b, `"v":`...)), nil
	}
}

// EncodeCBOR encodes application/senml+cbor and its ETCH variant, all lengths
// definite. What EncodeJSON says of base fields and empty instances holds here.
//
// Spec: RFC 8428 §6.
func EncodeCBOR(f lwm2m.ContentFormat, nodes []lwm2m.Node, o codec.Options) ([]byte, error) {
	l, err := outlineOf(f, nodes)
	if err != nil {
		return nil, err
	}
	size, count := 24+mostBase, 0
	for i := range nodes {
		size += 44 + len(nodes[i].Value().Text())
		if nodes[i].Kind() != lwm2m.KindEmpty {
			count++
		}
	}
	b := cborwrite.Head(make([]byte, 0, size), cborwrite.Array, uint64(count))
	first := true
	for i := range nodes {
		if nodes[i].Kind() != lwm2m.KindEmpty {
			b = l.appendCBOR(b, &nodes[i], first)
			first = false
		}
	}
	return b, nil
}

// appendCBOR appends one record.
func (l *outline) appendCBOR(b []byte, n *lwm2m.Node, first bool) []byte {
	t, timed := n.Time()
	timed = timed && !l.timed
	var room [mostName]byte
	name := l.base.AppendRest(room[:0], n.Path())
	fields := uint64(0)
	named := len(name) > 0 || !n.HasValue() // a path alone always says its name
	for _, has := range [...]bool{first && !l.base.None(), first && l.timed, named, timed, n.HasValue()} {
		if has {
			fields++
		}
	}
	b = cborwrite.Head(b, cborwrite.Map, fields)
	if first && !l.base.None() {
		var room [mostName]byte
		base := l.base.Append(room[:0])
		b = append(cborwrite.Head(appendLabel(b, baseName), cborwrite.Text, uint64(len(base))), base...)
	}
	if first && l.timed {
		b = appendTime(appendLabel(b, baseTime), l.time)
	}
	if named {
		b = append(cborwrite.Head(appendLabel(b, recordName), cborwrite.Text, uint64(len(name))), name...)
	}
	if timed {
		b = appendTime(appendLabel(b, timeStamp), t)
	}
	if !n.HasValue() {
		return b
	}
	v := n.Value()
	return cborwrite.Value(appendLabel(b, valueLabel(v.Type())), v)
}

// appendLabel appends the key of a field.
func appendLabel(b []byte, l label) []byte {
	if l == linkValue {
		return cborwrite.String(b, "vlo")
	}
	return cborwrite.Integer(b, int64(l))
}

// valueLabel returns the field for values of a type.
func valueLabel(t lwm2m.Type) label {
	switch t {
	case lwm2m.String, lwm2m.CoreLink:
		return stringValue
	case lwm2m.Opaque:
		return dataValue
	case lwm2m.Boolean:
		return boolValue
	case lwm2m.ObjectLink:
		return linkValue
	}
	return numberValue
}

// appendTime appends a time, as an integer where it is one.
func appendTime(b []byte, t float64) []byte {
	if t == math.Trunc(t) && math.Abs(t) < 1<<53 {
		return cborwrite.Integer(b, int64(t))
	}
	return cborwrite.Float(b, t)
}
