package scenarios

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/commands"
	"lwcon/lwm2m/objects"
	"lwcon/scenarios/report"
	"lwcon/session/transport"
)

var update = flag.Bool("update", false, "write the golden transcripts anew")

// bench is a server on a memory network, and simulated devices that register
// with it. It runs in a bubble of virtual time.
type bench struct {
	t        *testing.T
	network  *transport.MemoryNetwork
	sessions *commands.Sessions
	env      *commands.Env
	devices  int
}

// newBench opens the server.
func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, network: transport.NewMemoryNetwork()}
	link, err := b.network.Datagram("192.0.2.1:5683")
	if err != nil {
		t.Fatal(err)
	}
	registry := objects.New()
	b.sessions, err = commands.Open(t.Context(), commands.Config{Links: []transport.Link{link}, Definitions: registry, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	// What was observed before a reboot begins again as soon as the device is
	// back, beside the scenario's next step: not the same in every run.
	b.sessions.Server().SetReobserve(false)
	t.Cleanup(func() { _ = b.sessions.Close(context.Background()) })
	b.env = &commands.Env{Table: commands.All(), Sessions: b.sessions, Definitions: registry}
	return b
}

// start makes a simulated device that registers.
func (b *bench) start(ctx context.Context, env *commands.Env, profile string) (Simulated, error) {
	b.devices++
	link, err := b.network.Datagram("192.0.2.7:" + string(rune('0'+b.devices)) + "0001")
	if err != nil {
		return Simulated{}, err
	}
	server, err := transport.ParseAddress("192.0.2.1:5683")
	if err != nil {
		return Simulated{}, err
	}
	c, err := env.Sessions.Connect(ctx, commands.Connection{Link: link, Server: server, Profile: profile})
	if err != nil {
		return Simulated{}, err
	}
	if _, err := c.Register(ctx); err != nil {
		return Simulated{}, err
	}
	return Simulated{c.Device().Endpoint(), func(ctx context.Context) error { return env.Sessions.Disconnect(ctx, c) }}, nil
}

// transcript runs scenarios and returns what they tell people.
func (b *bench) transcript(c Config, all ...*Scenario) (*report.Run, string) {
	b.t.Helper()
	c.Env, c.Start = b.env, b.start
	var text []byte
	result, err := NewRunner(c).Run(b.t.Context(), all, func(e commands.Event) error {
		text = e.(commands.Texter).AppendText(text)
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return result, string(result.AppendText(text))
}

// golden holds a transcript against a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, []byte(got)) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

func TestExamplesPassAgainstSimulatedDevices(t *testing.T) {
	for _, name := range []string{"temperature", "device"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				s, err := Load("../examples/"+name+".yaml", commands.All())
				if err != nil {
					t.Fatal(err)
				}
				result, text := b.transcript(Config{Simulate: true}, s)
				if result.ExitStatus() != 0 {
					t.Errorf("exit status %d", result.ExitStatus())
				}
				golden(t, name+".txt", text)
			})
		})
	}
}

// do runs a typed line with the rows of this package, and returns what it tells:
// JSON lines, or text.
func (b *bench) do(ctx context.Context, line string, json bool) (string, int) {
	b.t.Helper()
	table := commands.All()
	table = table.Append(Command(table)...)
	words, err := commands.Words(line)
	if err != nil {
		b.t.Fatal(err)
	}
	var out []byte
	take := func(e commands.Event) error {
		if json {
			out = append(e.AppendJSON(out), '\n')
		} else {
			out = e.(commands.Texter).AppendText(out)
		}
		return nil
	}
	result, err := table.Do(ctx, b.env, words, take)
	if result != nil {
		_ = take(result)
	}
	if err != nil {
		out = append(out, err.Error()+"\n"...)
	}
	return string(out), commands.ExitStatus(result, err)
}

// live runs a test with a bench in virtual time.
func live(t *testing.T, f func(t *testing.T, b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(t, newBench(t)) })
}

