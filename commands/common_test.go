package commands

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"lwcon/lwm2m/objects"
	"lwcon/session"
	"lwcon/session/transport"
)

func TestDetailsShowEveryMessageOfAnExchange(t *testing.T) {
	live(t, func(b *bench) {
		number := uint64(fields(t, b.do("read /3/0/0"))["exchange"].(float64))
		d := b.do("details").(*Details)
		if d.Number != number || len(d.Messages) != 2 {
			t.Fatalf("got exchange %d with %d messages, want %d with request and answer", d.Number, len(d.Messages), number)
		}
		if d.Messages[0].Direction != transport.Sent || d.Messages[1].Direction != transport.Received {
			t.Errorf("got %+v", d.Messages)
		}
		if got := d.Messages[1].Scanned.Message.Code; got != session.Content {
			t.Errorf("answer %s, want 2.05", got)
		}
		if d := b.do("details 1 --hex").(*Details); !d.Hex || d.Number != 1 {
			t.Errorf("got %+v", d)
		}
		r, _, err := b.try("details 99999")
		if ExitStatus(r, err) != ExitUsage {
			t.Errorf("an unknown exchange: %v, want exit 2", err)
		}
	})
}

func TestTraceFollowsTheWireAsOneShot(t *testing.T) {
	live(t, func(b *bench) {
		b.env.Follow = true
		timer := b.env.clock().AfterFunc(1e9, func() { _, _ = b.client.Update(context.Background()) })
		defer timer.Stop()
		_, events, err := b.try("trace full --count 2")
		if err != nil || len(events) != 2 {
			t.Fatalf("got %d events, %v", len(events), err)
		}
		for _, e := range events {
			if m := fields(t, e); m["event"] != "message" || m["peer"] == "" || m["hex"] == "" {
				t.Errorf("got %v", m)
			}
		}
	})
}

func TestTraceSetsTheLevelOfThePrompt(t *testing.T) {
	live(t, func(b *bench) {
		b.do("trace summary -e thermo")
		if b.env.Trace != TraceSummary {
			t.Errorf("got %q", b.env.Trace)
		}
		if s := b.do("trace").(*Settings); s.List[0].Value != TraceSummary {
			t.Errorf("got %+v", s)
		}
		b.do("trace off")
		if b.env.Trace != TraceOff {
			t.Errorf("got %q", b.env.Trace)
		}
	})
}

func TestEventsShowsTheNewest(t *testing.T) {
	live(t, func(b *bench) {
		b.do("observe /3303/0/5700")
		b.do("sleep 1m")
		_, events, err := b.try("events --last 3")
		if err != nil || len(events) != 3 {
			t.Fatalf("got %d events, %v", len(events), err)
		}
		_, events, _ = b.try("events register")
		if len(events) != 1 || fields(t, events[0])["event"] != "register" {
			t.Errorf("got %d events of kind register, want 1: that of the server", len(events))
		}
		_, events, _ = b.try("events -e nobody")
		if len(events) != 0 {
			t.Errorf("got %d events of nobody", len(events))
		}
		_, events, err = b.try("events notification --count 2")
		if err != nil || len(events) != 2 {
			t.Errorf("to come: got %d events, %v", len(events), err)
		}
	})
}

func TestSettingsStay(t *testing.T) {
	live(t, func(b *bench) {
		b.do("set strict register on")
		if !b.env.Sessions.Server().Strict() {
			t.Error("strict register is off")
		}
		b.do("set timeout 10s")
		if b.env.Timeout.Seconds() != 10 {
			t.Errorf("timeout %v", b.env.Timeout)
		}
		m := fields(t, b.do("set"))["settings"].(map[string]any)
		if m["strict register"] != "on" || m["timeout"] != "10s" || m["wait"] != "default" {
			t.Errorf("got %v", m)
		}
		b.do("set timeout default")
		if b.env.Timeout != 0 {
			t.Errorf("timeout %v", b.env.Timeout)
		}
		for _, line := range []string{"set strict register maybe", "set timeout soon", "set nonsense 1", "set stric"} {
			if r, _, err := b.try(line); ExitStatus(r, err) != ExitUsage {
				t.Errorf("%s: %v, want exit 2", line, err)
			}
		}
	})
}

