package console

import (
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/commands"
	"lwcon/console/terminal"
	"lwcon/lwm2m/objects"
	"lwcon/session/clock"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

var update = flag.Bool("update", false, "renew the transcripts and README.md")

// A transcript is a file that begins with the line that started lwcon. What was
// typed stands behind the prompt's "> "; a line "% WORD ..." is what a peer does:
//
//	% deliver IP:PORT HEX    a datagram from a device arrives
//	% ask NAME               a device asks for a bootstrap, and takes what comes
//	% ask NAME refusing      the same, but it finds what it was given inconsistent
//
// All else is what lwcon wrote. It runs over memory links with a virtual clock.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/transcripts/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("expected transcripts, found %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := replay(t, string(want), terminal.ColorNever)
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != string(want) {
				t.Errorf("%s differs (-update renews it); now it is:\n%s", file, got)
			}
		})
	}
}

// TestColourIsNeverTheOnlySign holds that a transcript with colours, once they
// are taken out, is the one without.
func TestColourIsNeverTheOnlySign(t *testing.T) {
	for _, name := range []string{"readme", "hostile-device", "hostile-register", "wire", "offline"} {
		t.Run(name, func(t *testing.T) {
			want, err := os.ReadFile("testdata/transcripts/" + name + ".txt")
			if err != nil {
				t.Fatal(err)
			}
			coloured := replay(t, string(want), terminal.ColorAlways)
			if !strings.Contains(coloured, "\x1b[2m") {
				t.Error("expected colours, found none")
			}
			if got := marks.ReplaceAllString(coloured, ""); got != string(want) {
				t.Errorf("without its colours it differs:\n%s", got)
			}
		})
	}
}

// marks are the sequences by which colours begin and end.
var marks = regexp.MustCompile("\x1b\\[[0-9]*m")

// TestREADMEShowsTheTranscript holds README.md's first code block against the
// transcript of the same session.
func TestREADMEShowsTheTranscript(t *testing.T) {
	transcript, err := os.ReadFile("testdata/transcripts/readme.txt")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(readme), "```\n")
	shown, after, closed := strings.Cut(rest, "```\n")
	if !ok || !closed {
		t.Fatal("README.md has no code block")
	}
	if shown == string(transcript) {
		return
	}
	if !*update {
		t.Fatal("README.md does not show testdata/transcripts/readme.txt; -update renews it")
	}
	renewed := before + "```\n" + string(transcript) + "```\n" + after
	if err := os.WriteFile("../README.md", []byte(renewed), 0o644); err != nil {
		t.Fatal(err)
	}
}

// replay runs what a transcript has typed, and returns what it is now.
func replay(t *testing.T, transcript string, color terminal.Color) (now string) {
	synctest.Test(t, func(t *testing.T) {
		started, rest, _ := strings.Cut(transcript, "\n")
		bench := newBench(t, started, color)
		for line := range strings.SplitSeq(rest, "\n") {
			synctest.Wait()
			switch before, typed, ok := strings.Cut(line, "> "); {
			case strings.HasPrefix(line, "% "):
				bench.paper.Print(line + "\n")
				bench.act(strings.Fields(line)[1:])
			case ok && typed != "" && !strings.ContainsAny(before, " \t"):
				bench.paper.Print(bench.prefix() + typed + "\n")
				_ = bench.execute(t.Context(), typed) // ErrQuit of quit
			}
		}
		synctest.Wait()
		bench.end()
		now = started + "\n" + bench.paper.String()
		bench.close()
	})
	return now
}

// bench is a prompt without a terminal, and peers in memory.
type bench struct {
	*prompter
	t       *testing.T
	network *transport.MemoryNetwork
	server  transport.Address
	paper   *paper
	end     func()
	asked   int // devices that asked for a bootstrap
}

