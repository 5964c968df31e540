//go:build unix

package terminal

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
)

func TestReturnInTheMiddleOfARead(t *testing.T) {
	var r ran
	p := sit(t, 40, 10, Config{Execute: r.execute})
	p.start(t.Context())
	p.types("hello\rworld\r\nthird\nquit\r")
	p.leaves(Quit)
	if want := []string{"hello", "world", "third", "quit"}; !reflect.DeepEqual(r.got(), want) {
		t.Errorf("ran %q, want %q", r.got(), want)
	}
}

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

func TestSingleSuggestionIsTakenByTab(t *testing.T) {
	var r ran
	p := sit(t, 40, 12, Config{Execute: r.execute, Complete: completeVerbs})
	p.start(t.Context())
	p.types("rea\t")
	p.seesScreen("lwcon> read|")
	p.types(" /3/0\r\x04")
	p.leaves(EndOfInput)
	if want := []string{"read /3/0"}; !reflect.DeepEqual(r.got(), want) {
		t.Errorf("ran %q, want %q", r.got(), want)
	}
}

func TestInterruptEndsTheCommandOnly(t *testing.T) {
	var p *person
	p = sit(t, 40, 10, Config{Execute: func(ctx context.Context, line string) error {
		if line == "wait" {
			p.terminal.Print("waiting")
			<-ctx.Done()
			p.terminal.Print("ended: " + context.Cause(ctx).Error())
		}
		return nil
	}})
	p.start(t.Context())
	p.types("wait\r")
	p.seesScreen("lwcon> wait", "waiting", "|")
	p.types("lost\r\x03kept")
	p.seesScreen("lwcon> wait", "waiting", "^C", "ended: context canceled", "lwcon> kept|")
	p.types("\x03")
	p.seesScreen("lwcon> wait", "waiting", "^C", "ended: context canceled", "lwcon> kept^C", "lwcon> |")
	p.types("\x04")
	p.leaves(EndOfInput)
}

func TestEndKeyDeletesWithinALine(t *testing.T) {
	p := sit(t, 40, 10, Config{Execute: (&ran{}).execute})
	p.start(t.Context())
	p.types("abc\x01\x04")
	p.seesScreen("lwcon> |bc")
	p.types("\x0b\x04")
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

func TestSignalsEndRun(t *testing.T) {
	for sig, reason := range map[syscall.Signal]Reason{
		syscall.SIGINT: Interrupted, syscall.SIGTERM: Terminated, syscall.SIGHUP: HungUp,
	} {
		t.Run(sig.String(), func(t *testing.T) {
			ended := make(chan struct{})
			p := sit(t, 40, 10, Config{Execute: func(ctx context.Context, _ string) error {
				<-ctx.Done()
				close(ended)
				return nil
			}})
			p.start(t.Context())
			p.types("wait\r")
			p.seesScreen("lwcon> wait", "|")
			if err := syscall.Kill(os.Getpid(), sig); err != nil {
				t.Fatal(err)
			}
			p.leaves(reason)
			<-ended
			if want := 128 + int(sig); reason.ExitStatus() != want {
				t.Errorf("exit status %d, want %d", reason.ExitStatus(), want)
			}
		})
	}
}

func TestContextEndsRun(t *testing.T) {
	p := sit(t, 40, 10, Config{Execute: (&ran{}).execute})
	ctx, cancel := context.WithCancel(t.Context())
	p.start(ctx)
	p.types("half a li")
	p.seesScreen("lwcon> half a li|")
	cancel()
	p.leaves(Cancelled)
}

func TestPanicOfACallbackRestoresTheTerminal(t *testing.T) {
	for name, config := range map[string]Config{
		"execute":  {Execute: func(context.Context, string) error { panic("broken") }},
		"complete": {Execute: (&ran{}).execute, Complete: func(string, int) []Suggestion { panic("broken") }},
	} {
		t.Run(name, func(t *testing.T) {
			p := sit(t, 40, 10, config)
			p.start(t.Context())
			p.types("x\r")
			<-p.left
			if !strings.Contains(fmt.Sprint(p.panic), "broken") {
				t.Errorf("Run panicked with %v", p.panic)
			}
			p.findsAsBefore()
		})
	}
}

func TestHistoryIsKeptWithoutSecrets(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "history")
	config := Config{
		Execute: (&ran{}).execute, HistoryFile: path, HistoryLines: 3,
		Keep: func(line string) bool { return !strings.Contains(line, "--psk") },
	}
	p := sit(t, 40, 10, config)
	p.start(t.Context())
	p.types("one\rread /1\rread /1\rconnect --psk a=hex:00\r hidden\rread /3\rwrite /4\r\x04")
	p.leaves(EndOfInput)
	content, err := os.ReadFile(path)
	if want := "read /1\nread /3\nwrite /4\n"; err != nil || string(content) != want {
		t.Errorf("history %q, %v; want %q", content, err, want)
	}
	if stat, err := os.Stat(path); err != nil || stat.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", stat.Mode(), err)
	}

	p = sit(t, 40, 10, config)
	p.start(t.Context())
	p.types("re\x1b[A")
	p.seesScreen("lwcon> read /3|")
	p.types("\x1bOA\x1b[A")
	p.seesScreen("lwcon> read /1|")
	p.types("\x1b[B\x1b[B")
	p.seesScreen("lwcon> re|")
	p.types("\x15\x12/1")
	p.seesScreen("(search: /1) read /1|")
	p.types("\x05 x")
	p.seesScreen("lwcon> read /1 x|")
	p.types("\x03\x04")
	p.leaves(EndOfInput)
}