func TestRunsAgainstLiveDevicesAsGoldenTranscripts(t *testing.T) {
	for name, json := range map[string]bool{"folder.txt": false, "folder.json": true} {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, b *bench) {
				sources, err := Find([]string{"testdata/run"})
				if err != nil {
					t.Fatal(err)
				}
				var all []*Scenario
				for _, source := range sources {
					s, err := Load(source.File, commands.All())
					if err != nil {
						t.Fatal(err)
					}
					s.ID = source.ID
					all = append(all, s)
				}
				var out []byte
				result, err := NewRunner(Config{Env: b.env, Simulate: true, Start: b.start}).Run(t.Context(), all, func(e commands.Event) error {
					if json {
						out = append(e.AppendJSON(out), '\n')
					} else {
						out = e.(commands.Texter).AppendText(out)
					}
					return nil
				})
				if err != nil || result.ExitStatus() != 1 {
					t.Errorf("exit status %d, %v; want 1", result.ExitStatus(), err)
				}
				if json {
					out = append(result.AppendJSON(out), '\n')
				} else {
					out = result.AppendText(out)
				}
				golden(t, name, string(out))
				if json {
					oneKindEach(t, out)
				}
			})
		})
	}
}

func TestTheRowRunTestsTheDeviceThatIsThere(t *testing.T) {
	live(t, func(t *testing.T, b *bench) {
		if _, err := b.start(t.Context(), b.env, "minimal"); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			line   string
			status int
			part   string
		}{
			{"run ../examples/device.yaml", 0, "PASS device: "},
			{"run ../examples --tag reporting", 2, "SKIP temperature: 0 of 11 steps passed, 0.0 s, sim-minimal: requires object 3303, the device did not register it"},
			{"run ../examples --tag reporting --allow-all-skipped", 0, "1 scenario: 1 SKIP"},
			{"run ../examples --tag nobody", 2, "expected a scenario with tag nobody, found none in 2"},
			{"run nowhere.yaml", 2, "scenario nowhere.yaml: expected a file or a folder: no such file or directory"},
			{"run testdata", 1, "3 scenarios: 2 FAIL, 1 SKIP"},
			{"run ../examples --ssid 0", 2, "expected a Short Server ID from 1 to 65534"},
			{"run ../examples --var a-b=1", 2, "expected NAME=VALUE"},
			{"run ../examples/device.yaml -e nobody", 3, "INCONCLUSIVE device"},
			{"check ../examples", 0, "../examples/device.yaml: valid"},
		} {
			out, status := b.do(t.Context(), c.line, false)
			if status != c.status || !strings.Contains(out, c.part) {
				t.Errorf("%s: exit status %d, want %d with %q:\n%s", c.line, status, c.status, c.part, out)
			}
		}
	})
}

func TestAnInvalidFileKeepsAllFromRunning(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{
		"a.yaml": "scenario: a\nsteps: [{wait: registered}]\n", "b.yaml": "scenario: b\nsteps: [{red: /3/0}]\n", "c.yaml": "scenario: c\nstep: 1\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	live(t, func(t *testing.T, b *bench) {
		out, status := b.do(t.Context(), "run '"+folder+"'", true)
		if status != 2 || strings.Count(out, "\n") != 2 || !strings.Contains(out, "b.yaml:2:10: ") || !strings.Contains(out, "c.yaml:2:1: ") {
			t.Errorf("exit status %d, want 2 with two errors:\n%s", status, out)
		}
		out, status = b.do(t.Context(), "check '"+folder+"'", true)
		if status != 2 || !strings.Contains(out, `{"command":"check","files":3,"invalid":2,"errors":[{"file":"`) || !strings.Contains(out, `"line":2,"column":10,"message":"step: unknown command or key \"red\"; did you mean read?"}`) {
			t.Errorf("exit status %d, want 2:\n%s", status, out)
		}
	})
}

