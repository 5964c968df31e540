package cborread_test

import (
	"errors"
	"math"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"lwcon/formats/codec"
	"lwcon/formats/internal/cborread"
)

func TestItemsOfTheCBORSpecification(t *testing.T) {
	float := func(f float64) codec.Item { return codec.FloatItem(f, "") }
	tests := map[string]codec.Item{ // RFC 8949 Appendix A
		"\x00":                                 codec.IntegerItem(0),
		"\x17":                                 codec.IntegerItem(23),
		"\x18\x18":                             codec.IntegerItem(24),
		"\x19\x03\xe8":                         codec.IntegerItem(1000),
		"\x1a\x00\x0f\x42\x40":                 codec.IntegerItem(1000000),
		"\x1b\xff\xff\xff\xff\xff\xff\xff\xff": codec.UnsignedItem(math.MaxUint64),
		"\x20":                                 codec.IntegerItem(-1),
		"\x3b\x7f\xff\xff\xff\xff\xff\xff\xff": codec.IntegerItem(math.MinInt64),
		"\x3b\xff\xff\xff\xff\xff\xff\xff\xff": codec.FloatItem(-18446744073709551616, "-18446744073709551616"),
		"\xf9\x00\x00":                         float(0),
		"\xf9\x80\x00":                         float(math.Copysign(0, -1)),
		"\xf9\x3c\x00":                         float(1),
		"\xf9\x7b\xff":                         float(65504),
		"\xf9\x00\x01":                         float(5.960464477539063e-8),
		"\xf9\x04\x00":                         float(0.00006103515625),
		"\xf9\xfc\x00":                         float(math.Inf(-1)),
		"\xfa\x47\xc3\x50\x00":                 float(100000),
		"\xfb\xc0\x10\x66\x66\x66\x66\x66\x66": float(-4.1),
		"\xf4":                                 {Kind: codec.ItemBoolean},
		"\xf5":                                 {Bits: 1, Kind: codec.ItemBoolean},
		"\xf6":                                 {},
		"\x44\x01\x02\x03\x04":                 {Text: "\x01\x02\x03\x04", Kind: codec.ItemOctets},
		"\x64IETF":                             {Text: "IETF", Kind: codec.ItemText},
		"\x7f\x65strea\x64ming\xff":            {Text: "streaming", Kind: codec.ItemText},
		"\x5f\x42\x01\x02\x43\x03\x04\x05\xff": {Text: "\x01\x02\x03\x04\x05", Kind: codec.ItemOctets},
		"\xc4\x82\x21\x19\x6a\xb3":             float(273.15),
		"\xc4\x9f\x20\x18\x2d\xff":             float(4.5),
	}
	for payload, want := range tests {
		r := cborread.Reader{Payload: payload}
		item, ok := r.Item()
		if !ok || item != want || !r.End() || r.Odd != "" {
			t.Errorf("%x: expected %v, found %v (%s, %s)", payload, want, item, r.Problem, r.Odd)
		}
	}
}

func TestBrokenItemsSayWhere(t *testing.T) {
	tests := map[string]int{
		"": 0, "\x18": 0, "\x19\x00": 0, "\x1c": 0, "\x1f": 0, "\x62a": 1, "\x5f\x61a\xff": 1, "\x7f\x7f\xff\xff": 1, "\x7f\x61a": 3,
		"\xff": 0, "\xf8\x20": 0, "\xe0": 0, "\x80": 0, "\xa0": 0, "\xc1": 1, "\xc4\x81\x00": 1, "\xc4\x82\xc4\x00": 2,
		"\xc4\x82\x00\x61": 3, "\xc4\x9f\x00\x01\x02": 4, "\xc2\x01": 1, "\xdf": 0, "\xc1\xc1\xc1\xc1\xc1\x00": 0,
	}
	for payload, at := range tests {
		r := cborread.Reader{Payload: payload}
		item, ok := r.Item()
		if ok || r.Problem == "" || r.Pos != at {
			t.Errorf("%x: expected a problem at octet %d, found %v, %d: %s", payload, at, item, r.Pos, r.Problem)
		}
	}
}

// FuzzSkipAgreesWithAnotherDecoder holds that what is well-formed for one decoder
// is so for the other.
func FuzzSkipAgreesWithAnotherDecoder(f *testing.F) {
	for _, seed := range []string{"\x00", "\x83\x01\x02\x03", "\xbf\x00\x01\xff", "\x7f\x61a\xff", "\xc4\x82\x20\x18\x2d", "\xbf\x00\xff", "\xf8\x18", "\xf8\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		r := cborread.Reader{Payload: string(payload)}
		ok := r.Skip(codec.MaxDepth)
		if ok && r.Pos > len(payload) || !ok && r.Problem == "" {
			t.Fatalf("%x: %v at %d", payload, ok, r.Pos)
		}
		if !ok && len(payload) < codec.MaxDepth && cbor.Wellformed(payload) == nil {
			t.Fatalf("%x: refused at octet %d: %s", payload, r.Pos, r.Problem)
		}
		var extra *cbor.ExtraneousDataError
		if err := cbor.Wellformed(payload[:r.Pos]); ok && len(payload) < codec.MaxDepth && err != nil && !errors.As(err, &extra) {
			t.Fatalf("%x: taken up to octet %d: %v", payload, r.Pos, err)
		}
	})
}
