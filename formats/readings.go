package formats

import (
	"math"
	"unicode/utf8"

	"lwcon/lwm2m"
)

// Reading is one way to read octets whose type nobody tells.
type Reading struct {
	Value lwm2m.Value // its type says how the octets were read
	Width int         // octets of the number: 1, 2, 4, 8; 0 for text and octets
}

// Readings lists the ways to read the octets behind a guess, Node.Raw: as a
// signed integer, as an unsigned one where that differs, as a float, as text,
// and last, always, as the octets themselves. Integers and floats are big-endian
// as in TLV. Spec: Core 1.1 Appendix C.
func Readings(raw string) []Reading {
	var readings []Reading
	switch n := len(raw); n {
	case 1, 2, 4, 8:
		u := uint64(0)
		for i := range n {
			u = u<<8 | uint64(raw[i])
		}
		signed := int64(u<<(64-8*n)) >> (64 - 8*n)
		readings = append(readings, Reading{lwm2m.IntegerValue(signed), n})
		if signed < 0 {
			readings = append(readings, Reading{lwm2m.UnsignedValue(u), n})
		}
		if n == 4 {
			readings = append(readings, Reading{lwm2m.FloatValue(float64(math.Float32frombits(uint32(u)))), n})
		}
		if n == 8 {
			readings = append(readings, Reading{lwm2m.FloatValue(math.Float64frombits(u)), n})
		}
	}
	if raw != "" && utf8.ValidString(raw) {
		readings = append(readings, Reading{Value: lwm2m.StringValue(raw)})
	}
	return append(readings, Reading{Value: lwm2m.OpaqueValue(raw)})
}
