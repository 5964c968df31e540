package scenarios

import (
	"math"
	"testing"

	"gopkg.in/yaml.v3"

	"lwcon/lwm2m"
)

// parsedMatcher reads a matcher as it stands in a scenario.
func parsedMatcher(t testing.TB, text string) *matcher {
	t.Helper()
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(text), &n); err != nil {
		t.Fatal(err)
	}
	d := &document{file: "f.yaml"}
	m := d.matcher(n.Content[0], "value")
	if err := d.err(); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return m
}

func TestAMatcherComparesByTheTypeOfTheValue(t *testing.T) {
	const big = 9007199254740993 // a float64 cannot hold it
	for _, c := range []struct {
		matcher string
		value   lwm2m.Value
		fits    bool
	}{
		{"+02:00", lwm2m.StringValue("+02:00"), true},
		{"+02:00", lwm2m.StringValue("+01:00"), false},
		{`""`, lwm2m.StringValue(""), true},
		{"4.00", lwm2m.StringValue("4.00"), true},
		{"4.00", lwm2m.StringValue("4"), false},
		{"08", lwm2m.StringValue("08"), true},
		{"yes", lwm2m.StringValue("yes"), true},
		{"4.00", lwm2m.IntegerValue(4), true},
		{"08", lwm2m.IntegerValue(8), true},
		{"four", lwm2m.IntegerValue(4), false},
		{"9007199254740993", lwm2m.IntegerValue(big), true},
		{"9007199254740992", lwm2m.IntegerValue(big), false},
		{"18446744073709551615", lwm2m.UnsignedValue(math.MaxUint64), true},
		{"18446744073709551614", lwm2m.UnsignedValue(math.MaxUint64), false},
		{"21.7", lwm2m.FloatValue(21.7), true},
		{"21.7", lwm2m.FloatValue(float64(float32(21.7))), true},
		{"21.7", lwm2m.FloatValue(21.70001), false},
		{"NaN", lwm2m.FloatValue(math.NaN()), true},
		{"1e39", lwm2m.FloatValue(math.Inf(1)), false},
		{"Infinity", lwm2m.FloatValue(math.Inf(1)), true},
		{"true", lwm2m.BooleanValue(true), true},
		{"yes", lwm2m.BooleanValue(true), true},
		{"0", lwm2m.BooleanValue(true), false},
		{"0aff", lwm2m.OpaqueValue("\x0a\xff"), true},
		{"0A:FF", lwm2m.OpaqueValue("\x0a\xff"), true},
		{"hex:0aff", lwm2m.OpaqueValue("\x0a\xff"), true},
		{"text:abc", lwm2m.OpaqueValue("abc"), true},
		{"abc", lwm2m.OpaqueValue("abc"), false},
		{"66:0", lwm2m.ObjectLinkValue(66, 0), true},
		{"66:1", lwm2m.ObjectLinkValue(66, 0), false},
		{"2026-11-23T10:00:00Z", lwm2m.TimeValue(1795428000), true},
		{"1795428000", lwm2m.TimeValue(1795428000), true},
		{"null", lwm2m.Value{}, true},
		{"0", lwm2m.Value{}, false},
		{"{one-of: [U, UQ]}", lwm2m.StringValue("UQ"), true},
		{"{one-of: [U, UQ]}", lwm2m.StringValue("S"), false},
		{"{not: [0, 1]}", lwm2m.IntegerValue(2), true},
		{"{not: 2}", lwm2m.IntegerValue(2), false},
		{"{between: [0, 100]}", lwm2m.IntegerValue(0), true},
		{"{between: [0, 100]}", lwm2m.IntegerValue(100), true},
		{"{between: [0, 100]}", lwm2m.IntegerValue(101), false},
		{"{between: [0, 100]}", lwm2m.StringValue("50"), false},
		{"{between: [-40, 125]}", lwm2m.FloatValue(-40), true},
		{"{between: [-1e3, 1e3]}", lwm2m.FloatValue(math.NaN()), false},
		{"{greater: 1e300}", lwm2m.FloatValue(math.Inf(1)), true},
		{"{less: 0}", lwm2m.FloatValue(math.Inf(-1)), true},
		{"{greater: 9007199254740992}", lwm2m.IntegerValue(big), true},
		{"{greater: 20}", lwm2m.IntegerValue(20), false},
		{"{at-least: 20}", lwm2m.IntegerValue(20), true},
		{"{at-least: 21.7}", lwm2m.FloatValue(float64(float32(21.7))), true},
		{"{less: 18446744073709551615}", lwm2m.UnsignedValue(math.MaxUint64), false},
		{"{at-most: 18446744073709551615}", lwm2m.UnsignedValue(math.MaxUint64), true},
		{"{greater: '2026-11-23T09:59:59Z'}", lwm2m.TimeValue(1795428000), true},
		{"{matches: '^[+-]\\d\\d:\\d\\d$'}", lwm2m.StringValue("+02:00"), true},
		{"{matches: '^\\d+$'}", lwm2m.StringValue("x1"), false},
		{"{matches: '^12'}", lwm2m.IntegerValue(123), true},
		{"{contains: ':'}", lwm2m.StringValue("+02:00"), true},
		{"{contains: ';'}", lwm2m.StringValue("+02:00"), false},
		{"{length: 2}", lwm2m.OpaqueValue("\x0a\xff"), true},
		{"{length: 2}", lwm2m.StringValue("äö"), true},
		{"{length: 3}", lwm2m.StringValue("äö"), false},
		{"{type: integer}", lwm2m.IntegerValue(1), true},
		{"{type: [float, time]}", lwm2m.IntegerValue(1), false},
		{"{type: float, greater: 1, less: 3}", lwm2m.FloatValue(2), true},
		{"{type: float, greater: 1, less: 2}", lwm2m.FloatValue(2), false},
		{"{exists: true}", lwm2m.StringValue(""), true},
		{"{exists: no}", lwm2m.StringValue(""), false},
	} {
		got, err := parsedMatcher(t, c.matcher).fits(c.value, nil)
		if err != nil || got != c.fits {
			t.Errorf("%s against %s: %v, %v; want %v", c.matcher, describeValue(c.value), got, err, c.fits)
		}
	}
}

