package commands

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/lwm2m/objects"
	"lwcon/session"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

// bed is a server with a client by hand that sleeps: it answers all reads while
// its radio is on.
type bed struct {
	*bench
	link   func(address string) (*transport.Memory, error) // of a network
	server transport.Address
	client *coap.Endpoint
	on     bool
	place  string // its location
}

// asleep runs a test with a client in queue mode that has gone to sleep. State
// is the directory of states, "" for none.
func asleep(t *testing.T, state string, f func(b *bed)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bed{bench: &bench{t: t}, link: transport.NewMemoryNetwork().Datagram, on: true}
		b.open(state, false)
		b.dial("192.0.2.7:40001")
		t.Cleanup(func() {
			_ = b.client.Close()
			_ = b.env.Sessions.Close(context.Background())
		})
		b.place = "/" + strings.Join(b.send("/rd", "ep=sleepy", "lt=86400", "lwm2m=1.1", "b=U", "Q").LocationPath(), "/")
		b.do("sleep 2m")
		b.on = false
		f(b)
	})
}

// open opens the server, as a new run of lwcon does.
func (b *bed) open(state string, fresh bool) {
	b.t.Helper()
	link := b.at("192.0.2.1:5683")
	s, err := Open(b.t.Context(), Config{Links: []transport.Link{link}, Definitions: objects.New(), Seed: 1, State: state, Fresh: fresh})
	if err != nil {
		b.t.Fatal(err)
	}
	b.server = link.Address()
	b.env = &Env{Table: All(), Sessions: s, Definitions: objects.New(), Version: "test"}
}

// at is a link of the bed's network.
func (b *bed) at(address string) *transport.Memory {
	b.t.Helper()
	link, err := b.link(address)
	if err != nil {
		b.t.Fatal(err)
	}
	return link
}

// dial makes the client, at an address.
func (b *bed) dial(address string) *transport.Memory {
	b.t.Helper()
	link := b.at(address)
	var err error
	b.client, err = coap.NewEndpoint(coap.Config{Link: link, Handler: func(r *coap.Request) {
		if !b.on {
			r.Ignore()
			return
		}
		m := coap.NewResponse(coap.Content)
		m.SetContentFormat(0)
		m.Payload = []byte("ACME")
		_ = r.Respond(m)
	}})
	if err != nil {
		b.t.Fatal(err)
	}
	return link
}

// send sends a Register or an Update.
func (b *bed) send(path string, queries ...string) *coap.Message {
	b.t.Helper()
	m := coap.NewRequest(coap.POST, path)
	for _, q := range queries {
		m.AddQuery(q)
	}
	if path == "/rd" {
		m.SetContentFormat(40)
		m.Payload = []byte("</1/0>,</3/0>")
	}
	x, err := b.client.Do(b.t.Context(), b.server, m, coap.RequestOptions{})
	if err != nil {
		b.t.Fatal(err)
	}
	return x.Response
}

// wake turns the radio on after a time, and sends an Update.
func (b *bed) wake(after time.Duration) {
	go func() {
		timer := b.env.clock().NewTimer(after)
		<-timer.C()
		b.on = true
		b.send(b.place)
	}()
}

func TestARequestToASleepingDeviceWaitsForIt(t *testing.T) {
	asleep(t, "", func(b *bed) {
		if w := b.do("wait asleep").(*Waited); !w.Passed {
			t.Errorf("got %+v", w)
		}
		c := fields(t, b.do("clients"))["clients"].([]any)[0].(map[string]any)
		if c["asleep"] != true || c["waiting"] != 0.0 {
			t.Errorf("client %v", c)
		}
		b.wake(time.Hour)
		r, events, err := b.try("read /3/0/0")
		if err != nil || shown(t, r) != "2.05 /3/0/0=ACME" {
			t.Fatalf("%v, %v", r, err)
		}
		if len(events) != 1 {
			t.Fatalf("got %d events, want that it waits", len(events))
		}
		if m := fields(t, events[0]); m["event"] != "queued" || m["place"] != 1.0 || m["operation"] != "read" || m["path"] != "/3/0/0" {
			t.Errorf("got %v", m)
		}
		if w := b.do("wait awake").(*Waited); !w.Passed {
			t.Errorf("got %+v", w)
		}
	})
}

