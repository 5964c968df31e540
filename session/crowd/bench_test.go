package crowd

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session"
	"lwcon/session/transport"
)

// BenchmarkCrowd registers a crowd with a server of ours in the same process, has
// each device be observed and notify every 10 seconds, and reports what a device
// costs in heap and stack, the client alone, the Registers a second, and the
// notifications a second over a minute.
func BenchmarkCrowd(b *testing.B) {
	b.Run("sockets/10000", func(b *testing.B) {
		for b.Loop() {
			link, err := transport.ListenUDP(b.Context(), "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			lanes, err := transport.DialSockets(b.Context(), link.Address().String())
			if err != nil {
				b.Fatal(err)
			}
			benchmarkCrowd(b, link, lanes, 10_000)
		}
	})
	b.Run("memory/20000", func(b *testing.B) {
		for b.Loop() {
			network := transport.NewMemoryNetwork()
			link, err := network.Datagram("192.0.2.1:5683")
			if err != nil {
				b.Fatal(err)
			}
			lanes, err := network.Lanes("192.0.2.1:5683")
			if err != nil {
				b.Fatal(err)
			}
			benchmarkCrowd(b, link, lanes, 20_000)
		}
	})
}

func benchmarkCrowd(b *testing.B, link transport.Link, lanes transport.Lanes, count int) {
	b.Helper()
	s := session.NewServer(session.ServerConfig{Definitions: objects.New()})
	if _, err := s.Listen(link); err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	p := profile(b, "")
	names, err := ParseNames("sim-{0..}")
	if err != nil {
		b.Fatal(err)
	}
	crowd, err := New(Config{Profile: p, Names: names, Count: count, Lanes: lanes, Notify: 10 * time.Second})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	begun := time.Now()
	go func() { ended <- crowd.Run(ctx) }()
	await(b, func() bool { return crowd.Total().Registered == int64(count) })
	b.ReportMetric(float64(count)/time.Since(begun).Seconds(), "registrations/s")
	path := lwm2m.NewPath(3303, 0, 5700)
	for _, e := range s.Endpoints() {
		if r, err := session.Observe(ctx, e, path, session.ObserveOptions{}); err != nil || r.Observation == 0 {
			b.Fatalf("%+v, %v", r, err)
		}
	}
	before, since := crowd.Total().Notifications, time.Now()
	await(b, func() bool { return time.Since(since) > time.Minute })
	sent := crowd.Total().Notifications - before
	b.ReportMetric(float64(sent)/time.Since(since).Seconds(), "notifications/s")
	// What the crowd costs is what goes with it; the server stays.
	with := inUse()
	cancel()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
	end := crowd.Total()
	crowd, p = nil, nil
	b.ReportMetric(float64(with-inUse())/float64(count), "B/device-and-registration")
	b.ReportMetric(float64(end.Errors), "errors")
}

// BenchmarkDevices makes the devices of a crowd and lets them register with a server
// that keeps nothing, so that what is counted is the client alone.
func BenchmarkDevices(b *testing.B) {
	for _, count := range []int{10_000} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			for b.Loop() {
				octetsOfDevices(b, count)
			}
		})
	}
}

func inUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// await waits until something is so.
func await(b *testing.B, so func() bool) {
	b.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit, cancel := context.WithTimeout(b.Context(), 2*time.Minute)
	defer cancel()
	for !so() {
		select {
		case <-tick.C:
		case <-limit.Done():
			b.Fatal("it did not come about")
		}
	}
}