func TestPasteIsTypedWithoutItsControls(t *testing.T) {
	var r ran
	p := sit(t, 40, 10, Config{Execute: r.execute, Complete: completeVerbs})
	p.start(t.Context())
	p.sees("bracketed paste", func(v *vt) bool { return v.pasting })
	p.types("\x1b[200~read\t/3\x1b[A\r\nwrite \xe6\x97")
	p.types("\xa5\x1b[20")
	p.types("1~!\r\x04")
	p.leaves(EndOfInput)
	if want := []string{"read /3[A", "write 日!"}; !reflect.DeepEqual(r.got(), want) {
		t.Errorf("ran %q, want %q", r.got(), want)
	}
}

func TestLongAndWideLinesWrapByColumns(t *testing.T) {
	p := sit(t, 20, 10, Config{Execute: (&ran{}).execute})
	p.start(t.Context())
	p.types("write 日本語日本語")
	p.seesScreen("lwcon> write 日本語", "日本語|")
	p.terminal.Print("🙂 registered")
	p.seesScreen("🙂 registered", "lwcon> write 日本語", "日本語|")
	p.types("\x1b[D\x1b[D\x1b[D")
	p.seesScreen("🙂 registered", "lwcon> write 日本語", "|日本語")
	p.types("\x7f\x7f\x7fabcdefg")
	p.seesScreen("🙂 registered", "lwcon> write abcdefg", "|日本語")
	p.types("\x03\x04")
	p.leaves(EndOfInput)
}

func TestResizing(t *testing.T) {
	p := sit(t, 40, 8, Config{Execute: (&ran{}).execute, Complete: completeVerbs})
	p.start(t.Context())
	p.types("r")
	p.seesScreen("lwcon> r|", "       read      ask for a value", "       register  announce oneself")
	p.resize(20, 8)
	p.signal(syscall.SIGWINCH)
	p.seesScreen("lwcon> r|", "  read      ask for…", "  register  announc…")
	p.resize(20, 2)
	p.signal(syscall.SIGWINCH)
	p.sees("one row of the menu", func(v *vt) bool { return strings.HasPrefix(v.lines()[1], "  read") && v.y == 0 })
	p.resize(3, 2)
	p.signal(syscall.SIGWINCH)
	p.resize(1, 1)
	p.signal(syscall.SIGWINCH)
	p.types("ead /3/0/0/0/0\t\t\t\x1b[A")
	p.resize(60, 5)
	p.signal(syscall.SIGWINCH)
	p.sees("the line", func(v *vt) bool { return withCursor(v) == "lwcon> read /3/0/0/0/0|" })
	p.types("\x03\x04")
	p.leaves(EndOfInput)
}

func (p *person) signal(s syscall.Signal) {
	p.t.Helper()
	if err := syscall.Kill(os.Getpid(), s); err != nil {
		p.t.Fatal(err)
	}
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

func TestTerminalThatGoesAwayEndsRun(t *testing.T) {
	p := sit(t, 40, 10, Config{Execute: (&ran{}).execute})
	p.start(t.Context())
	if err := p.keyboard.Close(); err != nil {
		t.Fatal(err)
	}
	<-p.left
	if p.reason != HungUp {
		t.Errorf("Run returned %v, want %v", p.reason, HungUp)
	}
}

func TestPrintWithoutRunWritesAtOnce(t *testing.T) {
	p := sit(t, 40, 10, Config{Execute: (&ran{}).execute, Color: ColorNever})
	p.terminal.Print("before\n")
	p.terminal.Result(Style{on: true}.Failure("and no colour"))
	p.seesScreen("before", "and no colour", "|")
}

func TestOpenRefusesAPipe(t *testing.T) {
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer out.Close()
	if _, err := Open(Config{In: in, Out: out, Execute: (&ran{}).execute}); err == nil || !strings.Contains(err.Error(), ErrNoTerminal.Error()) {
		t.Errorf("Open: %v, want %v", err, ErrNoTerminal)
	}
}