func TestTheQueueIsListedAndDropped(t *testing.T) {
	asleep(t, "", func(b *bed) {
		done := make(chan error, 2)
		for _, line := range []string{"read /3/0/0", "read /3/0/1"} {
			fork := b.env.Fork()
			words, _ := Words(line)
			go func() {
				_, err := fork.Table.Do(b.t.Context(), fork, words, nil)
				done <- err
			}()
			synctest.Wait()
		}
		q := b.do("queue").(*Queue)
		if len(q.List) != 2 || q.List[0].Place != 1 || q.List[1].Place != 2 || q.List[1].Path.String() != "/3/0/1" {
			t.Fatalf("got %+v", q.List)
		}
		b.do("queue drop " + formatCount(q.List[0].Number))
		if e, ok := (<-done).(*Error); !ok || e.Kind != NoPeerError || !strings.Contains(e.Message, "dropped") {
			t.Errorf("got %v", e)
		}
		if r, _, err := b.try("queue drop 99"); ExitStatus(r, err) != ExitUsage {
			t.Errorf("a number that is not there: %v, want exit 2", err)
		}
		b.do("forget sleepy")
		if e, ok := (<-done).(*Error); !ok || e.Kind != NoPeerError {
			t.Errorf("after forget: got %v", e)
		}
	})
}

func TestADeviceThatDoesNotWakeInTimeIsATimeout(t *testing.T) {
	asleep(t, "", func(b *bed) {
		r, _, err := b.try("read /3/0/0 --wait 60s")
		e, ok := err.(*Error)
		if !ok || e.Kind != TimeoutError || ExitStatus(r, err) != ExitNoAnswer || !strings.Contains(e.Message, "did not wake within 1m0s") {
			t.Errorf("got %v", err)
		}
		if q := b.do("queue").(*Queue); len(q.List) != 0 {
			t.Errorf("still waits: %+v", q.List)
		}
	})
}

func TestTheNextRunKnowsTheDeviceThatSleeps(t *testing.T) {
	asleep(t, filepath.Join(t.TempDir(), "state"), func(b *bed) {
		state := b.env.Sessions.state
		if err := b.env.Sessions.Close(b.t.Context()); err != nil {
			t.Fatal(err)
		}
		b.open(state, false)
		c := fields(t, b.do("clients"))["clients"].([]any)[0].(map[string]any)
		if c["restored"] != true || c["asleep"] != true || c["endpoint"] != "sleepy" {
			t.Errorf("client %v", c)
		}
		b.wake(time.Minute)
		if got := shown(t, b.do("read /3/0/0")); got != "2.05 /3/0/0=ACME" {
			t.Errorf("got %s", got)
		}
		if err := b.env.Sessions.Close(b.t.Context()); err != nil {
			t.Fatal(err)
		}
		b.open(state, true)
		if c := b.do("clients").(*Clients); len(c.Registrations) != 0 {
			t.Errorf("fresh: got %+v", c.Registrations)
		}
		events := b.env.Sessions.Log().Reader(0)
		b.send(b.place)
		e, _, ok := events.TryNext()
		if !ok || e.Kind != session.EventDeviation || !strings.Contains(e.Deviations[0].Message, "restart") {
			t.Errorf("got %+v, want the reason of the 4.04", e)
		}
	})
}

func TestServerSettings(t *testing.T) {
	live(t, func(b *bench) {
		m := fields(t, b.do("set"))["settings"].(map[string]any)
		if m["reobserve"] != "on" || m["awake-time"] != "1m33s" {
			t.Errorf("got %v", m)
		}
		b.do("set reobserve off")
		b.do("set awake-time 10s")
		if s := b.env.Sessions.Server(); s.Reobserves() || s.AwakeTime() != 10*time.Second {
			t.Errorf("reobserve %v, awake %v", s.Reobserves(), s.AwakeTime())
		}
		for _, line := range []string{"set reobserve perhaps", "set awake-time long"} {
			if r, _, err := b.try(line); ExitStatus(r, err) != ExitUsage {
				t.Errorf("%s: %v, want exit 2", line, err)
			}
		}
	})
}
