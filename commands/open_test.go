package commands

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session"
	"lwcon/session/coap"
)

func TestACaptureHasWhatPassedOnceAndTellsHowItStands(t *testing.T) {
	live(t, func(b *bench) {
		name := filepath.Join(b.t.TempDir(), "x.pcapng")
		b.do("trace --to " + name + " --rotate 10MB --files 2")
		b.do("read /3/0/0")
		synctest.Wait()
		s := fields(t, b.do("trace"))["settings"].(map[string]any)
		if s["capture"] != name+", 2 packets" { // both ends are here, each datagram is one packet
			t.Errorf("capture %q", s["capture"])
		}
		if s := fields(t, b.do("trace --stop"))["settings"].(map[string]any); s["capture"] != nil {
			t.Errorf("still captures: %v", s)
		}
		content, err := os.ReadFile(name)
		if err != nil || !bytes.Contains(content, []byte("-d udp.port==40001,coap")) || !bytes.Contains(content, []byte("lwcon test")) {
			t.Errorf("%d octets, %v, want the comment for tshark", len(content), err)
		}
		size := len(content)
		b.do("read /3/0/0")
		if content, _ = os.ReadFile(name); len(content) != size {
			t.Error("the capture goes on after its end")
		}
	})
}

func TestAOneShotTraceEndsItsCapture(t *testing.T) {
	live(t, func(b *bench) {
		b.env.Follow = true
		name := filepath.Join(b.t.TempDir(), "x.pcapng")
		stop := b.env.clock().AfterFunc(time.Second, func() { _, _ = b.client.Update(context.Background()) })
		defer stop.Stop()
		_, events, err := b.try("trace --to " + name + " --count 2")
		if err != nil || len(events) != 2 || len(b.env.Sessions.captureSettings()) != 0 {
			t.Errorf("%d events, %v", len(events), err)
		}
	})
}

// secretDevice is a device whose security object can be read, as none should.
const secretKeyText = "topsecretkey1234"

// readKey is a bench whose server reads a key from a device that gives it away.
func readKey(b *bench) *Answer {
	b.t.Helper()
	e, err := b.env.Sessions.Server().Find("")
	if err != nil {
		b.t.Fatal(err)
	}
	p, _ := lwm2m.ParsePath("/0/0/5")
	tree := &lwm2m.Tree{Format: lwm2m.FormatText, At: p, Payload: secretKeyText, Nodes: []lwm2m.Node{
		lwm2m.NewNode(lwm2m.KindValue, p, lwm2m.OpaqueValue(secretKeyText), lwm2m.Span{End: uint32(len(secretKeyText))}, 0),
	}}
	return &Answer{Command: "read", Result: session.Result{Endpoint: e.Name(), Path: p, Response: session.Response{Code: coap.Content, Tree: tree, Payload: []byte(secretKeyText)}}}
}

func TestSecretsAreMaskedInAnswersEventsTracesDetailsAndCaptures(t *testing.T) {
	live(t, func(b *bench) {
		name := filepath.Join(b.t.TempDir(), "x.pcapng")
		answer := readKey(b)
		row := &Command{Name: "leak", Group: GroupTools, Run: func(_ context.Context, _ *Env, _ Args, emit Emit) (Result, error) {
			event := session.Event{Kind: session.EventNotification, Notification: &session.Notification{Path: answer.Path, Response: answer.Response}}
			return answer, emit(Happened{event})
		}}
		b.env.Table = b.env.Table.Append(row)
		var traced []byte
		end := b.env.Sessions.Tap(func(p coap.Passage) { traced = append(traced, NewPassed(p).AppendJSON(nil)...) })
		b.do("trace --to " + name)
		show := func() (all []byte) {
			words, _ := Words("leak")
			r, err := b.env.Table.Do(b.t.Context(), b.env, words, func(e Event) error { all = e.AppendJSON(all); return nil })
			if err != nil {
				t.Fatal(err)
			}
			all = r.AppendJSON(all)
			x := b.do("coap PUT /0/0/5 --content-format text --payload text:" + secretKeyText).(*Exchanged)
			return x.AppendJSON(all)
		}
		shown := show()
		b.do("trace --stop")
		captured, err := os.ReadFile(name)
		if err != nil || len(traced) == 0 {
			t.Fatalf("%v, %d octets traced", err, len(traced))
		}
		for what, octets := range map[string][]byte{"results": shown, "the trace": traced, "the capture": captured} {
			if leaked(octets) {
				t.Errorf("the key is in %s: %q", what, octets)
			}
			if what != "the capture" && !bytes.Contains(octets, []byte("2a2a2a2a")) {
				t.Errorf("nothing is masked in %s: %q", what, octets)
			}
		}
		if !bytes.Contains(captured, []byte("****************")) || !bytes.Contains(captured, []byte("secrets masked")) {
			t.Error("the mask is not in the capture")
		}
		if s := b.do("set show-secrets on").(*Settings); s.Warning == "" {
			t.Error("no warning that secrets are shown")
		}
		if !leaked(show()) {
			t.Error("show-secrets on does not lift the mask")
		}
		end()
	})
}

