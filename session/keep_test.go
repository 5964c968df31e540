package session

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/lwm2m/objects"
	"lwcon/session/device"
	"lwcon/session/transport"
)

// keeping is a server at the address of memoryServer that keeps its
// registrations in a file.
func keeping(t *testing.T, network *transport.MemoryNetwork, name string, fresh bool) *Server {
	t.Helper()
	link, err := network.Datagram("192.0.2.1:5683")
	if err != nil {
		t.Fatal(err)
	}
	return keepingOn(t, link, name, fresh)
}

func keepingOn(t *testing.T, link transport.Link, name string, fresh bool) *Server {
	t.Helper()
	s := NewServer(ServerConfig{Definitions: objects.New()})
	l, err := s.Listen(link)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Keep(name, fresh); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRegistrationsAndObservationsOutliveTheServer(t *testing.T) {
	name := filepath.Join(t.TempDir(), "state", "registrations")
	synctest.Test(t, func(t *testing.T) {
		network := transport.NewMemoryNetwork()
		s := keeping(t, network, name, false)
		c := connected(t, network, testProfile)
		e, err := s.Find("thermo")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Observe(t.Context(), e, at("/3303/0/5700"), ObserveOptions{}); err != nil {
			t.Fatal(err)
		}
		before := e.Registration()
		s.Close()
		pass(10 * time.Second)

		s = keeping(t, network, name, false)
		defer s.Close()
		if e, err = s.Find("thermo"); err != nil {
			t.Fatal(err)
		}
		g := e.Registration()
		if !g.Restored || g.Raw != before.Raw || g.Location != before.Location || g.Address != before.Address ||
			!g.Updated.Equal(before.Updated) || g.ObjectVersion(3303) != before.ObjectVersion(3303) {
			t.Errorf("restored %+v, want %+v", g, before)
		}
		cursor := s.Log().Reader(s.Log().End())
		pass(2 * time.Second)
		if got := notified(cursor); got == "" {
			t.Error("no notification of the observation that was begun before the restart")
		}
		if r, err := Cancel(t.Context(), e, at("/3303/0/5700"), CancelOptions{}); err != nil || r.Code != Content {
			t.Errorf("cancel: %+v, %v", r, err)
		}
		if r, err := c.Update(t.Context()); err != nil || r.Code != Changed {
			t.Errorf("update: %+v, %v; want 2.04 at the old location", r, err)
		}
		if e.Registration().Restored {
			t.Error("still marked as restored after an Update")
		}
	})
}

func TestARequestWaitsForARestoredDeviceToConnectAnew(t *testing.T) {
	name := filepath.Join(t.TempDir(), "registrations")
	synctest.Test(t, func(t *testing.T) {
		network := transport.NewMemoryNetwork()
		listen := func() *Server {
			link, err := network.Stream("192.0.2.1:5683")
			if err != nil {
				t.Fatal(err)
			}
			return keepingOn(t, link, name, false)
		}
		s := listen()
		var dialled atomic.Int32
		far, _ := transport.ParseAddress("192.0.2.1:5683")
		c := clientOf(t, testProfile, func(context.Context, device.Account) (transport.Link, transport.Address, error) {
			link, err := network.Stream(fmt.Sprintf("192.0.2.7:%d", 40000+dialled.Add(1)))
			return connecting{link, far}, far, err
		})
		if r, err := c.Register(t.Context()); err != nil || r.Code != Created {
			t.Fatalf("register: %+v, %v", r, err)
		}
		s.Close()
		s = listen()
		defer s.Close()
		e, err := s.Find("thermo")
		if err != nil || !e.Asleep() || !e.Away() {
			t.Fatalf("%v; want it asleep and away until it connects", err)
		}
		if r, err := Read(t.Context(), e, at("/3/0/0"), ReadOptions{}); err != nil || shown(r) != "2.05 /3/0/0=ACME" {
			t.Errorf("%v, %v", r, err)
		}
		if e.Asleep() || e.Away() || dialled.Load() < 2 {
			t.Errorf("asleep %v after %d connections", e.Asleep(), dialled.Load())
		}
	})
}

func TestOnlyWhatStillHoldsIsRestored(t *testing.T) {
	name := filepath.Join(t.TempDir(), "registrations")
	synctest.Test(t, func(t *testing.T) {
		network := transport.NewMemoryNetwork()
		s := keeping(t, network, name, false)
		p := peer(t, network, "192.0.2.7:40001", nil)
		register(t, p, "short", 60)
		register(t, p, "long", 86400)
		gone := register(t, p, "gone", 86400)
		send(t, p, 4, gone, nil, "")
		s.Close()
		pass(2 * time.Minute)
		s = keeping(t, network, name, false)
		if got := endpointNames(s.Endpoints()); len(got) != 1 || got[0] != "long" {
			t.Errorf("restored %v, want long", got)
		}
		s.Close()
		s = keeping(t, network, name, true)
		defer s.Close()
		if got := endpointNames(s.Endpoints()); len(got) != 0 {
			t.Errorf("fresh, but restored %v", got)
		}
	})
}

func TestSpoiltStateLosesOnlyWhatIsSpoilt(t *testing.T) {
	name := filepath.Join(t.TempDir(), "registrations")
	synctest.Test(t, func(t *testing.T) {
		network := transport.NewMemoryNetwork()
		s := keeping(t, network, name, false)
		register(t, peer(t, network, "192.0.2.7:40001", nil), "dev1", 86400)
		s.Close()
		f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(`{"endpoint":"dev2","loca`); err != nil {
			t.Fatal(err)
		}
		f.Close()
		s = keeping(t, network, name, false)
		defer s.Close()
		if got := endpointNames(s.Endpoints()); len(got) != 1 || got[0] != "dev1" {
			t.Errorf("restored %v, want dev1", got)
		}
	})
}

func TestStateFileStaysSmall(t *testing.T) {
	name := filepath.Join(t.TempDir(), "registrations")
	synctest.Test(t, func(t *testing.T) {
		network := transport.NewMemoryNetwork()
		s := keeping(t, network, name, false)
		defer s.Close()
		p := peer(t, network, "192.0.2.7:40001", nil)
		location := register(t, p, "dev1", 86400)
		for range 3 * keptSlack {
			send(t, p, 2, location, nil, "")
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if lines := strings.Count(string(b), "\n"); lines > keptSlack+3 {
			t.Errorf("%d lines for one endpoint, want at most %d", lines, keptSlack+3)
		}
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != keptFileMode {
			t.Errorf("mode %v, %v; want %o", info.Mode(), err, keptFileMode)
		}
	})
}

func TestStateThatCannotBeWrittenIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := transport.NewMemoryNetwork()
		link, err := network.Datagram("192.0.2.1:5683")
		if err != nil {
			t.Fatal(err)
		}
		s := NewServer(ServerConfig{})
		defer s.Close()
		l, err := s.Listen(link)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Keep(filepath.Join(os.DevNull, "registrations"), false); err == nil {
			t.Error("no error")
		}
	})
}

func TestFreshIgnoresRegistrationsWithoutDestroyingThem(t *testing.T) {
	name := filepath.Join(t.TempDir(), "registrations")
	synctest.Test(t, func(t *testing.T) {
		network := transport.NewMemoryNetwork()
		s := keeping(t, network, name, false)
		one := peer(t, network, "192.0.2.7:40001", nil)
		two := peer(t, network, "192.0.2.8:40001", nil)
		register(t, one, "dev1", 86400)
		register(t, two, "dev2", 86400)
		s.Close()

		s = keeping(t, network, name, true)
		if got := len(s.Endpoints()); got != 0 {
			t.Errorf("%d endpoints with fresh, want none", got)
		}
		location := register(t, two, "dev2", 86400)
		s.Close()

		s = keeping(t, network, name, false)
		defer s.Close()
		if _, err := s.Find("dev1"); err != nil {
			t.Errorf("what was ignored is lost: %v", err)
		}
		e, err := s.Find("dev2")
		if err != nil || e.Registration().Location != location {
			t.Errorf("the newer registration does not count: %v, %v", e, err)
		}
	})
}
