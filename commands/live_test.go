package commands

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session"
	"lwcon/session/transport"
)

// bench is a server and a simulated thermometer that is registered with it, on
// one memory network, as an Env sees them.
type bench struct {
	t      *testing.T
	env    *Env
	client *session.Client
}

// live runs a test in virtual time on a bench.
func live(t *testing.T, f func(b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		if r, err := b.client.Register(t.Context()); err != nil || r.Code != session.Created {
			t.Fatalf("register: %+v, %v", r, err)
		}
		f(b)
	})
}

// newBench makes a bench whose thermometer has not registered yet.
func newBench(t *testing.T) *bench {
	t.Helper()
	network := transport.NewMemoryNetwork()
	link := func(address string) *transport.Memory {
		l, err := network.Datagram(address)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	server := link("192.0.2.1:5683")
	s, err := Open(t.Context(), Config{
		Links: []transport.Link{server}, Definitions: objects.New(), Seed: 1,
		Connect: []Connection{{Link: link("192.0.2.7:40001"), Server: server.Address(), Profile: "thermometer", Endpoint: "thermo"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return &bench{t, &Env{Table: All(), Sessions: s, Definitions: objects.New(), Version: "test"}, s.Clients()[0]}
}

// do runs a line that has to work.
func (b *bench) do(line string) Result {
	b.t.Helper()
	r, _, err := b.try(line)
	if err != nil {
		b.t.Fatalf("%s: %v", line, err)
	}
	return r
}

// try runs a line, and returns the events too. Every one of them, the result and
// the error are held against the schema.
func (b *bench) try(line string) (Result, []Event, error) {
	b.t.Helper()
	return runLine(b.t, b.env, b.t.Context(), line)
}

// runLine runs a line in an environment.
func runLine(t *testing.T, env *Env, ctx context.Context, line string) (Result, []Event, error) {
	t.Helper()
	words, err := Words(line)
	if err != nil {
		t.Fatal(err)
	}
	var events []Event
	r, err := env.Table.Do(ctx, env, words, func(e Event) error {
		valid(t, e.AppendJSON(nil))
		events = append(events, e)
		return nil
	})
	if r != nil {
		valid(t, r.AppendJSON(nil))
	}
	if e, ok := err.(*Error); ok {
		valid(t, e.AppendJSON(nil))
	}
	return r, events, err
}

// fields decodes the JSON form of a result.
func fields(t *testing.T, r interface{ AppendJSON([]byte) []byte }) map[string]any {
	t.Helper()
	m := map[string]any{}
	line := r.AppendJSON(nil)
	if err := json.Unmarshal(line, &m); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return m
}

// shown writes the values of an answer, one after the other.
func shown(t *testing.T, r Result) string {
	t.Helper()
	a, ok := r.(*Answer)
	if !ok {
		t.Fatalf("result %T, want an answer", r)
	}
	text := a.Code.String()
	if a.Tree != nil {
		for i := range a.Tree.Nodes {
			text += " " + a.Tree.Nodes[i].Path().String() + "=" + a.Tree.Nodes[i].Value().String()
		}
		for i := range a.Tree.Links {
			text += " <" + a.Tree.Links[i].Target + ">"
		}
	}
	return text
}

func TestEachOperationIsAnsweredByTheDevice(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"read /3/0/0", "2.05 /3/0/0="},
		{"r Device/0/Manufacturer", "2.05 /3/0/0="},
		{"read /3/0 --accept tlv", "2.05 /3/0/0="},
		{"read /3/0/4", "4.05"},
		{"read /3/7", "4.04"},
		{"write /3/0/14 +02:00", "2.04"},
		{"write Device/0/UTCOffset +02:00 --format senml-json", "2.04"},
		{"write /1/0 1=300 6=true --partial", "2.04"},
		{"execute /3/0/4", "2.04"},
		{"execute /3/0/4 --arguments \"0='x'\"", "2.04"},
		{"discover /3", "2.05 </3"},
		{"discover /3303/0", "2.05 </3303/0"},
		{"attributes /3303/0/5700 pmin=5 gt=30", "2.04"},
		{"attributes /3303/0/5700", "2.05 </3303/0/5700>"},
		{"observe /3303/0/5700", "2.05 /3303/0/5700="},
		{"read-composite /3/0/14 /3303/0/5700", "2.05 /3/0/14="},
		{"rc Device/0/UTCOffset --accept senml-json", "2.05 /3/0/14="},
		{"write-composite /3/0/14=+02:00 /1/0/1=600", "2.04"},
		{"observe-composite /3/0/14 /3303/0/5700", "2.05 /3/0/14="},
	} {
		t.Run(c.line, func(t *testing.T) {
			live(t, func(b *bench) {
				if got := shown(t, b.do(c.line)); !strings.HasPrefix(got, c.want) {
					t.Errorf("got %s, want %s", got, c.want)
				}
			})
		})
	}
}

func TestARefusalIsAResultWithExitStatusOne(t *testing.T) {
	live(t, func(b *bench) {
		r, _, err := b.try("read /3/7")
		if err != nil || ExitStatus(r, err) != ExitRefused {
			t.Errorf("got %v, exit %d, want a result and exit 1", err, ExitStatus(r, err))
		}
	})
}

func TestAnAnswerHasTheFieldsOfTheContract(t *testing.T) {
	live(t, func(b *bench) {
		m := fields(t, b.do("read /3303/0/5700 --accept senml-cbor"))
		for name, want := range map[string]any{"command": "read", "endpoint": "thermo", "path": "/3303/0/5700", "code": "2.05", "format": "senml-cbor"} {
			if m[name] != want {
				t.Errorf("%s: got %v, want %v", name, m[name], want)
			}
		}
		for _, name := range []string{"ms", "exchange", "payload"} {
			if m[name] == nil {
				t.Errorf("%s: absent", name)
			}
		}
		v := m["values"].([]any)[0].(map[string]any)
		if v["path"] != "/3303/0/5700" || v["name"] != "Sensor Value" || v["type"] != "float" {
			t.Errorf("got value %v", v)
		}
	})
}

func TestWhatWasWrittenIsReadBack(t *testing.T) {
	live(t, func(b *bench) {
		b.do("write /3/0/14 +05:30")
		if got := shown(t, b.do("read /3/0/14")); got != "2.05 /3/0/14=+05:30" {
			t.Errorf("got %s", got)
		}
	})
}

func TestAValueOfTheWrongTypeIsRefusedBeforeItIsSent(t *testing.T) {
	live(t, func(b *bench) {
		before := b.env.Sessions.Exchanges().Newest()
		_, _, err := b.try("write /1/0 1=soon --partial")
		if e, ok := err.(*Error); !ok || e.Kind != UsageError || !strings.Contains(e.Message, "/1/0/1") || !strings.Contains(e.Message, "integer") {
			t.Errorf("got %v, want a usage error that names the resource and its type", err)
		}
		if b.env.Sessions.Exchanges().Newest() != before {
			t.Error("something was sent")
		}
	})
}

func TestObserveFollowsAsOneShotAndCancels(t *testing.T) {
	live(t, func(b *bench) {
		b.env.Follow = true
		r, events, err := b.try("observe /3303/0/5700 --count 3")
		if r != nil || err != nil {
			t.Fatalf("got %v, %v, want all of it as events", r, err)
		}
		if len(events) != 4 {
			t.Fatalf("got %d events, want the answer and 3 notifications", len(events))
		}
		if _, ok := events[0].(*Answer); !ok {
			t.Errorf("first %T, want the answer", events[0])
		}
		for _, e := range events[1:] {
			if m := fields(t, e); m["event"] != "notification" || m["path"] != "/3303/0/5700" || m["observe"] == nil || m["confirmable"] == nil {
				t.Errorf("got %v, want a notification", m)
			}
		}
		if l := b.do("observations").(*Observations); len(l.List) != 0 {
			t.Errorf("still observed: %+v", l.List)
		}
	})
}

func TestDetailsOfANotificationKnowWhatItIsOf(t *testing.T) {
	live(t, func(b *bench) {
		b.do("observe /3303/0/5700")
		w := b.do("wait notification").(*Waited)
		number := w.Events[len(w.Events)-1].Exchange
		d := b.do(fmt.Sprint("details ", number)).(*Details)
		if len(d.Bodies) != 1 || d.Bodies[0].Tree == nil || d.Bodies[0].Tree.Nodes[0].Name() != "Sensor Value" {
			t.Errorf("got %+v, want a Sensor Value", d.Bodies)
		}
	})
}

func TestObserveEndsAfterItsTime(t *testing.T) {
	live(t, func(b *bench) {
		b.env.Follow = true
		start := b.env.clock().Now()
		if _, _, err := b.try("observe /3/0/14 --for 20s"); err != nil {
			t.Fatal(err)
		}
		if took := b.env.clock().Now().Sub(start); took.Seconds() != 20 {
			t.Errorf("took %v, want 20s", took)
		}
	})
}

func TestAnInterruptedObserveIsCancelled(t *testing.T) {
	live(t, func(b *bench) {
		b.env.Follow = true
		ctx, cancel := context.WithCancel(b.t.Context())
		stop := b.env.clock().AfterFunc(5e9, cancel)
		defer stop.Stop()
		r, _, err := runLine(t, b.env, ctx, "observe /3/0/14")
		if ExitStatus(r, err) != ExitInterrupted {
			t.Errorf("got %v, exit %d, want exit 130", err, ExitStatus(r, err))
		}
		if l := b.do("observations").(*Observations); len(l.List) != 0 {
			t.Errorf("still observed: %+v", l.List)
		}
	})
}

func TestAtThePromptAnObservationGoesOnUntilCancel(t *testing.T) {
	live(t, func(b *bench) {
		b.do("observe /3303/0/5700")
		b.do("wait notification /3303/0/5700 --count 2")
		l := b.do("observations").(*Observations)
		if len(l.List) != 1 || l.List[0].Count < 2 || l.List[0].Path.String() != "/3303/0/5700" {
			t.Fatalf("got %+v", l.List)
		}
		b.do("cancel /3303/0/5700")
		if l := b.do("observations").(*Observations); len(l.List) != 0 {
			t.Errorf("still observed: %+v", l.List)
		}
		_, _, err := b.try("cancel /3303/0/5700")
		if e, ok := err.(*Error); !ok || e.Kind != UsageError {
			t.Errorf("a second cancel: %v, want a usage error", err)
		}
	})
}

func TestAPassiveCancelSendsNothing(t *testing.T) {
	live(t, func(b *bench) {
		b.do("observe /3/0/14")
		before := b.env.Sessions.Exchanges().Newest()
		m := fields(t, b.do("cancel /3/0/14 --passive"))
		if m["code"] != nil || b.env.Sessions.Exchanges().Newest() != before {
			t.Errorf("got %v, newest exchange %d, want no code and nothing sent", m, b.env.Sessions.Exchanges().Newest())
		}
	})
}

func TestClientsAreListedAsRegisterEvents(t *testing.T) {
	live(t, func(b *bench) {
		m := fields(t, b.do("clients"))
		list := m["clients"].([]any)
		if len(list) != 1 {
			t.Fatalf("got %v", m)
		}
		c := list[0].(map[string]any)
		for _, name := range []string{"time", "lifetime", "binding", "queue", "address", "security", "objects", "links", "raw", "exchange"} {
			if c[name] == nil {
				t.Errorf("%s: absent in %v", name, c)
			}
		}
		if c["event"] != "register" || c["endpoint"] != "thermo" || c["lwm2m"] != "1.1" {
			t.Errorf("got %v", c)
		}
		if !b.do("clients therm").(*Clients).Detail {
			t.Error("clients NAME: want the detail")
		}
	})
}

func TestADeviceIsFoundByAPartOfItsName(t *testing.T) {
	live(t, func(b *bench) {
		b.do("read /3/0/0 -e herm")
		b.do("use th*")
		if b.env.Endpoint != "thermo" {
			t.Errorf("use: commands are for %q", b.env.Endpoint)
		}
		b.do("use")
		if b.env.Endpoint != "" {
			t.Errorf("use: commands are for %q", b.env.Endpoint)
		}
		r, _, err := b.try("read /3/0/0 -e other")
		if ExitStatus(r, err) != ExitNoAnswer {
			t.Errorf("got %v, want exit 3", err)
		}
	})
}

func TestACommandWaitsForItsDeviceToRegister(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		_, _, err := b.try("read /3/0/0")
		if e, ok := err.(*Error); !ok || e.Kind != NoPeerError {
			t.Fatalf("without --wait: %v, want no-peer at once", err)
		}
		timer := b.env.clock().AfterFunc(30e9, func() { _, _ = b.client.Register(context.Background()) })
		defer timer.Stop()
		if got := shown(t, b.do("read /3/0/0 --wait 60s")); !strings.HasPrefix(got, "2.05") {
			t.Errorf("got %s", got)
		}
	})
}

func TestADeviceThatNeverComesIsNoPeer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		r, _, err := b.try("read /3/0/0 --wait 10s")
		e, ok := err.(*Error)
		if !ok || e.Kind != NoPeerError || ExitStatus(r, err) != ExitNoAnswer {
			t.Errorf("got %v, want no-peer and exit 3", err)
		}
	})
}

