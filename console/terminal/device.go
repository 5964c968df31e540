package terminal

import (
	"fmt"
	"os"
	"sync"

	"golang.org/x/term"
)

// The window that is assumed where its size cannot be asked for.
const (
	defaultColumns = 80
	defaultRows    = 24
)

// device is the terminal's attributes: how they were, and whether they are
// changed. Safe for concurrent use.
type device struct {
	in, out *os.File

	mu     sync.Mutex
	before *term.State // nil: nothing is changed
}

// raw makes each key come as it is typed, Ctrl-C too. Output stays processed,
// so that what others write to the terminal keeps its line ends.
func (d *device) raw() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.before != nil {
		return nil
	}
	before, err := term.GetState(int(d.in.Fd()))
	if err != nil {
		return fmt.Errorf("%s: terminal attributes: %w", d.in.Name(), err)
	}
	if _, err := term.MakeRaw(int(d.in.Fd())); err != nil {
		return fmt.Errorf("%s: raw mode: %w", d.in.Name(), err)
	}
	d.before = before
	processOutput(d.in)
	_, err = d.out.WriteString(pasteOn)
	return err
}

// restore undoes raw. Calling it again does nothing.
func (d *device) restore() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.before == nil {
		return nil
	}
	_, _ = d.out.WriteString(pasteOff + showCursor + sgrReset)
	err := term.Restore(int(d.in.Fd()), d.before)
	d.before = nil
	return err
}

// again sets raw mode anew after somebody else, such as a shell, may have
// changed the attributes. What restore brings back stays the same.
func (d *device) again() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.before == nil {
		return
	}
	if _, err := term.MakeRaw(int(d.in.Fd())); err == nil {
		processOutput(d.in)
		_, _ = d.out.WriteString(pasteOn)
	}
}

// size is the window's size in columns and rows.
func (d *device) size() (columns, rows int) {
	columns, rows, err := term.GetSize(int(d.out.Fd()))
	if err != nil || columns <= 0 {
		columns = defaultColumns
	}
	if err != nil || rows <= 0 {
		rows = defaultRows
	}
	return columns, rows
}
