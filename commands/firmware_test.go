package commands

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"lwcon/lwm2m/objects"
	"lwcon/session/transport"
)

// withFirmware runs a test in virtual time on a bench whose device is the
// built-in profile full, with what is said of its firmware behind it, and a
// package of 3000 octets beside it.
func withFirmware(t *testing.T, firmware string, f func(b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		directory := t.TempDir()
		profile := filepath.Join(directory, "device.yaml")
		text := "lwcon: 1\nobjects:\n  3: {0: {3: 1.0.0}}\n  5: {0: {2: , 3: 0, 5: 0, 6: demo, 7: 1.0.0, 8: [0, 2], 9: 2}}\nfirmware: " + firmware + "\n"
		for name, content := range map[string]string{profile: text, filepath.Join(directory, "a.bin"): strings.Repeat("0123456789", 300)} {
			if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
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
			Connect: []Connection{{Link: link("192.0.2.7:40001"), Server: server.Address(), Profile: profile, Endpoint: "thermo"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close(context.Background()) })
		b := &bench{t, &Env{Table: All(), Sessions: s, Definitions: objects.New(), Directory: directory}, s.Clients()[0]}
		if _, err := b.client.Register(t.Context()); err != nil {
			t.Fatal(err)
		}
		f(b)
	})
}

func TestFirmwareCommandsTellHowItWent(t *testing.T) {
	for _, c := range []struct {
		firmware, line string
		exit           int
		want           string // in the text of the result
	}{
		{"{version: 2.0.0}", "firmware push a.bin --block 256 --until updated", ExitSuccess, "firmware push  reached  state 0, idle; result 1, success: the firmware was updated\n"},
		{"{version: 2.0.0}", "firmware push @a.bin --expect-result 1", ExitSuccess, "version  2.0.0, before 1.0.0\n"},
		{"{}", "firmware push a.bin", ExitSuccess, "transfer  3000 octets in"},
		{"{}", "firmware pull a.bin", ExitSuccess, "uri  coap://192.0.2.1:5683/fw/a.bin\n"},
		{"{}", "firmware pull a.bin --cut-after 1 --expect-result 4", ExitSuccess, "result 4, connection lost"},
		{"{}", "firmware pull ftp://192.0.2.1/a.bin --expect-result 9", ExitSuccess, "result 9, unsupported protocol"},
		{"{type: \"text:LW\"}", "firmware push a.bin", ExitRefused, "firmware push  not reached  state 0, idle; result 6, unsupported package type"},
		{"{space: 100}", "firmware push a.bin", ExitRefused, "refused with 4.13: the package has 3000 octets, the device takes 100"},
		{"{}", "firmware update", ExitRefused, "refused with 4.05: there is no package to install"},
		{"{}", "firmware status", ExitSuccess, "package  demo 1.0.0\ndelivery  pull and push, by coap, http\n"},
		{"{}", "firmware status --expect-result 1", ExitRefused, "state 0, idle"},
		{"{}", "firmware reset", ExitSuccess, "firmware reset  reached  state 0 and result 0\n"},
	} {
		withFirmware(t, c.firmware, func(b *bench) {
			r, events, err := b.try(c.line)
			if err != nil || ExitStatus(r, err) != c.exit {
				t.Fatalf("%s: %v, exit %d, want %d", c.line, err, ExitStatus(r, err), c.exit)
			}
			if text := string(r.(Texter).AppendText(nil)); !strings.Contains(text, c.want) {
				t.Errorf("%s:\n%s\nwant %q", c.line, text, c.want)
			}
			for _, e := range events {
				text := string(e.(Texter).AppendText(nil))
				if !strings.HasPrefix(text, "firmware  ") || strings.Count(text, "\n") != 1 {
					t.Errorf("%s: event %q", c.line, text)
				}
			}
			if c.exit == ExitSuccess && strings.Contains(c.line, "push") && len(events) < 3 {
				t.Errorf("%s: %d events", c.line, len(events))
			}
		})
	}
}

func TestFirmwareReportHasItsFields(t *testing.T) {
	withFirmware(t, "{version: 2.0.0}", func(b *bench) {
		m := fields(t, b.do("firmware pull a.bin --until updated"))
		for name, want := range map[string]any{
			"command": "firmware pull", "endpoint": "thermo", "path": "/5/0", "reached": true, "until": "updated",
			"state": 0.0, "state-name": "idle", "result": 1.0, "result-name": "success", "version": "2.0.0", "version-before": "1.0.0",
			"octets": 3000.0, "total": 3000.0, "downloads": 1.0, "registered": true, "uri": "coap://192.0.2.1:5683/fw/a.bin",
		} {
			if m[name] != want {
				t.Errorf("%s is %v, want %v", name, m[name], want)
			}
		}
		if steps, ok := m["steps"].([]any); !ok || len(steps) < 3 {
			t.Errorf("steps %v", m["steps"])
		}
	})
}

func TestFirmwareThatDoesNotGetOnIsATimeoutWithAReport(t *testing.T) {
	withFirmware(t, "{update: 1h}", func(b *bench) {
		r, _, err := b.try("firmware push a.bin --until updated --update-timeout 30s")
		e, ok := err.(*Error)
		if !ok || e.Kind != TimeoutError || ExitStatus(r, err) != ExitNoAnswer {
			t.Fatalf("%v, exit %d", err, ExitStatus(r, err))
		}
		if f, ok := r.(*Firmware); !ok || f.Reached || f.After.State != 3 {
			t.Errorf("result %+v", r)
		}
	})
}

func TestFirmwareUsageErrors(t *testing.T) {
	withFirmware(t, "{}", func(b *bench) {
		for line, want := range map[string]string{
			"firmware push none.bin":               "none.bin",
			"firmware push a.bin --block 100":      "expected 16, 32, 64",
			"firmware push a.bin --until tomorrow": "expected downloaded",
			"firmware push":                        "expected FILE",
			"firmware pul a.bin":                   "did you mean firmware pu",
			"firmware push a.bin --resume 9":       "block 9 begins beyond",
		} {
			words, err := Words(line)
			if err != nil {
				t.Fatal(err)
			}
			_, err = b.env.Table.Do(b.t.Context(), b.env, words, nil)
			if e, ok := err.(*Error); !ok || e.Kind != UsageError || !strings.Contains(e.Message, want) {
				t.Errorf("%s: %v, want %q", line, err, want)
			}
		}
	})
}

func TestFirmwareEndsWithWhoFollowsIt(t *testing.T) {
	withFirmware(t, "{}", func(b *bench) {
		words, _ := Words("firmware push a.bin --until updated")
		stop := errors.New("stop")
		count := 0
		_, err := b.env.Table.Do(b.t.Context(), b.env, words, func(Event) error {
			if count++; count == 3 {
				return stop
			}
			return nil
		})
		if !errors.Is(err, stop) || count != 3 {
			t.Errorf("%v after %d events", err, count)
		}
	})
}

func TestWhatTheCommandAdvertisesComesBeforeWhatTheProgramDoes(t *testing.T) {
	env := &Env{Sessions: &Sessions{advertise: "198.51.100.9:1"}}
	for line, want := range map[string]string{
		"firmware pull a.bin":                          "198.51.100.9:1",
		"firmware pull a.bin --advertise 198.51.100.7": "198.51.100.7",
	} {
		words, err := Words(line)
		if err != nil {
			t.Fatal(err)
		}
		call, err := All().Parse(words)
		if err != nil {
			t.Fatal(err)
		}
		if got := env.advertise(call.Args); got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}
