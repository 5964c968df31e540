package session

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session/coap"
)

// notifier is a peer by hand that is observed and notifies when the test says.
type notifier struct {
	t        *testing.T
	relation *coap.Relation
	asked    []string // queries and bodies of Observes
	value    string
	format   lwm2m.ContentFormat
	links    string // of its answer to a Discover
}

func (n *notifier) serve(r *coap.Request) {
	observe, has := r.Message.Observe()
	if accept, ok := r.Message.Accept(); ok && lwm2m.ContentFormat(accept) == lwm2m.FormatLink {
		_ = r.Respond(saying(coap.Content, lwm2m.FormatLink, n.links))
		return
	}
	switch {
	case r.Message.Code == coap.PUT:
		_ = r.Respond(coap.NewResponse(coap.Changed))
	case has && observe == 0:
		n.asked = append(n.asked, joined(r.Message.Path())+"?"+strings.Join(r.Message.Queries(), "&")+string(r.Message.Payload))
		n.relation = r.AcceptObserve(func(coap.EndReason) {})
		_ = r.Respond(saying(coap.Content, n.format, n.value))
	default:
		_ = r.Respond(saying(coap.Content, n.format, n.value))
	}
}

func (n *notifier) notify(value string) {
	n.t.Helper()
	if _, err := n.relation.Notify(saying(coap.Content, n.format, value), true); err != nil {
		n.t.Error(err)
	}
	synctest.Wait()
}

// reporting runs a test with a registered notifier.
func reporting(t *testing.T, f func(t *testing.T, s *Server, n *notifier, p *coap.Endpoint, e *Endpoint)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{Definitions: objects.New()})
		n := &notifier{t: t, value: "20", format: lwm2m.FormatText}
		p := peer(t, network, "192.0.2.7:40001", n.serve)
		send(t, p, coap.POST, "/rd", []string{"ep=dev", "lt=86400", "lwm2m=1.2"}, objectList)
		e, err := s.Find("dev")
		if err != nil {
			t.Fatal(err)
		}
		f(t, s, n, p, e)
	})
}

const sensor = "/3303/0/5700"

func TestNotificationsAreHeldAgainstTheAttributes(t *testing.T) {
	type step struct {
		after time.Duration
		value string
		want  string // rules, joined by blanks
	}
	early, late, cause := string(ruleNotifyEarly), string(ruleNotifyLate), string(ruleNotifyCause)
	for name, c := range map[string]struct {
		attributes string
		steps      []step
	}{
		"no attributes":            {"", []step{{time.Second, "20", ""}, {time.Hour, "20", ""}}},
		"before pmin":              {"pmin=10", []step{{5 * time.Second, "21", early}, {10 * time.Second, "22", ""}, {9500 * time.Millisecond, "23", ""}}},
		"after pmax":               {"pmax=60", []step{{59 * time.Second, "20", ""}, {70 * time.Second, "20", late}, {61 * time.Second, "20", ""}}},
		"pmax below pmin":          {"pmin=10&pmax=5", []step{{30 * time.Second, "20", ""}}},
		"greater than":             {"gt=25", []step{{1, "26", ""}, {1, "27", cause}, {1, "24", ""}, {1, "25", ""}}},
		"less than":                {"lt=15", []step{{1, "16", cause}, {1, "14", ""}}},
		"step":                     {"st=2", []step{{1, "21", cause}, {1, "23", ""}, {1, "25.5", ""}, {1, "25", cause}}},
		"any of them is enough":    {"gt=45&st=10", []step{{1, "30", ""}, {1, "39", cause}, {1, "46", ""}}},
		"pmax is a cause":          {"gt=25&pmax=60", []step{{60 * time.Second, "20", ""}, {10 * time.Second, "20", cause}}},
		"early and without reason": {"pmin=10&st=5", []step{{time.Second, "21", early + " " + cause}}},
	} {
		t.Run(name, func(t *testing.T) {
			reporting(t, func(t *testing.T, s *Server, n *notifier, _ *coap.Endpoint, e *Endpoint) {
				a, _, err := lwm2m.ParseAttributes(c.attributes)
				if err != nil {
					t.Fatal(err)
				}
				if !a.Empty() {
					if _, err := WriteAttributes(t.Context(), e, at(sensor), a, RequestOptions{}); err != nil {
						t.Fatal(err)
					}
				}
				if _, err := Observe(t.Context(), e, at(sensor), ObserveOptions{}); err != nil {
					t.Fatal(err)
				}
				events := s.Log().Reader(s.Log().End())
				for i, step := range c.steps {
					pass(step.after)
					n.notify(step.value)
					var got []string
					for _, r := range logged(events) {
						got = append(got, string(r))
					}
					if strings.Join(got, " ") != step.want {
						t.Errorf("step %d: got %q, want %q", i, got, step.want)
					}
				}
			})
		})
	}
}

