package scenarios

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"lwcon/lwm2m"
)

// maxNumber is the most octets of a number in an expectation, and maxExponent
// the greatest exponent: enough for every float64.
const (
	maxNumber   = 1200
	maxExponent = 400
)

// parseNumber reads a decimal of any size exactly, or a time such as
// 2026-11-23T10:00:00Z as seconds since 1970.
func parseNumber(text string) (*big.Rat, bool) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return new(big.Rat).SetInt64(at.Unix()), true
	}
	if len(text) > maxNumber || text == "" || strings.Trim(text, "0123456789+-.eE") != "" {
		return nil, false
	}
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		exponent, err := strconv.Atoi(text[i+1:])
		if err != nil || exponent < -maxExponent || exponent > maxExponent {
			return nil, false
		}
	}
	return new(big.Rat).SetString(text)
}

// numberOf returns a numeric value exactly; false for other types, NaN and the
// infinities.
func numberOf(v lwm2m.Value) (*big.Rat, bool) {
	switch v.Type() {
	case lwm2m.Integer, lwm2m.Time:
		return new(big.Rat).SetInt64(v.Int()), true
	case lwm2m.Unsigned:
		return new(big.Rat).SetUint64(v.Uint()), true
	case lwm2m.Float:
		r := new(big.Rat).SetFloat64(v.Float())
		return r, r != nil
	}
	return nil, false
}

// sameValue says whether a text stands for a value, by the value's type:
// integers by every digit, a float by the nearest one in double or in single
// precision (devices send both), text octet by octet.
func sameValue(v lwm2m.Value, text string) bool {
	switch t := v.Type(); t {
	case lwm2m.None:
		return text == "null"
	case lwm2m.Integer, lwm2m.Unsigned, lwm2m.Time:
		want, ok := parseNumber(text)
		got, _ := numberOf(v)
		return ok && want.Cmp(got) == 0
	case lwm2m.Float:
		want, err := lwm2m.ParseValue(t, text)
		if err != nil {
			return false
		}
		x, y := v.Float(), want.Float()
		return x == y || x == float64(float32(y)) && !math.IsInf(float64(float32(y)), 0) || math.IsNaN(x) && math.IsNaN(y)
	case lwm2m.Opaque:
		if rest, ok := strings.CutPrefix(text, "text:"); ok {
			return v.Text() == rest
		}
		text = strings.TrimPrefix(text, "hex:")
		fallthrough
	default:
		want, err := lwm2m.ParseValue(t, text)
		return err == nil && want == v
	}
}

// describeValue writes a value for a message: +01:00 (string).
func describeValue(v lwm2m.Value) string {
	text := v.String()
	switch v.Type() {
	case lwm2m.None:
		return "null"
	case lwm2m.String, lwm2m.CoreLink:
		text = quoted(text)
	case lwm2m.Opaque:
		if text = quoted(text); len(v.Text()) == 0 {
			return "no octets (opaque)"
		}
		text = strings.ReplaceAll(text, `"`, "")
	case lwm2m.Time:
		if utc := v.UTC(); utc != "" {
			text += " = " + utc
		}
	}
	return text + " (" + v.Type().String() + ")"
}