func TestADeviceThatDoesNotAnswerIsATimeout(t *testing.T) {
	live(t, func(b *bench) {
		_ = b.env.Sessions.Disconnect(canceled(), b.client) // gone without a De-register
		r, _, err := b.try("read /3/0/0 --timeout 5s")
		e, ok := err.(*Error)
		if !ok || e.Kind != TimeoutError || e.Endpoint != "thermo" || ExitStatus(r, err) != ExitNoAnswer {
			t.Fatalf("got %#v, want a timeout of thermo and exit 3", err)
		}
		if !strings.Contains(e.Message, "read /3/0/0: no answer after 5s") {
			t.Errorf("got %q", e.Message)
		}
	})
}

// canceled is a context that is over.
func canceled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func TestACompositeObservationIsCancelledByItsPaths(t *testing.T) {
	live(t, func(b *bench) {
		b.do("observe-composite /3/0/14 /3303/0/5700")
		if l := b.do("observations").(*Observations); len(l.List) != 1 || len(l.List[0].Paths) != 2 {
			t.Fatalf("got %+v", l.List)
		}
		if r, _, err := b.try("cancel /3303/0/5700 /3/0/14"); ExitStatus(r, err) != ExitUsage {
			t.Errorf("in another order: %v, want exit 2", err)
		}
		b.do("cancel /3/0/14 /3303/0/5700")
		if l := b.do("observations").(*Observations); len(l.List) != 0 {
			t.Errorf("still observed: %+v", l.List)
		}
	})
}

