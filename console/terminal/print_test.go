//go:build unix

package terminal

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
)

func TestBlocksAppearAboveWhatIsTyped(t *testing.T) {
	var r ran
	p := sit(t, 30, 10, Config{Execute: r.execute})
	p.start(t.Context())
	p.seesScreen("lwcon> |")
	p.types("read /3/0\x02\x02") // two to the left
	p.seesScreen("lwcon> read /3|/0")
	p.terminal.Print("registered dev1\n  /1/0\n  /3/0")
	p.seesScreen("registered dev1", "  /1/0", "  /3/0", "lwcon> read /3|/0")
	p.types("33")
	p.terminal.Print("notification")
	p.seesScreen("registered dev1", "  /1/0", "  /3/0", "notification", "lwcon> read /333|/0")
	p.types("\rquit\r")
	p.leaves(Quit)
	if got := r.got()[0]; got != "read /333/0" {
		t.Errorf("ran %q", got)
	}
}

func TestMenuSurvivesABlock(t *testing.T) {
	var r ran
	p := sit(t, 40, 12, Config{Execute: r.execute, Complete: completeVerbs})
	p.start(t.Context())
	p.types("re\t\t")
	menu := []string{"lwcon> register|", "       read      ask for a value", "     > register  announce oneself"}
	p.seesScreen(menu...)
	p.terminal.Print("deregistered dev1")
	p.seesScreen(append([]string{"deregistered dev1"}, menu...)...)
	p.types("\t")
	p.seesScreen("deregistered dev1", "lwcon> re|", "       read      ask for a value", "       register  announce oneself")
	p.types("\x1b[Z /1\r")
	p.types("\x04")
	p.leaves(EndOfInput)
	if want := []string{"register /1"}; !reflect.DeepEqual(r.got(), want) {
		t.Errorf("ran %q, want %q", r.got(), want)
	}
}

// completeVerbs knows two words.
func completeVerbs(line string, cursor int) []Suggestion {
	start := strings.LastIndexByte(line[:cursor], ' ') + 1
	var found []Suggestion
	for _, s := range []Suggestion{
		{Text: "read", Description: "ask for a value", Start: start},
		{Text: "register", Description: "announce oneself", Start: start},
	} {
		if start == 0 && strings.HasPrefix(s.Text, line[start:cursor]) {
			found = append(found, s)
		}
	}
	return found
}

func TestPrefixIsLive(t *testing.T) {
	var name atomic.Value
	name.Store("none")
	p := sit(t, 40, 10, Config{Execute: (&ran{}).execute, Prefix: func() string { return name.Load().(string) + "> " }})
	p.start(t.Context())
	p.types("read")
	p.seesScreen("none> read|")
	name.Store("dev\x1b1\n")
	p.terminal.Refresh()
	p.seesScreen(`dev\x1b1> read|`)
	p.types("\x03\x04")
	p.leaves(EndOfInput)
}

func TestStormLeavesThePromptUsable(t *testing.T) {
	var r ran
	p := sit(t, 60, 12, Config{
		Execute: r.execute,
		Skipped: func(n int) string { return fmt.Sprintf("%d lines skipped, see `events`", n) },
	})
	p.start(t.Context())
	p.seesScreen("lwcon> |")
	ctx, stop := context.WithCancel(t.Context())
	storm := make(chan int)
	go func() {
		sent := 0
		for ; ctx.Err() == nil || sent < 20000; sent++ {
			p.terminal.Print(fmt.Sprintf("notification %d", sent))
		}
		storm <- sent
	}()
	typed := ""
	for _, word := range []string{"read", " /3303", "/0", "/5700"} {
		p.types(word)
		typed += word
		p.sees(typed, func(v *vt) bool { return withCursor(v) == "lwcon> "+typed+"|" })
	}
	stop()
	sent := <-storm
	p.types("\rquit\r")
	p.leaves(Quit)
	if want := []string{typed, "quit"}; !reflect.DeepEqual(r.got(), want) {
		t.Errorf("ran %q, want %q", r.got(), want)
	}
	p.countStorm(sent)
}

// countStorm holds that each line was either shown, in order, or counted.
func (p *person) countStorm(sent int) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	shown, skipped, last := 0, 0, -1
	for _, line := range p.screen.all() {
		var n int
		if _, err := fmt.Sscanf(line, "notification %d", &n); err == nil {
			if n <= last {
				p.t.Fatalf("%d after %d", n, last)
			}
			last = n
			shown++
		}
		if _, err := fmt.Sscanf(line, "%d lines skipped, see `events`", &n); err == nil {
			skipped += n
		}
	}
	if shown+skipped != sent || skipped == 0 {
		p.t.Errorf("%d shown and %d skipped of %d sent", shown, skipped, sent)
	}
}

func TestResultIsNeverSkipped(t *testing.T) {
	const lines = 3 * queueLines
	var p *person
	p = sit(t, 40, 10, Config{Execute: func(context.Context, string) error {
		for i := range lines {
			p.terminal.Result(fmt.Sprintf("line %d", i))
		}
		return ErrQuit
	}})
	p.start(t.Context())
	p.types("list\r")
	p.leaves(Quit)
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, line := range p.screen.all() {
		if line == fmt.Sprintf("line %d", n) {
			n++
		}
	}
	if n != lines {
		t.Errorf("%d lines of %d seen in order", n, lines)
	}
}

func TestPeersCannotWriteControlCharacters(t *testing.T) {
	p := sit(t, 60, 10, Config{Execute: (&ran{}).execute})
	p.start(t.Context())
	p.seesScreen("lwcon> |")
	p.terminal.Print("evil \x1b[2J\x1b]0;title\a\u009b1A\u202e\xff\rname\n")
	p.seesScreen(`evil \x1b[2J\x1b]0;title\x07\u009b1A\u202e\xff\rname`, "lwcon> |")
	p.types("\x04")
	p.leaves(EndOfInput)
}

func TestPlainShowsNoSequences(t *testing.T) {
	var r ran
	p := sit(t, 60, 10, Config{Execute: r.execute, Color: ColorAlways, Getenv: func(name string) string {
		return map[string]string{"TERM": "dumb"}[name]
	}})
	style := p.terminal.Style()
	p.start(t.Context())
	p.seesScreen("lwcon> |")
	p.terminal.Print(style.Success("registered") + " dev1")
	p.seesScreen("lwcon>", "registered dev1", "lwcon> |")
	p.types("read /3\r")
	p.seesScreen("lwcon>", "registered dev1", "lwcon> read /3", "lwcon> |")
	p.types("\x04")
	p.leaves(EndOfInput)
	if want := []string{"read /3"}; !reflect.DeepEqual(r.got(), want) {
		t.Errorf("ran %q, want %q", r.got(), want)
	}
}

func TestPrintWithoutRunWritesAtOnce(t *testing.T) {
	p := sit(t, 40, 10, Config{Execute: (&ran{}).execute, Color: ColorNever})
	p.terminal.Print("before\n")
	p.terminal.Result(Style{on: true}.Failure("and no colour"))
	p.seesScreen("before", "and no colour", "|")
}

func TestColoursOnATerminal(t *testing.T) {
	for noColor, want := range map[string]bool{"": true, "1": false} {
		p := sit(t, 40, 10, Config{Execute: (&ran{}).execute, Getenv: func(name string) string {
			return map[string]string{"NO_COLOR": noColor}[name]
		}})
		if got := p.terminal.Style().Colored(); got != want {
			t.Errorf("NO_COLOR=%q: coloured %v, want %v", noColor, got, want)
		}
	}
}
