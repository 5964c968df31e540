package lwm2m

import (
	"encoding/hex"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Value is one value of a resource or resource instance: a type and its
// content, 64-bit integers exact. It is immutable and comparable; note that
// two NaNs of the same bits are equal here. The zero Value is the null of type
// None.
type Value struct {
	text string // String, CoreLink, Opaque; else ""
	bits uint64 // Integer, Unsigned, Float, Boolean, Time, ObjectLink
	typ  Type
}

// Objlnk is a link to an object instance. Spec: Core 1.1 Appendix C, Objlnk.
type Objlnk struct {
	Object, Instance uint16
}

// NullLink is the link to nothing: 65535:65535.
var NullLink = Objlnk{0xffff, 0xffff}

// String writes the link as "66:0".
func (l Objlnk) String() string {
	return strconv.Itoa(int(l.Object)) + ":" + strconv.Itoa(int(l.Instance))
}

// StringValue is a value of type String.
func StringValue(s string) Value { return Value{text: s, typ: String} }

// CoreLinkValue is a value of type CoreLink.
func CoreLinkValue(s string) Value { return Value{text: s, typ: CoreLink} }

// OpaqueValue is a value of type Opaque; the string holds the octets.
func OpaqueValue(octets string) Value { return Value{text: octets, typ: Opaque} }

// IntegerValue is a value of type Integer.
func IntegerValue(i int64) Value { return Value{bits: uint64(i), typ: Integer} }

// UnsignedValue is a value of type Unsigned.
func UnsignedValue(u uint64) Value { return Value{bits: u, typ: Unsigned} }

// TimeValue is a value of type Time, in seconds since 1970.
func TimeValue(seconds int64) Value { return Value{bits: uint64(seconds), typ: Time} }

// FloatValue is a value of type Float.
func FloatValue(f float64) Value { return Value{bits: math.Float64bits(f), typ: Float} }

// BooleanValue is a value of type Boolean.
func BooleanValue(b bool) Value {
	v := Value{typ: Boolean}
	if b {
		v.bits = 1
	}
	return v
}

// ObjectLinkValue is a value of type ObjectLink.
func ObjectLinkValue(object, instance uint16) Value {
	return Value{bits: uint64(object)<<16 | uint64(instance), typ: ObjectLink}
}

// Type returns the type of the value.
func (v Value) Type() Type { return v.typ }

// Text returns the text of a String or CoreLink, and the octets of an Opaque.
func (v Value) Text() string { return v.text }

// Int returns an Integer or Time; for other types their bits.
func (v Value) Int() int64 { return int64(v.bits) }

// Uint returns an Unsigned; for other types their bits.
func (v Value) Uint() uint64 { return v.bits }

// Bool returns a Boolean.
func (v Value) Bool() bool { return v.bits != 0 }

// Link returns an ObjectLink.
func (v Value) Link() Objlnk { return Objlnk{uint16(v.bits >> 16), uint16(v.bits)} }

// Float returns a Float, and any other numeric value as the nearest float; NaN
// for types that are not numeric.
func (v Value) Float() float64 {
	switch v.typ {
	case Float:
		return math.Float64frombits(v.bits)
	case Integer, Time:
		return float64(int64(v.bits))
	case Unsigned:
		return float64(v.bits)
	}
	return math.NaN()
}

// Number returns a numeric value as the nearest float, and a Boolean as 0 or 1;
// false for what is neither.
func (v Value) Number() (float64, bool) {
	if v.typ == Boolean {
		return float64(v.bits), true
	}
	return v.Float(), v.typ.Numeric()
}

// String writes the value as a user would type it: what ParseValue reads back
// for the same type. Text is as it is (not escaped), an Opaque is lower-case
// hex, a Time is its seconds, None is "null".
func (v Value) String() string {
	if v.typ.Textual() {
		return v.text
	}
	return string(v.Append(nil))
}

// Append appends what String returns.
func (v Value) Append(b []byte) []byte {
	switch v.typ {
	case String, CoreLink:
		return append(b, v.text...)
	case Opaque:
		return hex.AppendEncode(b, []byte(v.text))
	case Integer, Time:
		return strconv.AppendInt(b, int64(v.bits), 10)
	case Unsigned:
		return strconv.AppendUint(b, v.bits, 10)
	case Float:
		return AppendFloat(b, math.Float64frombits(v.bits))
	case Boolean:
		return strconv.AppendBool(b, v.bits != 0)
	case ObjectLink:
		return append(b, v.Link().String()...)
	}
	return append(b, "null"...)
}

// AppendFloat appends the shortest decimal that reads back as f, without an
// exponent while that stays below 21 digits: the form that text/plain and
// people want. NaN and the infinities are "NaN", "Infinity" and "-Infinity".
func AppendFloat(b []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(b, "NaN"...)
	case math.IsInf(f, 1):
		return append(b, "Infinity"...)
	case math.IsInf(f, -1):
		return append(b, "-Infinity"...)
	}
	if a := math.Abs(f); a != 0 && (a < 1e-12 || a >= 1e21) {
		return strconv.AppendFloat(b, f, 'e', -1, 64)
	}
	return strconv.AppendFloat(b, f, 'f', -1, 64)
}

// UTC returns a Time as RFC 3339, "" for other types and for times beyond the
// years 0 to 9999.
func (v Value) UTC() string {
	const first, last = -62167219200, 253402300799
	if s := v.Int(); v.typ == Time && s >= first && s <= last {
		return time.Unix(s, 0).UTC().Format(time.RFC3339)
	}
	return ""
}

// MarshalJSON writes the value as results carry it: text as a string,
// integers with every digit, a Float as a number or "NaN", "Infinity",
// "-Infinity", an Opaque as lower-case hex, an ObjectLink as "66:0", None as
// null. Text that is not UTF-8 has each bad octet replaced by U+FFFD.
func (v Value) MarshalJSON() ([]byte, error) { return v.AppendJSON(nil), nil }

// AppendJSON appends what MarshalJSON returns.
func (v Value) AppendJSON(b []byte) []byte {
	switch v.typ {
	case String, CoreLink:
		return appendJSONString(b, v.text)
	case Float:
		f := math.Float64frombits(v.bits)
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return append(AppendFloat(append(b, '"'), f), '"')
		}
		return AppendFloat(b, f)
	case Opaque, ObjectLink:
		return append(v.Append(append(b, '"')), '"')
	}
	return v.Append(b)
}

// appendJSONString appends s as a JSON string, HTML signs as they are.
func appendJSONString(b []byte, s string) []byte {
	plain := utf8.ValidString(s)
	for i := 0; plain && i < len(s); i++ {
		plain = s[i] >= ' ' && s[i] != '"' && s[i] != '\\' && s[i] < 0x7f
	}
	if plain {
		return append(append(append(b, '"'), s...), '"')
	}
	var w strings.Builder
	e := json.NewEncoder(&w)
	e.SetEscapeHTML(false)
	if e.Encode(s) != nil {
		return append(b, `""`...) // a string always encodes
	}
	return append(b, strings.TrimSuffix(w.String(), "\n")...)
}
