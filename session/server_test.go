package session

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

const objectList = "</1/0>,</3/0>,</3303/0>"

// register registers a peer and returns its location.
func register(t testing.TB, e *coap.Endpoint, name string, lifetime int) string {
	t.Helper()
	answer := send(t, e, coap.POST, "/rd",
		[]string{"ep=" + name, fmt.Sprintf("lt=%d", lifetime), "lwm2m=1.0", "b=U"}, objectList)
	if answer.Code != Created || len(answer.LocationPath()) != 2 || answer.LocationPath()[0] != "rd" {
		t.Fatalf("Register answered %v %v, want 2.01 with Location-Path rd, id", answer, answer.LocationPath())
	}
	return joined(answer.LocationPath())
}

// kinds returns the kinds of the events so far.
func kinds(s *Server) string {
	var list []string
	for r := s.Log().Reader(0); ; {
		e, _, ok := r.TryNext()
		if !ok {
			return strings.Join(list, " ")
		}
		list = append(list, e.Kind.String())
	}
}

func TestRegisterUpdateDeregister(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{})
		p := peer(t, network, "192.0.2.7:40001", nil)
		location := register(t, p, "dev1", 60)
		e, err := s.Find("dev1")
		if err != nil {
			t.Fatal(err)
		}
		if g := e.Registration(); g.Raw != objectList || g.Address.String() != "192.0.2.7:40001" || g.Location != location {
			t.Errorf("registration %+v", g)
		}
		if answer := send(t, p, coap.POST, location, []string{"lt=120"}, ""); answer.Code != Changed {
			t.Errorf("Update answered %v, want 2.04", answer)
		}
		if g := e.Registration(); g.Lifetime != 120*time.Second || len(g.Instances()) != 3 {
			t.Errorf("after an Update of the lifetime: %v, %v", g.Lifetime, g.Instances())
		}
		if answer := send(t, p, coap.POST, location, nil, "</1/0>,</3/0>"); answer.Code != Changed {
			t.Errorf("Update answered %v, want 2.04", answer)
		}
		if g := e.Registration(); g.Lifetime != 120*time.Second || len(g.Instances()) != 2 {
			t.Errorf("after an Update of the object list: %v, %v", g.Lifetime, g.Instances())
		}
		if answer := send(t, p, coap.DELETE, location, nil, ""); answer.Code != Deleted {
			t.Errorf("De-register answered %v, want 2.02", answer)
		}
		if e.Registration() != nil || len(s.Endpoints()) != 0 {
			t.Error("still registered after De-register")
		}
		if got := kinds(s); got != "register update update deregister" {
			t.Errorf("events: %s", got)
		}
	})
}

func TestRegistrationExpiresUnlessUpdated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{})
		p := peer(t, network, "192.0.2.7:40001", nil)
		location := register(t, p, "dev1", 86400)
		register(t, peer(t, network, "192.0.2.8:40001", nil), "dev2", 3600)
		pass(23 * time.Hour)
		if got := len(s.Endpoints()); got != 1 {
			t.Fatalf("%d endpoints after 23 hours, want 1", got)
		}
		send(t, p, coap.POST, location, nil, "")
		pass(23 * time.Hour)
		if got := len(s.Endpoints()); got != 1 {
			t.Errorf("%d endpoints 23 hours after the Update, want 1", got)
		}
		pass(2 * time.Hour)
		if got := kinds(s); got != "register register expired update expired" {
			t.Errorf("events: %s", got)
		}
		if answer := send(t, p, coap.POST, location, nil, ""); answer.Code != NotFound {
			t.Errorf("Update after the end answered %v, want 4.04", answer)
		}
	})
}

func TestShorterLifetimeOfANewRegisterHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{})
		p := peer(t, network, "192.0.2.7:40001", nil)
		register(t, p, "dev1", 86400)
		register(t, p, "dev1", 60)
		pass(61 * time.Second)
		if got := kinds(s); got != "register replaced register expired" {
			t.Errorf("events: %s", got)
		}
	})
}

func TestLifetimeZeroNeverEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{})
		register(t, peer(t, network, "192.0.2.7:40001", nil), "dev1", 0)
		pass(365 * 24 * time.Hour)
		if len(s.Endpoints()) != 1 {
			t.Error("a registration without end has ended")
		}
	})
}

