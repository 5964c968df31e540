package senml

import (
	"lwcon/formats/codec"
	"lwcon/formats/internal/cborread"
	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// smallestPair is about the fewest octets of a CBOR record with a value; it
// bounds what is reserved for an array that claims more than it has.
const smallestPair = 6

// DecodeCBOR decodes application/senml+cbor and its ETCH variant. An empty
// payload says that there is nothing.
//
// Spec: RFC 8428 §6, RFC 8790, Core 1.1 §7.4.
func DecodeCBOR(f lwm2m.ContentFormat, payload []byte, o codec.Options) (*lwm2m.Tree, error) {
	var d cborDecoder
	d.in.Payload = d.begin(f, payload, o)
	if d.Err() == nil && !d.in.End() {
		d.records()
	}
	return d.Finish()
}

// cborDecoder decodes one payload.
type cborDecoder struct {
	pack
	in cborread.Reader
}

// broken is the error of a problem of the reader.
func (d *cborDecoder) broken() error { return d.Fail(d.in.Pos, d.At, "%s", d.in.Problem) }

// records decodes the whole payload.
func (d *cborDecoder) records() error {
	in := &d.in
	h, ok := in.Head()
	if !ok {
		return d.broken()
	}
	switch h.Major {
	case cborread.Array:
		if err := d.array(h); err != nil {
			return err
		}
	case cborread.Map:
		d.Deviate(rules.SenMLNoArray, d.At, 0, "expected an array of records, found a record by itself")
		if err := d.record(h, 0); err != nil {
			return err
		}
	default:
		in.Wanted(0, "an array of records")
		return d.broken()
	}
	if !in.End() {
		d.Deviate(rules.ValueTrailing, d.At, in.Pos, "expected the end, found %d more octets", in.Left())
	}
	return d.Err()
}

// array decodes the array of records.
func (d *cborDecoder) array(h cborread.Head) error {
	in := &d.in
	members, ok := in.Members(h)
	if !ok {
		return d.broken()
	}
	d.Reserve(min(max(members.Count(), in.Left()/16), in.Left()/smallestPair+1))
	for in.Next(&members) {
		start := in.Pos
		h, ok := in.Head()
		if !ok {
			return d.broken()
		}
		if h.Major != cborread.Map {
			in.Wanted(start, "a map, which is a record")
			return d.broken()
		}
		if err := d.record(h, start); err != nil {
			return err
		}
	}
	return d.Err()
}

// record decodes one record whose head was read.
func (d *cborDecoder) record(h cborread.Head, start int) error {
	in := &d.in
	members, ok := in.Members(h)
	if !ok {
		return d.broken()
	}
	r := record{start: start}
	for in.Next(&members) {
		l, err := d.label(&r)
		if err != nil {
			return err
		}
		if l == unknown {
			if !in.Skip(codec.MaxDepth) {
				return d.broken()
			}
			continue
		}
		at := in.Pos
		item, ok := in.Member()
		if !ok {
			return d.broken()
		}
		if in.Odd != "" {
			d.Deviate(rules.CBORForm, d.At, at, "expected a plain value, found %s", in.Odd)
			in.Odd = ""
		}
		if err := d.set(&r, l, item, lwm2m.Span{Start: uint32(at), End: uint32(in.Pos)}); err != nil {
			return err
		}
	}
	return d.add(&r, in.Pos)
}

// label reads the key of a field.
func (d *cborDecoder) label(r *record) (label, error) {
	in := &d.in
	at := in.Pos
	if at < len(in.Payload) && in.Payload[at] <= byte(dataValue) { // most labels
		in.Pos++
		return label(in.Payload[at]), nil
	}
	h, ok := in.Head()
	if !ok {
		return unknown, d.broken()
	}
	switch {
	case h.Major == cborread.Unsigned && h.Arg <= uint64(dataValue):
		return label(h.Arg), nil
	case h.Major == cborread.Negative && h.Arg <= uint64(-baseSum-1):
		return -1 - label(h.Arg), nil
	case h.Major == cborread.Unsigned || h.Major == cborread.Negative:
		return unknown, nil
	case h.Major != cborread.Text:
		in.Wanted(at, "an integer or text as the label of a field")
		return unknown, d.broken()
	}
	s, ok := in.String(h)
	if !ok {
		return unknown, d.broken()
	}
	l := labelOf(s)
	if l == unknown {
		if l = alien(s); l == unknown {
			return l, d.unknownField(s, at)
		}
		r.alien = s
	}
	if l != linkValue {
		d.Deviate(rules.SenMLTextLabel, d.At, at, "expected the label %d, found %q", int(l), s)
	}
	return l, d.Err()
}