func TestAnInstanceIsCreatedAndDeleted(t *testing.T) {
	live(t, func(b *bench) {
		if m := fields(t, b.do("create /3303 --instance 2 5700=21.5")); m["code"] != "2.01" || m["created"] != "/3303/2" {
			t.Errorf("got %v", m)
		}
		m := fields(t, b.do("create Temperature SensorValue=22"))
		path, _ := m["created"].(string)
		if m["code"] != "2.01" || !strings.HasPrefix(path, "/3303/") {
			t.Fatalf("without an id: got %v, want one that the device chose", m)
		}
		for _, p := range []string{"/3303/2", path} {
			if got := shown(t, b.do("delete "+p)); got != "2.02" {
				t.Errorf("delete %s: %s", p, got)
			}
		}
		for _, line := range []string{"create /3303/0/5700 1=2", "create /3303 --instance 65535", "create /3303 --instance 3 5700=warm"} {
			if r, _, err := b.try(line); ExitStatus(r, err) != ExitUsage {
				t.Errorf("%s: %v, want exit 2", line, err)
			}
		}
	})
}

func TestListsAreOfAllDevicesAfterUse(t *testing.T) {
	live(t, func(b *bench) {
		b.do("observe /3303/0/5700")
		b.do("use thermo")
		b.env.use("other")
		if l := b.do("observations").(*Observations); len(l.List) != 1 {
			t.Errorf("after use of another: %+v, want the observation of all", l.List)
		}
		if l := b.do("observations -e thermo").(*Observations); len(l.List) != 1 {
			t.Errorf("of one device: %+v", l.List)
		}
		b.do("queue")
		if _, _, err := b.try("observations -e other"); ExitStatus(nil, err) != ExitNoAnswer {
			t.Errorf("of a device that is not registered: %v", err)
		}
	})
}

