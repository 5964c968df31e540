package session

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session/coap"
	"lwcon/session/device"
	"lwcon/session/transport"
)

const twoServers = `lwcon: 1
endpoint: thermo
lwm2m: "1.1"
objects:
  0:
    0: {0: "192.0.2.1:5683", 1: false, 2: 3, 3: "", 4: "", 5: "", 10: 101}
    1: {0: "192.0.2.2:5683", 1: false, 2: 3, 3: "", 4: "", 5: "", 10: 102}
  1:
    0: {0: 101, 1: 300, 5: 30, 6: false, 7: U, 4: , FIRST}
    1: {0: 102, 1: 600, 6: false, 7: U, SECOND}
  3: {0: {0: ACME, 4: }}
  3303: {0: {5700: {ramp: {from: 0, to: 1000, every: 1s}}, 5701: Cel}}
`

// pairOfServers runs a test with two servers, at 192.0.2.1 and 192.0.2.2, and a
// client that knows both and has not registered. The server of index 1 answers
// only while reachable says so.
func pairOfServers(t *testing.T, first, second string, f func(t *testing.T, s [2]*Server, c *Client, reachable *atomic.Bool)) {
	synctest.Test(t, func(t *testing.T) {
		network := transport.NewMemoryNetwork()
		var servers [2]*Server
		for i, at := range []string{"192.0.2.1:5683", "192.0.2.2:5683"} {
			link, err := network.Datagram(at)
			if err != nil {
				t.Fatal(err)
			}
			servers[i] = NewServer(ServerConfig{Definitions: objects.New(), Seed: 1})
			if _, err := servers[i].Listen(link); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { servers[i].Close() })
		}
		var reachable atomic.Bool
		reachable.Store(true)
		var port atomic.Int32
		c := clientOf(t, filled(twoServers, first, second), func(_ context.Context, a device.Account) (transport.Link, transport.Address, error) {
			address, err := transport.ParseAddress(a.URI)
			if err != nil {
				return nil, address, err
			}
			if a.ShortServerID == 101 && !reachable.Load() {
				return nil, address, coap.ErrUnreachable
			}
			link, err := network.Datagram(fmt.Sprintf("192.0.2.7:%d", 40000+port.Add(1)))
			return link, address, err
		})
		f(t, servers, c, &reachable)
	})
}

// filled puts further resources in the two accounts of a profile.
func filled(profile, first, second string) string {
	return strings.NewReplacer("FIRST", first, "SECOND", second).Replace(profile)
}

