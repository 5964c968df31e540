package device

import (
	"strings"
	"testing"
	"time"

	"lwcon/lwm2m"
)

func TestConditionsOfTheSpecificationsExamples(t *testing.T) {
	for _, c := range []struct {
		query    string
		from, to float64
		want     bool
	}{
		{"gt=45&st=10", 45, 50, true},
		{"gt=45&st=10", 38, 49, true},
		{"lt=20&gt=85&st=10", 75, 90, true},
		{"lt=20&gt=85&st=10", 50, 10, true},
		{"lt=20&gt=85&st=10", 87, 99, true},
		// The text has gt and lt act in either direction; one of its examples
		// (48 to 42 with gt=45 and st=10 is silent) speaks against it.
		{"gt=45&st=10", 48, 42, true},
		{"lt=20&gt=85&st=10", 17, 24, true},
	} {
		s := newSteering(query(t, c.query), lwm2m.Float)
		from, to := lwm2m.FloatValue(c.from), lwm2m.FloatValue(c.to)
		if got := s.triggers(from, from, to); got != c.want {
			t.Errorf("%s: %v to %v triggers: %v, want %v", c.query, c.from, c.to, got, c.want)
		}
	}
}

func TestConditionsOnNumbers(t *testing.T) {
	for _, c := range []struct {
		rule, query    string
		notified, seen float64
		value          float64
		want           bool
	}{
		{"no condition: any change", "pmin=1", 20, 20, 20.1, true},
		{"no condition: no change", "pmin=1", 20, 20, 20, false},
		{"no condition: seen changed, but is as notified", "pmin=1", 20, 21, 20, true},
		{"gt: below", "gt=25", 20, 20, 24, false},
		{"gt: at the threshold is not above", "gt=25", 20, 20, 25, false},
		{"gt: above", "gt=25", 20, 20, 25.1, true},
		{"gt: stays above", "gt=25", 26, 26, 30, false},
		{"gt: back below", "gt=25", 26, 26, 25, true},
		{"gt: counts from what was notified", "gt=25", 20, 30, 31, true},
		{"lt: at the threshold is not below", "lt=15", 20, 20, 15, false},
		{"lt: below", "lt=15", 20, 20, 14.9, true},
		{"lt: back", "lt=15", 14, 14, 15, true},
		{"st: less", "st=0.5", 20, 20, 20.4, false},
		{"st: as much", "st=0.5", 20, 20, 20.5, true},
		{"st: down", "st=0.5", 20, 20, 19.5, true},
		{"st: counts from what was notified", "st=0.5", 20, 20.4, 20.6, true},
		{"or: st without gt", "gt=25&st=2", 20, 20, 22, true},
		{"or: gt without st", "gt=25&st=10", 24, 24, 26, true},
		{"or: neither", "gt=25&st=10", 20, 20, 24, false},
	} {
		s := newSteering(query(t, c.query), lwm2m.Float)
		got := s.triggers(lwm2m.FloatValue(c.notified), lwm2m.FloatValue(c.seen), lwm2m.FloatValue(c.value))
		if got != c.want {
			t.Errorf("%s: triggers: %v, want %v", c.rule, got, c.want)
		}
	}
}

func TestEdges(t *testing.T) {
	for _, c := range []struct {
		query      string
		seen, next bool
		want       bool
	}{
		{"edge=1", false, true, true},
		{"edge=1", true, false, false},
		{"edge=1", true, true, false},
		{"edge=0", true, false, true},
		{"edge=0", false, true, false},
		{"edge=0", false, false, false},
	} {
		s := newSteering(query(t, c.query), lwm2m.Boolean)
		notified := lwm2m.BooleanValue(true) // does not matter
		if got := s.triggers(notified, lwm2m.BooleanValue(c.seen), lwm2m.BooleanValue(c.next)); got != c.want {
			t.Errorf("%s: %v to %v triggers: %v, want %v", c.query, c.seen, c.next, got, c.want)
		}
	}
}

func TestContradictingAttributesAreLeftOut(t *testing.T) {
	change := func(s steering) bool {
		return s.triggers(lwm2m.FloatValue(20), lwm2m.FloatValue(20), lwm2m.FloatValue(20.1))
	}
	for _, contradiction := range []string{"gt=10&lt=30", "gt=30&lt=10&st=10"} {
		if s := newSteering(query(t, contradiction), lwm2m.Float); !change(s) {
			t.Errorf("%s: a change does not trigger, though the conditions contradict each other", contradiction)
		}
	}
	if s := newSteering(query(t, "gt=30&epmin=5&epmax=5"), lwm2m.Float); s.epmin != 0 || s.epmax != 0 || change(s) {
		t.Errorf("epmin=epmax: %v, %v; gt holds: %v", s.epmin, s.epmax, !change(s))
	}
	if s := newSteering(query(t, "pmin=5&pmax=3"), lwm2m.Float); s.pmax != 0 {
		t.Errorf("pmax below pmin: %v, want none", s.pmax)
	}
	if s := newSteering(query(t, "pmin=5&pmax=5"), lwm2m.Float); s.pmax == 0 {
		t.Error("pmax at pmin is left out")
	}
	if s := newSteering(query(t, "gt=5&edge=1"), lwm2m.String); s.conditional() {
		t.Error("thresholds hold for text")
	}
}

// BenchmarkDecision decides about one value with all attributes set: one that
// stands still, and one that has moved each time.
func BenchmarkDecision(b *testing.B) {
	for _, c := range []struct {
		name string
		step time.Duration
	}{{"still", 0}, {"moving", time.Second}} {
		b.Run(c.name, func(b *testing.B) {
			d, clock := start(b, strings.Replace(bench12, "5700: 20", "5700: {ramp: {from: 0, to: 1e12, every: 1s}}", 1))
			for where, text := range map[string]string{
				"/3303":        "pmin=1&pmax=2000000000&epmin=1&epmax=60&con=0&hqmax=3",
				"/3303/0/5700": "gt=1000000000000&lt=-1&st=100000000000",
			} {
				if r := d.WriteAttributes(1, path(where), query(b, text)); r.Status != Changed {
					b.Fatal(r.Reason)
				}
			}
			o, r := d.Observe(1, path("/3303/0/5700"), lwm2m.Attributes{})
			if r.Status != Content {
				b.Fatal(r.Reason)
			}
			clock.now = at(5)
			b.ReportAllocs()
			for b.Loop() {
				clock.now = clock.now.Add(c.step)
				if due, _ := o.Due(clock.now); due {
					b.Fatal("nothing crossed a threshold, yet a notification is due")
				}
			}
		})
	}
}
