package scenarios

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"

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
