// Package cbor is the format application/cbor (60): one CBOR value of a resource
// or resource instance.
//
// Spec: Core 1.1 §7.4, RFC 8949.
package cbor

import (
	"lwcon/formats/codec"
	"lwcon/formats/internal/cborread"
	"lwcon/formats/internal/cborwrite"
	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// Decode decodes one value. The request path must be that of a resource or
// resource instance; the root stands for an unknown one.
func Decode(f lwm2m.ContentFormat, payload []byte, o codec.Options) (*lwm2m.Tree, error) {
	var d decoder
	d.in.Payload = d.Start(f, payload, o)
	if p, definition, ok := d.SingleTarget(); ok {
		d.all(p, definition)
		if d.Err() == nil && !d.in.End() {
			d.Deviate(rules.ValueTrailing, p, d.in.Pos, "expected the end, found %d more octets", d.in.Left())
		}
	}
	return d.Finish()
}

// decoder decodes one payload.
type decoder struct {
	codec.Builder
	in cborread.Reader
}

// broken is the error of a problem of the reader.
func (d *decoder) broken(p lwm2m.Path) { d.Fail(d.in.Pos, p, "%s", d.in.Problem) }

// all decodes the one item.
func (d *decoder) all(p lwm2m.Path, definition *lwm2m.Resource) {
	look := d.in
	h, ok := look.Head()
	if ok && p.Level() == lwm2m.LevelResource && (h.Major == cborread.Array || h.Major == cborread.Map) {
		d.in.Pos = look.Pos
		d.several(h, p, definition)
		return
	}
	d.Reserve(1)
	d.value(p, definition, 0)
}

// value decodes a single value, whose node begins at octet start.
func (d *decoder) value(p lwm2m.Path, definition *lwm2m.Resource, start int) {
	in, at := &d.in, d.in.Pos
	item, ok := in.Item()
	if !ok {
		d.broken(p)
		return
	}
	_, want, known := d.Resolve(p)
	if in.Odd != "" && !(in.Odd == cborread.EpochTime && (want == lwm2m.Time || !known)) {
		d.Deviate(rules.CBORForm, p, at, "expected a plain value, found %s", in.Odd)
	}
	if !known && in.Odd == cborread.EpochTime {
		want, known = lwm2m.Time, true
	}
	in.Odd = ""
	if item.Kind == codec.ItemNull {
		d.Deviate(rules.ValueType, p, at, "expected a value, found null")
	}
	v, kind := d.Value(item, codec.Typed{Path: p, Want: want, Known: known, Offset: at})
	end := uint32(in.Pos)
	d.Add(kind, p, v, definition, lwm2m.Span{Start: uint32(start), End: end}, lwm2m.Span{Start: uint32(at), End: end})
}

// several decodes an array or map in place of a value, whose head was read: those
// of an array are taken for the instances from 0 on, the keys of a map for ids.
func (d *decoder) several(h cborread.Head, p lwm2m.Path, definition *lwm2m.Resource) {
	in := &d.in
	members, ok := in.Members(h)
	if !ok {
		d.broken(p)
		return
	}
	found := "an array, whose values are taken for the instances from 0 on"
	if h.Major == cborread.Map {
		found = "a map, whose keys are taken for the ids of instances"
	}
	d.Deviate(rules.MultipleAsArray, p, 0, "expected a single value, found %s", found)
	if definition != nil && !definition.Multiple {
		d.CheckLevel(p.Child(0), definition, 0)
	}
	for id := uint64(0); d.Err() == nil && in.Next(&members); id++ {
		start := in.Pos
		if h.Major == cborread.Map {
			key, ok := in.Head()
			if ok && key.Major != cborread.Unsigned {
				ok = in.Wanted(start, "the id of a resource instance")
			}
			if !ok {
				d.broken(p)
				return
			}
			id = key.Arg
		}
		if id >= lwm2m.AnyID {
			d.Fail(start, p, "expected the id of a resource instance 0..65534, found %d", id)
			return
		}
		d.value(p.Child(uint16(id)), definition, start)
	}
}

// Encode encodes the one node; the error is a *codec.EncodeError.
func Encode(f lwm2m.ContentFormat, nodes []lwm2m.Node, o codec.Options) ([]byte, error) {
	n, err := codec.SingleNode(f, nodes, o)
	if err != nil {
		return nil, err
	}
	if n.Value().Type() == lwm2m.None {
		return nil, codec.Refuse(f, n, "expected a value, found null")
	}
	return cborwrite.Value(nil, n.Value()), nil
}
