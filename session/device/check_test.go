package device

import (
	"testing"

	"lwcon/lwm2m"
)

func TestRangesOfTheRegistry(t *testing.T) {
	for _, c := range []struct {
		value lwm2m.Value
		text  string
		in    bool
	}{
		{lwm2m.IntegerValue(0), "0..100", true},
		{lwm2m.IntegerValue(100), "0..100", true},
		{lwm2m.IntegerValue(101), "0..100", false},
		{lwm2m.IntegerValue(-1), "0..100", false},
		{lwm2m.IntegerValue(25), "1...25", true},
		{lwm2m.IntegerValue(26), "1...25", false},
		{lwm2m.IntegerValue(-50), "-30..-120", true},
		{lwm2m.IntegerValue(-20), "-30..-120", false},
		{lwm2m.IntegerValue(99), "0..3, 99", true},
		{lwm2m.IntegerValue(98), "0..3, 99", false},
		{lwm2m.IntegerValue(10), "5, 10, 15, 20", true},
		{lwm2m.IntegerValue(11), "5, 10, 15, 20", false},
		{lwm2m.IntegerValue(7), "255", true},
		{lwm2m.IntegerValue(7), "8-Bits", true},
		{lwm2m.IntegerValue(7), "1: normal 2: remote 3: local", true},
		{lwm2m.FloatValue(0.5), "0.000001..1.0", true},
		{lwm2m.FloatValue(1.5), "0.000001..1.0", false},
		{lwm2m.StringValue("abc"), "0..3", true},
		{lwm2m.StringValue("abcd"), "0..3", false},
		{lwm2m.StringValue("abc"), "1..64 Bytes", true},
		{lwm2m.StringValue(""), "1..64 bytes", false},
		{lwm2m.StringValue("DE"), "3", true},
		{lwm2m.StringValue("DEUT"), "3", false},
		{lwm2m.StringValue("x"), "The possible values are those listed", true},
		{lwm2m.OpaqueValue("0123456789abcdef"), "16,32,48", true},
		{lwm2m.OpaqueValue("0123456789abcde"), "16,32,48", false},
		{lwm2m.BooleanValue(true), "0..65535", true},
		{lwm2m.UnsignedValue(1<<64 - 1), "0..18446744073709551615", true},
	} {
		if got := outside(c.value, c.text) == ""; got != c.in {
			t.Errorf("%s in %q: %v, want %v", c.value, c.text, got, c.in)
		}
	}
}
