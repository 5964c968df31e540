//go:build unix

package terminal

import (
	"context"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"lwcon/session/clock"
)

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

func TestInterruptTypedAhead(t *testing.T) {
	var r ran
	p := sit(t, 40, 10, Config{Execute: func(ctx context.Context, line string) error {
		if line == "wait" {
			<-ctx.Done()
		}
		return r.execute(ctx, line)
	}})
	p.start(t.Context())
	p.types("wait\rlost\r\x03quit\r")
	p.leaves(Quit)
	if want := []string{"wait", "quit"}; !reflect.DeepEqual(r.got(), want) {
		t.Errorf("ran %q, want %q", r.got(), want)
	}
}

func TestCommandThatDoesNotEndIsLeft(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	p := sit(t, 40, 10, Config{Clock: clock.Scaled(100), Execute: func(context.Context, string) error {
		<-hang
		return nil
	}})
	p.start(t.Context())
	p.types("hang\r\x03\x03")
	p.seesScreen("lwcon> hang", "^C", "still ending; Ctrl-\\ leaves at once", "|")
	p.signal(syscall.SIGTERM)
	p.leaves(Terminated)
}

func TestSignalsEndRun(t *testing.T) {
	for sig, reason := range map[syscall.Signal]Reason{
		syscall.SIGINT: Interrupted, syscall.SIGTERM: Terminated, syscall.SIGHUP: HungUp,
	} {
		t.Run(sig.String(), func(t *testing.T) {
			if signal.Ignored(sig) {
				t.Skipf("%v was ignored when the tests began, as nohup has it, and stays so", sig)
			}
			ended := make(chan struct{})
			p := sit(t, 40, 10, Config{Execute: func(ctx context.Context, _ string) error {
				<-ctx.Done()
				close(ended)
				return nil
			}})
			p.start(t.Context())
			p.types("wait\r")
			p.seesScreen("lwcon> wait", "|")
			p.signal(sig)
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

func TestSignalEndsLines(t *testing.T) {
	in, out := io.Pipe()
	defer out.Close()
	go func() { _, _ = io.WriteString(out, "wait\n") }()
	reason, err := Lines{In: in, Execute: func(ctx context.Context, _ string) error {
		if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		<-ctx.Done()
		return nil
	}}.Run(t.Context())
	if reason != Terminated || err != nil {
		t.Errorf("%v, %v", reason, err)
	}
}

func TestPromptLibraryStaysBehindTwoFiles(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var users []string
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range parsed.Imports {
			if strings.Contains(spec.Path.Value, "go-prompt") {
				users = append(users, file)
			}
		}
	}
	if want := []string{"keys.go", "line.go"}; !reflect.DeepEqual(users, want) {
		t.Errorf("go-prompt is imported by %q, want %q", users, want)
	}
}
