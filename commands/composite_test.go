package commands

import (
	"strings"
	"testing"
)

func TestCompositeOperationsGoOverSeveralObjects(t *testing.T) {
	live(t, func(b *bench) {
		if got := shown(t, b.do("rc Device/0/Manufacturer /3303/0/5701")); !strings.HasPrefix(got, "2.05 /3/0/0=") || !strings.Contains(got, "/3303/0/5701=Cel") {
			t.Errorf("got %s", got)
		}
		m := fields(t, b.do("read-composite /3/0/0 /1/0/1 --accept senml-json"))
		if m["command"] != "read-composite" || m["path"] != "/" || len(m["composite"].([]any)) != 2 || m["format"] != "senml-json" {
			t.Errorf("got %v", m)
		}
		if got := shown(t, b.do("wc /3/0/14=+05:30 /1/0/1=600")); got != "2.04" {
			t.Errorf("got %s", got)
		}
		if got := shown(t, b.do("read /3/0/14")); got != "2.05 /3/0/14=+05:30" {
			t.Errorf("read back: got %s", got)
		}
	})
}

func TestObserveCompositeFollowsAsOneShotAndCancels(t *testing.T) {
	live(t, func(b *bench) {
		b.env.Follow = true
		_, events, err := b.try("oc /3/0/14 /3303/0/5700 --count 2")
		if err != nil || len(events) != 3 {
			t.Fatalf("got %d events, %v, want the answer and 2 notifications", len(events), err)
		}
		if m := fields(t, events[1]); len(m["composite"].([]any)) != 2 || len(m["values"].([]any)) != 2 {
			t.Errorf("got %v", m)
		}
		if l := b.do("observations").(*Observations); len(l.List) != 0 {
			t.Errorf("still observed: %+v", l.List)
		}
	})
}

func TestWhatTheVersionDoesNotKnowNeedsForce(t *testing.T) {
	live(t, func(b *bench) {
		for _, line := range []string{"discover /3 --depth 1", "observe /3303/0/5700 pmin=5", "read /3/0 --accept lwm2m-cbor", "attributes /3303/0/5700 con=1"} {
			r, _, err := b.try(line)
			e, ok := err.(*Error)
			if !ok || ExitStatus(r, err) != ExitUsage || !strings.Contains(e.Message, "the device registered 1.1") || e.Hint != "--force sends it anyway" {
				t.Errorf("%s: %v, want exit 2 and the way around", line, err)
			}
			if _, _, err := b.try(line + " --force"); err != nil {
				t.Errorf("%s --force: %v", line, err)
			}
		}
	})
}

func TestWatchCountsWhatComes(t *testing.T) {
	live(t, func(b *bench) {
		_, events, err := b.try("watch /3303/0/5700 --count 3")
		if err != nil || len(events) != 4 {
			t.Fatalf("got %d events, %v, want the first value and 3 more", len(events), err)
		}
		last := events[3].(*Watched)
		least, most, sum := last.History[0], last.History[0], 0.0
		for _, x := range last.History {
			least, most, sum = min(least, x), max(most, x), sum+x
		}
		if last.Count != 4 || last.Min != least || last.Max != most || last.Mean != sum/4 || last.Rate <= 0 {
			t.Errorf("got %+v", last)
		}
		if l := b.do("observations").(*Observations); len(l.List) != 0 {
			t.Errorf("still observed: %+v", l.List)
		}
		for _, line := range []string{"watch /3303/0", "watch /3/0/0 --count 1"} {
			if r, _, err := b.try(line); ExitStatus(r, err) != ExitUsage {
				t.Errorf("%s: %v, want exit 2", line, err)
			}
		}
	})
}

func TestWatchLeavesAnObservationThatWasThere(t *testing.T) {
	live(t, func(b *bench) {
		b.do("observe /3303/0/5700")
		b.do("watch /3303/0/5700 --count 1")
		if l := b.do("observations").(*Observations); len(l.List) != 1 {
			t.Errorf("observed: %+v, want the one of before", l.List)
		}
	})
}

func TestObservationsTellAgeAndAttributes(t *testing.T) {
	live(t, func(b *bench) {
		b.do("attributes /3/0/14 pmin=5 pmax=600")
		b.do("observe /3/0/14")
		b.do("sleep 30s")
		m := fields(t, b.do("observations"))["observations"].([]any)[0].(map[string]any)
		if m["age"] != 30.0 || m["attributes"].(map[string]any)["pmax"] != 600.0 || m["count"] != 0.0 {
			t.Errorf("got %v", m)
		}
	})
}
