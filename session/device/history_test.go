package device

import (
	"fmt"
	"strings"
	"testing"

	"lwcon/lwm2m"
)

// offline observes a path and keeps each of the values that the script writes
// there, a second apart. It returns what was kept, as SECOND:VALUE.
func offline(t *testing.T, profile, attributes string, count int) string {
	t.Helper()
	d, clock := start(t, profile)
	expect(t, d.WriteAttributes(1, path(v), query(t, attributes)), Changed)
	o, r := d.Observe(1, path(v), lwm2m.Attributes{})
	expect(t, r, Content)
	for i := range count {
		clock.now = at(float64(i + 1))
		step(t, d, fmt.Sprintf("0:%s=%d", v, 100+i))
		if due, _ := o.Due(clock.now); !due {
			t.Fatalf("value %d is not due", i)
		}
		o.Keep(clock.now)
		if due, _ := o.Due(clock.now); due {
			t.Fatalf("value %d is due again after Keep", i)
		}
	}
	var kept []string
	for _, n := range o.Kept() {
		when, ok := n.Time()
		if !ok || n.Path() != path(v) || n.Name() != "Sensor Value" {
			t.Errorf("kept %s %q at %v, %v", n.Path(), n.Name(), when, ok)
		}
		kept = append(kept, fmt.Sprintf("%g:%s", when-float64(epoch.Unix()), n.Value()))
	}
	if again := o.Kept(); len(again) != 0 {
		t.Errorf("Kept gives %d values again", len(again))
	}
	return strings.Join(kept, " ")
}

func TestKeepKeepsTheLastValuesWithTheirTimes(t *testing.T) {
	if got, want := offline(t, bench12, "hqmax=2", 4), "3:102 4:103"; got != want {
		t.Errorf("kept %q, want %q", got, want)
	}
	if got, want := offline(t, bench, "pmin=0", 3), "1:100 2:101 3:102"; got != want {
		t.Errorf("kept %q, want %q", got, want)
	}
	if got := len(strings.Fields(offline(t, bench, "pmin=0", DefaultHistory+5))); got != DefaultHistory {
		t.Errorf("kept %d values without hqmax, want %d", got, DefaultHistory)
	}
	if got := len(strings.Fields(offline(t, bench12, "hqmax=100000", MaxHistory+5))); got != MaxHistory {
		t.Errorf("kept %d values, want at most %d", got, MaxHistory)
	}
	if got := offline(t, bench12, "hqmax=0", 3); got != "" {
		t.Errorf("kept %q with hqmax=0, want nothing", got)
	}
}

func TestKeepKeepsNothingWhereTheAccountForbids(t *testing.T) {
	if got := offline(t, strings.Replace(bench12, "5: 60", "5: 60, 6: false", 1), "hqmax=5", 3); got != "" {
		t.Errorf("kept %q though /1/0/6 is false", got)
	}
}