// clientOf makes a client of a profile.
func clientOf(t *testing.T, profile string, dial func(context.Context, device.Account) (transport.Link, transport.Address, error)) *Client {
	t.Helper()
	parsed, err := device.Parse("test.yaml", profile, objects.New())
	if err != nil {
		t.Fatal(err)
	}
	d, err := device.New(device.Config{Profile: parsed})
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewClient(ClientConfig{Device: d, Dial: dial, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

func TestRegistersWithEachServerByItsAccount(t *testing.T) {
	pairOfServers(t, "", "", func(t *testing.T, s [2]*Server, c *Client, _ *atomic.Bool) {
		if r, err := c.Register(t.Context()); err != nil || r.Code != Created {
			t.Fatalf("register: %+v, %v", r, err)
		}
		for i, lifetime := range []time.Duration{300, 600} {
			e, err := s[i].Find("thermo")
			if err != nil || e.Registration().Lifetime != lifetime*time.Second {
				t.Fatalf("server %d: %v, %v", i, e, err)
			}
			r, err := Read(t.Context(), e, at(fmt.Sprintf("/1/%d/0", i)), ReadOptions{})
			if err != nil || shown(r) != fmt.Sprintf("2.05 /1/%d/0=%d", i, 101+i) {
				t.Errorf("server %d: %v, %v", i, r, err)
			}
		}
		events := c.Log().Reader(0)
		for e, _, ok := events.TryNext(); ok; e, _, ok = events.TryNext() {
			if e.Server != 101 && e.Server != 102 {
				t.Errorf("event %s does not say of which server", e.Kind)
			}
		}
	})
}

func TestAttributesAndObservationsAreThoseOfOneServer(t *testing.T) {
	pairOfServers(t, "", "", func(t *testing.T, s [2]*Server, c *Client, _ *atomic.Bool) {
		if _, err := c.Register(t.Context()); err != nil {
			t.Fatal(err)
		}
		var cursors [2]*Reader
		for i, pmin := range []float64{2, 5} {
			e, err := s[i].Find("thermo")
			if err != nil {
				t.Fatal(err)
			}
			set := lwm2m.Attributes{}.Set(lwm2m.PMin, pmin)
			if r, err := WriteAttributes(t.Context(), e, at("/3303/0/5700"), set, RequestOptions{}); err != nil || r.Code != Changed {
				t.Fatalf("write-attributes: %+v, %v", r, err)
			}
			cursors[i] = s[i].Log().Reader(s[i].Log().End())
			if r, err := Observe(t.Context(), e, at("/3303/0/5700"), ObserveOptions{}); err != nil || r.Observation == 0 {
				t.Fatalf("observe: %+v, %v", r, err)
			}
		}
		pass(10*time.Second + time.Millisecond)
		for i, want := range []string{"2 4 6 8 10", "5 10"} {
			if got := notified(cursors[i]); got != want {
				t.Errorf("server %d was notified of %s, want %s", i, got, want)
			}
		}
	})
}

func TestDisableConcernsOneServer(t *testing.T) {
	pairOfServers(t, "", "", func(t *testing.T, s [2]*Server, c *Client, _ *atomic.Bool) {
		if _, err := c.Register(t.Context()); err != nil {
			t.Fatal(err)
		}
		e, _ := s[0].Find("thermo")
		if r, err := Execute(t.Context(), e, at("/1/0/4"), "", RequestOptions{}); err != nil || r.Code != Changed {
			t.Fatalf("disable: %+v, %v", r, err)
		}
		pass(29 * time.Second)
		if len(s[0].Endpoints()) != 0 || len(s[1].Endpoints()) != 1 || c.Connections()[0].State() != ClientAway {
			t.Errorf("the servers know %d and %d, want 0 and 1", len(s[0].Endpoints()), len(s[1].Endpoints()))
		}
		pass(2 * time.Second)
		if len(s[0].Endpoints()) != 1 {
			t.Error("after the Disable Timeout the device registers again")
		}
	})
}

func TestServersOfAnOrderRegisterOneAfterTheOther(t *testing.T) {
	// The second account is the first in the order; it begins after 10 s.
	pairOfServers(t, "13: 2", "13: 1, 14: 10", func(t *testing.T, s [2]*Server, c *Client, _ *atomic.Bool) {
		begun := time.Now()
		if _, err := c.Register(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i := range s {
			e, err := s[i].Find("thermo")
			if err != nil {
				t.Fatal(err)
			}
			if wait := e.Registration().Registered.Sub(begun); wait < 10*time.Second || wait > 11*time.Second {
				t.Errorf("server %d: registered after %v, want 10 s", i, wait)
			}
		}
	})
}

func TestFailedRegistrationBlocksThoseBehindIt(t *testing.T) {
	for _, block := range []bool{true, false} {
		t.Run(fmt.Sprint(block), func(t *testing.T) {
			pairOfServers(t, fmt.Sprintf("13: 1, 18: 10, 15: %v", block), "13: 2", func(t *testing.T, s [2]*Server, c *Client, reachable *atomic.Bool) {
				reachable.Store(false)
				if _, err := c.Register(t.Context()); err == nil {
					t.Fatal("the first server could not be reached")
				}
				if want := map[bool]int{true: 0, false: 1}[block]; len(s[1].Endpoints()) != want {
					t.Errorf("the second server knows %d devices, want %d", len(s[1].Endpoints()), want)
				}
				reachable.Store(true)
				pass(11 * time.Second)
				if len(s[0].Endpoints()) != 1 || len(s[1].Endpoints()) != 1 {
					t.Errorf("after the retry the servers know %d and %d, want both 1", len(s[0].Endpoints()), len(s[1].Endpoints()))
				}
			})
		})
	}
}

func TestFailedRegisterIsRetriedAsObject1Says(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		attempts := make(chan int, 100)
		c := clientOf(t, "objects: {1: {0: {0: 1, 17: 3, 18: 10, 19: 100, 20: 2}}, 3: {0: }}",
			func(context.Context, device.Account) (transport.Link, transport.Address, error) {
				attempts <- int(time.Since(begun) / time.Second)
				return nil, transport.Address{}, coap.ErrUnreachable
			})
		if _, err := c.Register(t.Context()); err == nil {
			t.Fatal("nobody is there")
		}
		pass(300 * time.Second)
		c.Close(t.Context())
		close(attempts)
		var list []int
		for second := range attempts {
			list = append(list, second)
		}
		if got := fmt.Sprint(list); got != "[0 10 30 130 140 160 260 270 290]" {
			t.Errorf("attempts at %s s", got)
		}
	})
}

func TestNewAccountRegistersAndOneThatIsGoneIsSilent(t *testing.T) {
	pairOfServers(t, "", "", func(t *testing.T, s [2]*Server, c *Client, _ *atomic.Bool) {
		if _, err := c.Register(t.Context()); err != nil {
			t.Fatal(err)
		}
		if r := c.Put(at("/0/1/0"), device.Replace, []lwm2m.Node{value("/0/1/0", lwm2m.StringValue("192.0.2.1:5683"))}); r.Status != device.Changed {
			t.Fatalf("put: %+v", r)
		}
		pass(time.Second)
		n := c.Connections()
		if len(n) != 2 || n[1].State() != ClientRegistered || n[1].Server().String() != "192.0.2.1:5683" {
			t.Errorf("connections %+v", n)
		}
	})
}

func TestLostConnectionIsDialledAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := transport.NewMemoryNetwork()
		far, err := network.Stream("192.0.2.1:5683")
		if err != nil {
			t.Fatal(err)
		}
		s := NewServer(ServerConfig{Definitions: objects.New(), Seed: 1})
		if _, err := s.Listen(far); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		var dialled atomic.Int32
		var last atomic.Pointer[transport.Memory]
		c := clientOf(t, testProfile, func(ctx context.Context, _ device.Account) (transport.Link, transport.Address, error) {
			link, err := network.Stream(fmt.Sprintf("192.0.2.7:%d", 40000+dialled.Add(1)))
			if err != nil {
				return nil, far.Address(), err
			}
			last.Store(link)
			return connecting{link, far.Address()}, far.Address(), nil
		})
		if r, err := c.Register(t.Context()); err != nil || r.Code != Created {
			t.Fatalf("register: %+v, %v", r, err)
		}
		pass(time.Second)
		last.Load().Disconnect(far.Address(), nil)
		pass(5 * time.Second)
		e, err := s.Find("thermo")
		if err != nil || dialled.Load() != 2 || c.State() != ClientRegistered {
			t.Fatalf("%v, %d times dialled, %s", err, dialled.Load(), c.State())
		}
		if r, err := Read(t.Context(), e, at("/3/0/0"), ReadOptions{}); err != nil || shown(r) != "2.05 /3/0/0=ACME" {
			t.Errorf("%v, %v", r, err)
		}
		if r, err := Execute(t.Context(), e, at("/3/0/4"), "", RequestOptions{}); err != nil || r.Code != Changed {
			t.Errorf("%+v, %v", r, err)
		}
		pass(5 * time.Second)
		if dialled.Load() != 3 || c.State() != ClientRegistered {
			t.Errorf("%d times dialled, %s; a reboot ends the connection", dialled.Load(), c.State())
		}
	})
}

// connecting is a stream that connects as it starts.
type connecting struct {
	*transport.Memory
	to transport.Address
}

func (c connecting) Start(r transport.Receiver) error {
	if err := c.Memory.Start(r); err != nil {
		return err
	}
	return c.Connect(context.Background(), c.to)
}
