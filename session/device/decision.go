package device

import (
	"math"
	"time"

	"lwcon/lwm2m"
)

// steering is the attributes that hold for one value, as the decision wants
// them. Spec: Core 1.2 §7.3.
type steering struct {
	pmin, pmax   time.Duration // pmax 0: none
	epmin, epmax time.Duration // 0: none
	gt, lt, st   float64       // NaN: none
	edge         int8          // -1: none; 0: true to false; 1: false to true
	con          int8          // -1: not said; 0: NON; 1: CON
}

// newSteering resolves a set of attributes for a value of a type. What does not
// fit together is left out: pmax of 0 or below pmin, conditions that
// contradict each other, epmin that is not below epmax, thresholds of what is
// no number.
func newSteering(set lwm2m.Attributes, t lwm2m.Type) steering {
	s := steering{gt: math.NaN(), lt: math.NaN(), st: math.NaN(), edge: -1, con: -1}
	s.pmin, s.pmax = seconds(set, lwm2m.PMin), seconds(set, lwm2m.PMax)
	if s.pmax < s.pmin {
		s.pmax = 0
	}
	s.epmin, s.epmax = seconds(set, lwm2m.EPMin), seconds(set, lwm2m.EPMax)
	if s.epmax > 0 && s.epmin >= s.epmax {
		s.epmin, s.epmax = 0, 0
	}
	if x, ok := set.Get(lwm2m.Con); ok {
		s.con = int8(x)
	}
	if x, ok := set.Get(lwm2m.Edge); ok && t == lwm2m.Boolean {
		s.edge = int8(x)
	}
	if t.Numeric() && !contradict(set) {
		s.gt, s.lt, s.st = number(set, lwm2m.GT), number(set, lwm2m.LT), number(set, lwm2m.ST)
	}
	return s
}

// contradict says whether the conditions on a value contradict each other, as
// they can when written one after the other.
func contradict(set lwm2m.Attributes) bool {
	return set.Apply(lwm2m.Attributes{}.Unset(lwm2m.EPMin).Unset(lwm2m.EPMax)).Conflict() != ""
}

func seconds(set lwm2m.Attributes, a lwm2m.Attribute) time.Duration {
	x, _ := set.Get(a)
	return time.Duration(min(x, float64(maxSeconds/2))) * time.Second
}

func number(set lwm2m.Attributes, a lwm2m.Attribute) float64 {
	if x, ok := set.Get(a); ok {
		return x
	}
	return math.NaN()
}

// conditional says whether a change alone is not enough.
func (s *steering) conditional() bool {
	return s.edge >= 0 || !math.IsNaN(s.gt) || !math.IsNaN(s.lt) || !math.IsNaN(s.st)
}

// triggers says whether a value is worth a notification: any change if there
// is no condition, else one of the conditions. notified is what the last
// notification said, seen what the last evaluation found.
//
//	gt, lt  notified and value are on different sides of the threshold
//	st      they are at least so far apart
//	edge    seen and value differ in the right direction
func (s *steering) triggers(notified, seen, value lwm2m.Value) bool {
	if !s.conditional() {
		return value != seen || value != notified
	}
	if s.edge >= 0 {
		return seen.Bool() != value.Bool() && value.Bool() == (s.edge == 1)
	}
	a, b := notified.Float(), value.Float()
	return !math.IsNaN(s.gt) && (a > s.gt) != (b > s.gt) ||
		!math.IsNaN(s.lt) && (a < s.lt) != (b < s.lt) ||
		!math.IsNaN(s.st) && math.Abs(b-a) >= s.st
}