func TestStatusTellsRolesAddressesAndCounts(t *testing.T) {
	live(t, func(b *bench) {
		b.do("observe /3303/0/5700")
		s := b.do("status").(*Status)
		if !slices.Equal(s.Roles, []string{"server", "client"}) || len(s.URIs) == 0 || s.Clients != 1 || s.Observations != 1 || s.Exchange == 0 {
			t.Errorf("got %+v", s)
		}
		if len(s.Devices) != 1 || s.Devices[0].Endpoint != "thermo" || s.Devices[0].State != "registered" {
			t.Errorf("got devices %+v", s.Devices)
		}
	})
}

func TestForgetMakesTheNextUpdateFail(t *testing.T) {
	live(t, func(b *bench) {
		b.do("forget thermo")
		if c := b.do("clients").(*Clients); len(c.Registrations) != 0 {
			t.Errorf("still registered: %+v", c.Registrations)
		}
		if m := fields(t, b.do("update")); m["code"] != "4.04" {
			t.Errorf("update: got %v, want 4.04", m["code"])
		}
	})
}

func TestTheClientRole(t *testing.T) {
	live(t, func(b *bench) {
		for line, code := range map[string]string{"update": "2.04", "get /3303/0/5700": "2.05", "get /77": "4.04", "put /3/0/9 42": "2.04"} {
			if m := fields(t, b.do(line)); m["code"] != code || m["endpoint"] != "thermo" {
				t.Errorf("%s: got %v, want %s", line, m, code)
			}
		}
		if got := shown(t, b.do("read /3/0/9")); got != "2.05 /3/0/9=42" {
			t.Errorf("what was put: got %s", got)
		}
		if m := fields(t, b.do("deregister")); m["code"] != "2.02" {
			t.Errorf("deregister: got %v", m)
		}
		if m := fields(t, b.do("register")); m["code"] != "2.01" {
			t.Errorf("register: got %v", m)
		}
	})
}

func TestWhatIsPutIsNotified(t *testing.T) {
	live(t, func(b *bench) {
		b.do("observe /3/0/9")
		b.do("put /3/0/9 7")
		w := b.do("wait notification /3/0/9 --timeout 10s").(*Waited)
		if len(w.Events) != 1 {
			t.Fatalf("got %+v", w)
		}
		if n := w.Events[0].Notification.Response.Tree.Nodes; len(n) != 1 || n[0].Value().String() != "7" {
			t.Errorf("got %v", n)
		}
	})
}

func TestAOneShotUpdateRegistersFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.env.Follow = true
		if m := fields(t, b.do("update")); m["code"] != "2.04" {
			t.Errorf("got %v", m)
		}
	})
}

func TestListenAndCloseOnLoopback(t *testing.T) {
	env := &Env{Table: All(), Sessions: offlineSessions(t), Definitions: objects.New()}
	r, _, err := runLine(t, env, t.Context(), "listen coap://127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	uris := r.(*Listening).URIs
	if len(uris) != 1 || !strings.HasPrefix(uris[0], "coap://127.0.0.1:") {
		t.Fatalf("got %q", uris)
	}
	r, _, err = runLine(t, env, t.Context(), "listen "+uris[0])
	var e *Error
	if !errors.As(err, &e) || e.Kind != ConfigError || !strings.Contains(e.Message, "in use") || ExitStatus(r, err) != ExitUsage {
		t.Errorf("twice: %v, want a config error that says the port is in use", err)
	}
	if _, _, err := runLine(t, env, t.Context(), "connect "+uris[0]+" thermometer --client sim-1"); err != nil {
		t.Fatalf("connect: %v", err)
	}
	if _, _, err := runLine(t, env, t.Context(), "read /3/0/0 -e sim-1"); err != nil {
		t.Errorf("read: %v", err)
	}
	for _, line := range []string{"close sim-1", "close " + uris[0]} {
		if _, _, err := runLine(t, env, t.Context(), line); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	if env.Sessions.Roles() != 0 {
		t.Errorf("roles %v, want none", env.Sessions.Roles())
	}
	if r, _, err := runLine(t, env, t.Context(), "close nonsense"); ExitStatus(r, err) != ExitUsage {
		t.Errorf("close nonsense: %v", err)
	}
}

func TestOpenTellsWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		config Config
		kind   ErrorKind
	}{
		{Config{Listen: []string{"127.0.0.1:0"}}, UsageError},
		{Config{Listen: []string{"http://127.0.0.1:0"}}, UsageError},
		{Config{Listen: []string{"coap://127.0.0.1:99999"}}, ConfigError},
		{Config{Link: "satellite"}, UsageError},
		{Config{Connect: []Connection{{URI: "coap://127.0.0.1:1", Profile: "none"}}}, ConfigError},
		{Config{Connect: []Connection{{URI: "127.0.0.1"}}}, UsageError},
	} {
		s, err := Open(t.Context(), c.config)
		var e *Error
		if s != nil || !errors.As(err, &e) || e.Kind != c.kind {
			t.Errorf("%+v: %v, want kind %s", c.config, err, c.kind)
		}
	}
}

