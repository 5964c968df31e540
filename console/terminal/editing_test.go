//go:build unix

package terminal

import (
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

func TestEscapeClosesTheMenu(t *testing.T) {
	p := sit(t, 40, 10, Config{Execute: (&ran{}).execute, Complete: completeVerbs})
	p.start(t.Context())
	p.types("re\t")
	p.seesScreen("lwcon> read|", "     > read      ask for a value", "       register  announce oneself")
	p.types("\x1b")
	p.seesScreen("lwcon> re|")
	p.types("\x03\x04")
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
