// Package cborwrite writes CBOR heads and values, each the shortest way but
// without half-precision floats, which small devices cannot read.
// Spec: RFC 8949 §3, §4.1.
package cborwrite

import (
	"encoding/binary"
	"math"

	"lwcon/lwm2m"
)

// Major types, shifted to their place.
const (
	Unsigned = 0 << 5
	Negative = 1 << 5
	Octets   = 2 << 5
	Text     = 3 << 5
	Array    = 4 << 5
	Map      = 5 << 5
)

// Null is the null value.
const Null = 0xf6

// Head appends the head of an item.
func Head(b []byte, major byte, n uint64) []byte {
	switch {
	case n < 24:
		return append(b, major|byte(n))
	case n < 1<<8:
		return append(b, major|24, byte(n))
	case n < 1<<16:
		return append(b, major|25, byte(n>>8), byte(n))
	case n < 1<<32:
		return binary.BigEndian.AppendUint32(append(b, major|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(b, major|27), n)
}

// Size returns how many octets Head appends.
func Size(n uint64) int {
	switch {
	case n < 24:
		return 1
	case n < 1<<8:
		return 2
	case n < 1<<16:
		return 3
	case n < 1<<32:
		return 5
	}
	return 9
}

// String appends a text string.
func String(b []byte, s string) []byte { return append(Head(b, Text, uint64(len(s))), s...) }

// Float appends a float, in single precision where that loses nothing.
func Float(b []byte, f float64) []byte {
	if single := float32(f); math.Float64bits(float64(single)) == math.Float64bits(f) || f != f { // NaN
		return binary.BigEndian.AppendUint32(append(b, 0xfa), math.Float32bits(single))
	}
	return binary.BigEndian.AppendUint64(append(b, 0xfb), math.Float64bits(f))
}

// Integer appends an integer with sign.
func Integer(b []byte, i int64) []byte {
	if i < 0 {
		return Head(b, Negative, uint64(-1-i))
	}
	return Head(b, Unsigned, uint64(i))
}

// Value appends a value; an object link is the text "66:0".
// Spec: Core 1.1 Appendix C.
func Value(b []byte, v lwm2m.Value) []byte {
	switch v.Type() {
	case lwm2m.String, lwm2m.CoreLink:
		return String(b, v.Text())
	case lwm2m.Opaque:
		return append(Head(b, Octets, uint64(len(v.Text()))), v.Text()...)
	case lwm2m.Integer, lwm2m.Time:
		return Integer(b, v.Int())
	case lwm2m.Unsigned:
		return Head(b, Unsigned, v.Uint())
	case lwm2m.Float:
		return Float(b, v.Float())
	case lwm2m.Boolean:
		return append(b, 0xf4|byte(v.Uint()&1))
	case lwm2m.ObjectLink:
		return String(b, v.Link().String())
	}
	return append(b, Null)
}
