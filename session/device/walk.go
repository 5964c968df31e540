package device

import (
	"math"
	"time"

	"lwcon/lwm2m"
)

// walk is a random walk about a start: each period it goes at most a step up or
// down, and it is turned back at min and max.
//
//	random-walk: {start: 50, step: 1, min: 0, max: 100, every: 1s, digits: 2}
//
// So that it can be told at any time without going all the way, the walk is cut
// into stretches whose ends are random numbers of their own; between two ends
// it is a bridge.
type walk struct {
	start, by, min, max float64
	every               time.Duration
	digits              int
}

// Lengths of a stretch in steps: long enough that the ends can lie as far apart
// as the bounds, as far as that can be told quickly.
const (
	shortestStretch = 16
	longestStretch  = 256
)

// stretch returns how many steps there are between two ends.
func (b *walk) stretch() int64 {
	want := 3 * (b.max - b.min) / b.by
	if !(want > shortestStretch) {
		return shortestStretch
	}
	return int64(min(want, longestStretch))
}

// end returns how far from the start the k-th end lies: at most a sixth of a
// stretch walked straight, so that two ends lie at most a third apart.
func (b *walk) end(at moment, k int64, stretch int64) float64 {
	if k == 0 {
		return 0
	}
	return at.unit(uint64(k)<<9) * b.by * float64(stretch) / 6
}

func (b *walk) value(t lwm2m.Type, at moment) lwm2m.Value {
	stretch := b.stretch()
	k, i := at.step(b.every)/stretch, at.step(b.every)%stretch
	from, to := b.end(at, k, stretch), b.end(at, k+1, stretch)
	sum, all := 0.0, 0.0
	for n := range stretch {
		if n == i {
			sum = all
		}
		all += at.unit(uint64(k)<<9+uint64(n)+1) * b.by / 3
	}
	x := b.start + from + sum + (to-from-all)*float64(i)/float64(stretch)
	return numeric(t, rounded(b.fold(x), b.digits))
}

// fold turns a number back into the bounds as a mirror would.
func (b *walk) fold(x float64) float64 {
	if x >= b.min && x <= b.max {
		return x
	}
	width := b.max - b.min
	if !(width > 0) {
		return b.min
	}
	x = math.Abs(math.Mod(x-b.min, 2*width))
	if x > width {
		x = 2*width - x
	}
	return b.min + x
}

func (b *walk) next(at moment) (time.Duration, bool) { return at.nextStep(b.every), true }

func (b *walk) fits(t lwm2m.Type) string { return numbersOnly(t) }
