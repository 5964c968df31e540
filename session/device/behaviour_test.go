package device

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"lwcon/lwm2m"
)

// sensor makes a device whose test object has one resource, with a behaviour.
func sensor(t testing.TB, resource, behaviour string) (*Device, *stopped) {
	t.Helper()
	return start(t, fmt.Sprintf("objects: {3: {0: }, 3442: {0: {%s: %s}}}", resource, behaviour))
}

func TestBehavioursOverTime(t *testing.T) {
	for _, c := range []struct {
		resource, behaviour string
		want                string // SECOND:VALUE
	}{
		{"120", "{ramp: {from: 100, to: 97, every: 10s}}", "0:100 9.9:100 10:99 20:98 30:97 1000:97"},
		{"120", "{ramp: {from: 0, to: 5, step: 2}}", "0:0 1:2 2:4 3:5 4:5"},
		{"120", "{ramp: {from: 0, to: 2, repeat: true}}", "0:0 1:1 2:2 3:0 4:1 5:2 6:0"},
		{"130", "{ramp: {from: -1, to: -1.5, step: 0.25, every: 250ms}}", "0:-1 0.25:-1.25 0.5:-1.5 9:-1.5"},
		{"120", "{ramp: {from: 5, to: 5}}", "0:5 9:5"},
		{"130", "{sine: {mean: 21, amplitude: 3, period: 60s}}", "0:21 5:22.5 15:24 30:21 45:18 60:21 0.9:21 1:21.31"},
		{"120", "{sine: {mean: 21, amplitude: 3, period: 60s, every: 5s}}", "4:21 5:23 15:24 45:18"},
		{"130", "{sine: {amplitude: 1, period: 4s, digits: 0}}", "0:0 1:1 2:0 3:-1"},
		{"140", "{sequence: {values: [false, true], every: 2s}}", "0:false 2:true 4:false 7:true"},
		{"110", "{sequence: [08, yes, 4.00]}", "0:08 1:yes 2:4.00 3:08"},
		{"110", "{sequence: {values: [a, b], repeat: false}}", "0:a 1:b 2:b 99:b"},
		{"120", "{counter: }", "0:0 1:1 3600:3600"},
		{"125", "{counter: {start: 10, step: 5, every: 2s}}", "0:10 2:15 5:20"},
		{"130", "{counter: {step: -0.5}}", "0:0 3:-1.5"},
		{"160", "{now: }", "0:1795428000 0.9:1795428000 60:1795428060"},
		{"160", "{now: {offset: -1h}}", "0:1795424400"},
		{"120", "{now: }", "1:1795428001"},
	} {
		d, clock := sensor(t, c.resource, c.behaviour)
		for _, word := range strings.Fields(c.want) {
			when, want, _ := strings.Cut(word, ":")
			clock.now = at(second(t, when+":"))
			p := "/3442/0/" + c.resource
			if got := readAll(t, d, p); got != p+"="+want {
				t.Errorf("%s: %s at %ss: %s, want %s", c.resource, c.behaviour, when, got, want)
			}
		}
	}
}

// A value must not change before the time that next tells, or a notification
// would come late.
func TestNextChangeMissesNoChange(t *testing.T) {
	for _, c := range []struct{ resource, behaviour string }{
		{"120", "{ramp: {from: 10, to: 0, every: 700ms}}"},
		{"120", "{ramp: {from: 0, to: 3, repeat: true}}"},
		{"130", "{sine: {mean: 1, amplitude: 3, period: 7s, every: 300ms}}"},
		{"130", "{random-walk: {start: 5, step: 1, min: 0, max: 10}}"},
		{"140", "{sequence: {values: [false, true, true], every: 1500ms}}"},
		{"110", "{sequence: {values: [a, b], repeat: false}}"},
		{"120", "{counter: {every: 3s}}"},
		{"160", "{now: {offset: 1500ms}}"},
	} {
		d, clock := sensor(t, c.resource, c.behaviour)
		p := path("/3442/0/" + c.resource)
		value := func() string { return show(d.Read(Local, p).Nodes) }
		seen, next, ok := value(), epoch, true
		for ms := range 20_000 {
			clock.now = epoch.Add(time.Duration(ms) * time.Millisecond)
			if ok && !clock.now.Before(next) {
				seen = value()
				if next, ok = d.NextChange(clock.now, p); ok && !next.After(clock.now) {
					t.Fatalf("%s: the next change after %v is said to be at %v", c.behaviour, clock.now, next)
				}
			}
			if got := value(); got != seen {
				t.Errorf("%s: changed at %d ms to %s, not at %v", c.behaviour, ms, got, next)
				break
			}
		}
	}
}