// leaked says whether the key can be read from what is shown.
func leaked(b []byte) bool {
	return bytes.Contains(b, []byte(secretKeyText)) || bytes.Contains(b, []byte("746f70736563726574"))
}

func TestTheServerAnswersAsItIsTold(t *testing.T) {
	live(t, func(b *bench) {
		b.do("set answer update 4.04")
		if r, err := b.client.Update(b.t.Context()); err != nil || r.Code != coap.NotFound && r.Code != session.Created {
			t.Errorf("got %+v, %v", r, err)
		}
		b.do("set answer update default")
		b.do("set answer register 5.03")
		if r, err := b.client.Register(b.t.Context()); err != nil || r.Code != coap.ServiceUnavailable {
			t.Errorf("got %+v, %v", r, err)
		}
		if s := fields(t, b.do("set"))["settings"].(map[string]any); s["answer register"] != "5.03" || s["answer update"] != "default" {
			t.Errorf("settings %v", s)
		}
		b.do("set answer register default")
		b.do("set answer-delay 3s")
		start := b.env.clock().Now()
		if r, err := b.client.Register(b.t.Context()); err != nil || r.Code != session.Created || b.env.clock().Now().Sub(start) != 3*time.Second {
			t.Errorf("got %+v, %v after %v", r, err, b.env.clock().Now().Sub(start))
		}
		b.do("set answer-delay 0s")
	})
}

func TestFaultsAreRepeatedByTheirSeed(t *testing.T) {
	run := func() (notes string) {
		live(t, func(b *bench) {
			b.do("set link lose 30%")
			b.do("set link duplicate 20%")
			b.do("set link seed 7")
			for range 20 {
				_, _, _ = b.try("read /3/0/0 --ack-timeout 100ms")
			}
			b.do("set link lose 0%")
			b.do("set link duplicate 0%")
			log := b.env.Sessions.Exchanges()
			for n := uint64(1); n <= log.Newest(); n++ {
				for _, r := range log.Records(n) {
					if strings.HasPrefix(r.Note, "fault:") {
						notes += r.Note + " " + r.Direction.String() + ","
					}
				}
			}
		})
		return notes
	}
	first := run()
	if !strings.Contains(first, "fault: lost sent") || !strings.Contains(first, "fault: lost received") || !strings.Contains(first, "duplicated") {
		t.Errorf("faults %s", first)
	}
	if second := run(); second != first {
		t.Errorf("the same seed gave\n%s\nand\n%s", first, second)
	}
}

func TestFaultsOfOneLinkAndOneDirectionLeaveTheOthers(t *testing.T) {
	live(t, func(b *bench) {
		b.do("set link coap://192.0.2.1:5683 sent delay 2s")
		start := b.env.clock().Now()
		b.do("read /3/0/0 --ack-timeout 5s")
		if took := b.env.clock().Now().Sub(start); took != 2*time.Second {
			t.Errorf("took %v, want the delay of one direction of one link", took)
		}
		b.do("set link coap://192.0.2.1:5683 sent delay 0s")
		s := fields(t, b.do("set link sent lose 12.5%"))["settings"].(map[string]any)
		if s["link sent lose"] != "12.5%" {
			t.Errorf("settings %v", s)
		}
		if s = fields(t, b.do("set"))["settings"].(map[string]any); s["link lose"] != "sent 12.5%, received 0%" {
			t.Errorf("settings %v", s)
		}
		b.do("set link lose 0%")
	})
}

