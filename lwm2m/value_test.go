package lwm2m_test

import (
	"encoding/json"
	"errors"
	"math"
	"testing"

	"lwcon/lwm2m"
)

func TestValuesAreWrittenAsAUserTypesThem(t *testing.T) {
	tests := []struct {
		v          lwm2m.Value
		text, json string
	}{
		{lwm2m.Value{}, "null", "null"},
		{lwm2m.StringValue("a \"b\"<"), `a "b"<`, `"a \"b\"<"`},
		{lwm2m.StringValue("a\xff"), "a\xff", `"a\ufffd"`},
		{lwm2m.CoreLinkValue("</3>"), "</3>", `"</3>"`},
		{lwm2m.IntegerValue(math.MinInt64), "-9223372036854775808", "-9223372036854775808"},
		{lwm2m.UnsignedValue(math.MaxUint64), "18446744073709551615", "18446744073709551615"},
		{lwm2m.FloatValue(21.5), "21.5", "21.5"},
		{lwm2m.FloatValue(0.00000000006667), "0.00000000006667", "0.00000000006667"},
		{lwm2m.FloatValue(1e20), "100000000000000000000", "100000000000000000000"},
		{lwm2m.FloatValue(1e300), "1e+300", "1e+300"},
		{lwm2m.FloatValue(math.NaN()), "NaN", `"NaN"`},
		{lwm2m.FloatValue(math.Inf(-1)), "-Infinity", `"-Infinity"`},
		{lwm2m.FloatValue(math.Copysign(0, -1)), "-0", "-0"},
		{lwm2m.BooleanValue(true), "true", "true"},
		{lwm2m.BooleanValue(false), "false", "false"},
		{lwm2m.OpaqueValue("\x00\xff"), "00ff", `"00ff"`},
		{lwm2m.TimeValue(-1), "-1", "-1"},
		{lwm2m.ObjectLinkValue(66, 0), "66:0", `"66:0"`},
	}
	for _, test := range tests {
		if b := test.v.AppendJSON(nil); test.v.String() != test.text || string(b) != test.json {
			t.Errorf("%s: expected %q and %s, found %q and %s", test.v.Type(), test.text, test.json, test.v.String(), b)
		}
	}
}

func TestEveryValueReadsBackFromItsText(t *testing.T) {
	for _, v := range []lwm2m.Value{
		{},
		lwm2m.StringValue("x"), lwm2m.IntegerValue(-5), lwm2m.UnsignedValue(math.MaxUint64), lwm2m.FloatValue(5e-324),
		lwm2m.FloatValue(math.Inf(1)), lwm2m.BooleanValue(true), lwm2m.OpaqueValue("\x01"), lwm2m.TimeValue(1 << 60),
		lwm2m.ObjectLinkValue(65535, 65535), lwm2m.CoreLinkValue("</>"),
	} {
		text := v.String()
		if v.Type() == lwm2m.None {
			text = ""
		}
		again, err := lwm2m.ParseValue(v.Type(), text)
		if err != nil || again != v {
			t.Errorf("%s %q: found %v (%v)", v.Type(), text, again, err)
		}
	}
}

func TestValuesThatPeopleWriteAreTaken(t *testing.T) {
	tests := []struct {
		t    lwm2m.Type
		text string
		want lwm2m.Value
	}{
		{lwm2m.Boolean, "yes", lwm2m.BooleanValue(true)},
		{lwm2m.Boolean, "OFF", lwm2m.BooleanValue(false)},
		{lwm2m.Opaque, "0x00:ff 01", lwm2m.OpaqueValue("\x00\xff\x01")},
		{lwm2m.Time, "2013-05-02T10:40:15Z", lwm2m.TimeValue(1367491215)},
		{lwm2m.Time, "2013-05-02T12:40:15+02:00", lwm2m.TimeValue(1367491215)},
		{lwm2m.Float, "1e3", lwm2m.FloatValue(1000)},
		{lwm2m.Float, "1e-400", lwm2m.FloatValue(0)},
	}
	for _, test := range tests {
		if v, err := lwm2m.ParseValue(test.t, test.text); err != nil || v != test.want {
			t.Errorf("%s %q: expected %s, found %s (%v)", test.t, test.text, test.want, v, err)
		}
	}
}

