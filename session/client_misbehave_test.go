package session

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session/coap"
)

func TestMisbehaviourOfTheProfileReachesTheServer(t *testing.T) {
	for rule, check := range map[string]func(*Result, error) bool{
		"{rst: true}":   func(_ *Result, err error) bool { return errors.Is(err, coap.ErrReset) },
		"{token: ff00}": func(_ *Result, err error) bool { return errors.Is(err, coap.ErrTimeout) },
		"{drop: true}":  func(_ *Result, err error) bool { return errors.Is(err, coap.ErrTimeout) },
		"{code: 5.03}":  func(r *Result, err error) bool { return err == nil && r.Code == coap.ServiceUnavailable },
		"{delay: 30s}":  func(r *Result, err error) bool { return err == nil && r.Duration >= 30*time.Second },
		"{payload: ff}": func(r *Result, err error) bool { return err == nil && string(r.Payload) == "ff" },
	} {
		t.Run(rule, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, network := memoryServer(t, ServerConfig{Definitions: objects.New()})
				_, e := simulated(t, s, network, testProfile+"misbehave:\n  - {when: {operation: read, path: /3/0/0}, do: "+rule+"}\n")
				if r, err := Read(t.Context(), e, at("/3/0/0"), ReadOptions{}); !check(r, err) {
					t.Errorf("read of /3/0/0: %+v, %v", r, err)
				}
				if r, err := Read(t.Context(), e, at("/3/0/1"), ReadOptions{}); err != nil || shown(r) != "2.05 /3/0/1=T-1000" {
					t.Errorf("read of /3/0/1, which the rule does not concern: %v, %v", r, err)
				}
			})
		})
	}
}

func TestRequestDuringARebootIsAnsweredAfterIt(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		if _, err := Execute(t.Context(), e, at("/3/0/4"), "", RequestOptions{}); err != nil {
			t.Fatal(err)
		}
		r, err := Read(t.Context(), e, at("/3/0/0"), ReadOptions{})
		if err != nil || shown(r) != "2.05 /3/0/0=ACME" {
			t.Errorf("%v, %v; a repetition after the reboot must be answered", r, err)
		}
	})
}

// misbehaving runs a test with a device of the usual profile and a rule.
func misbehaving(t *testing.T, rule string, f func(t *testing.T, s *Server, c *Client, e *Endpoint)) {
	t.Helper()
	t.Run(rule, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s, network := memoryServer(t, ServerConfig{Definitions: objects.New()})
			c, e := simulated(t, s, network, testProfile+"misbehave:\n  - "+rule+"\n")
			f(t, s, c, e)
		})
	})
}

func TestLinksAreLeftOut(t *testing.T) {
	misbehaving(t, "{when: {operation: register}, do: {omit-link: [/3303]}}", func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		if got := e.Registration().Instances(); len(got) != 2 {
			t.Errorf("registered %v", got)
		}
	})
	misbehaving(t, "{when: {operation: discover}, do: {omit-link: /3303/0/5700}}", func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		r, err := Discover(t.Context(), e, at("/3303/0"), DiscoverOptions{})
		if err != nil || string(r.Payload) != "</3303/0>,</3303/0/5701>" {
			t.Errorf("discovered %s, %v", r.Payload, err)
		}
	})
}

func TestWhatIsAskedForIsIgnored(t *testing.T) {
	misbehaving(t, "{when: {operation: read}, do: {ignore: accept}}", func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		tlv := lwm2m.FormatTLV
		if r, err := Read(t.Context(), e, at("/3/0"), ReadOptions{Accept: &tlv}); err != nil || r.Format != lwm2m.FormatSenMLCBOR {
			t.Errorf("%+v, %v", r, err)
		}
	})
	misbehaving(t, "{when: {operation: write}, do: {ignore: effect}}", func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		r, err := Write(t.Context(), e, at("/3/0/14"), []lwm2m.Node{value("/3/0/14", lwm2m.StringValue("+05:00"))}, WriteOptions{})
		if err != nil || r.Code != Changed {
			t.Errorf("%+v, %v", r, err)
		}
		if r, err := Read(t.Context(), e, at("/3/0/14"), ReadOptions{}); err != nil || shown(r) != "2.05 /3/0/14=+01:00" {
			t.Errorf("%v, %v", r, err)
		}
	})
	misbehaving(t, "{when: {operation: execute}, do: {ignore: effect}}", func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		if r, err := Execute(t.Context(), e, at("/3/0/4"), "", RequestOptions{}); err != nil || r.Code != Changed {
			t.Errorf("%+v, %v", r, err)
		}
		pass(10 * time.Second)
		if got := kinds(s); got != "register" {
			t.Errorf("events %s, want no reboot", got)
		}
	})
}

