// Package cborread scans CBOR head by head, for the four CBOR formats of LwM2M.
// It builds nothing: strings are parts of the payload unless they come in
// chunks, integers keep every bit. Spec: RFC 8949 §3.
package cborread

import (
	"fmt"
	"strings"
)

// Major types. Spec: RFC 8949 §3.1.
const (
	Unsigned = iota
	Negative
	Octets
	Text
	Array
	Map
	Tag
	Simple
)

// Reader scans one payload. After a method returned false, Problem says what
// was expected, and Pos where.
type Reader struct {
	Payload string
	Pos     int
	Problem string
	Odd     string // what the last item had that LwM2M does not use, "" if nothing
}

// Head is the beginning of an item.
type Head struct {
	Arg        uint64 // the value, length, count or tag; 0 if Indefinite
	Major      uint8
	Info       uint8 // the low five bits of the first octet
	Indefinite bool  // a string, array or map that a break ends; or that break
}

// IsBreak says whether the head is the break that ends an indefinite item.
func (h Head) IsBreak() bool { return h.Major == Simple && h.Indefinite }

// fail records a problem at an offset.
func (r *Reader) fail(at int, problem string, args ...any) bool {
	if r.Problem == "" {
		r.Problem, r.Pos = fmt.Sprintf(problem, args...), at
	}
	return false
}

// End says whether nothing is left.
func (r *Reader) End() bool { return r.Pos == len(r.Payload) }

// Left returns how many octets are left.
func (r *Reader) Left() int { return len(r.Payload) - r.Pos }

// Head reads the head of an item, or a break.
func (r *Reader) Head() (Head, bool) {
	if r.Pos >= len(r.Payload) {
		return Head{}, r.fail(r.Pos, "expected a CBOR item, found the end")
	}
	first := r.Payload[r.Pos]
	h := Head{Major: first >> 5, Info: first & 31}
	if h.Info < 24 {
		r.Pos++
		h.Arg = uint64(h.Info)
		return h, true
	}
	return r.longHead(h)
}

// longHead goes on with a head that has more than one octet.
func (r *Reader) longHead(h Head) (Head, bool) {
	start := r.Pos
	r.Pos++
	if h.Info == 31 {
		if h.Major < Octets || h.Major == Tag {
			return h, r.fail(start, "expected a CBOR item, found octet %#02x, which begins none", r.Payload[start])
		}
		h.Indefinite = true
		return h, true
	}
	if h.Info > 27 {
		return h, r.fail(start, "expected a CBOR item, found octet %#02x, which begins none", r.Payload[start])
	}
	n := 1 << (h.Info - 24)
	if n > r.Left() {
		return h, r.fail(start, "expected %d octets behind octet %#02x, found %d", n, r.Payload[start], r.Left())
	}
	for i := range n {
		h.Arg = h.Arg<<8 | uint64(r.Payload[r.Pos+i])
	}
	r.Pos += n
	if h.Major == Simple && h.Info == 24 && h.Arg < 32 {
		return h, r.fail(start, "expected a simple value of one octet, found two: f8%02x", h.Arg)
	}
	return h, true
}

// String reads the octets of a string whose head was read.
func (r *Reader) String(h Head) (string, bool) {
	if h.Indefinite {
		return r.chunks(h.Major)
	}
	if h.Arg > uint64(r.Left()) {
		return "", r.fail(r.Pos, "expected a string of %d octets, found %d octets left", h.Arg, r.Left())
	}
	start := r.Pos
	r.Pos += int(h.Arg)
	return r.Payload[start:r.Pos], true
}

// chunks reads the chunks of an indefinite string.
func (r *Reader) chunks(major uint8) (string, bool) {
	var whole strings.Builder
	for {
		start := r.Pos
		h, ok := r.Head()
		switch {
		case !ok:
			return "", false
		case h.IsBreak():
			return whole.String(), true
		case h.Major != major || h.Indefinite:
			return "", r.fail(start, "expected a chunk of the string or its end, found %s", h.describe())
		}
		s, ok := r.String(h)
		if !ok {
			return "", false
		}
		whole.WriteString(s)
	}
}

// describe names an item for messages.
func (h Head) describe() string {
	switch {
	case h.IsBreak():
		return "a break"
	case h.Major == Simple && h.Info >= 25:
		return "a float"
	}
	return [...]string{
		"an unsigned integer", "a negative integer", "a byte string", "a text string", "an array", "a map", "a tag", "a simple value",
	}[h.Major]
}

// Describe names the item at the present position for messages.
func (r *Reader) Describe() string {
	look := Reader{Payload: r.Payload, Pos: r.Pos}
	h, ok := look.Head()
	if !ok {
		return strings.TrimPrefix(look.Problem, "expected a CBOR item, found ")
	}
	return h.describe()
}

// Wanted records that something else was expected at an offset.
func (r *Reader) Wanted(at int, expected string) bool {
	look := Reader{Payload: r.Payload, Pos: at}
	return r.fail(at, "expected %s, found %s", expected, look.Describe())
}

// Skip reads any item without keeping it, nested at most depth deep.
func (r *Reader) Skip(depth int) bool { return r.skip(depth, depth) }

// skip is Skip below as many levels as the limit is above depth.
func (r *Reader) skip(depth, limit int) bool {
	start := r.Pos
	h, ok := r.Head()
	if !ok {
		return false
	}
	switch h.Major {
	case Octets, Text:
		_, ok := r.String(h)
		return ok
	case Array, Map, Tag:
		if depth == 0 {
			return r.fail(start, "expected at most %d levels, found %s", limit, h.describe())
		}
		return r.skipMembers(h, depth-1, limit)
	}
	return !h.IsBreak() || r.fail(start, "expected a CBOR item, found a break")
}

// skipMembers reads what an array, map or tag holds.
func (r *Reader) skipMembers(h Head, depth, limit int) bool {
	if h.Indefinite {
		for n := 0; ; n++ {
			if r.Break() {
				return h.Major == Array || n%2 == 0 || r.fail(r.Pos-1, "expected a value for the last key, found a break")
			}
			if !r.skip(depth, limit) {
				return false
			}
		}
	}
	each := uint64(1)
	count := h.Arg
	switch h.Major {
	case Map:
		each = 2
	case Tag:
		count = 1
	}
	for range count {
		for range each {
			if !r.skip(depth, limit) {
				return false
			}
		}
	}
	return true
}

// Break reads a break, if one stands there.
func (r *Reader) Break() bool {
	if r.Pos < len(r.Payload) && r.Payload[r.Pos] == 0xff {
		r.Pos++
		return true
	}
	return false
}

// Members counts down the members of an array or the pairs of a map.
type Members struct {
	left       uint64
	indefinite bool
}

// Members begins the members of an array or map whose head was read. A count
// that the octets left cannot hold is a problem: no memory is taken for it.
func (r *Reader) Members(h Head) (Members, bool) {
	if h.Arg > uint64(r.Left()) {
		return Members{}, r.fail(r.Pos, "expected %d members, found %d octets left", h.Arg, r.Left())
	}
	return Members{h.Arg, h.Indefinite}, true
}

// Count returns how many members are left, -1 if only a break tells.
func (m *Members) Count() int {
	if m.indefinite {
		return -1
	}
	return int(m.left)
}

// Next says whether another member follows, and reads the break after the last.
func (r *Reader) Next(m *Members) bool {
	if m.indefinite {
		return !r.Break()
	}
	if m.left == 0 {
		return false
	}
	m.left--
	return true
}