func TestExitStatusOfEachKind(t *testing.T) {
	for kind, want := range map[ErrorKind]int{
		UsageError: 2, ConfigError: 2, NoPeerError: 3, TimeoutError: 3, HandshakeError: 3, ResetError: 3, TransportError: 3, PayloadError: 4,
	} {
		if got := ExitStatus(nil, failure(kind, "x")); got != want {
			t.Errorf("%s: exit %d, want %d", kind, got, want)
		}
	}
	if got := ExitStatus(nil, context.Canceled); got != 130 {
		t.Errorf("interrupted: exit %d, want 130", got)
	}
}

func TestEveryRuleHasASummaryAndASection(t *testing.T) {
	r, err := offline(t, "help deviations")
	if err != nil {
		t.Fatal(err)
	}
	rules := r.(*RuleList).Rules
	if len(rules) < 50 {
		t.Errorf("got %d rules", len(rules))
	}
	for _, rule := range rules {
		if rule.ID == "" || rule.Summary == "" || rule.Section == "" {
			t.Errorf("%+v: want a summary and a section", rule)
		}
	}
}

func TestRegistrationsOutliveTheProgram(t *testing.T) {
	state := t.TempDir()
	uri := freeURI(t)
	open := func(fresh bool) *Env {
		s, err := Open(t.Context(), Config{Listen: []string{uri}, Definitions: objects.New(), State: state, Fresh: fresh})
		if err != nil {
			t.Fatal(err)
		}
		return &Env{Table: All(), Sessions: s, Definitions: objects.New()}
	}
	first := open(false)
	if _, _, err := runLine(t, first, t.Context(), "connect "+uri+" --client kept"); err != nil {
		t.Fatal(err)
	}
	if err := first.Sessions.Server().Close(); err != nil { // as though the program ended: the device says nothing
		t.Fatal(err)
	}
	for _, fresh := range []bool{false, true} {
		env := open(fresh)
		r, _, err := runLine(t, env, t.Context(), "clients")
		if err != nil || (len(r.(*Clients).Registrations) == 1) == fresh {
			t.Errorf("fresh %v: got %+v, %v", fresh, r, err)
		}
		_ = env.Sessions.Close(t.Context())
	}
	_ = first.Sessions.Disconnect(canceled(), first.Sessions.Clients()[0])
}

// freeURI is an address on loopback where nobody listens.
func freeURI(t *testing.T) string {
	t.Helper()
	s, err := Open(t.Context(), Config{Listen: []string{"coap://127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(t.Context())
	return s.URIs()[0]
}

func TestARegisterThatNobodyAnswersIsATimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		if err := b.env.Sessions.Server().Close(); err != nil {
			t.Fatal(err)
		}
		r, _, err := b.try("register --timeout 5s")
		e, ok := err.(*Error)
		if !ok || e.Kind != TimeoutError || ExitStatus(r, err) != ExitNoAnswer || !strings.Contains(e.Message, "no answer") {
			t.Errorf("got %#v, want a timeout and exit 3", err)
		}
	})
}
