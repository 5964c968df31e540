package device

import (
	"math"
	"time"

	"lwcon/lwm2m"
)

// behaviour makes a value as a function of time alone: what a value is at a
// moment does not depend on when it was looked at before.
type behaviour interface {
	// value returns the value at a moment.
	value(t lwm2m.Type, at moment) lwm2m.Value
	// next returns when, counted from the start of the device, the value may
	// change after a moment; false if it never does.
	next(at moment) (time.Duration, bool)
	// fits says what is wrong with the behaviour for a resource of a type, ""
	// if nothing is.
	fits(t lwm2m.Type) string
}

// moment is a point in the life of one value.
type moment struct {
	now   time.Time
	since time.Duration // since the device started; never negative
	seed  uint64        // of this value of this device
}

// defaultEvery is the time between two changes of a behaviour that states none.
const defaultEvery = time.Second

// maxSteps bounds the count of steps, so that it stays exact in a float64.
const maxSteps = 1 << 52

// step returns how many whole periods have passed.
func (m moment) step(every time.Duration) int64 {
	return min(int64(m.since/every), maxSteps)
}

// nextStep returns when the next period begins.
func (m moment) nextStep(every time.Duration) time.Duration {
	return (m.since/every + 1) * every
}

// random returns a number that depends on the seed of the value and on n only
// (the finalizer of splitmix64).
func (m moment) random(n uint64) uint64 {
	x := m.seed + (n+1)*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// unit returns a number from -1 to 1 that depends on the seed and on n only.
func (m moment) unit(n uint64) float64 {
	return float64(int64(m.random(n)>>11))/(1<<52) - 1
}

// numeric makes a value of a numeric type from a number; integers are rounded,
// and what lies beyond their range is its end.
func numeric(t lwm2m.Type, x float64) lwm2m.Value {
	switch t {
	case lwm2m.Integer:
		return lwm2m.IntegerValue(clampInt(x))
	case lwm2m.Time:
		return lwm2m.TimeValue(clampInt(x))
	case lwm2m.Unsigned:
		switch x = math.Round(x); {
		case !(x > 0):
			return lwm2m.UnsignedValue(0)
		case x >= math.MaxUint64:
			return lwm2m.UnsignedValue(math.MaxUint64)
		}
		return lwm2m.UnsignedValue(uint64(x))
	}
	return lwm2m.FloatValue(x)
}

func clampInt(x float64) int64 {
	switch x = math.Round(x); {
	case x >= math.MaxInt64:
		return math.MaxInt64
	case x <= math.MinInt64:
		return math.MinInt64
	case math.IsNaN(x):
		return 0
	}
	return int64(x)
}

// rounded rounds to a count of digits after the point.
func rounded(x float64, digits int) float64 {
	shift := math.Pow10(digits)
	if r := math.Round(x*shift) / shift; !math.IsInf(r, 0) && !math.IsNaN(r) {
		return r
	}
	return x
}

// numbersOnly is what fits answers for behaviours that make numbers.
func numbersOnly(t lwm2m.Type) string {
	if t.Numeric() {
		return ""
	}
	return "expected a resource of a numeric type, found type " + t.String()
}