func TestAttributesThatADeviceHasToRefuseAreWarnedOf(t *testing.T) {
	live(t, func(b *bench) {
		for line, warned := range map[string]bool{
			"attributes /3303/0/5700 lt=20 gt=10":      true,
			"attributes /3303/0/5700 lt=10 gt=20 st=8": true,
			"attributes /3303/0/5700 epmin=10 epmax=5": true,
			"attributes /3303 gt=10":                   true,
			"attributes /3/0/0 gt=5":                   true,
			"attributes /3303/0/5700 edge=1 --force":   true,
			"attributes /3/0/4 pmin=5":                 true,
			"attributes /3303/0/5700 gt=5 pmin=5":      false,
			"attributes /3303/0/5700 gt!":              false,
			"attributes /3303/0/5700":                  false,
		} {
			a := b.do(line).(*Answer)
			if (a.Misplaced != "") != warned || (fields(t, a)["warning"] != nil) != warned {
				t.Errorf("%s: warning %q", line, a.Misplaced)
			}
		}
	})
}

func TestALossOnPurposeIsNamedWhereNoAnswerComes(t *testing.T) {
	live(t, func(b *bench) {
		b.do("set link sent lose 100%")
		_, _, err := b.try("read /3/0/0 --retransmissions 0 --ack-timeout 1s")
		b.do("set link sent lose 0%")
		if e := Classify(err); e.Kind != TimeoutError || !strings.Contains(e.Hint, "set link lose") {
			t.Errorf("got %+v, want a hint that the loss is our own", e)
		}
	})
}

func TestNoFarName(t *testing.T) {
	for word, want := range map[string]string{
		"100": "", "foo": "", "pmix": "; did you mean pmin?", "gr": "; did you mean gt?",
	} {
		names := append(lwm2m.AttributeNames(), blockSizes()...)
		if got := nearest(word, names); got != want {
			t.Errorf("%s: got %q, want %q", word, got, want)
		}
	}
}

func TestACompositeWriteTellsItsPaths(t *testing.T) {
	live(t, func(b *bench) {
		a := b.do("write-composite /3/0/14=+02:00 /3/0/0=no").(*Answer)
		if len(a.Paths) != 2 || a.Paths[0].String() != "/3/0/14" {
			t.Errorf("got %v", a.Paths)
		}
	})
}
