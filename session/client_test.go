package session

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session/coap"
	"lwcon/session/device"
	"lwcon/session/transport"
)

const testProfile = `lwcon: 1
endpoint: thermo
lwm2m: "1.1"
lifetime: 300
objects:
  1: {0: {0: 1, 1: 300, 6: false, 7: U}}
  3: {0: {0: ACME, 1: T-1000, 4: {execute: reboot}, 9: {ramp: {from: 100, to: 0, every: 10s}}, 11: {0: 0}, 14: "+01:00", 16: U}}
  3303: {0: {5700: {ramp: {from: 0, to: 1000, every: 1s}}, 5701: Cel}}
`

// simulated is a client of ours, registered with a memory server.
func simulated(t *testing.T, s *Server, network *transport.MemoryNetwork, profile string) (*Client, *Endpoint) {
	t.Helper()
	c := connected(t, network, profile)
	e, err := s.Find("thermo")
	if err != nil {
		t.Fatal(err)
	}
	return c, e
}

// connected is a client of ours at 192.0.2.7:40001, registered with the server of
// a network.
func connected(t *testing.T, network *transport.MemoryNetwork, profile string) *Client {
	t.Helper()
	parsed, err := device.Parse("test.yaml", profile, objects.New())
	if err != nil {
		t.Fatal(err)
	}
	d, err := device.New(device.Config{Profile: parsed})
	if err != nil {
		t.Fatal(err)
	}
	link, err := network.Datagram("192.0.2.7:40001")
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewClient(ClientConfig{Device: d, Dial: Linked(link, serverAddress(t))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	if r, err := c.Register(t.Context()); err != nil || r.Code != Created {
		t.Fatalf("Register: %+v, %v", r, err)
	}
	return c
}

// bubble runs a test in virtual time against a simulated thermometer.
func bubble(t *testing.T, f func(t *testing.T, s *Server, c *Client, e *Endpoint)) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{Definitions: objects.New()})
		c, e := simulated(t, s, network, testProfile)
		f(t, s, c, e)
	})
}

func at(text string) lwm2m.Path { return lwm2m.MustParsePath(text) }

// shown writes the values of a result, one after the other.
func shown(r *Result) string {
	if r.Tree == nil {
		return r.Code.String()
	}
	var list []string
	for i := range r.Tree.Nodes {
		n := &r.Tree.Nodes[i]
		list = append(list, fmt.Sprintf("%s=%s", n.Path(), n.Value()))
	}
	return r.Code.String() + " " + strings.Join(list, " ")
}

func TestReadInEachFormat(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		for _, f := range []lwm2m.ContentFormat{lwm2m.FormatTLV, lwm2m.FormatSenMLJSON, lwm2m.FormatSenMLCBOR} {
			r, err := Read(t.Context(), e, at("/3/0"), ReadOptions{Accept: &f})
			if err != nil {
				t.Fatal(err)
			}
			const want = "2.05 /3/0/0=ACME /3/0/1=T-1000 /3/0/9=100 /3/0/11/0=0 /3/0/14=+01:00 /3/0/16=U"
			if shown(r) != want || r.Format != f || len(r.Deviations) != 0 || r.Tree.Nodes[0].Name() != "Manufacturer" {
				t.Errorf("%s: %s as %s, %v; want %s", f, shown(r), r.Format, r.Deviations, want)
			}
		}
		for _, f := range []lwm2m.ContentFormat{lwm2m.FormatText, lwm2m.FormatCBOR} {
			if r, err := Read(t.Context(), e, at("/3/0/9"), ReadOptions{Accept: &f}); err != nil || shown(r) != "2.05 /3/0/9=100" {
				t.Errorf("%s: %v, %v", f, r, err)
			}
		}
	})
}

func TestReadIsRefusedAsTheSpecificationSays(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		text := lwm2m.FormatText
		for p, want := range map[string]Code{
			"/3/0/4": MethodNotAllowed, "/3/0/99": NotFound, "/4/0": NotFound, "/0/0": Unauthorized,
		} {
			if r, err := Read(t.Context(), e, at(p), ReadOptions{}); err != nil || r.Code != want {
				t.Errorf("%s: %+v, %v; want %v", p, r, err, want)
			}
		}
		if r, err := Read(t.Context(), e, at("/3/0"), ReadOptions{Accept: &text}); err != nil || r.Code != coap.NotAcceptable {
			t.Errorf("an instance as text: %+v, %v; want 4.06", r, err)
		}
	})
}