func TestListenersOfBothTransportsServeAtOnce(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	s, err := Open(ctx, Config{Listen: []string{"coap://127.0.0.1:0", "coap+tcp://127.0.0.1:0"}, Definitions: objects.New()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(ctx) //nolint:errcheck // the test is over
	env := &Env{Table: All(), Sessions: s, Definitions: objects.New()}
	uris := s.URIs()
	if len(uris) != 2 || !strings.HasPrefix(uris[0], "coap://127.0.0.1:") || !strings.HasPrefix(uris[1], "coap+tcp://127.0.0.1:") {
		t.Fatalf("URIs %v", uris)
	}
	for i, uri := range uris {
		name := []string{"over-udp", "over-tcp"}[i]
		for _, line := range []string{
			"connect " + uri + " thermometer --client " + name, "read /3/0/0 -e " + name,
			"coap GET /3/0/0 -e " + name, "coap POST /rd?ep=hand&lwm2m=1.1&lt=60 --payload text:</3/0> --content-format 40 --to " + uri,
		} {
			r, _, err := runLine(t, env, ctx, line)
			if err != nil || ExitStatus(r, err) != ExitSuccess {
				t.Errorf("%s: %v, %v", line, r, err)
			}
		}
	}
	for _, line := range []string{"listen coaps://127.0.0.1:0", "listen http://x", "listen x", "connect coaps://127.0.0.1 minimal"} {
		if r, _, err := runLine(t, env, ctx, line); ExitStatus(r, err) != ExitUsage {
			t.Errorf("%s: %v, want exit 2", line, err)
		}
	}
}

func TestDetailsOfAnExchangeAreOneJSONObjectWithBodiesAndLine(t *testing.T) {
	live(t, func(b *bench) {
		b.do("read /3/0 --block 64")
		var d struct {
			Bodies []struct {
				Blocks, Octets int
				Values         []any
			}
			Line     string
			Messages []any
		}
		line := b.do("details --command").AppendJSON(nil)
		if err := json.Unmarshal(line, &d); err != nil || len(d.Bodies) != 1 || d.Bodies[0].Blocks < 2 || len(d.Bodies[0].Values) < 5 ||
			d.Line != "read /3/0 --block 64 --endpoint thermo" || len(d.Messages) != 2*d.Bodies[0].Blocks {
			t.Errorf("%v: %+v", err, d)
		}
	})
}

func TestDetailsOfARequestThatWasNeverSentSayWhy(t *testing.T) {
	live(t, func(b *bench) {
		e, err := b.env.Sessions.Server().Find("thermo")
		if err != nil {
			t.Fatal(err)
		}
		gone, cancel := context.WithCancel(b.t.Context())
		cancel()
		if _, err := session.Read(gone, e, lwm2m.NewPath(3, 0, 0), session.ReadOptions{}); err == nil {
			t.Fatal("it was sent")
		}
		number := uintText(b.env.Sessions.Exchanges().Newest())
		if _, _, err := b.try("details " + number); err == nil || !strings.Contains(err.Error(), "nothing passed in this exchange: its request could not be sent") {
			t.Errorf("details %s: %v", number, err)
		}
		if _, _, err := b.try("details 4711"); err == nil || !strings.Contains(err.Error(), "expected the number of an exchange from 1 to "+number) {
			t.Errorf("details 4711: %v", err)
		}
	})
}

func TestSetAloneShowsEverySettingOfASession(t *testing.T) {
	live(t, func(b *bench) {
		shown := fields(t, b.do("set"))["settings"].(map[string]any)
		for _, s := range settings() {
			value, there := shown[s.name]
			if there == (s.quiet != "" && s.get(b.env) == s.quiet) {
				t.Errorf("%s: shown %v as %v", s.name, there, value)
			}
		}
		for _, name := range []string{"non", "ack-timeout", "retransmissions", "nstart", "block", "token-length", "answer register", "link lose", "awake-time"} {
			if shown[name] == nil {
				t.Errorf("%s is not shown", name)
			}
		}
	})
}
