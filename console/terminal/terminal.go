// Package terminal owns the terminal: it reads lines from a person or a pipe
// and prints blocks of text above what is being typed.
//
// Three ways in, one way out:
//
//   - a terminal that can move its cursor gets a line editor with completion
//     and history (Open, Run);
//   - a plain terminal (Config.Plain, TERM=dumb) gets the kernel's own line
//     editing and nothing that is drawn twice (the same calls);
//   - a pipe or file is read line by line (Lines).
//
// Nothing here ends the process. Run and Lines.Run return a Reason, and leave
// the terminal as they found it on every way out.
package terminal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"golang.org/x/term"

	"lwcon/session/clock"
)

// ErrQuit is returned by an Execute function to leave the prompt.
var ErrQuit = errors.New("quit")

// ErrNoTerminal is what Open returns if its input is not a terminal: read it
// with Lines instead.
var ErrNoTerminal = errors.New("input is not a terminal")

// Execute runs one line. Its context ends with Ctrl-C, with a signal and with
// the context of Run. It reports its own errors to the user: Run looks only
// for ErrQuit, Lines also stops at any other error.
type Execute func(ctx context.Context, line string) error

// Suggestion is one way to go on with a line.
type Suggestion struct {
	Text        string // what takes the place of the current word
	Description string // shown beside it; may be empty
	Start       int    // byte offset in the line where the current word begins
}

// Config says what a terminal is made of. Execute is required, the rest has
// usable zero values.
type Config struct {
	In  *os.File // nil: os.Stdin
	Out *os.File // nil: os.Stdout

	// Prefix is the text before the line, asked for at each drawing; nil:
	// "> ". It is called in Run's goroutine and must be quick.
	Prefix func() string
	// Complete lists what the word that ends at the cursor (a byte offset)
	// may become; nil: no completion. It is called in Run's goroutine after
	// each key and must be quick.
	Complete func(line string, cursor int) []Suggestion
	// Execute runs each line that is not blank, one at a time, in a
	// goroutine of its own.
	Execute Execute

	HistoryFile  string                 // "": history lasts as long as Run
	HistoryLines int                    // how many are kept; 0: 1000
	Keep         func(line string) bool // false: never enters the history; nil: all do

	Color Color
	Plain bool // no menus, no redraws; also set by TERM=dumb

	// Skipped is the line printed in place of blocks that came faster than
	// they could be shown; nil: "N lines skipped".
	Skipped func(lines int) string

	Clock  clock.Clock         // nil: the machine's
	Getenv func(string) string // nil: os.Getenv
}

// Terminal is one terminal with a person at it. Print, Result, Refresh, Width
// and Close may be called from any goroutine, before, during and after Run.
type Terminal struct {
	config Config
	plain  bool
	style  Style
	device device
	queue  queue

	mu sync.Mutex // held while text is written outside of Run
}

// Open checks the configuration and the terminal. It changes nothing: that is
// left to Run.
func Open(config Config) (*Terminal, error) {
	if config.Execute == nil {
		return nil, errors.New("terminal: Execute is missing")
	}
	config.fill()
	if !IsTerminal(config.In) {
		return nil, fmt.Errorf("%s: %w", config.In.Name(), ErrNoTerminal)
	}
	t := &Terminal{
		config: config,
		device: device{in: config.In, out: config.Out},
		style:  NewStyle(config.Color, config.Out, config.Plain, config.Getenv),
	}
	t.plain = config.Plain || config.Getenv("TERM") == "dumb" ||
		!IsTerminal(config.Out) || !understandsEscapes(config.Out)
	t.queue.configure(config.Skipped)
	return t, nil
}

func (c *Config) fill() {
	if c.In == nil {
		c.In = os.Stdin
	}
	if c.Out == nil {
		c.Out = os.Stdout
	}
	if c.Prefix == nil {
		c.Prefix = func() string { return "> " }
	}
	if c.Complete == nil {
		c.Complete = func(string, int) []Suggestion { return nil }
	}
	if c.Keep == nil {
		c.Keep = func(string) bool { return true }
	}
	if c.Skipped == nil {
		c.Skipped = func(lines int) string { return fmt.Sprintf("%d lines skipped", lines) }
	}
	if c.Clock == nil {
		c.Clock = clock.Real()
	}
	if c.Getenv == nil {
		c.Getenv = os.Getenv
	}
}

// IsTerminal says whether a file is a terminal.
func IsTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// Style is how this terminal marks success, refusal and failure.
func (t *Terminal) Style() Style { return t.style }

// Plain says whether the terminal is used without menus and redraws.
func (t *Terminal) Plain() bool { return t.plain }

// Width is the number of columns, 80 where that is not known.
func (t *Terminal) Width() int {
	columns, _ := t.device.size()
	return columns
}

// Print shows a block of lines above what is being typed. It never blocks for
// long: when blocks come faster than they can be shown, whole blocks are
// skipped, counted, and told of in one line. Blocks appear whole and in order.
//
// Control characters are escaped, except newlines, tabs and the colours of
// Style; text that came from a peer must still go through Escape, or it could
// break lines.
func (t *Terminal) Print(block string) {
	if t.queue.put(block) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.queue.put(block) {
		t.write(block)
	}
}

// Result prints like Print, in order with it, but is never skipped: it returns
// when the block has been written. It must not be called by Prefix or
// Complete.
func (t *Terminal) Result(block string) {
	if written := t.queue.putSurely(block); written != nil {
		<-written
		return
	}
	t.mu.Lock()
	written := t.queue.putSurely(block)
	if written == nil {
		t.write(block)
	}
	t.mu.Unlock()
	if written != nil {
		<-written
	}
}

// Refresh draws the prompt again, soon, with what Prefix then says. A plain
// terminal shows the new text with the next prompt.
func (t *Terminal) Refresh() { t.queue.nudge() }

// Close gives the terminal back as it was before Run. Run does so itself; this
// is for a way out that does not pass through Run, such as a panic elsewhere.
func (t *Terminal) Close() error { return t.device.restore() }

// write prints outside of Run; the caller holds mu. There is nobody to tell
// of an error.
func (t *Terminal) write(block string) {
	_, _ = t.config.Out.WriteString(printable(block, t.style.on))
}