func TestWriteExecuteCreateDelete(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		ctx := t.Context()
		write := func(p string, partial bool, nodes ...lwm2m.Node) Code {
			t.Helper()
			r, err := Write(ctx, e, at(p), nodes, WriteOptions{Partial: partial})
			if err != nil {
				t.Fatal(err)
			}
			return r.Code
		}
		if code := write("/3/0/14", false, value("/3/0/14", lwm2m.StringValue("+02:00"))); code != Changed {
			t.Errorf("write: %v", code)
		}
		if r, err := Read(ctx, e, at("/3/0/14"), ReadOptions{}); err != nil || shown(r) != "2.05 /3/0/14=+02:00" {
			t.Errorf("read back %v, %v", r, err)
		}
		if code := write("/3/0/0", false, value("/3/0/0", lwm2m.StringValue("x"))); code != MethodNotAllowed {
			t.Errorf("write of a read-only resource: %v, want 4.05", code)
		}
		if code := write("/1/0", true, value("/1/0/1", lwm2m.IntegerValue(600)), value("/1/0/6", lwm2m.BooleanValue(true))); code != Changed {
			t.Errorf("partial write: %v", code)
		}
		pass(time.Second)
		if g := e.Registration(); g.Lifetime != 600*time.Second {
			t.Errorf("lifetime %v after it was written, want an Update with 10m0s", g.Lifetime)
		}
		made, err := Create(ctx, e, at("/3303"), []lwm2m.Node{value("/3303/*/5700", lwm2m.FloatValue(1.5))}, CreateOptions{})
		if err != nil || made.Code != Created || made.Created != at("/3303/1") {
			t.Errorf("create: %+v, %v", made, err)
		}
		pass(time.Second)
		if got := fmt.Sprint(e.Registration().Instances()); got != "[/1/0 /3/0 /3303/0 /3303/1]" {
			t.Errorf("registered after a Create: %s", got)
		}
		if r, err := Delete(ctx, e, at("/3303/1"), RequestOptions{}); err != nil || r.Code != Deleted {
			t.Errorf("delete: %+v, %v", r, err)
		}
		if r, err := Execute(ctx, e, at("/3/0/4"), "", RequestOptions{}); err != nil || r.Code != Changed {
			t.Errorf("execute: %+v, %v", r, err)
		}
		pass(5 * time.Second)
		if got := kinds(s); !strings.HasSuffix(got, "replaced register") {
			t.Errorf("events after a reboot: %s, want a new register at the end", got)
		}
	})
}

// value makes a node of a value.
func value(p string, v lwm2m.Value) lwm2m.Node {
	return lwm2m.NewNode(lwm2m.KindValue, at(p), v, lwm2m.Span{}, 0)
}

func TestDiscoverShowsAttributesAsWritten(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		set := lwm2m.Attributes{}.Set(lwm2m.PMin, 5).Set(lwm2m.GT, 30.5)
		if r, err := WriteAttributes(t.Context(), e, at("/3303/0/5700"), set, RequestOptions{}); err != nil || r.Code != Changed {
			t.Fatalf("write-attributes: %+v, %v", r, err)
		}
		r, err := Discover(t.Context(), e, at("/3303/0"), DiscoverOptions{})
		if err != nil || r.Code != Content {
			t.Fatalf("discover: %+v, %v", r, err)
		}
		if got := string(r.Payload); got != "</3303/0>,</3303/0/5700>;pmin=5;gt=30.5,</3303/0/5701>" {
			t.Errorf("discovered %s", got)
		}
	})
}

