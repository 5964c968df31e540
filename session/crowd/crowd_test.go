package crowd

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session"
	"lwcon/session/coap"
	"lwcon/session/device"
	"lwcon/session/transport"
)

// bench is a server of ours and the lanes towards it, in memory.
type bench struct {
	t      testing.TB
	server *session.Server
	lanes  transport.Lanes
}

func newBench(t testing.TB) *bench {
	t.Helper()
	network := transport.NewMemoryNetwork()
	link, err := network.Datagram("192.0.2.1:5683")
	if err != nil {
		t.Fatal(err)
	}
	s := session.NewServer(session.ServerConfig{Definitions: objects.New()})
	if _, err := s.Listen(link); err != nil {
		t.Fatal(err)
	}
	lanes, err := network.Lanes("192.0.2.1:5683")
	if err != nil {
		t.Fatal(err)
	}
	return &bench{t, s, lanes}
}

// profile is the built-in thermometer, with rules of misbehaviour if wanted.
func profile(t testing.TB, rules string) *device.Profile {
	t.Helper()
	text, _ := device.Source("thermometer")
	p, err := device.Parse("thermometer.yaml", text+rules, objects.New())
	if err != nil {
		t.Fatal(err)
	}
	return p.At("coap://192.0.2.1:5683")
}

// pass lets time pass in the bubble.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// run runs a crowd in virtual time for a while and returns how it stood then, and in
// the end.
func run(t *testing.T, b *bench, c Config, d time.Duration, during func(*Crowd)) (then, end Report, err error) {
	t.Helper()
	c.Lanes = b.lanes
	if c.Names, err = ParseNames("sim-{0..}"); err != nil {
		t.Fatal(err)
	}
	crowd, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- crowd.Run(ctx) }()
	pass(d)
	if during != nil {
		during(crowd)
	}
	then = crowd.Report()
	cancel()
	err = <-ended
	return then, crowd.Total(), err
}

func TestACrowdRegistersAtItsRateAndLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		defer b.server.Close()
		c := Config{Profile: profile(t, ""), Count: 100, Rate: 10}
		half, end, err := run(t, b, c, 4950*time.Millisecond, func(*Crowd) {
			if n := len(b.server.Endpoints()); n != 50 {
				t.Errorf("%d are registered after 4.95 s, want 50", n)
			}
			if _, err := b.server.Find("sim-49"); err != nil {
				t.Error(err)
			}
		})
		if err != nil || half.Registered != 50 || half.Registers != 50 || half.Errors != 0 || half.Rate < 9 || half.Rate > 11 {
			t.Errorf("%+v, %v", half, err)
		}
		if end.Registered != 0 || end.Deregisters != 50 || len(b.server.Endpoints()) != 0 {
			t.Errorf("%d endpoints are left: %+v", len(b.server.Endpoints()), end)
		}
	})
}

func TestACrowdUpdatesNotifiesSendsAndIsServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		defer b.server.Close()
		c := Config{
			Profile: profile(t, ""), Count: 10, Update: 20 * time.Second, Notify: 10 * time.Second,
			Sends: []Send{{lwm2m.NewPath(3303, 0, 5700), 30 * time.Second}},
		}
		then, _, err := run(t, b, c, time.Second, func(crowd *Crowd) {
			for _, e := range b.server.Endpoints() {
				if r, err := session.Observe(t.Context(), e, lwm2m.NewPath(3303, 0, 5700), session.ObserveOptions{}); err != nil || r.Observation == 0 {
					t.Fatalf("%+v, %v", r, err)
				}
			}
			pass(time.Minute)
		})
		if err != nil || then.Updates != 30 || then.Notifications != 60 || then.Sends < 15 || then.Sends > 25 || then.Served != 10 || then.Errors != 0 {
			t.Errorf("%+v, %v", then, err)
		}
	})
}

func TestAShareOfACrowdGoesSilentOrMisbehaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		defer b.server.Close()
		c := Config{
			Profile: profile(t, "misbehave:\n  - {when: {operation: read}, do: {code: 5.00}}\n"),
			Count:   200, Misbehaving: 0.25, Silent: 0.25, Seed: 7,
		}
		refused, silent := 0, 0
		then, _, err := run(t, b, c, time.Second, func(*Crowd) {
			for _, e := range b.server.Endpoints() {
				r, err := session.Read(t.Context(), e, lwm2m.NewPath(3, 0, 0), session.ReadOptions{RequestOptions: session.RequestOptions{Timeout: 2 * time.Second}})
				switch {
				case errors.Is(err, coap.ErrTimeout):
					silent++
				case err == nil && r.Code == session.InternalServerError:
					refused++
				case err != nil:
					t.Fatal(err)
				}
			}
		})
		if err != nil || int64(silent) != then.Silent || silent < 30 || silent > 70 || refused < 20 || refused > 60 {
			t.Errorf("%d silent, %d refused: %+v, %v", silent, refused, then, err)
		}
	})
}

func TestDevicesThatShareASocketAnswerUnavailable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		defer b.server.Close()
		c := Config{Profile: profile(t, ""), Count: 20, Sockets: 2}
		then, end, err := run(t, b, c, time.Second, func(*Crowd) {
			e, err := b.server.Find("sim-5")
			if err != nil {
				t.Fatal(err)
			}
			r, err := session.Read(t.Context(), e, lwm2m.NewPath(3, 0, 0), session.ReadOptions{})
			if err != nil || r.Code != coap.ServiceUnavailable {
				t.Errorf("%+v, %v", r, err)
			}
		})
		if err != nil || then.Registered != 20 || then.Unserved != 1 || end.Deregisters != 20 {
			t.Errorf("%+v, %+v, %v", then, end, err)
		}
	})
}

func TestACrowdThatNobodyTakesSaysWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.server.Close() // nobody is there any more
		c := Config{Profile: profile(t, ""), Count: 3}
		_, end, err := run(t, b, c, 10*time.Minute, nil)
		if err == nil || !strings.Contains(err.Error(), "no answer") || end.Timeouts == 0 || end.Registers != 0 {
			t.Errorf("%+v, %v", end, err)
		}
	})
}

func TestConfigsThatCannotBeAreRefused(t *testing.T) {
	b := newBench(t)
	defer b.server.Close()
	for name, c := range map[string]Config{
		"no profile": {Count: 1, Lanes: b.lanes},
		"no devices": {Profile: profile(t, ""), Lanes: b.lanes},
		"too many":   {Profile: profile(t, ""), Count: MaxDevices + 1, Lanes: b.lanes},
		"no way":     {Profile: profile(t, ""), Count: 1},
	} {
		if _, err := New(c); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}
