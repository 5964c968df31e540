package cborread

import (
	"math"
	"math/big"
	"strconv"

	"lwcon/formats/codec"
)

// Tags that values carry. Spec: RFC 8949 §3.4.
const (
	tagEpoch       = 1
	tagBignum      = 2
	tagNegativeBig = 3
	tagDecimal     = 4
	maxTags        = 4 // most tags around one value
)

// EpochTime is Reader.Odd after a value behind tag 1, which marks a time.
const EpochTime = "tag 1"

// Item reads one value: anything but an array or map, behind tags for an epoch
// time, a decimal fraction or a bignum.
func (r *Reader) Item() (codec.Item, bool) {
	start := r.Pos
	if start < len(r.Payload) { // small integers and short texts are most values
		first := r.Payload[start]
		if first < 24 {
			r.Pos++
			return codec.Item{Bits: uint64(first), Kind: codec.ItemInteger}, true
		}
		if end := start + 1 + int(first&31); first>>5 == Text && first&31 < 24 && end <= len(r.Payload) {
			r.Pos = end
			return codec.Item{Text: r.Payload[start+1 : end], Kind: codec.ItemText}, true
		}
	}
	h, ok := r.Head()
	if !ok {
		return codec.Item{}, false
	}
	return r.ItemAfter(h, start)
}

// Member is Item that takes an array or map too, as the item of its octets.
func (r *Reader) Member() (codec.Item, bool) {
	if start := r.Pos; start < len(r.Payload) && (r.Payload[start]>>5 == Array || r.Payload[start]>>5 == Map) {
		ok := r.Skip(codec.MaxDepth)
		if !ok {
			return codec.Item{}, false
		}
		return codec.Item{Text: r.Payload[start:r.Pos], Kind: codec.ItemOther}, true
	}
	return r.Item()
}

// ItemAfter is Item for a head that was read already, at offset start.
func (r *Reader) ItemAfter(h Head, start int) (codec.Item, bool) {
	switch h.Major {
	case Unsigned:
		return codec.UnsignedItem(h.Arg), true
	case Negative:
		return negative(h.Arg), true
	case Octets, Text:
		s, ok := r.String(h)
		kind := codec.ItemText
		if h.Major == Octets {
			kind = codec.ItemOctets
		}
		return codec.Item{Text: s, Kind: kind}, ok
	case Simple:
		return r.simple(h, start)
	case Tag:
		return r.tagged(h, start)
	}
	return codec.Item{}, r.Wanted(start, "a single value")
}

// negative is the item -1-n.
func negative(n uint64) codec.Item {
	if n <= math.MaxInt64 {
		return codec.IntegerItem(-1 - int64(n))
	}
	exact := new(big.Int).SetUint64(n)
	return codec.FloatItem(-float64(n)-1, exact.Not(exact).String())
}

// simple reads a boolean, null or float.
func (r *Reader) simple(h Head, start int) (codec.Item, bool) {
	switch h.Info {
	case 20, 21:
		return codec.Item{Bits: uint64(h.Info - 20), Kind: codec.ItemBoolean}, true
	case 22:
		return codec.Item{}, true
	case 23:
		r.Odd = "undefined"
		return codec.Item{}, true
	case 25:
		return codec.FloatItem(half(uint16(h.Arg)), ""), true
	case 26:
		return codec.FloatItem(float64(math.Float32frombits(uint32(h.Arg))), ""), true
	case 27:
		return codec.FloatItem(math.Float64frombits(h.Arg), ""), true
	}
	return codec.Item{}, r.Wanted(start, "a boolean, null, float, integer or string")
}

// half widens an IEEE 754 half-precision float. Spec: RFC 8949 Appendix D.
func half(bits uint16) float64 {
	exponent, fraction := int(bits>>10&31), float64(bits&1023)
	var f float64
	switch exponent {
	case 0:
		f = math.Ldexp(fraction, -24)
	case 31:
		f = math.Inf(1)
		if fraction != 0 {
			f = math.NaN()
		}
	default:
		f = math.Ldexp(fraction+1024, exponent-25)
	}
	if bits>>15 == 1 {
		f = math.Copysign(f, -1)
	}
	return f
}