func TestObserveNotifiesUntilCancelled(t *testing.T) {
	for _, passive := range []bool{false, true} {
		t.Run(fmt.Sprintf("passive=%v", passive), func(t *testing.T) {
			bubble(t, func(t *testing.T, s *Server, c *Client, e *Endpoint) {
				cursor := s.Log().Reader(s.Log().End())
				set := lwm2m.Attributes{}.Set(lwm2m.PMin, 2)
				if _, err := WriteAttributes(t.Context(), e, at("/3303/0/5700"), set, RequestOptions{}); err != nil {
					t.Fatal(err)
				}
				r, err := Observe(t.Context(), e, at("/3303/0/5700"), ObserveOptions{})
				if err != nil || r.Code != Content || r.Observation != 1 {
					t.Fatalf("observe: %+v, %v", r, err)
				}
				pass(10*time.Second + time.Millisecond)
				if got := notified(cursor); got != "2 4 6 8 10" {
					t.Errorf("notified of %s, want every second value: pmin is 2 s and the value rises by 1 each second", got)
				}
				if got := notified(c.Log().Reader(0)); got != "2 4 6 8 10" {
					t.Errorf("the client's own log tells of %s", got)
				}
				if state := e.Observations()[0].State(); state.Count != 5 {
					t.Errorf("%d notifications counted, want 5", state.Count)
				}
				if _, err := Cancel(t.Context(), e, at("/3303/0/5700"), CancelOptions{Passive: passive}); err != nil {
					t.Fatal(err)
				}
				pass(time.Minute)
				if got := notified(cursor); got != "" {
					t.Errorf("notified of %s after Cancel", got)
				}
				c.mu.Lock()
				defer c.mu.Unlock()
				if len(c.connections[0].observers) != 0 {
					t.Error("the client still has an observer")
				}
			})
		})
	}
}

// notified returns the values of the notifications since the cursor.
func notified(r *Reader) string {
	var list []string
	for {
		e, _, ok := r.TryNext()
		if !ok {
			return strings.Join(list, " ")
		}
		if e.Kind == EventNotification && e.Notification.Fresh {
			list = append(list, e.Notification.Response.Tree.Nodes[0].Value().String())
		}
	}
}

func TestClientUpdatesBeforeTheLifetimeEnds(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		pass(24 * time.Hour)
		if got := kinds(s); strings.Contains(got, "expired") || strings.Count(got, "update") < 24 {
			t.Errorf("events of a day: %s", got)
		}
	})
}

func TestClientRegistersAnewWhereTheServerHasForgottenIt(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		s.Forget(e)
		if r, err := c.Update(t.Context()); err != nil || r.Code != NotFound {
			t.Errorf("update: %+v, %v; want 4.04", r, err)
		}
		if c.State() != ClientRegistered || len(s.Endpoints()) != 1 {
			t.Errorf("the client is %s, the server knows %d", c.State(), len(s.Endpoints()))
		}
	})
}

func TestClosedClientDeregisters(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		if err := c.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if got := kinds(s); got != "register deregister" {
			t.Errorf("events: %s", got)
		}
	})
}

func TestCompositeOperations(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		ctx := t.Context()
		paths := []lwm2m.Path{at("/3/0/9"), at("/3303/0/5701"), at("/4/0/0")}
		if r, err := ReadComposite(ctx, e, paths, CompositeOptions{}); err != nil || shown(r) != "2.05 /3/0/9=100 /3303/0/5701=Cel" {
			t.Errorf("read-composite: %v, %v; what the client lacks is missing", r, err)
		}
		nodes := []lwm2m.Node{value("/3/0/14", lwm2m.StringValue("+05:30")), value("/1/0/1", lwm2m.IntegerValue(500))}
		if r, err := WriteComposite(ctx, e, nodes, CompositeOptions{}); err != nil || r.Code != Changed {
			t.Errorf("write-composite: %+v, %v", r, err)
		}
		if r, err := Read(ctx, e, at("/3/0/14"), ReadOptions{}); err != nil || shown(r) != "2.05 /3/0/14=+05:30" {
			t.Errorf("read back %v, %v", r, err)
		}
		tlv := lwm2m.FormatTLV
		if r, err := ReadComposite(ctx, e, paths, CompositeOptions{Accept: &tlv}); err != nil || r.Code != coap.NotAcceptable {
			t.Errorf("read-composite as TLV: %+v, %v; want 4.06", r, err)
		}
	})
}