func TestAnInterruptedLiveRunRestoresTheDevice(t *testing.T) {
	live(t, func(t *testing.T, b *bench) {
		s, err := Parse("f.yaml", []byte(`
scenario: x
simulate: thermometer
steps:
  - read: /3/0/14
    capture: {offset: /3/0/14}
  - write: /3/0/14 +09:00
  - wait: silence /3/0/13 --for 1h
  - read: /3/0/0
teardown:
  - write: [/3/0/14, "${offset}"]
  - read: /3/0/14
    expect: {value: "+01:00"}
`), commands.All())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		var steps []report.Step
		result, err := NewRunner(Config{Env: b.env, Simulate: true, Start: b.start}).Run(ctx, []*Scenario{s, s}, func(e commands.Event) error {
			if e, ok := e.(report.Step); ok {
				steps = append(steps, e)
			}
			return nil
		})
		if got, want := verdicts(steps), "PASS PASS SKIP SKIP PASS PASS SKIP SKIP SKIP SKIP SKIP SKIP"; got != want || err == nil || result.Counts[report.Skip] != 2 {
			t.Errorf("got %s, %v, %v; want %s", got, err, result.Counts, want)
		}
		if got := len(b.sessions.Server().Endpoints()); got != 0 {
			t.Errorf("%d devices are registered after it, want the simulated one gone", got)
		}
	})
}

// oneKindEach holds lines to having exactly one of the fields that tell their
// kind.
func oneKindEach(t *testing.T, lines []byte) {
	t.Helper()
	for _, line := range bytes.Split(bytes.TrimSpace(lines), []byte("\n")) {
		f, err := readFact(line)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		n := 0
		for _, kind := range []string{"command", "event", "scenario", "error"} {
			if f.fields[kind] != nil {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s: %d of command, event, scenario, error; want one", line, n)
		}
	}
}

func TestTheTeardownOfAnInterruptedRunWaitsForNobody(t *testing.T) {
	live(t, func(t *testing.T, b *bench) {
		s, err := Parse("f.yaml", []byte("scenario: x\nsteps: [{wait: registered}]\nteardown: [{cancel: /3/0/13}]\n"), commands.All())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		b.env.Wait = time.Minute
		result, err := NewRunner(Config{Env: b.env}).Run(ctx, []*Scenario{s}, nil)
		if err == nil || result.Duration != time.Second || result.Counts[report.Skip] != 1 {
			t.Errorf("got %v, %v after %v; want a SKIP after 1s", err, result.Counts, result.Duration)
		}
	})
}

func TestAScenarioStaysWithItsDeviceAndReachesOthersByName(t *testing.T) {
	live(t, func(t *testing.T, b *bench) {
		if _, err := b.start(t.Context(), b.env, "thermometer"); err != nil {
			t.Fatal(err)
		}
		s, err := Parse("f.yaml", []byte(`
scenario: x
vars: {other: sim-minimal}
steps:
  - wait: registered
  - wait: registered
    endpoint: ${other}
  - read: /3/0/17
    expect: {value: thermometer}
  - read: /3/0/16
    endpoint: ${other}
  - read: /3/0/17
    when: ${endpoint == "sim-thermometer" && registration.lwm2m == "1.1" && registration.lifetime == 300 && last.endpoint == "sim-minimal"}
    expect: {value: thermometer}
`), commands.All())
		if err != nil {
			t.Fatal(err)
		}
		later := time.AfterFunc(10*time.Second, func() {
			if _, err := b.start(context.Background(), b.env, "minimal"); err != nil {
				t.Error(err)
			}
		})
		defer later.Stop()
		result, text := b.transcript(Config{}, s)
		if result.Counts[report.Pass] != 1 || strings.Contains(text, "SKIP") || result.Duration != 10*time.Second {
			t.Errorf("after %v:\n%s", result.Duration, text)
		}
	})
}