func TestAMissingNotificationIsToldOnce(t *testing.T) {
	reporting(t, func(t *testing.T, s *Server, n *notifier, _ *coap.Endpoint, e *Endpoint) {
		if _, err := Observe(t.Context(), e, at(sensor), ObserveOptions{Attributes: lwm2m.Attributes{}.Set(lwm2m.PMax, 30)}); err != nil {
			t.Fatal(err)
		}
		if n.asked[0] != sensor+"?pmax=30" {
			t.Errorf("asked %q, want pmax in the query", n.asked[0])
		}
		events := s.Log().Reader(s.Log().End())
		pass(30 * time.Second)
		n.notify("20")
		pass(31 * time.Second)
		if got := logged(events); len(got) != 0 {
			t.Errorf("in time: got %v", got)
		}
		pass(time.Hour)
		n.notify("20")
		if got := logged(events); !slices.Equal(got, []lwm2m.RuleID{ruleNotifyLate}) {
			t.Errorf("got %v, want it told once", got)
		}
		pass(time.Minute)
		state := e.Observations()[0].State()
		if pmax, _ := state.Attributes.Get(lwm2m.PMax); pmax != 30 || state.Count != 2 || state.Deviations != 2 {
			t.Errorf("state %+v", state)
		}
		if _, err := Cancel(t.Context(), e, at(sensor), CancelOptions{}); err != nil {
			t.Fatal(err)
		}
		logged(events)
		pass(time.Hour)
		if got := logged(events); len(got) != 0 {
			t.Errorf("after the cancellation: got %v", got)
		}
	})
}

func TestADiscoverTellsTheAttributes(t *testing.T) {
	reporting(t, func(t *testing.T, s *Server, n *notifier, _ *coap.Endpoint, e *Endpoint) {
		n.links = "</3303/0>;pmin=10,</3303/0/5700>"
		if _, err := Observe(t.Context(), e, at(sensor), ObserveOptions{}); err != nil {
			t.Fatal(err)
		}
		pass(time.Millisecond)
		if _, err := Discover(t.Context(), e, at("/3303/0"), DiscoverOptions{}); err != nil {
			t.Fatal(err)
		}
		events := s.Log().Reader(s.Log().End())
		pass(time.Second)
		n.notify("21")
		if got := logged(events); len(got) != 0 {
			t.Errorf("the first after the change: got %v", got)
		}
		pass(time.Second)
		n.notify("22")
		if got := logged(events); !slices.Equal(got, []lwm2m.RuleID{ruleNotifyEarly}) {
			t.Errorf("got %v, want %s by the pmin of the instance", got, ruleNotifyEarly)
		}
	})
}

func TestANotificationOfAnInstanceIsComplete(t *testing.T) {
	reporting(t, func(t *testing.T, s *Server, n *notifier, _ *coap.Endpoint, e *Endpoint) {
		n.format, n.value = lwm2m.FormatSenMLJSON, `[{"bn":"/3303/0/","n":"5700","v":1},{"n":"5701","vs":"Cel"}]`
		if _, err := Observe(t.Context(), e, at("/3303/0"), ObserveOptions{}); err != nil {
			t.Fatal(err)
		}
		events := s.Log().Reader(s.Log().End())
		n.notify(n.value)
		n.notify(`[{"bn":"/3303/0/","n":"5700","v":2}]`)
		if got := logged(events); !slices.Equal(got, []lwm2m.RuleID{ruleNotifyPartial}) {
			t.Errorf("got %v, want %s once", got, ruleNotifyPartial)
		}
	})
}

func TestNotificationsAfterTheEndAreNoticed(t *testing.T) {
	for _, passive := range []bool{true, false} {
		t.Run(fmt.Sprintf("passive %v", passive), func(t *testing.T) {
			reporting(t, func(t *testing.T, s *Server, n *notifier, p *coap.Endpoint, e *Endpoint) {
				if _, err := Observe(t.Context(), e, at(sensor), ObserveOptions{}); err != nil {
					t.Fatal(err)
				}
				token := e.Observations()[0].coap.Token()
				if _, err := Cancel(t.Context(), e, at(sensor), CancelOptions{Passive: passive}); err != nil {
					t.Fatal(err)
				}
				events := s.Log().Reader(s.Log().End())
				n.stray(p, token, 100, lwm2m.FormatText, "1")
				if got := logged(events); len(got) != 0 {
					t.Errorf("one that was on its way: got %v", got)
				}
				pass(time.Minute)
				n.stray(p, token, 101, lwm2m.FormatText, "1")
				if got := logged(events); !slices.Equal(got, []lwm2m.RuleID{ruleNotifyAfterEnd}) {
					t.Errorf("got %v, want %s", got, ruleNotifyAfterEnd)
				}
			})
		})
	}
}