// day is when transcripts begin.
var day = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// newBench starts what a line such as "$ lwcon demo --plain" says.
func newBench(t *testing.T, started string, color terminal.Color) *bench {
	t.Helper()
	clock := clock.Real() // the bubble's
	<-time.After(day.Sub(clock.Now()))
	b := &bench{t: t, network: transport.NewMemoryNetwork(), paper: &paper{}}
	near, far := b.link("127.0.0.1:5683"), b.link("127.0.0.1:40001")
	b.server = near.Address()
	p := Program{
		Table: commands.All().Append(Commands()...), Definitions: objects.New(), Version: "0.1.0",
		Demo: strings.Contains(started, " demo"), Plain: strings.Contains(started, "--plain"), JSON: strings.Contains(started, "json"),
		Color: color, Clock: clock, Getenv: func(string) string { return "" },
		Sessions: commands.Config{
			Links: []transport.Link{slow{near, clock}}, Seed: 1,
			Connect: []commands.Connection{{Link: slow{far, clock}, Server: near.Address(), Profile: profileOf(started)}},
		},
	}
	if !p.Demo {
		p.Sessions.Connect = nil
	}
	if strings.Contains(started, "--bootstrap") {
		p.Sessions.BootstrapLinks = []transport.Link{slow{b.link("127.0.0.1:5783"), clock}}
	}
	p.fill()
	f := p.face()
	f.out, f.err, f.stderr.Further = b.paper, b.paper, true
	if !p.JSON {
		f.renderer = f.stderr
	}
	if err := f.openForPrompt(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.prompter = &prompter{face: f, screen: b.paper}
	b.end = b.begin(t.Context())
	return b
}

// profileOf is the profile of the demo's device: "--device full".
func profileOf(started string) string {
	if _, name, ok := strings.Cut(started, "--device "); ok {
		return strings.Fields(name)[0]
	}
	return demoProfile
}

// link makes a link for datagrams.
func (b *bench) link(address string) *transport.Memory {
	b.t.Helper()
	l, err := b.network.Datagram(address)
	if err != nil {
		b.t.Fatal(err)
	}
	return l
}

// act does what a peer does by a line "% …".
func (b *bench) act(words []string) {
	b.t.Helper()
	if words[0] == "ask" {
		b.ask(words[1], len(words) > 2)
		return
	}
	if len(words) != 3 || words[0] != "deliver" {
		b.t.Fatalf("%q: expected deliver IP:PORT HEX", words)
	}
	from, err := transport.ParseAddress(words[1])
	if err != nil {
		b.t.Fatal(err)
	}
	datagram, err := hex.DecodeString(words[2])
	if err != nil {
		b.t.Fatal(err)
	}
	b.network.Deliver(from, b.server, datagram)
}

// ask is a device that asks for a bootstrap.
func (b *bench) ask(name string, refuses bool) {
	b.t.Helper()
	server, err := transport.ParseAddress("127.0.0.1:5783")
	if err != nil {
		b.t.Fatal(err)
	}
	b.asked++
	device, err := coap.NewEndpoint(coap.Config{Link: slow{b.link(fmt.Sprintf("127.0.0.1:%d", 40001+b.asked)), b.program.Clock}, Handler: func(r *coap.Request) {
		codes := map[coap.Code]coap.Code{coap.GET: coap.Content, coap.PUT: coap.Changed, coap.DELETE: coap.Deleted, coap.POST: coap.Changed}
		m := coap.NewResponse(codes[r.Message.Code])
		switch {
		case r.Message.Code == coap.GET:
			m.SetContentFormat(40)
			m.Payload = []byte(`</>;lwm2m=1.0,</0/0>,</1/0>;ssid=123,</3/0>,</5>`)
		case r.Message.Code == coap.POST && refuses:
			m = coap.NewResponse(coap.NotAcceptable)
		}
		_ = r.Respond(m)
	}})
	if err != nil {
		b.t.Fatal(err)
	}
	m := coap.NewRequest(coap.POST, "/bs")
	m.AddQuery("ep=" + name)
	if _, err := device.Do(b.t.Context(), server, m, coap.RequestOptions{}); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = device.Close() })
	<-time.After(time.Second)
	synctest.Wait()
}

// slow is a link on which an answer takes 1.2 ms and a request 2 ms: times are
// not zero, and what is sent at one moment arrives in one order only.
type slow struct {
	*transport.Memory
	clock clock.Clock
}

// Send sends later.
func (s slow) Send(to transport.Address, via transport.Local, b []byte) error {
	b = bytes.Clone(b)
	delay := 1200 * time.Microsecond
	if confirmable := b[0]>>4&3 == 0; confirmable {
		delay = 2 * time.Millisecond
	}
	s.clock.AfterFunc(delay, func() { _ = s.Memory.Send(to, via, b) }) // lost, as on a network
	return nil
}

// paper is a screen that keeps all.
type paper struct {
	mu sync.Mutex
	b  strings.Builder
}

func (p *paper) Print(block string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.b.WriteString(block)
	if !strings.HasSuffix(block, "\n") {
		p.b.WriteByte('\n')
	}
}

func (p *paper) Result(block string) { p.Print(block) }
func (p *paper) Refresh()            {}

func (p *paper) Write(b []byte) (int, error) {
	p.Print(string(b))
	return len(b), nil
}

func (p *paper) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.b.String()
}
