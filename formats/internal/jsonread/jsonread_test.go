package jsonread_test

import (
	"encoding/json"
	"math"
	"strconv"
	"testing"

	"lwcon/formats/codec"
	"lwcon/formats/internal/jsonread"
)

func TestNumbersKeepEveryDigit(t *testing.T) {
	tests := map[string]codec.Item{
		"0":                     codec.IntegerItem(0),
		"9":                     codec.IntegerItem(9),
		"-1":                    codec.IntegerItem(-1),
		"999999999999999999":    codec.IntegerItem(999999999999999999),
		"9223372036854775807":   codec.IntegerItem(math.MaxInt64),
		"9223372036854775808":   codec.UnsignedItem(1 << 63),
		"-9223372036854775808":  codec.IntegerItem(math.MinInt64),
		"18446744073709551615":  codec.UnsignedItem(math.MaxUint64),
		"18446744073709551616":  codec.FloatItem(18446744073709551616, "18446744073709551616"),
		"-9223372036854775809":  codec.FloatItem(-9223372036854775809, "-9223372036854775809"),
		"-18446744073709551616": codec.FloatItem(-18446744073709551616, "-18446744073709551616"),
		"-0":                    codec.FloatItem(math.Copysign(0, -1), "-0"),
		"1.5":                   codec.FloatItem(1.5, "1.5"),
		"-0.0":                  codec.FloatItem(math.Copysign(0, -1), "-0.0"),
		"1e3":                   codec.FloatItem(1000, "1e3"),
		"1.638435E9":            codec.FloatItem(1638435000, "1.638435E9"),
		"5e-324":                codec.FloatItem(5e-324, "5e-324"),
		"0.1":                   codec.FloatItem(0.1, "0.1"),
		"43.61092":              codec.FloatItem(43.61092, "43.61092"),
	}
	for text, want := range tests {
		for _, ending := range []string{"", ",", " ]"} {
			r := jsonread.Reader{Text: text + ending}
			item, ok := r.Value()
			if !ok || item != want || r.Pos != len(text) || r.Odd != "" {
				t.Errorf("%s: expected %v, found %v at %d (%s, %s)", text, want, item, r.Pos, r.Problem, r.Odd)
			}
		}
	}
}

func TestWhatJSONDoesNotAllowIsTakenAndNoted(t *testing.T) {
	for text, want := range map[string]float64{"+1": 1, "007": 7, ".5": 0.5, "1.": 1, "-01": -1, "Infinity": math.Inf(1), "-Infinity": math.Inf(-1), "1e999": math.Inf(1)} {
		r := jsonread.Reader{Text: text}
		item, ok := r.Value()
		found := math.Float64frombits(item.Bits)
		if item.Kind == codec.ItemInteger {
			found = float64(int64(item.Bits))
		}
		if !ok || found != want || r.Odd == "" {
			t.Errorf("%s: expected %v, found %v (%s, %q)", text, want, found, r.Problem, r.Odd)
		}
	}
	r := jsonread.Reader{Text: "\"a\tb\""}
	if s, ok := r.String(); !ok || s != "a\tb" || r.Odd == "" {
		t.Errorf("a tab in a string: found %q (%q)", s, r.Odd)
	}
}

func TestBrokenJSONSaysWhere(t *testing.T) {
	for text, at := range map[string]int{"": 0, `"abc`: 0, `"a\x"`: 2, `"\u12"`: 1, `"a\`: 2, "-": 0, "1e": 2, "nope": 0, "]": 0, "  @": 2} {
		r := jsonread.Reader{Text: text}
		item, ok := r.Value()
		if ok || r.Problem == "" || r.Pos != at {
			t.Errorf("%s: expected a problem at octet %d, found %v, %d: %s", text, at, item, r.Pos, r.Problem)
		}
	}
}

// FuzzValueAgreesWithAnotherDecoder holds that strings and numbers of well-formed
// JSON are what encoding/json reads.
func FuzzValueAgreesWithAnotherDecoder(f *testing.F) {
	for _, seed := range []string{`"a\u00e9\ud83d\ude00\n"`, "1.5e3", "-0", "18446744073709551616", "123456789012345678", "0.000001", "true", "null", `"\ud800"`, "1234567890.12345"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var want any
		r := jsonread.Reader{Text: text}
		item, ok := r.Value()
		valid := json.Unmarshal([]byte(text), &want) == nil
		if !valid || r.Odd != "" {
			return
		}
		switch w := want.(type) {
		case string:
			if !ok || item.Kind != codec.ItemText || item.Text != w && json.Valid([]byte(strconv.Quote(item.Text))) {
				t.Fatalf("%s: expected %q, found %q", text, w, item.Text)
			}
		case float64:
			found := math.Float64frombits(item.Bits)
			switch item.Kind {
			case codec.ItemInteger:
				found = float64(int64(item.Bits))
			case codec.ItemUnsigned:
				found = float64(item.Bits)
			}
			if !ok || found != w {
				t.Fatalf("%s: expected %v, found %v", text, w, found)
			}
		case bool, nil:
			if !ok {
				t.Fatalf("%s: %s", text, r.Problem)
			}
		}
	})
}
