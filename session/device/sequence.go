package device

import (
	"time"

	"lwcon/lwm2m"
)

// sequence goes through values of any type, one each period, and starts over or
// stays at the last.
//
//	sequence: {values: [false, true], every: 1s, repeat: true}
type sequence struct {
	values []lwm2m.Value // of the type of the resource
	every  time.Duration
	repeat bool
}

func (b *sequence) value(_ lwm2m.Type, at moment) lwm2m.Value {
	n, count := at.step(b.every), int64(len(b.values))
	if b.repeat {
		return b.values[n%count]
	}
	return b.values[min(n, count-1)]
}

func (b *sequence) next(at moment) (time.Duration, bool) {
	more := b.repeat || at.step(b.every) < int64(len(b.values))-1
	return at.nextStep(b.every), more && len(b.values) > 1
}

func (b *sequence) fits(t lwm2m.Type) string {
	for _, v := range b.values {
		if v.Type() != t {
			return "expected values of type " + t.String() + ", found type " + v.Type().String()
		}
	}
	return ""
}