// pass lets virtual time pass.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func TestRegisterWithDeviationsIsAcceptedUnlessStrict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{})
		p := peer(t, network, "192.0.2.7:40001", nil)
		const list = "</1/0>, </3/0/11>"
		if answer := send(t, p, coap.POST, "/rd", []string{"ep=dev1"}, list); answer.Code != Created {
			t.Fatalf("answered %v, want 2.01", answer)
		}
		e, err := s.Find("dev1")
		if err != nil {
			t.Fatal(err)
		}
		g := e.Registration()
		if g.Raw != list || fmt.Sprint(g.Instances()) != "[/1/0 /3/0]" {
			t.Errorf("raw %q, instances %v", g.Raw, g.Instances())
		}
		for _, rule := range []lwm2m.RuleID{ruleNoVersion, ruleNoLifetime, ruleLinkBlank, ruleResourceLink} {
			if !slices.Contains(ruleNames(g), rule) {
				t.Errorf("%s is not among %v", rule, g.Deviations)
			}
		}
		s.SetStrict(true)
		answer := send(t, p, coap.POST, "/rd", []string{"ep=dev2"}, list)
		if answer.Code != BadRequest || len(answer.Payload) == 0 {
			t.Errorf("strict: answered %v %q, want 4.00 and why", answer, answer.Payload)
		}
		if len(s.Endpoints()) != 1 {
			t.Error("a refused Register is registered")
		}
	})
}

func TestWrongLocationIsExplained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{})
		p := peer(t, network, "192.0.2.7:40001", nil)
		location := register(t, p, "dev1", 60)
		for path, want := range map[string]string{
			"/rd/nowhere":                       "not known",
			strings.TrimPrefix(location, "/rd"): "both segments",
			"/.well-known/core":                 "not found here",
			"/rd/\x1b[2J":                       `\x1b[2J`,
		} {
			answer := send(t, p, coap.POST, path, nil, "")
			if answer.Code != NotFound || !strings.Contains(string(answer.Payload), want) {
				t.Errorf("POST %q answered %v %q, want 4.04 %q", path, answer, answer.Payload, want)
			}
		}
		if answer := send(t, p, coap.PUT, location, nil, ""); answer.Code != MethodNotAllowed {
			t.Errorf("PUT on a location answered %v, want 4.05", answer)
		}
		if len(s.Endpoints()) != 1 {
			t.Error("the registration is gone")
		}
	})
}

func TestFindTakesNamesAliasesPartsAndGlobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{Aliases: map[string]string{"bench": "urn:imei:2"}})
		if _, err := s.Find(""); err == nil || !strings.Contains(err.Error(), "no endpoint is registered") {
			t.Errorf("error %v", err)
		}
		for i, name := range []string{"urn:imei:1", "urn:imei:2", "urn:imei:22"} {
			register(t, peer(t, network, fmt.Sprintf("192.0.2.%d:40001", 10+i), nil), name, 60)
		}
		for pattern, want := range map[string]string{
			"urn:imei:2": "urn:imei:2", "bench": "urn:imei:2", ":22": "urn:imei:22", "urn:*:1": "urn:imei:1",
		} {
			if e, err := s.Find(pattern); err != nil || e.Name() != want {
				t.Errorf("%q found %v, %v; want %s", pattern, e, err, want)
			}
		}
		for pattern, want := range map[string]string{
			"":     `3 endpoints are registered, expected the name of one: "urn:imei:1", "urn:imei:2", "urn:imei:22"`,
			"imei": "3 match", "other": "not registered; registered are", "[": "not registered",
		} {
			if e, err := s.Find(pattern); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%q found %v, %v; want an error with %q", pattern, e, err, want)
			}
		}
	})
}

func TestUpdateFromAnotherAddressMovesTheRegistration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{})
		location := register(t, peer(t, network, "192.0.2.7:40001", nil), "dev1", 60)
		send(t, peer(t, network, "192.0.2.7:40002", nil), coap.POST, location, nil, "")
		e, err := s.Find("dev1")
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Registration().Address.String(); got != "192.0.2.7:40002" {
			t.Errorf("requests go to %s, want the new address", got)
		}
		if got := kinds(s); got != "register moved update" {
			t.Errorf("events: %s", got)
		}
	})
}

func TestAnUpdateTellsWhatItsListChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{})
		p := peer(t, network, "192.0.2.7:40001", nil)
		location := joined(send(t, p, coap.POST, "/rd", []string{"ep=dev1", "lt=300", "lwm2m=1.1"}, "</1/0>,</3/0>,</5/0>").LocationPath())
		cursor := s.Log().Reader(s.Log().End())
		for _, list := range []string{"", "</1/0>,</3/0>,</5/0>"} {
			send(t, p, coap.POST, location, nil, list)
			if e, _, ok := cursor.TryNext(); !ok || e.Listed != nil {
				t.Errorf("%q: got %+v, want nothing", list, e.Listed)
			}
		}
		send(t, p, coap.POST, location, nil, "</1/0>,</3/0>,</5>,</3303/0>,</3303/1>")
		e, _, ok := cursor.TryNext()
		if !ok || e.Listed == nil || fmt.Sprint(e.Listed.Added, e.Listed.Gone) != "[/5 /3303/0 /3303/1] [/5/0]" {
			t.Errorf("got %+v", e.Listed)
		}
	})
}
