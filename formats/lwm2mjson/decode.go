// Package lwm2mjson is the format application/vnd.oma.lwm2m+json (11543, and 1543
// from before the registration) of LwM2M 1.0:
//
//	{"bn":"/3/0/","e":[{"n":"0","sv":"ACME"},{"n":"6/0","v":1}]}
//
// Without bn the names are relative to the request path.
//
// Spec: Core 1.0 §6.4.4.
package lwm2mjson

import (
	"math"
	"strings"

	"lwcon/formats/codec"
	"lwcon/formats/internal/jsonread"
	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// smallestEntry is about the fewest octets of an entry; it bounds what is
// reserved for a payload full of braces.
const smallestEntry = 8

// Decode decodes a payload, whatever the order of its members.
func Decode(f lwm2m.ContentFormat, payload []byte, o codec.Options) (*lwm2m.Tree, error) {
	d := decode(f, payload, o, head{})
	if o.Strict && d.Err() != nil && !d.late {
		loose := o // the deviation may be there only because the base comes late
		loose.Strict = false
		whole := decode(f, payload, loose, head{})
		d.head, d.late = whole.head, whole.late
	}
	if d.late {
		d.head.complete = true
		d = decode(f, payload, o, d.head)
	}
	return d.Finish()
}

// decode decodes a payload, of which the head may be known.
func decode(f lwm2m.ContentFormat, payload []byte, o codec.Options, h head) *decoder {
	d := &decoder{head: h}
	d.in.Text = d.Start(f, payload, o)
	d.TextOctets, d.LinkField = true, true
	switch {
	case d.Err() != nil:
	case d.in.End():
		d.Deviate(rules.JSONEmpty, d.At, 0, "expected an object with e, found an empty payload")
	default:
		d.Reserve(min(strings.Count(d.in.Text, "{"), len(d.in.Text)/smallestEntry+1))
		d.all()
	}
	return d
}

// head is what holds for all entries.
type head struct {
	base     string
	hasBase  bool
	time     float64
	hasTime  bool
	complete bool // known from a first look at the payload
}

// decoder decodes one payload.
type decoder struct {
	codec.Builder
	in      jsonread.Reader
	head    head
	name    codec.Name // base name, or the request path where there is none
	entries bool       // e was seen
	seen    uint8      // 1 bn, 2 bt
	late    bool       // bn or bt was seen behind e
}

// broken is the error of a problem of the reader.
func (d *decoder) broken() bool {
	d.Fail(d.in.Pos, d.At, "%s", d.in.Problem)
	return false
}

// odd notes what the reader found that JSON does not allow.
func (d *decoder) odd(what string, offset int) {
	if what != "" {
		d.Deviate(rules.JSONForm, d.At, offset, "expected JSON, found %s", what)
		d.in.Odd = ""
	}
}

// all decodes the whole payload.
func (d *decoder) all() {
	const byteOrderMark = "\ufeff"
	in := &d.in
	if strings.HasPrefix(in.Text, byteOrderMark) {
		d.odd("a byte order mark", 0)
		in.Pos = len(byteOrderMark)
	}
	if !d.object(d.member) {
		return
	}
	if !d.entries {
		d.Deviate(rules.JSONEmpty, d.At, 0, "expected an array e, found none")
	}
	if !in.End() {
		d.Deviate(rules.ValueTrailing, d.At, in.Pos, "expected the end, found %d more octets", len(in.Text)-in.Pos)
	}
}

// object reads an object, each member by a function that gets its key and where
// the key stands.
func (d *decoder) object(member func(key string, at int) bool) bool {
	in := &d.in
	if !in.Expect('{') {
		return d.broken()
	}
	for !in.Take('}') {
		in.Space()
		at := in.Pos
		key, ok := in.String()
		if !ok || !in.Expect(':') {
			return d.broken()
		}
		if !member(key, at) {
			return false
		}
		if !d.comma('}') {
			return false
		}
	}
	return d.Err() == nil
}

// comma reads the comma between members, if it is not their end that follows.
func (d *decoder) comma(end byte) bool {
	in := &d.in
	switch {
	case in.Take(','):
		if in.Space() == end {
			d.odd("a comma before the end", in.Pos)
		}
	case in.Space() != end:
		in.Expect(',')
		return d.broken()
	}
	return true
}

// member reads a member of the payload's object.
func (d *decoder) member(key string, at int) bool {
	in := &d.in
	switch key {
	case "e":
		if d.entries {
			d.Fail(at, d.At, "expected one array e, found another")
			return false
		}
		d.entries = true
		return d.array()
	case "bn", "bt":
		in.Space()
		start := in.Pos
		item, ok := in.Value()
		if !ok {
			return d.broken()
		}
		d.odd(in.Odd, start)
		d.late = d.entries && !d.head.complete
		return d.setHead(key, item, start)
	}
	if !in.Skip(codec.MaxDepth) {
		return d.broken()
	}
	in.Odd = ""
	return true
}

// setHead takes a base name or base time.
func (d *decoder) setHead(key string, item codec.Item, at int) bool {
	if key == "bn" {
		d.seen = d.again(d.seen, 1, key, at)
		if item.Kind != codec.ItemText {
			d.Fail(at, d.At, "expected text for bn")
			return false
		}
		d.head.base, d.head.hasBase = item.Text, true
		return true
	}
	d.seen = d.again(d.seen, 2, key, at)
	seconds, ok := number(item)
	if !ok {
		d.Fail(at, d.At, "expected a number for bt")
		return false
	}
	d.head.time, d.head.hasTime = seconds, true
	return true
}

// number is a time as a float.
func number(it codec.Item) (float64, bool) {
	switch it.Kind {
	case codec.ItemInteger:
		return float64(int64(it.Bits)), true
	case codec.ItemUnsigned:
		return float64(it.Bits), true
	case codec.ItemFloat:
		f := math.Float64frombits(it.Bits)
		return f, !math.IsNaN(f) && !math.IsInf(f, 0)
	}
	return 0, false
}

// array reads the entries.
func (d *decoder) array() bool {
	in := &d.in
	if !in.Expect('[') {
		return d.broken()
	}
	switch {
	case d.head.hasBase:
		d.name = codec.NewName(d.head.base)
	case d.At.Level() > 0 || d.At.Prefix() != "":
		d.name = codec.NewName(d.At.String())
	}
	for !in.Take(']') {
		in.Space()
		e := entry{start: in.Pos}
		if !d.entry(&e) || !d.add(&e) || !d.comma(']') {
			return false
		}
	}
	return true
}
