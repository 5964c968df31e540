package device

import (
	"math"
	"time"

	"lwcon/lwm2m"
)

// sine swings about a mean, beginning there upwards; it is looked at each
// period of every and rounded to digits after the point.
//
//	sine: {mean: 21, amplitude: 3, period: 60s, every: 1s, digits: 2}
type sine struct {
	mean, amplitude float64
	period, every   time.Duration
	digits          int
}

func (b *sine) value(t lwm2m.Type, at moment) lwm2m.Value {
	since := time.Duration(at.step(b.every)) * b.every
	phase := float64(since%b.period) / float64(b.period)
	return numeric(t, rounded(b.mean+b.amplitude*math.Sin(2*math.Pi*phase), b.digits))
}

func (b *sine) next(at moment) (time.Duration, bool) { return at.nextStep(b.every), b.amplitude != 0 }

func (b *sine) fits(t lwm2m.Type) string { return numbersOnly(t) }