func TestObservationsThatDoNotHeed(t *testing.T) {
	observed := func(t *testing.T, s *Server, e *Endpoint) *Reader {
		set := lwm2m.Attributes{}.Set(lwm2m.PMin, 5)
		if _, err := WriteAttributes(t.Context(), e, at("/3303/0/5700"), set, RequestOptions{}); err != nil {
			t.Fatal(err)
		}
		cursor := s.Log().Reader(s.Log().End())
		if r, err := Observe(t.Context(), e, at("/3303/0/5700"), ObserveOptions{}); err != nil || r.Observation == 0 {
			t.Fatalf("observe: %+v, %v", r, err)
		}
		return cursor
	}
	misbehaving(t, "{when: {operation: notify, path: /3303}, do: {ignore: pmin}}", func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		cursor := observed(t, s, e)
		pass(3*time.Second + time.Millisecond)
		if got := notified(cursor); got != "1 2 3" {
			t.Errorf("notified of %s", got)
		}
		c.SetRules(nil)
		pass(7 * time.Second)
		if got := notified(cursor); got != "8" {
			t.Errorf("without the rule: notified of %s, want the value of 8 s", got)
		}
	})
	// A device that does not heed a Cancel is stopped by the Reset to what it sends.
	for what, want := range map[string]int{"cancel": 1, "[cancel, reset]": 4, "reset": 4} {
		misbehaving(t, "{when: {operation: notify}, do: {ignore: "+what+"}}", func(t *testing.T, s *Server, c *Client, e *Endpoint) {
			observed(t, s, e)
			if _, err := Cancel(t.Context(), e, at("/3303/0/5700"), CancelOptions{Passive: what == "reset"}); err != nil {
				t.Fatal(err)
			}
			before := c.Log().End()
			pass(20*time.Second + time.Millisecond)
			if got := len(strings.Fields(notified(c.Log().Reader(before)))); got != want {
				t.Errorf("%d notifications after %s, want %d", got, what, want)
			}
		})
	}
}

func TestNotificationsThatAreSpoilt(t *testing.T) {
	for rule, want := range map[string]string{
		"{drop: true}":                 "",
		"{code: 5.03}":                 "5.03",
		"{payload: \"17\", format: 0}": "2.05 2.05 2.05",
		"{delay: 2s}":                  "2.05",
		"{token: ff00ff00}":            "",
	} {
		misbehaving(t, "{when: {operation: notify}, do: "+rule+"}", func(t *testing.T, s *Server, c *Client, e *Endpoint) {
			cursor := s.Log().Reader(s.Log().End())
			if r, err := Observe(t.Context(), e, at("/3303/0/5700"), ObserveOptions{}); err != nil || r.Observation == 0 {
				t.Fatalf("observe: %+v, %v", r, err)
			}
			pass(3*time.Second + time.Millisecond)
			var codes []string
			for {
				event, _, ok := cursor.TryNext()
				if !ok {
					break
				}
				if event.Kind == EventNotification {
					codes = append(codes, event.Notification.Response.Code.String())
				}
			}
			if got := strings.Join(codes, " "); got != want {
				t.Errorf("notified with %q, want %q", got, want)
			}
		})
	}
}

func TestRequestsOfTheDeviceThatAreSpoilt(t *testing.T) {
	misbehaving(t, "{when: {operation: update}, do: {code: 0.03}}", func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		if r, err := c.Update(t.Context()); err != nil || r.Code != MethodNotAllowed {
			t.Errorf("an Update by PUT: %+v, %v", r, err)
		}
	})
	misbehaving(t, "{when: {operation: update}, do: {drop: true}}", func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		pass(400 * time.Second)
		if got := kinds(s); got != "register expired" || c.State() != ClientRegistered {
			t.Errorf("events %s, the device is %s; it believes that it is registered", got, c.State())
		}
	})
	misbehaving(t, "{when: {operation: deregister}, do: {drop: true}}", func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		_ = c.Close(t.Context())
		if len(s.Endpoints()) != 1 {
			t.Error("the server does not learn of it")
		}
	})
	misbehaving(t, "{when: {operation: send, path: /3303}, do: {payload: \"hex:ff\"}}", func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		if r, err := c.Send(t.Context(), SendOptions{Paths: []lwm2m.Path{at("/3303/0")}, Force: true}); err != nil || r.Code != BadRequest {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func TestRuleOfAPathMeetsCompositeObservations(t *testing.T) {
	misbehaving(t, "{when: {operation: notify, path: /3303}, do: {drop: true}}", func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		cursor := s.Log().Reader(s.Log().End())
		paths := []lwm2m.Path{at("/3/0/9"), at("/3303/0/5700")}
		if r, err := ObserveComposite(t.Context(), e, paths, CompositeOptions{}); err != nil || r.Observation == 0 {
			t.Fatalf("observe-composite: %+v, %v", r, err)
		}
		pass(5 * time.Second)
		if got := notified(cursor); got != "" {
			t.Errorf("notified of %s", got)
		}
	})
}
