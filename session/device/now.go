package device

import (
	"time"

	"lwcon/lwm2m"
)

// present is a clock: the seconds since 1970 by the device's clock, set forward
// or back. Written to, it runs on from what was written.
//
//	now: {offset: 0s}
type present struct{ offset time.Duration }

func (b *present) value(t lwm2m.Type, at moment) lwm2m.Value {
	s := at.now.Add(b.offset).Unix()
	if t == lwm2m.Integer {
		return lwm2m.IntegerValue(s)
	}
	return lwm2m.TimeValue(s)
}

// next is the next full second.
func (b *present) next(at moment) (time.Duration, bool) {
	into := at.now.Add(b.offset)
	return at.since + time.Second - into.Sub(into.Truncate(time.Second)), true
}

func (b *present) fits(t lwm2m.Type) string {
	if t == lwm2m.Time || t == lwm2m.Integer {
		return ""
	}
	return "expected a resource of type time, found type " + t.String()
}

// overridden returns the behaviour of a resource after a value was written: a
// clock is set and runs on; all others end.
func overridden(b behaviour, v lwm2m.Value, now time.Time) behaviour {
	if _, clock := b.(*present); !clock {
		return nil
	}
	if s := v.Int(); s > -maxSeconds/2 && s < maxSeconds/2 {
		return &present{offset: time.Unix(s, 0).Sub(now)}
	}
	return nil // too far away to count on from: it stands still
}
