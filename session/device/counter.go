package device

import (
	"time"

	"lwcon/lwm2m"
)

// counter adds a step each period, without end, exact in 64 bits (it wraps).
//
//	counter: {start: 0, step: 1, every: 1s}
type counter struct {
	start, by float64
	every     time.Duration
}

func (b *counter) value(t lwm2m.Type, at moment) lwm2m.Value {
	n := at.step(b.every)
	if t == lwm2m.Float {
		return lwm2m.FloatValue(b.start + b.by*float64(n))
	}
	count := clampInt(b.start) + clampInt(b.by)*n
	switch t {
	case lwm2m.Unsigned:
		return lwm2m.UnsignedValue(uint64(count))
	case lwm2m.Time:
		return lwm2m.TimeValue(count)
	}
	return lwm2m.IntegerValue(count)
}

func (b *counter) next(at moment) (time.Duration, bool) { return at.nextStep(b.every), b.by != 0 }

func (b *counter) fits(t lwm2m.Type) string { return numbersOnly(t) }