// stray sends a NON notification with a number of its own for the observation.
func (n *notifier) stray(p *coap.Endpoint, token []byte, id uint16, f lwm2m.ContentFormat, value string) {
	n.t.Helper()
	m := saying(coap.Content, f, value)
	m.Type, m.ID, m.Token = coap.NonConfirmable, id, token
	m.SetObserve(uint32(id))
	b, err := coap.Encode(m, false)
	if err != nil {
		n.t.Fatal(err)
	}
	if _, err := p.SendRaw(serverAddress(n.t), b); err != nil {
		n.t.Fatal(err)
	}
	synctest.Wait()
}

func TestAHoleInTheNumbersOfNotificationsIsNoticed(t *testing.T) {
	for name, c := range map[string]struct {
		numbers []uint16
		want    []lwm2m.RuleID
	}{
		"a hole":                {[]uint16{10, 11, 12, 13, 15}, []lwm2m.RuleID{ruleNotifyLost}},
		"none":                  {[]uint16{10, 11, 12, 13, 14}, nil},
		"one that counts by 2":  {[]uint16{10, 12, 14, 16, 18}, nil},
		"one that began anew":   {[]uint16{10, 11, 12, 13, 900}, nil},
		"too early to be known": {[]uint16{10, 12}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			reporting(t, func(t *testing.T, s *Server, n *notifier, p *coap.Endpoint, e *Endpoint) {
				if _, err := Observe(t.Context(), e, at(sensor), ObserveOptions{}); err != nil {
					t.Fatal(err)
				}
				token := e.Observations()[0].coap.Token()
				events := s.Log().Reader(s.Log().End())
				for _, number := range c.numbers {
					pass(time.Second)
					n.stray(p, token, number, lwm2m.FormatText, "1")
				}
				if got := logged(events); !slices.Equal(got, c.want) {
					t.Errorf("got %v, want %v", got, c.want)
				}
			})
		})
	}
}

func TestAnObservationThatItsParentStopsIsNoticed(t *testing.T) {
	late := []lwm2m.RuleID{ruleNotifyLate}
	both := []lwm2m.RuleID{ruleNotifyLate, ruleObserveOverlap}
	for name, c := range map[string]struct {
		do   func(t *testing.T, e *Endpoint) error
		want []lwm2m.RuleID
	}{
		"observed": {func(t *testing.T, e *Endpoint) error {
			_, err := Observe(t.Context(), e, at("/3303/0"), ObserveOptions{})
			return err
		}, both},
		"written": {func(t *testing.T, e *Endpoint) error {
			node := lwm2m.NewNode(lwm2m.KindValue, at("/3303/0/5750"), lwm2m.StringValue("x"), lwm2m.Span{}, 0)
			_, err := Write(t.Context(), e, at("/3303/0"), []lwm2m.Node{node}, WriteOptions{})
			return err
		}, both},
		"nothing": {func(*testing.T, *Endpoint) error { return nil }, late},
		"another": {func(t *testing.T, e *Endpoint) error {
			_, err := Observe(t.Context(), e, at("/3/0"), ObserveOptions{})
			return err
		}, late},
	} {
		t.Run(name, func(t *testing.T) {
			reporting(t, func(t *testing.T, s *Server, n *notifier, _ *coap.Endpoint, e *Endpoint) {
				if _, err := Observe(t.Context(), e, at(sensor), ObserveOptions{Attributes: lwm2m.Attributes{}.Set(lwm2m.PMax, 30)}); err != nil {
					t.Fatal(err)
				}
				pass(time.Second)
				if err := c.do(t, e); err != nil {
					t.Fatal(err)
				}
				events := s.Log().Reader(s.Log().End())
				pass(time.Minute)
				if got := logged(events); !slices.Equal(got, c.want) {
					t.Errorf("got %v, want %v", got, c.want)
				}
			})
		})
	}
}