func TestObserveCompositeNotifiesOfAllPaths(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		cursor := s.Log().Reader(s.Log().End())
		paths := []lwm2m.Path{at("/3303/0/5701"), at("/3/0/9")}
		if r, err := ObserveComposite(t.Context(), e, paths, CompositeOptions{}); err != nil || r.Observation == 0 {
			t.Fatalf("observe-composite: %+v, %v", r, err)
		}
		pass(15 * time.Second)
		event, _, ok := cursor.TryNext()
		if !ok || len(event.Notification.Response.Tree.Nodes) != 2 {
			t.Fatalf("notified %+v, want both values", event)
		}
		if r, err := CancelComposite(t.Context(), e, paths, CancelOptions{}); err != nil || r.Code != Content {
			t.Errorf("cancel: %+v, %v", r, err)
		}
		if len(e.Observations()) != 0 {
			t.Error("the observation is still there")
		}
	})
}

func TestSendIsDecodedAndAnswered(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		cursor := s.Log().Reader(s.Log().End())
		if r, err := c.Send(t.Context(), SendOptions{Paths: []lwm2m.Path{at("/3303/0")}, Force: true}); err != nil || r.Code != Changed {
			t.Fatalf("send: %+v, %v", r, err)
		}
		event, _, ok := cursor.TryNext()
		if !ok || event.Kind != EventSend || event.Endpoint != "thermo" || len(event.Notification.Response.Tree.Nodes) != 2 {
			t.Errorf("event %+v", event)
		}
	})
}

func TestSendOfNobodyIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, network := memoryServer(t, ServerConfig{})
		if answer := send(t, peer(t, network, "192.0.2.9:1", nil), coap.POST, "/dp", nil, ""); answer.Code != NotFound {
			t.Errorf("answered %v, want 4.04", answer)
		}
	})
}

func TestDelayedExecuteActsAfterItsAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{Definitions: objects.New()})
		_, e := simulated(t, s, network, strings.Replace(testProfile, "4: {execute: reboot}", "4: {execute: {act: reboot, delay: 3s}}, 5: {fail: 4.05}", 1))
		r, err := Execute(t.Context(), e, at("/3/0/4"), "", RequestOptions{})
		if err != nil || r.Code != Changed || r.Duration < 3*time.Second {
			t.Errorf("%+v, %v", r, err)
		}
		if got := kinds(s); got != "register" {
			t.Errorf("events %s at the answer", got)
		}
		pass(5 * time.Second)
		if got := kinds(s); got != "register replaced register" {
			t.Errorf("events %s, want a reboot after the answer", got)
		}
		if r, err := Execute(t.Context(), e, at("/3/0/5"), "", RequestOptions{}); err != nil || r.Code != MethodNotAllowed {
			t.Errorf("%+v, %v; it fails by the profile", r, err)
		}
	})
}

func TestChangesThatAServerLearnsByAnUpdate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{Definitions: objects.New()})
		c, e := simulated(t, s, network, strings.Replace(testProfile, "7: U}}", "7: U, 8: }}", 1))
		put := func(p string, v lwm2m.Value) {
			if r := c.Put(at(p), device.Replace, []lwm2m.Node{value(p, v)}); r.Status != device.Changed {
				t.Fatalf("put %s: %+v", p, r)
			}
			pass(time.Second)
		}
		put("/1/0/7", lwm2m.StringValue("UT"))
		if g := e.Registration(); g.Binding != "UT" {
			t.Errorf("binding %s", g.Binding)
		}
		put("/1/0/1", lwm2m.IntegerValue(77))
		if g := e.Registration(); g.Lifetime != 77*time.Second {
			t.Errorf("lifetime %v", g.Lifetime)
		}
		put("/1/0/2", lwm2m.IntegerValue(3))
		c.Add(at("/3303"), nil)
		c.Add(at("/3303"), nil)
		pass(time.Second)
		if got := kinds(s); got != "register update update update" {
			t.Errorf("events %s; changes at once are one Update, /1/x/2 is none", got)
		}
		if r, err := Execute(t.Context(), e, at("/1/0/8"), "", RequestOptions{}); err != nil || r.Code != Changed {
			t.Errorf("%+v, %v", r, err)
		}
		pass(time.Second)
		if got := kinds(s); got != "register update update update update" {
			t.Errorf("events %s after the trigger", got)
		}
	})
}
