package tlv

import (
	"math"
	"strconv"
	"unicode/utf8"

	"lwcon/formats/codec"
	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// bigEndian reads up to 8 octets.
func bigEndian(raw string) uint64 {
	u := uint64(0)
	for i := range len(raw) {
		u = u<<8 | uint64(raw[i])
	}
	return u
}

// signed reads up to 8 octets in two's complement.
func signed(raw string) int64 {
	if raw == "" {
		return 0
	}
	unused := 64 - 8*len(raw)
	return int64(bigEndian(raw)<<unused) >> unused
}

// typed reads the octets of a value of a known type. What cannot be read as that
// type is kept as octets. Spec: Core 1.1 Appendix C.
func (d *decoder) typed(raw string, t codec.Typed) lwm2m.Value {
	switch t.Want {
	case lwm2m.String:
		d.CheckText(raw, t)
		return lwm2m.StringValue(raw)
	case lwm2m.CoreLink:
		d.CheckText(raw, t)
		return lwm2m.CoreLinkValue(raw)
	case lwm2m.Integer, lwm2m.Time, lwm2m.Unsigned:
		return d.integer(raw, t)
	case lwm2m.Float:
		return d.float(raw, t)
	case lwm2m.Boolean:
		return d.boolean(raw, t)
	case lwm2m.ObjectLink:
		if len(raw) == 4 {
			return lwm2m.ObjectLinkValue(uint16(bigEndian(raw[:2])), uint16(bigEndian(raw[2:])))
		}
		d.Deviate(rules.TLVObjectLink, t.Path, t.Offset, "expected 4 octets, found %d", len(raw))
	}
	return lwm2m.OpaqueValue(raw)
}

func (d *decoder) integer(raw string, t codec.Typed) lwm2m.Value {
	switch len(raw) {
	case 1, 2, 4, 8:
	default:
		if len(raw) > 8 {
			d.Deviate(rules.TLVIntegerLength, t.Path, t.Offset, "expected 1, 2, 4 or 8 octets, found %d, kept as octets", len(raw))
			return lwm2m.OpaqueValue(raw)
		}
		d.Deviate(rules.TLVIntegerLength, t.Path, t.Offset, "expected 1, 2, 4 or 8 octets, found %d", len(raw))
	}
	if t.Want != lwm2m.Unsigned {
		i := signed(raw)
		if least := shortest(i); least < len(raw) {
			d.Deviate(rules.TLVIntegerLong, t.Path, t.Offset, "expected %d in %s, found %d", i, octets(least), len(raw))
		}
		if t.Want == lwm2m.Time {
			return lwm2m.TimeValue(i)
		}
		return lwm2m.IntegerValue(i)
	}
	u := bigEndian(raw)
	half := len(raw) / 2
	switch least := shortestUnsigned(u); {
	case half > 0 && u>>(8*half) == 0 && u>>(8*half-1) == 1:
		d.Deviate(rules.TLVUnsignedWidened, t.Path, t.Offset, "expected %d in %s, found %d", u, octets(half), len(raw))
	case least < len(raw):
		d.Deviate(rules.TLVIntegerLong, t.Path, t.Offset, "expected %d in %s, found %d", u, octets(least), len(raw))
	}
	return lwm2m.UnsignedValue(u)
}

// shortest is the fewest octets of an integer in two's complement: 1, 2, 4 or 8.
func shortest(i int64) int {
	switch {
	case i == int64(int8(i)):
		return 1
	case i == int64(int16(i)):
		return 2
	case i == int64(int32(i)):
		return 4
	}
	return 8
}

// shortestUnsigned is shortest without sign.
func shortestUnsigned(u uint64) int {
	switch {
	case u <= math.MaxUint8:
		return 1
	case u <= math.MaxUint16:
		return 2
	case u <= math.MaxUint32:
		return 4
	}
	return 8
}

// octets counts octets, for messages.
func octets(n int) string {
	if n == 1 {
		return "1 octet"
	}
	return strconv.Itoa(n) + " octets"
}

func (d *decoder) float(raw string, t codec.Typed) lwm2m.Value {
	switch len(raw) {
	case 4:
		return lwm2m.FloatValue(float64(math.Float32frombits(uint32(bigEndian(raw)))))
	case 8:
		return lwm2m.FloatValue(math.Float64frombits(bigEndian(raw)))
	case 1, 2:
		i := signed(raw)
		d.Deviate(rules.TLVFloatLength, t.Path, t.Offset, "expected 4 or 8 octets, found %d, read as the integer %d", len(raw), i)
		return lwm2m.FloatValue(float64(i))
	}
	d.Deviate(rules.TLVFloatLength, t.Path, t.Offset, "expected 4 or 8 octets, found %d, kept as octets", len(raw))
	return lwm2m.OpaqueValue(raw)
}

func (d *decoder) boolean(raw string, t codec.Typed) lwm2m.Value {
	if len(raw) == 1 && raw[0] <= 1 {
		return lwm2m.BooleanValue(raw[0] == 1)
	}
	if len(raw) == 0 || len(raw) > 8 {
		d.Deviate(rules.TLVBoolean, t.Path, t.Offset, "expected one octet 0 or 1, found %d octets", len(raw))
		return lwm2m.OpaqueValue(raw)
	}
	d.Deviate(rules.TLVBoolean, t.Path, t.Offset, "expected one octet 0 or 1, found %x", raw)
	return lwm2m.BooleanValue(bigEndian(raw) != 0)
}

// guess reads octets whose type nobody tells in the likeliest way.
func guess(raw string) lwm2m.Value {
	n := len(raw)
	switch {
	case n == 1 || n == 2:
		return lwm2m.IntegerValue(signed(raw))
	case printable(raw):
		return lwm2m.StringValue(raw)
	case n == 4:
		if f := math.Float32frombits(uint32(bigEndian(raw))); likely(float64(f), 1e-4, 1e6) {
			return lwm2m.FloatValue(float64(f))
		}
		return lwm2m.IntegerValue(signed(raw))
	case n == 8:
		if f := math.Float64frombits(bigEndian(raw)); likely(f, 1e-9, 1e15) {
			return lwm2m.FloatValue(f)
		}
		return lwm2m.IntegerValue(signed(raw))
	}
	return lwm2m.OpaqueValue(raw)
}

// likely says whether a float has the size of what is measured; the octets of
// an integer seldom read as such.
func likely(f, least, most float64) bool {
	f = math.Abs(f)
	return f >= least && f < most
}

// printable says whether octets are text without control characters.
func printable(raw string) bool {
	for i := range len(raw) {
		if c := raw[i]; c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return utf8.ValidString(raw)
}