func TestAMatcherWithoutAValueFailsUnlessNoneMayBe(t *testing.T) {
	for text, want := range map[string]string{
		"{exists: false}":                "",
		"{exists: true}":                 "expected /3/0/9 a value, found no value there",
		"7":                              "expected /3/0/9 7, found no value there",
		"{between: [0, 1], type: float}": "expected /3/0/9 between 0 and 1 and a value of type float, found no value there",
		"{one-of: [a, 'b c', '']}":       `expected /3/0/9 one of a, "b c", "", found no value there`,
	} {
		wrong, err := parsedMatcher(t, text).compare("/3/0/9", nil, nil)
		got := ""
		for _, m := range wrong {
			got += m.String()
		}
		if err != nil || got != want {
			t.Errorf("%s: got %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestANumberOfAnySizeIsReadInLittleRoom(t *testing.T) {
	for text, want := range map[string]bool{
		"0": true, "-1.5e3": true, "1e400": true, "1e401": false, "1e-999999999": false, "0x10": false,
		"": false, "Infinity": false, "1/3": false, "1_000": false, "e": false, "1e": false, "--1": false, "2026-11-23T10:00:00Z": true,
	} {
		if _, got := parseNumber(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func FuzzMatcher(f *testing.F) {
	f.Add("{between: [0, 1]}", "0.5", uint8(4))
	f.Add("{matches: 'a+'}", "aaa", uint8(1))
	f.Add("{not: 5, length: 1}", "6", uint8(2))
	f.Fuzz(func(t *testing.T, text, value string, kind uint8) {
		v, err := lwm2m.ParseValue(lwm2m.Type(kind%10), value)
		if err != nil {
			return
		}
		if !sameValue(v, v.String()) {
			t.Errorf("%s is not equal to what it is written as", describeValue(v))
		}
		var n yaml.Node
		if yaml.Unmarshal([]byte(text), &n) != nil || len(n.Content) != 1 {
			return
		}
		d := &document{file: "f.yaml"}
		m := d.matcher(n.Content[0], "value")
		if d.err() != nil || len(m.templates()) > 0 && len(m.templates()[0].expressions()) > 0 {
			return
		}
		for _, e := range m.templates() {
			if _, ok := e.fixed(); !ok {
				return
			}
		}
		wrong, err := m.compare("/3/0/9", []datum{{path: lwm2m.MustParsePath("/3/0/9"), value: v}}, nil)
		if err != nil {
			t.Fatalf("a matcher that was read cannot be compared: %v", err)
		}
		for _, w := range wrong {
			if w.expected == "" || w.found == "" || w.path == "" {
				t.Errorf("a mismatch that does not say all: %+v", w)
			}
		}
	})
}
