// Package lwm2mcbor is the format application/vnd.oma.lwm2m+cbor (11544): maps in
// maps, whose keys are ids or arrays of ids. A path is made of the keys from the
// outside in:
//
//	{[3, 0]: {0: "ACME", 6: {0: 1, 1: 5}}, [1, 0, 1]: 86400}
//
// The prefix of a gateway's device is a text before the first id.
//
// Spec: Core 1.2 §7.4 (LwM2M CBOR).
package lwm2mcbor

import (
	"lwcon/formats/codec"
	"lwcon/formats/internal/cborread"
	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// Decode decodes a payload. The paths that its keys make begin at the object;
// where one is too short for a value, it is read as relative to the request path.
func Decode(f lwm2m.ContentFormat, payload []byte, o codec.Options) (*lwm2m.Tree, error) {
	var d decoder
	d.in.Payload = d.Start(f, payload, o)
	switch {
	case d.Err() != nil:
	case d.in.End():
		d.Deviate(rules.LwM2MCBOREmpty, d.At, 0, "expected a map, found an empty payload")
	default:
		d.Reserve(count(d.in))
		d.all()
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

// all decodes the whole payload.
func (d *decoder) all() {
	in := &d.in
	h, ok := in.Head()
	if !ok {
		d.broken(d.At)
		return
	}
	if h.Major != cborread.Map {
		in.Wanted(0, "a map of paths")
		d.broken(d.At)
		return
	}
	d.pairs(h, lwm2m.Path{}, 0)
	if d.Err() == nil && !in.End() {
		d.Deviate(rules.ValueTrailing, d.At, in.Pos, "expected the end, found %d more octets", in.Left())
	}
}

// pairs decodes the pairs of a map whose head was read; the map is the value of
// the path p and begins at octet start.
func (d *decoder) pairs(h cborread.Head, p lwm2m.Path, start int) {
	in := &d.in
	members, ok := in.Members(h)
	if !ok {
		d.broken(p)
		return
	}
	any := false
	for d.Err() == nil && in.Next(&members) {
		any = true
		at := in.Pos
		below, ok := d.key(p)
		if !ok {
			return
		}
		d.value(below, at)
	}
	if !any && p.Level() > 0 {
		d.empty(p, start)
	}
}

// empty appends an object instance or multiple resource without members.
func (d *decoder) empty(p lwm2m.Path, start int) {
	if below, ok := d.below(p); ok && !d.At.Contains(p) && below.Level() <= lwm2m.LevelResource {
		d.relative(below, start)
		p = below
	}
	definition, _, _ := d.Resolve(p)
	end := uint32(d.in.Pos)
	span := lwm2m.Span{Start: uint32(start), End: end}
	d.Add(lwm2m.KindEmpty, p, lwm2m.Value{}, definition, span, lwm2m.Span{Start: end, End: end})
}

// key reads a key, an id or an array of ids, and returns the path that it leads
// to from p.
func (d *decoder) key(p lwm2m.Path) (lwm2m.Path, bool) {
	in := &d.in
	start := in.Pos
	h, ok := in.Head()
	if !ok {
		d.broken(p)
		return p, false
	}
	if h.Major != cborread.Array {
		return d.segment(h, start, p)
	}
	members, ok := in.Members(h)
	if !ok {
		d.broken(p)
		return p, false
	}
	if members.Count() == 0 || members.Count() < 0 && in.Break() {
		d.Fail(start, p, "expected at least one id in a key, found an empty array")
		return p, false
	}
	for in.Next(&members) {
		at := in.Pos
		h, ok := in.Head()
		if !ok {
			d.broken(p)
			return p, false
		}
		if p, ok = d.segment(h, at, p); !ok {
			return p, false
		}
	}
	return p, true
}

// segment appends an id or, in the first place, a gateway prefix to a path.
func (d *decoder) segment(h cborread.Head, at int, p lwm2m.Path) (lwm2m.Path, bool) {
	in := &d.in
	switch {
	case h.Major == cborread.Unsigned && h.Arg <= lwm2m.AnyID:
		if h.Arg == lwm2m.AnyID {
			d.Deviate(rules.ReservedID, p, at, "expected an id 0..65534, found 65535, shown as *")
		}
		if p.Level() == lwm2m.LevelResourceInstance {
			d.Fail(at, p, "expected at most 4 ids in a path, found one more: %d", h.Arg)
			return p, false
		}
		return p.Child(uint16(h.Arg)), true
	case h.Major == cborread.Unsigned:
		d.Fail(at, p, "expected an id 0..65534, found %d", h.Arg)
		return p, false
	case h.Major != cborread.Text || p.Level() > 0:
		in.Wanted(at, "an id")
		d.broken(p)
		return p, false
	}
	prefix, ok := in.String(h)
	if !ok {
		d.broken(p)
		return p, false
	}
	if p.Prefix() != "" { // an alternate path of several segments
		prefix = p.Prefix() + "/" + prefix
	}
	q, err := lwm2m.ParsePath("/" + prefix + "/0")
	if err != nil || q.Prefix() != prefix {
		d.Fail(at, p, "expected an id or the prefix of a gateway's device, found %s", codec.Quote(prefix))
		return p, false
	}
	return q.Cut(lwm2m.LevelRoot), true
}

// value decodes the value of a path, whose key begins at octet start.
func (d *decoder) value(p lwm2m.Path, start int) {
	in := &d.in
	at := in.Pos
	h, ok := in.Head()
	if !ok {
		d.broken(p)
		return
	}
	if h.Major == cborread.Map {
		d.pairs(h, p, start)
		return
	}
	if p.Level() < lwm2m.LevelResource || (d.Create || d.Write) && !d.At.Contains(p) {
		p = d.placed(p, start)
	}
	if h.Major == cborread.Array && p.Level() == lwm2m.LevelResource {
		d.array(h, p, at)
		return
	}
	d.single(h, p, start, at)
}

// array decodes values without the ids of their instances, which are taken for
// those from 0 on.
func (d *decoder) array(h cborread.Head, p lwm2m.Path, at int) {
	in := &d.in
	members, ok := in.Members(h)
	if !ok {
		d.broken(p)
		return
	}
	d.Deviate(rules.MultipleAsArray, p, at, "expected a map from ids to values, found an array, whose values are taken for the instances from 0 on")
	for id := uint16(0); d.Err() == nil && in.Next(&members); id++ {
		if id == lwm2m.AnyID {
			d.Fail(in.Pos, p, "expected at most %d values in an array, found one more", lwm2m.AnyID)
			return
		}
		at := in.Pos
		h, ok := in.Head()
		if !ok {
			d.broken(p)
			return
		}
		d.single(h, p.Child(id), at, at)
	}
}

// single decodes a value that is no map; its head, at octet at, was read.
func (d *decoder) single(h cborread.Head, p lwm2m.Path, start, at int) {
	in := &d.in
	item, ok := in.ItemAfter(h, at)
	if !ok {
		d.broken(p)
		return
	}
	if in.Odd != "" {
		d.Deviate(rules.CBORForm, p, at, "expected a plain value, found %s", in.Odd)
		in.Odd = ""
	}
	d.place(p, start)
	definition, want, known := d.Resolve(p)
	v, ok := item.As(want)
	kind := lwm2m.KindValue
	if !ok {
		v, kind = d.Value(item, codec.Typed{Path: p, Want: want, Known: known, Offset: at})
	}
	d.CheckLevel(p, definition, start)
	end := uint32(in.Pos)
	d.Add(kind, p, v, definition, lwm2m.Span{Start: uint32(start), End: end}, lwm2m.Span{Start: uint32(at), End: end})
}

// placed is the path of a value whose keys make none that can be absolute.
func (d *decoder) placed(p lwm2m.Path, start int) lwm2m.Path {
	below, ok := d.below(p)
	switch {
	case ok && below.Level() >= lwm2m.LevelResource && p != d.At:
		d.relative(below, start)
		return below
	case p.Level() < lwm2m.LevelResource:
		d.Deviate(rules.ValuePath, p, start, "expected the path of a resource for a value, found %s", p)
	}
	return p
}

// below is a path as it is below the request path, false if that is no path or
// the root.
func (d *decoder) below(p lwm2m.Path) (lwm2m.Path, bool) {
	if d.At.Level() == lwm2m.LevelRoot || p.Prefix() != "" {
		return p, false
	}
	return d.At.Join(p)
}

// relative notes keys that begin below the request path, which only those of a
// Write or Create may.
func (d *decoder) relative(p lwm2m.Path, start int) {
	if !d.Create && !d.Write {
		d.Deviate(rules.LwM2MCBORPath, p, start, "expected keys that begin at the object, found some that begin below %s", d.At)
	}
}

// place notes a path that is not where the request asked.
func (d *decoder) place(p lwm2m.Path, start int) {
	if !d.At.Contains(p) {
		d.Deviate(rules.OutsideRequest, p, start, "expected a path in %s, found %s", d.At, p)
	}
}

// count returns how many nodes a well-formed payload makes: the pairs of all maps
// less those whose value is a map, which is quickly counted head by head where
// all lengths are definite.
func count(in cborread.Reader) int {
	start, pairs, maps := in.Pos, 0, 0
	for !in.End() {
		h, ok := in.Head()
		switch {
		case !ok || h.Arg > uint64(in.Left()) && h.Major >= cborread.Octets && h.Major <= cborread.Map:
			return 0 // broken: decoding will say where
		case h.Indefinite:
			in.Pos = start
			return leaves(&in, 0)
		case h.Major == cborread.Map:
			maps++
			pairs += max(int(h.Arg), 1)
		case h.Major == cborread.Octets || h.Major == cborread.Text:
			in.Pos += int(h.Arg)
		}
	}
	return min(max(pairs-maps+1, 0), (len(in.Payload)-start)/2+1)
}

// leaves counts the nodes that the item at the present position makes.
func leaves(in *cborread.Reader, depth int) int {
	start := in.Pos
	h, ok := in.Head()
	if !ok || h.Major != cborread.Map || depth > lwm2m.LevelResourceInstance {
		in.Pos = start
		in.Skip(codec.MaxDepth)
		return 1
	}
	n := 0
	members, ok := in.Members(h)
	for ok && in.Next(&members) && in.Problem == "" {
		in.Skip(1) // the key
		n += leaves(in, depth+1)
	}
	return max(n, 1)
}