// tagged reads a value behind a tag whose head was read.
func (r *Reader) tagged(h Head, start int) (codec.Item, bool) {
	for tags := 1; ; tags++ {
		tag := h.Arg
		switch tag {
		case tagDecimal:
			return r.decimal()
		case tagBignum, tagNegativeBig:
			return r.bignum(tag == tagNegativeBig)
		case tagEpoch:
			r.Odd = EpochTime
		default:
			r.Odd = "tag " + strconv.FormatUint(tag, 10)
		}
		if tags == maxTags {
			return codec.Item{}, r.fail(start, "expected at most %d tags, found more", maxTags)
		}
		at := r.Pos
		next, ok := r.Head()
		if !ok {
			return codec.Item{}, false
		}
		if next.Major != Tag {
			return r.ItemAfter(next, at)
		}
		h = next
	}
}

// decimal reads [exponent, mantissa]. Spec: RFC 8949 §3.4.4.
func (r *Reader) decimal() (codec.Item, bool) {
	start := r.Pos
	h, ok := r.Head()
	if !ok {
		return codec.Item{}, false
	}
	if h.Major != Array || !h.Indefinite && h.Arg != 2 {
		return codec.Item{}, r.Wanted(start, "an array of exponent and mantissa")
	}
	var numbers [2]codec.Item
	for i := range numbers {
		at := r.Pos
		h, ok := r.Head()
		if !ok {
			return codec.Item{}, false
		}
		if h.Major != Unsigned && h.Major != Negative {
			return codec.Item{}, r.Wanted(at, "an integer")
		}
		numbers[i], _ = r.ItemAfter(h, at)
		if k := numbers[i].Kind; k != codec.ItemInteger && (i == 0 || k != codec.ItemUnsigned) {
			return codec.Item{}, r.fail(at, "expected an integer of 64 bits with sign")
		}
	}
	if h.Indefinite && !r.Break() {
		return codec.Item{}, r.Wanted(r.Pos, "the end of exponent and mantissa")
	}
	text := strconv.FormatInt(int64(numbers[1].Bits), 10)
	if numbers[1].Kind == codec.ItemUnsigned {
		text = strconv.FormatUint(numbers[1].Bits, 10)
	}
	text += "e" + strconv.FormatInt(int64(numbers[0].Bits), 10)
	f, _ := strconv.ParseFloat(text, 64) // beyond the range: an infinity or 0
	switch {
	case math.IsInf(f, 0):
		r.Odd = "a decimal fraction beyond the range of a float, " + text
	case f == 0 && numbers[1].Bits != 0:
		r.Odd = "a decimal fraction too small for a float, " + text
	}
	return codec.FloatItem(f, ""), true
}

// bignum reads the octets of an integer of any length. Spec: RFC 8949 §3.4.3.
func (r *Reader) bignum(isNegative bool) (codec.Item, bool) {
	start := r.Pos
	h, ok := r.Head()
	if !ok {
		return codec.Item{}, false
	}
	if h.Major != Octets {
		return codec.Item{}, r.Wanted(start, "a byte string")
	}
	octets, ok := r.String(h)
	if !ok {
		return codec.Item{}, false
	}
	if len(octets) > 128 {
		return codec.Item{}, r.fail(start, "expected a bignum of at most 128 octets, found %d", len(octets))
	}
	n := new(big.Int).SetBytes([]byte(octets))
	if isNegative {
		n.Not(n)
	}
	r.Odd = "a bignum"
	if n.IsInt64() {
		return codec.IntegerItem(n.Int64()), true
	}
	if n.IsUint64() {
		return codec.UnsignedItem(n.Uint64()), true
	}
	f, _ := new(big.Float).SetInt(n).Float64()
	return codec.FloatItem(f, n.String()), true
}
