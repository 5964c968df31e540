package lwm2m_test

import (
	"math"
	"testing"

	"lwcon/lwm2m"
)

func TestARangeInNumbersAdmitsWhatLiesWithin(t *testing.T) {
	integer, unsigned, float := lwm2m.IntegerValue, lwm2m.UnsignedValue, lwm2m.FloatValue
	for _, c := range []struct {
		text string
		v    lwm2m.Value
		want bool
	}{
		{"0..100", integer(0), true},
		{"0..100", integer(100), true},
		{"0..100", integer(101), false},
		{"0..100", integer(-1), false},
		{"-24..24", integer(-24), true},
		{"-24..24", integer(-25), false},
		{"0-100", integer(100), true},
		{"0-100", integer(101), false},
		{"0 ... 5", integer(6), false},
		{"0..3, 99", integer(99), true},
		{"0..3, 99", integer(4), false},
		{"0; 3.8..20.5", float(3.7), false},
		{"0; 3.8..20.5", float(20.5), true},
		{"0.0..1.0", float(1.5), false},
		{"0.0..1.0", integer(1), true},
		{"0.0..1.0", float(math.NaN()), false},
		{"0..9", float(math.Inf(1)), false},
		{"10,26", unsigned(11), false},
		{"0..9223372036854775806", integer(math.MaxInt64), false},
		{"0..9223372036854775807", integer(math.MaxInt64), true},
		{"0..18446744073709551615", unsigned(math.MaxUint64), true},
		{"0..18446744073709551614", unsigned(math.MaxUint64), false},
		{"-1..1", unsigned(1), true},
		{"0..60", lwm2m.TimeValue(61), false},
		{"", integer(5), true},
		{"255", integer(5), true},
		{"8 bit", integer(500), true},
		{"0..255 bytes", integer(500), true},
		{"[1:4]", integer(5), true},
		{"<7 to >12.5", float(3), true},
		{"0: off 1: on", integer(5), true},
		{"0..", integer(-5), true},
		{"0..100", lwm2m.StringValue("500"), true},
		{"0..100", lwm2m.Value{}, true},
	} {
		r := &lwm2m.Resource{Range: c.text}
		if got := r.Admits(c.v); got != c.want {
			t.Errorf("%q admits %s: %v, want %v", c.text, c.v, got, c.want)
		}
	}
	if !(*lwm2m.Resource)(nil).Admits(integer(1)) {
		t.Error("a resource without definition admits everything")
	}
}
