package session

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// profilesServer is a server that knows two profiles.
func profilesServer(t *testing.T) *Server {
	s := NewServer(ServerConfig{})
	t.Cleanup(func() { s.Close() })
	for id, objects := range map[string]string{"oma:base": "/1/0,/3/0", "6:27354b9a": "</3/0>,</3303>;ver=1.1,</3303/0>"} {
		if err := s.SetProfile(id, objects); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func TestProfilesAndListMakeTheObjectsOfARegister(t *testing.T) {
	s := profilesServer(t)
	for _, c := range []struct {
		pid, list string
		instances string
		rules     []lwm2m.RuleID
		strict    Code
	}{
		{"oma:base", "", "[/1/0 /3/0]", nil, 0},
		{`"oma:base,6:27354b9a"`, "", "[/1/0 /3/0 /3303/0]", nil, 0},
		{"oma:base", "</5/0>,</3/0>", "[/1/0 /3/0 /5/0]", nil, 0},
		{"6:27354b9a", "</5/0>", "[/3/0 /5/0 /3303/0]", []lwm2m.RuleID{ruleMandatoryObject}, 0},
		{"oma:base", `</lw>;rt="oma.lwm2m",</lw/5/0>`, "[/1/0 /3/0 /5/0]", nil, 0},
		{`"oma:base,v:other"`, "", "[/1/0 /3/0]", []lwm2m.RuleID{ruleProfile}, coap.Conflict},
		{"OMA:BASE", "</1/0>,</3/0>", "[/1/0 /3/0]", []lwm2m.RuleID{ruleProfileSyntax}, coap.Conflict},
	} {
		g := &Registration{Version: lwm2m.V1_0, Lifetime: defaultLifetime, Binding: lwm2m.DefaultBinding}
		r := registerReader{registration: g, profiles: &s.profiles}
		r.queries([]string{"ep=a", "lt=60", "lwm2m=1.2", "pid=" + c.pid})
		r.objectList([]byte(c.list))
		if got := fmt.Sprint(g.Instances()); got != c.instances || !slices.Equal(ruleNames(g), c.rules) || r.strict != c.strict {
			t.Errorf("pid=%s %s: %s, %v, strict %v; want %s, %v, %v", c.pid, c.list, got, g.Deviations, r.strict, c.instances, c.rules, c.strict)
		}
		if c.pid == "6:27354b9a" && g.ObjectVersion(3303) != 0x0101 {
			t.Errorf("object 3303 is %s, want the 1.1 of the profile", g.ObjectVersion(3303))
		}
	}
}

func TestAProfileThatCannotBeResolvedIsAConflictForAStrictServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{})
		s.SetStrict(true)
		p := peer(t, network, "192.0.2.7:40001", nil)
		queries := []string{"ep=dev1", "lt=60", "lwm2m=1.2", "pid=oma:base"}
		if got := send(t, p, coap.POST, "/rd", queries, ""); got.Code != coap.Conflict {
			t.Errorf("answered %v, want 4.09", got)
		}
		if err := s.SetProfile("oma:base", "/1/0,/3/0"); err != nil {
			t.Fatal(err)
		}
		registered := send(t, p, coap.POST, "/rd", queries, "")
		if registered.Code != Created {
			t.Fatalf("answered %v, want 2.01", registered)
		}
		e, err := s.Find("dev1")
		if err != nil || fmt.Sprint(e.Registration().Instances()) != "[/1/0 /3/0]" {
			t.Errorf("got %v, %v", e, err)
		}
		send(t, p, coap.POST, joined(registered.LocationPath()), nil, "</1/0>,</3/0>,</5/0>")
		if g := e.Registration(); fmt.Sprint(g.Instances()) != "[/1/0 /3/0 /5/0]" || g.Profiles != "" {
			t.Errorf("after an Update with the whole list: %v, profiles %q", g.Instances(), g.Profiles)
		}
	})
}

func TestAProfileIsRefusedThatIsNone(t *testing.T) {
	s := profilesServer(t)
	for id, objects := range map[string]string{
		"base": "/1/0", "oma:": "/1/0", "6:ABC": "/1/0", "oma:x": "/1/0/1", "oma:y": "</1/0", "oma:z": "/a", "v:": "",
	} {
		if err := s.SetProfile(id, objects); err == nil {
			t.Errorf("%s=%s: taken", id, objects)
		}
	}
	if err := s.SetProfile("oma:base", ""); err != nil || len(s.Profiles()) != 1 || s.Profiles()[0].ID != "6:27354b9a" {
		t.Errorf("forgotten: %v, %v", s.Profiles(), err)
	}
}
