package tlv

import (
	"math"

	"lwcon/formats/codec"
	"lwcon/lwm2m"
)

// mostHead is the most octets of an entry's head.
const mostHead = 6

// Encode encodes nodes of one object in the shortest legal form. The request
// path decides what the top level is: Object Instances for the root and an
// object, resources below that. Instances without an id (a Create that leaves it
// to the client) are written as bare resources.
//
// The error is an *codec.EncodeError: a node outside the request path, of
// another object, with a time, a null, a path without value, a value of 2^24
// octets and more.
func Encode(f lwm2m.ContentFormat, nodes []lwm2m.Node, o codec.Options) ([]byte, error) {
	e := encoder{nodes: codec.Grouped(nodes), at: o.At, tooLong: -1}
	if len(nodes) > 0 && o.At.Level() == lwm2m.LevelRoot {
		e.at = nodes[0].Path().Cut(lwm2m.LevelObject)
	}
	room, heads := 0, 1
	if e.at.Level() <= lwm2m.LevelObject {
		heads++
	}
	for i := range e.nodes {
		n := &e.nodes[i]
		v := n.Value()
		if plain := n.Kind() == lwm2m.KindValue && v.Type() != lwm2m.None && n.Level() >= lwm2m.LevelResource &&
			len(v.Text()) <= maxLength && n.Within(&e.at); !plain {
			if err := e.check(f, n); err != nil {
				return nil, err
			}
		}
		room += (heads+n.Level()/lwm2m.LevelResourceInstance)*mostHead + max(8, len(v.Text()))
	}
	e.out = make([]byte, room)
	e.pos = room
	after := 0
	for i := len(e.nodes) - 1; i >= 0; i-- {
		before := 0
		if i > 0 {
			before = e.nodes[i].Common(&e.nodes[i-1])
		}
		e.node(i, before, after)
		after = before
	}
	if e.tooLong >= 0 {
		return nil, codec.Refuse(f, &e.nodes[e.tooLong], "expected at most %d octets, found more", maxLength)
	}
	return e.out[e.pos:], nil
}

// encoder writes from the end to the beginning: so the length of each group is
// known when its head is written, and nothing is moved.
type encoder struct {
	nodes       []lwm2m.Node
	at          lwm2m.Path
	out         []byte
	pos         int // out[pos:] is written
	instanceEnd int // where the Object Instance being written ends
	multipleEnd int // where the Multiple Resource being written ends
	tooLong     int // the node that made a group too long, -1 if none did
}

// check says why TLV cannot carry a node.
func (e *encoder) check(f lwm2m.ContentFormat, n *lwm2m.Node) error {
	p := n.Path()
	_, timed := n.Time()
	switch {
	case !e.at.Contains(p):
		return codec.Refuse(f, n, "expected a path in %s", e.at)
	case timed:
		return codec.Refuse(f, n, "TLV carries no time")
	case n.Kind() == lwm2m.KindPath:
		return codec.Refuse(f, n, "TLV carries no path without a value")
	case n.Kind() == lwm2m.KindEmpty:
		if p.Level() != lwm2m.LevelObjectInstance && p.Level() != lwm2m.LevelResource {
			return codec.Refuse(f, n, "expected an object instance or multiple resource that is empty")
		}
	case n.Value().Type() == lwm2m.None:
		return codec.Refuse(f, n, "TLV carries no null")
	case p.Level() < lwm2m.LevelResource:
		return codec.Refuse(f, n, "expected the path of a resource")
	case len(n.Value().Text()) > maxLength:
		return codec.Refuse(f, n, "expected at most %d octets, found %d", maxLength, len(n.Value().Text()))
	}
	return nil
}

// node writes node i, with the heads of the groups that it is the first of; before
// and after say how many ids it has in common with the nodes next to it.
func (e *encoder) node(i, before, after int) {
	p := e.nodes[i].Path()
	wrapped := e.at.Level() <= lwm2m.LevelObject && p.ObjectInstance() != lwm2m.AnyID
	many := p.Level() == lwm2m.LevelResourceInstance && e.at.Level() < lwm2m.LevelResourceInstance
	if wrapped && after < lwm2m.LevelObjectInstance {
		e.instanceEnd = e.pos
	}
	if many && !(after >= lwm2m.LevelResource && e.nodes[i+1].Level() == p.Level()) {
		e.multipleEnd = e.pos
	}
	e.entry(i, p)
	if many && !(before >= lwm2m.LevelResource && e.nodes[i-1].Level() == p.Level()) {
		e.head(i, multipleResource, p.Resource(), e.multipleEnd-e.pos)
	}
	if wrapped && before < lwm2m.LevelObjectInstance {
		e.head(i, objectInstance, p.ObjectInstance(), e.instanceEnd-e.pos)
	}
}

// entry writes the entry of one node.
func (e *encoder) entry(i int, p lwm2m.Path) {
	n := &e.nodes[i]
	if n.Kind() == lwm2m.KindEmpty {
		if p.Level() == lwm2m.LevelResource {
			e.head(i, multipleResource, p.Resource(), 0)
		}
		return // an object instance: its head follows, if it has one
	}
	end := e.pos
	e.value(n.Value())
	if p.Level() == lwm2m.LevelResourceInstance {
		e.head(i, resourceInstance, p.ResourceInstance(), end-e.pos)
	} else {
		e.head(i, resource, p.Resource(), end-e.pos)
	}
}

// head writes the head of an entry before its value.
func (e *encoder) head(i int, k kind, id uint16, length int) {
	first := byte(k) << 6
	if length < 8 && id < 256 { // the common case
		e.pos -= 2
		e.out[e.pos], e.out[e.pos+1] = first|byte(length), byte(id)
		return
	}
	switch {
	case length < 8:
		first |= byte(length)
	case length < 1<<8:
		first |= 1 << 3
		e.number(uint64(length), 1)
	case length < 1<<16:
		first |= 2 << 3
		e.number(uint64(length), 2)
	default:
		first |= 3 << 3
		e.number(uint64(length), 3)
		if length > maxLength {
			e.tooLong = i
		}
	}
	if id < 256 {
		e.number(uint64(id), 1)
	} else {
		first |= 1 << 5
		e.number(uint64(id), 2)
	}
	e.number(uint64(first), 1)
}

// number writes the low octets of a number, big-endian.
func (e *encoder) number(u uint64, octets int) {
	for range octets {
		e.pos--
		e.out[e.pos] = byte(u)
		u >>= 8
	}
}

// value writes a value. Spec: Core 1.1 Appendix C.
func (e *encoder) value(v lwm2m.Value) {
	switch v.Type() {
	case lwm2m.Integer, lwm2m.Time:
		i := v.Int()
		n := 1
		for n < 8 && i != i<<(64-8*n)>>(64-8*n) {
			n *= 2
		}
		e.number(uint64(i), n)
	case lwm2m.Unsigned:
		n := 1
		for n < 8 && v.Uint()>>(8*n) != 0 {
			n *= 2
		}
		e.number(v.Uint(), n)
	case lwm2m.Float:
		if single := float32(v.Float()); math.Float64bits(float64(single)) == v.Uint() || single != single { // NaN
			e.number(uint64(math.Float32bits(single)), 4)
		} else {
			e.number(v.Uint(), 8)
		}
	case lwm2m.Boolean:
		e.number(v.Uint(), 1)
	case lwm2m.ObjectLink:
		l := v.Link()
		e.number(uint64(l.Object)<<16|uint64(l.Instance), 4)
	default:
		e.pos -= len(v.Text())
		copy(e.out[e.pos:], v.Text())
	}
}
