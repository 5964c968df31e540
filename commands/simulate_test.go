package commands

import (
	"context"
	"strings"
	"testing"

	"lwcon/lwm2m/objects"
	"lwcon/session"
)

func TestSimulateRegistersACrowdAndLetsItLeave(t *testing.T) {
	for _, line := range []string{
		" --count 20 --rate 0 --name dev-{01..}",
		" --count 20 --rate 0 --name dev-{01..} --sockets 2 --send /3303/0/5700=1h --silent 0%",
	} {
		s, err := Open(t.Context(), Config{Listen: []string{"coap://127.0.0.1:0"}, Definitions: objects.New()})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close(context.Background())
		env := &Env{Table: All(), Sessions: s, Definitions: objects.New()}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() {
			events := s.Log().Reader(0)
			for registered := 0; registered < 20; {
				e, _, err := events.Next(ctx)
				if err != nil {
					return
				}
				if e.Kind == session.EventRegister {
					registered++
				}
			}
			cancel() // as Ctrl-C does
		}()
		words, err := Words("simulate --connect " + s.URIs()[0] + line)
		if err != nil {
			t.Fatal(err)
		}
		call, err := All().Parse(words)
		if err != nil {
			t.Fatal(err)
		}
		r, err := call.Do(ctx, env, func(Event) error { return nil })
		total, ok := r.(*Simulated)
		if err != nil || !ok || total.Registers != 20 || total.Deregisters != 20 || total.Errors != 0 || ExitStatus(r, err) != ExitSuccess {
			t.Fatalf("%s: %+v, %v", line, r, err)
		}
		if len(s.Server().Endpoints()) != 0 {
			t.Errorf("%d endpoints are left", len(s.Server().Endpoints()))
		}
		if text := string(total.AppendText(nil)); !strings.Contains(text, "20 registered and 20 left in all") {
			t.Errorf("%q", text)
		}
	}
}

func TestSimulateSaysWhatIsWrongWithItsFlags(t *testing.T) {
	s, err := Open(t.Context(), Config{Definitions: objects.New()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(context.Background())
	env := &Env{Table: All(), Sessions: s, Definitions: objects.New()}
	for line, want := range map[string]string{
		"--connect http://127.0.0.1":                           "expected the scheme",
		"--connect coap://127.0.0.1 --count 0":                 "expected 1 to",
		"--connect coap://127.0.0.1 --rate fast":               "expected a number",
		"--connect coap://127.0.0.1 --name a{b}":               "expected one range",
		"--connect coap://127.0.0.1 --send /3303/0/5700":       "expected a path and how often",
		"--connect coap://127.0.0.1 --silent 200%":             "expected a share",
		"--connect coap://127.0.0.1 --device nothing":          "nothing",
		"--connect coap://127.0.0.1 --count 1000000":           "leaves room for",
		"--connect coap+tcp://127.0.0.1 --count 3 --sockets 2": "expected coap:// with it",
	} {
		words, err := Words("simulate " + line)
		if err != nil {
			t.Fatal(err)
		}
		call, err := All().Parse(words)
		if err == nil {
			_, err = call.Do(t.Context(), env, func(Event) error { return nil })
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", line, err, want)
		}
	}
}