func TestStoredNotificationsWithoutATimeAreNoticed(t *testing.T) {
	timed := `[{"n":"/3303/0/5700","t":-30,"v":1}]`
	plain := `[{"n":"/3303/0/5700","v":1}]`
	for name, c := range map[string]struct {
		away  time.Duration // before the two come
		apart time.Duration
		value string
		want  []lwm2m.RuleID
	}{
		"at once, untimed": {time.Hour, 100 * time.Millisecond, plain, []lwm2m.RuleID{ruleStoredUntimed}},
		"at once, timed":   {time.Hour, 100 * time.Millisecond, timed, nil},
		"later":            {time.Hour, time.Minute, plain, nil},
		"never away":       {time.Second, 100 * time.Millisecond, plain, nil},
	} {
		t.Run(name, func(t *testing.T) {
			reporting(t, func(t *testing.T, s *Server, n *notifier, p *coap.Endpoint, _ *Endpoint) {
				send(t, p, coap.POST, "/rd", []string{"ep=dev", "lt=86400", "lwm2m=1.1", "b=U", "Q"}, objectList)
				e, err := s.Find("dev")
				if err != nil {
					t.Fatal(err)
				}
				n.format, n.value = lwm2m.FormatSenMLJSON, plain
				if _, err := Observe(t.Context(), e, at(sensor), ObserveOptions{}); err != nil {
					t.Fatal(err)
				}
				token := e.Observations()[0].coap.Token()
				events := s.Log().Reader(s.Log().End())
				for i := range uint16(2) {
					pass([]time.Duration{c.away, c.apart}[i])
					n.stray(p, token, 10+i, lwm2m.FormatSenMLJSON, c.value)
				}
				if got := logged(events); !slices.Equal(got, c.want) {
					t.Errorf("got %v, want %v", got, c.want)
				}
			})
		})
	}
}

func TestAnObservationGoesOnAfterANewRegister(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, p *coap.Endpoint, s *Server, e *Endpoint){
		"still registered": func(*testing.T, *coap.Endpoint, *Server, *Endpoint) {},
		"de-registered": func(t *testing.T, p *coap.Endpoint, s *Server, e *Endpoint) {
			send(t, p, coap.DELETE, e.Registration().Location, nil, "")
		},
		"expired": func(*testing.T, *coap.Endpoint, *Server, *Endpoint) { pass(25 * time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			reporting(t, func(t *testing.T, s *Server, n *notifier, p *coap.Endpoint, e *Endpoint) {
				s.SetReobserve(true)
				first, err := Observe(t.Context(), e, at(sensor), ObserveOptions{Attributes: lwm2m.Attributes{}.Set(lwm2m.PMin, 1)})
				if err != nil {
					t.Fatal(err)
				}
				n.notify("21")
				n.format, n.value = lwm2m.FormatSenMLJSON, `[{"n":"/3/0/9","v":1}]`
				if _, err := ObserveComposite(t.Context(), e, []lwm2m.Path{at("/3/0/9")}, CompositeOptions{}); err != nil {
					t.Fatal(err)
				}
				end(t, p, s, e)
				events := s.Log().Reader(s.Log().End())
				send(t, p, coap.POST, "/rd", []string{"ep=dev", "lt=86400", "lwm2m=1.2"}, objectList)
				synctest.Wait()
				var told []string
				for {
					ev, _, ok := events.TryNext()
					if !ok {
						break
					}
					if r := ev.Reobserved; r != nil {
						told = append(told, fmt.Sprint(r.Observation, r.Path, r.Paths, r.Code, r.Err))
					}
				}
				if want := []string{"1 /3303/0/5700 [] 2.05 <nil>", "2 / [/3/0/9] 2.05 <nil>"}; !slices.Equal(told, want) {
					t.Errorf("told %q, want %q", told, want)
				}
				if len(n.asked) != 4 || n.asked[2] != n.asked[0] || n.asked[3] != n.asked[1] {
					t.Errorf("asked %q, want the same twice", n.asked)
				}
				e, err = s.Find("dev")
				if err != nil {
					t.Fatal(err)
				}
				list := e.Observations()
				if len(list) != 2 || list[0].Number != first.Observation || list[0].State().Count != 1 {
					t.Fatalf("observed: %+v, want two, the first with its number and count", list)
				}
				n.notify(`[{"n":"/3/0/9","v":2}]`)
				if got := list[1].State().Count; got != 1 {
					t.Errorf("%d notifications of the new relation, want 1", got)
				}
			})
		})
	}
}

func TestWhatWasCancelledOrForgottenIsNotObservedAgain(t *testing.T) {
	reporting(t, func(t *testing.T, s *Server, n *notifier, p *coap.Endpoint, e *Endpoint) {
		s.SetReobserve(true)
		if _, err := Observe(t.Context(), e, at(sensor), ObserveOptions{}); err != nil {
			t.Fatal(err)
		}
		if _, err := Cancel(t.Context(), e, at(sensor), CancelOptions{}); err != nil {
			t.Fatal(err)
		}
		if _, err := Observe(t.Context(), e, at("/3/0/9"), ObserveOptions{}); err != nil {
			t.Fatal(err)
		}
		s.Forget(e)
		send(t, p, coap.POST, "/rd", []string{"ep=dev", "lt=86400", "lwm2m=1.2"}, objectList)
		synctest.Wait()
		if len(n.asked) != 2 {
			t.Errorf("asked %q, want nothing again", n.asked)
		}
	})
}
