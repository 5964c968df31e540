package session

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/session/coap"
)

// registering sends a Register and returns the exchange.
func registering(t *testing.T, e *coap.Endpoint) (*coap.Exchange, error) {
	t.Helper()
	m := coap.NewRequest(coap.POST, "/rd")
	for _, q := range []string{"ep=dev1", "lt=300", "lwm2m=1.1", "b=U"} {
		m.AddQuery(q)
	}
	m.SetContentFormat(40)
	m.Payload = []byte("</3/0>")
	return e.Do(t.Context(), serverAddress(t), m, coap.RequestOptions{})
}

func TestARegisterCanBeAnsweredWrongly(t *testing.T) {
	for _, c := range []struct {
		answering  Answering
		code       coap.Code
		registered bool
	}{
		{Answering{Code: coap.Forbidden}, coap.Forbidden, false},
		{Answering{Code: coap.Changed}, coap.Changed, true},
		{Answering{Code: coap.MakeCode(7, 5)}, coap.MakeCode(7, 5), false},
		{Answering{}, Created, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, network := memoryServer(t, ServerConfig{})
			if err := s.SetAnswering(EventRegister, c.answering); err != nil {
				t.Fatal(err)
			}
			e := peer(t, network, "192.0.2.7:40001", nil)
			defer e.Close()
			x, err := registering(t, e)
			if c.code.Class() == 7 {
				if err == nil {
					t.Errorf("a response of class 7 was taken: %v", x.Response)
				}
			} else if err != nil || x.Response.Code != c.code {
				t.Errorf("%v: got %v, %v, want %v", c.answering, x.Response, err, c.code)
			}
			if got := len(s.Endpoints()) == 1; got != c.registered {
				t.Errorf("%v: registered %t, want %t", c.answering, got, c.registered)
			}
		})
	}
}

func TestSilenceSendsNotEvenAnAcknowledgement(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{})
		e := peer(t, network, "192.0.2.7:40001", nil)
		defer e.Close()
		x, err := registering(t, e)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.SetAnswering(EventUpdate, Answering{Silent: true}); err != nil {
			t.Fatal(err)
		}
		location := coap.NewRequest(coap.POST, "")
		for _, segment := range x.Response.LocationPath() {
			location.Options.Add(coap.URIPath, []byte(segment))
		}
		x, err = e.Do(t.Context(), serverAddress(t), location, coap.RequestOptions{})
		if err == nil {
			t.Fatalf("answered: %v", x.Response)
		}
		for _, message := range x.Transmissions {
			if message.Direction != 0 {
				t.Errorf("received %x, want nothing", message.Bytes)
			}
		}
	})
}

func TestADelayedAnswerComesSeparately(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{})
		s.SetAnswerDelay(3 * time.Second)
		e := peer(t, network, "192.0.2.7:40001", nil)
		defer e.Close()
		x, err := registering(t, e)
		if err != nil || x.Response.Code != Created || x.Duration != 3*time.Second {
			t.Fatalf("got %v after %v, %v", x.Response, x.Duration, err)
		}
		if n := len(x.Transmissions); n != 3 {
			t.Errorf("%d messages, want the request, an acknowledgement and the response", n)
		}
		s.SetAnswerDelay(0)
		if x, err = registering(t, e); err != nil || x.Duration != 0 {
			t.Errorf("after the delay was taken back: %v, %v", x.Duration, err)
		}
	})
}

func TestOnlyRequestsOfClientsHaveAnswers(t *testing.T) {
	s := NewServer(ServerConfig{})
	if err := s.SetAnswering(EventNotification, Answering{Silent: true}); err == nil {
		t.Error("a notification has no answer to change")
	}
	if s.answers.Load() != nil {
		t.Error("something was changed")
	}
}

func TestARequestThatIsMisansweredIsToldAndTheDeviceNotBlamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{})
		p := peer(t, network, "192.0.2.7:40001", nil)
		location := register(t, p, "dev1", 86400)
		cursor := s.Log().Reader(s.Log().End())
		told := func(request EventKind, a Answering) {
			t.Helper()
			e, _, ok := cursor.TryNext()
			if !ok || e.Kind != EventMisanswered || e.Endpoint != "dev1" || e.Misanswered.Request != request || e.Misanswered.Answering != a {
				t.Errorf("got %+v, want that %s was answered %s", e, request, a)
			}
		}
		wrong := Answering{Code: NotFound}
		for _, kind := range []EventKind{EventSend, EventUpdate} {
			if err := s.SetAnswering(kind, wrong); err != nil {
				t.Fatal(err)
			}
		}
		send(t, p, coap.POST, "/dp", nil, "")
		told(EventSend, wrong)
		if answer := send(t, p, coap.POST, location, nil, ""); answer.Code != NotFound {
			t.Errorf("answered %v", answer)
		}
		told(EventUpdate, wrong)
		register(t, p, "dev1", 86400) // as it must after 4.04
		for _, rule := range logged(cursor) {
			if rule == ruleStillRegistered {
				t.Error("blamed for a Register after 4.04")
			}
		}
		if err := s.SetAnswering(EventRegister, Answering{Code: Changed}); err != nil {
			t.Fatal(err)
		}
		cursor = s.Log().Reader(s.Log().End())
		if x, err := registering(t, p); err != nil || x.Response.Code != Changed {
			t.Fatalf("got %v, %v", x.Response, err)
		}
		if got := kinds(s); !strings.HasSuffix(got, "replaced register misanswered") {
			t.Errorf("events: %s", got)
		}
	})
}
