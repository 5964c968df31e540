package device

import (
	"fmt"
	"runtime"
	"sync"
	"testing"

	"lwcon/lwm2m"
)

// Every method at once from several goroutines: for the race detector.
func TestDeviceIsSafeForConcurrentUse(t *testing.T) {
	d, _ := start(t, bench12)
	writes := nodes(t, "/3/0/14=+02:00")
	created := nodes(t, "/16/*/0/0=x")
	set := query(t, "pmin=1")
	parameters := query(t, "pmax=1")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			o, r := d.Observe(1, path("/3303"), parameters)
			if r.Status != Content {
				t.Error(r.Reason)
				return
			}
			for range 50 {
				d.Write(1, path("/3/0/14"), Replace, writes)
				d.Read(1, path("/3303"))
				if r := d.Create(1, path("/16"), created); r.Status == Created {
					d.Delete(1, r.Made)
				}
				d.WriteAttributes(1, path("/3303/0"), set)
				d.Discover(1, path("/3"), DefaultDepth)
				d.Registration(1)
				d.Execute(1, path("/3442/0/1"), "")
				d.Misbehave("read", path("/3"))
				d.NextChange(at(1), path("/3303"))
				o.Due(at(2))
				o.Notify(at(2))
				o.Keep(at(2))
				o.Kept()
				d.Object(3)
			}
		})
	}
	wg.Wait()
	if got := readAll(t, d, "/16"); got != lines("/16/0/0/0=a", "/16/0/0/1=b") {
		t.Errorf("what was created and deleted again left\n%s", got)
	}
}

func TestWalkVisitsWhatLiesBelowAPath(t *testing.T) {
	d, _ := start(t, bench)
	for where, want := range map[string]int{
		"/3303": 3, "/3303/0": 2, "/3303/0/5701": 1, "/3442/0/1120": 3, "/3442/0/1120/5": 1, "/3442/0/1120/6": 0,
		"/4": 0, "/3303/9": 0, "/dev1/3303": 0, "/3303/0/5701/0": 0,
	} {
		got := 0
		d.tree.walk(path(where), func(*object, *instance, *entry) { got++ })
		if got != want {
			t.Errorf("%s: %d entries, want %d", where, got, want)
		}
	}
}

// BenchmarkDevices tells what a device costs beyond its profile: made, written
// to once, and observed.
func BenchmarkDevices(b *testing.B) {
	p, err := Load("thermometer", registry(b))
	if err != nil {
		b.Fatal(err)
	}
	const count = 10_000
	offset := nodes(b, "/3/0/14=+02:00")
	for b.Loop() {
		before := heap()
		devices := make([]*Device, count)
		observations := make([]*Observation, count)
		for i := range devices {
			d, err := New(Config{Profile: p, Seed: uint64(i), Endpoint: fmt.Sprintf("sim-%d", i)})
			if err != nil {
				b.Fatal(err)
			}
			observations[i], _ = d.Observe(1, path("/3303/0/5700"), lwm2m.Attributes{})
			devices[i] = d
		}
		b.ReportMetric(float64(heap()-before)/count, "B/device")
		for _, d := range devices {
			d.Write(1, path("/3/0/14"), Replace, offset)
		}
		b.ReportMetric(float64(heap()-before)/count, "B/written-device")
		runtime.KeepAlive(devices)
		runtime.KeepAlive(observations)
	}
}

// heap returns the octets in use after a collection.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
