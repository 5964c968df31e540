package device

import (
	"math"
	"time"

	"lwcon/lwm2m"
)

// ramp goes from one number to another by a step each period, and stays there
// or starts over.
//
//	ramp: {from: 100, to: 0, step: 1, every: 10s, repeat: false}
type ramp struct {
	from, to, by float64 // by is positive
	every        time.Duration
	repeat       bool
}

// steps returns after how many periods the end is reached.
func (b *ramp) steps() int64 {
	return int64(min(math.Ceil(math.Abs(b.to-b.from)/b.by), maxSteps))
}

func (b *ramp) value(t lwm2m.Type, at moment) lwm2m.Value {
	n, last := at.step(b.every), b.steps()
	if b.repeat {
		n %= last + 1
	}
	if n >= last {
		return numeric(t, b.to)
	}
	return numeric(t, b.from+math.Copysign(b.by, b.to-b.from)*float64(n))
}

func (b *ramp) next(at moment) (time.Duration, bool) {
	return at.nextStep(b.every), b.repeat || at.step(b.every) < b.steps()
}

func (b *ramp) fits(t lwm2m.Type) string { return numbersOnly(t) }