func TestTextsThatAreNoValueAreRefused(t *testing.T) {
	tests := []struct {
		t    lwm2m.Type
		text string
	}{
		{lwm2m.Integer, ""},
		{lwm2m.Integer, "1.5"},
		{lwm2m.Integer, "9223372036854775808"},
		{lwm2m.Integer, "0x10"},
		{lwm2m.Unsigned, "-1"},
		{lwm2m.Unsigned, "18446744073709551616"},
		{lwm2m.Float, "1e999"},
		{lwm2m.Float, "0x1p3"},
		{lwm2m.Float, "1_000"},
		{lwm2m.Boolean, "2"},
		{lwm2m.Opaque, "abc"},
		{lwm2m.Opaque, "zz"},
		{lwm2m.Time, "yesterday"},
		{lwm2m.ObjectLink, "66"},
		{lwm2m.ObjectLink, "66:65536"},
		{lwm2m.ObjectLink, "66:0x"},
		{lwm2m.None, "x"},
		{lwm2m.Type(99), "x"},
	}
	for _, test := range tests {
		v, err := lwm2m.ParseValue(test.t, test.text)
		var wrong *lwm2m.ValueError
		if !errors.As(err, &wrong) || wrong.Text != test.text || wrong.Reason == "" {
			t.Errorf("%s %q: expected a *ValueError, found %v (%v)", test.t, test.text, v, err)
		}
	}
}

func TestNumericValuesReadAsFloats(t *testing.T) {
	for v, want := range map[lwm2m.Value]float64{
		lwm2m.IntegerValue(-2): -2, lwm2m.UnsignedValue(3): 3, lwm2m.TimeValue(4): 4, lwm2m.FloatValue(0.5): 0.5,
	} {
		if v.Float() != want {
			t.Errorf("%s: found %v", v, v.Float())
		}
	}
	if f := lwm2m.StringValue("1").Float(); !math.IsNaN(f) {
		t.Errorf("a string is no number, found %v", f)
	}
}

func TestTimesOfTheYears0To9999AreShownAsUTC(t *testing.T) {
	for seconds, want := range map[int64]string{
		0: "1970-01-01T00:00:00Z", 1367491215: "2013-05-02T10:40:15Z",
		-62167219200: "0000-01-01T00:00:00Z", 253402300799: "9999-12-31T23:59:59Z",
		-62167219201: "", 253402300800: "", math.MaxInt64: "",
	} {
		if got := lwm2m.TimeValue(seconds).UTC(); got != want {
			t.Errorf("%d: expected %q, found %q", seconds, want, got)
		}
	}
	if got := lwm2m.IntegerValue(0).UTC(); got != "" {
		t.Errorf("an integer is no time, found %q", got)
	}
}

func FuzzValue(f *testing.F) {
	for _, seed := range []string{"", "-1", "1e3", "true", "66:0", "00ff", "2013-05-02T10:40:15Z", "</3>", "NaN"} {
		f.Add(uint8(lwm2m.Float), seed)
		f.Add(uint8(lwm2m.Time), seed)
		f.Add(uint8(lwm2m.ObjectLink), seed)
	}
	f.Fuzz(func(t *testing.T, typ uint8, text string) {
		v, err := lwm2m.ParseValue(lwm2m.Type(typ), text)
		if err != nil {
			return
		}
		if !json.Valid(v.AppendJSON(nil)) {
			t.Fatalf("%q: %s is no JSON", text, v.AppendJSON(nil))
		}
		if v.Type() == lwm2m.None {
			return
		}
		again, err := lwm2m.ParseValue(v.Type(), v.String())
		if err != nil || again != v {
			t.Fatalf("%q: %q reads back as %v (%v)", text, v, again, err)
		}
	})
}

func TestNumberIsOfNumericValuesAndBooleans(t *testing.T) {
	for _, c := range []struct {
		value lwm2m.Value
		want  float64
		ok    bool
	}{
		{lwm2m.IntegerValue(-7), -7, true},
		{lwm2m.UnsignedValue(7), 7, true},
		{lwm2m.FloatValue(1.5), 1.5, true},
		{lwm2m.TimeValue(60), 60, true},
		{lwm2m.BooleanValue(true), 1, true},
		{lwm2m.BooleanValue(false), 0, true},
		{lwm2m.StringValue("7"), 0, false},
		{lwm2m.ObjectLinkValue(1, 2), 0, false},
		{lwm2m.Value{}, 0, false},
	} {
		if got, ok := c.value.Number(); ok != c.ok || ok && got != c.want {
			t.Errorf("%s %s: %v, %v; want %v, %v", c.value.Type(), c.value, got, ok, c.want, c.ok)
		}
	}
}
