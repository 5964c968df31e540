//go:build unix

package terminal

import (
	"context"
	"errors"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// person sits at a real pty: types, and looks at the screen.
type person struct {
	t        *testing.T
	keyboard *os.File // the end that a terminal emulator holds
	fd       int      // its descriptor
	tty      *os.File
	ctx      context.Context
	before   *term.State
	terminal *Terminal

	mu      sync.Mutex
	screen  *vt
	changed chan struct{} // closed and replaced with each change of screen

	reason Reason
	err    error
	panic  any
	left   chan struct{} // closed when Run has returned
}

// sit opens a pty and a terminal on it; run is called for each line.
func sit(t *testing.T, columns, rows int, config Config) *person {
	t.Helper()
	emulator, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	fd, err := pollable(emulator)
	if err != nil {
		t.Fatal(err)
	}
	keyboard := os.NewFile(uintptr(fd), "keyboard")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	p := &person{
		t: t, keyboard: keyboard, fd: fd, tty: tty, ctx: ctx,
		screen: newVT(columns, rows), changed: make(chan struct{}), left: make(chan struct{}),
	}
	p.setSize(columns, rows)
	if p.before, err = term.GetState(int(tty.Fd())); err != nil {
		t.Fatal(err)
	}
	config.In, config.Out = tty, tty
	if config.Prefix == nil {
		config.Prefix = func() string { return "lwcon> " }
	}
	if config.Getenv == nil {
		config.Getenv = func(name string) string { return map[string]string{"XTERM_VERSION": "1"}[name] }
	}
	if p.terminal, err = Open(config); err != nil {
		t.Fatal(err)
	}
	watched := make(chan struct{})
	go p.watch(watched)
	t.Cleanup(func() {
		cancel()
		_ = keyboard.Close()
		_ = tty.Close()
		<-watched
	})
	return p
}

// pollable moves a file to a descriptor on which Close ends a Read.
func pollable(f *os.File) (fd int, err error) {
	if fd, err = unix.Dup(int(f.Fd())); err != nil {
		return 0, err
	}
	return fd, errors.Join(f.Close(), unix.SetNonblock(fd, true))
}

// start runs the terminal in the background and waits for the prompt.
func (p *person) start(ctx context.Context) {
	go func() {
		defer close(p.left)
		defer func() { p.panic = recover() }()
		p.reason, p.err = p.terminal.Run(ctx)
	}()
	p.t.Cleanup(func() { <-p.left })
	p.sees("a prompt", func(v *vt) bool { return len(v.lines()) > 0 && !v.hidden })
}

// watch shows what the tty sends on the screen.
func (p *person) watch(done chan struct{}) {
	defer close(done)
	buf := make([]byte, 64<<10)
	for {
		n, err := p.keyboard.Read(buf)
		if err != nil {
			return
		}
		p.mu.Lock()
		p.screen.Write(buf[:n])
		close(p.changed)
		p.changed = make(chan struct{})
		p.mu.Unlock()
	}
}

func (p *person) setSize(columns, rows int) {
	p.t.Helper()
	size := &unix.Winsize{Col: uint16(columns), Row: uint16(rows)}
	if err := unix.IoctlSetWinsize(p.fd, unix.TIOCSWINSZ, size); err != nil {
		p.t.Fatal(err)
	}
}

func (p *person) resize(columns, rows int) {
	p.t.Helper()
	p.mu.Lock()
	p.screen.resize(columns, rows)
	p.mu.Unlock()
	p.setSize(columns, rows)
}

// types sends keys, in one write.
func (p *person) types(keys string) {
	p.t.Helper()
	if _, err := p.keyboard.WriteString(keys); err != nil {
		p.t.Fatal(err)
	}
}

// sees waits until the screen is as wanted.
func (p *person) sees(what string, wanted func(*vt) bool) {
	p.t.Helper()
	for {
		p.mu.Lock()
		ok, changed := wanted(p.screen), p.changed
		text := strings.Join(p.screen.lines(), "\n")
		x, y := p.screen.x, p.screen.y
		p.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-p.ctx.Done():
			p.t.Fatalf("never seen: %s\ncursor in column %d of row %d of\n%s", what, x, y, text)
		}
	}
}

// seesScreen waits for exactly these lines in the window, '|' marking the
// cursor.
func (p *person) seesScreen(lines ...string) {
	p.t.Helper()
	p.sees("\n"+strings.Join(lines, "\n"), func(v *vt) bool {
		got := v.lines()
		for len(got) <= v.y {
			got = append(got, "")
		}
		got[v.y] = withCursor(v)
		return reflect.DeepEqual(got, lines) && !v.hidden
	})
}

// withCursor is the row of the cursor with a mark at it.
func withCursor(v *vt) string {
	row := v.cells[v.y]
	before := strings.Join(row[:v.x], "")
	return strings.TrimRight(before+"|"+strings.Join(row[v.x:], ""), " ")
}

// leaves waits for Run to return, and holds that the terminal is as before.
func (p *person) leaves(reason Reason) {
	p.t.Helper()
	select {
	case <-p.left:
	case <-p.ctx.Done():
		p.t.Fatal("Run does not return")
	}
	if p.panic != nil {
		p.t.Fatalf("Run panicked: %v", p.panic)
	}
	if p.reason != reason || p.err != nil {
		p.t.Fatalf("Run returned %v, %v; want %v", p.reason, p.err, reason)
	}
	p.findsAsBefore()
}

// findsAsBefore holds that attributes and modes are as they were, and that
// what is typed is echoed.
func (p *person) findsAsBefore() {
	p.t.Helper()
	after, err := term.GetState(int(p.tty.Fd()))
	if err != nil {
		p.t.Fatal(err)
	}
	if !reflect.DeepEqual(after, p.before) {
		p.t.Errorf("terminal attributes: %+v, were %+v", after, p.before)
	}
	p.types("echo is on\r")
	p.sees("an echo", func(v *vt) bool { return strings.Contains(strings.Join(v.all(), "\n"), "echo is on") })
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.screen.hidden || p.screen.pasting || len(p.screen.strange) > 0 {
		p.t.Errorf("left behind: cursor hidden %v, bracketed paste %v; not understood: %q",
			p.screen.hidden, p.screen.pasting, p.screen.strange)
	}
}