func TestNextChangeOfWhatStandsStill(t *testing.T) {
	d, _ := start(t, bench)
	if next, ok := d.NextChange(epoch, path("/3"), path("/3303/0/5700")); ok {
		t.Errorf("a constant is said to change at %v", next)
	}
	d, clock := sensor(t, "120", "{ramp: {from: 1, to: 0}}")
	clock.now = at(5)
	if next, ok := d.NextChange(clock.now, path("/3442")); ok {
		t.Errorf("a ramp at its end is said to change at %v", next)
	}
}

func TestRandomWalkKeepsItsStepAndBounds(t *testing.T) {
	for _, text := range []string{
		"{random-walk: {start: 50, step: 1, min: 0, max: 100, digits: 9}}",
		"{random-walk: {start: 0, step: 5, min: 0, max: 7, digits: 9}}",
		"{random-walk: {start: 0, step: 0.1, digits: 9}}",
	} {
		d, clock := sensor(t, "130", text)
		b := d.profile.tree.find(path("/3442/0")).one(130).behaviour.(*walk)
		last, low, high := b.start, math.Inf(1), math.Inf(-1)
		for i := range 5000 {
			clock.now = at(float64(i))
			x := d.Read(1, path("/3442/0/130")).Nodes[0].Value().Float()
			if i == 0 && x != b.start {
				t.Errorf("%s: begins at %v", text, x)
			}
			if x < b.min || x > b.max {
				t.Fatalf("%s: %v at %d is out of bounds", text, x, i)
			}
			if math.Abs(x-last) > b.by*1.000001 {
				t.Fatalf("%s: went from %v to %v at %d", text, last, x, i)
			}
			last, low, high = x, min(low, x), max(high, x)
		}
		if high-low < b.by {
			t.Errorf("%s: stayed between %v and %v", text, low, high)
		}
	}
}

func TestSeedAndPathMakeAWalkItsOwn(t *testing.T) {
	p := parse(t, `
objects:
  3: {0: }
  3303: {0: {5700: {random-walk: {step: 1}}}, 1: {5700: {random-walk: {step: 1}}}}
`)
	walk := func(seed uint64, where string) string {
		c := &stopped{now: epoch}
		d, err := New(Config{Profile: p, Clock: c, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		c.now = at(100)
		return d.Read(1, path(where)).Nodes[0].Value().String()
	}
	if a, b := walk(1, "/3303/0/5700"), walk(1, "/3303/0/5700"); a != b {
		t.Errorf("one seed gave %s and %s", a, b)
	}
	if a, b := walk(1, "/3303/0/5700"), walk(2, "/3303/0/5700"); a == b {
		t.Errorf("two seeds gave %s", a)
	}
	if a, b := walk(1, "/3303/0/5700"), walk(1, "/3303/1/5700"); a == b {
		t.Errorf("two sensors of one device gave %s", a)
	}
}

func TestWriteEndsABehaviourButSetsAClock(t *testing.T) {
	d, clock := sensor(t, "120", "{counter: }")
	clock.now = at(5)
	expect(t, d.Write(1, path("/3442/0/120"), Replace, nodes(t, "/3442/0/120=77")), Changed)
	clock.now = at(9)
	if got := readAll(t, d, "/3442/0/120"); got != "/3442/0/120=77" {
		t.Errorf("four seconds after 77 was written: %s", got)
	}
	d, clock = sensor(t, "160", "{now: }")
	clock.now = at(5.5)
	expect(t, d.Write(1, path("/3442/0/160"), Replace, nodes(t, "/3442/0/160=1000")), Changed)
	if got := readAll(t, d, "/3442/0/160"); got != "/3442/0/160=1000" {
		t.Errorf("right after 1000 was written: %s", got)
	}
	clock.now = at(15)
	if got := readAll(t, d, "/3442/0/160"); got != "/3442/0/160=1009" {
		t.Errorf("9.5 s after 1000 was written: %s", got)
	}
	expect(t, d.Write(1, path("/3442/0/160"), Replace, nodes(t, "/3442/0/160=-9223372036854775808")), Changed)
	if got := readAll(t, d, "/3442/0/160"); got != "/3442/0/160=-9223372036854775808" {
		t.Errorf("the least time was written: %s", got)
	}
}

func TestNumericStaysInTheRangeOfTheType(t *testing.T) {
	for _, c := range []struct {
		t    lwm2m.Type
		x    float64
		want string
	}{
		{lwm2m.Integer, 1e300, "9223372036854775807"},
		{lwm2m.Integer, -1e300, "-9223372036854775808"},
		{lwm2m.Integer, 2.5, "3"},
		{lwm2m.Integer, math.NaN(), "0"},
		{lwm2m.Unsigned, -5, "0"},
		{lwm2m.Unsigned, 1e300, "18446744073709551615"},
		{lwm2m.Time, 1e300, "9223372036854775807"},
		{lwm2m.Float, 0.1, "0.1"},
	} {
		if got := numeric(c.t, c.x); got.Type() != c.t || got.String() != c.want {
			t.Errorf("numeric(%s, %v) = %s %s, want %s", c.t, c.x, got.Type(), got, c.want)
		}
	}
}
