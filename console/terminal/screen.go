package terminal

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

const (
	hideCursor = "\x1b[?25l"
	showCursor = "\x1b[?25h"
	eraseDown  = "\x1b[J"
	eraseAll   = "\x1b[H\x1b[2J"
)

// screen draws a frame at the bottom of what was printed, and prints above
// it. It uses relative movements only, so that it needs not know where on the
// window it is. Each change is one write.
type screen struct {
	out     io.Writer
	reflows bool  // the terminal breaks old lines anew when it gets narrower
	shown   frame // what is on display, rows nil if nothing is
	err     error // the first error of a write
	buf     bytes.Buffer
}

// draw shows a frame in place of the one on display.
func (s *screen) draw(f frame, width int) {
	s.erase(width)
	s.put(f)
	s.flush()
}

// print writes whole lines where the frame is, and the frame below them.
func (s *screen) print(text string, f frame, width int) {
	s.erase(width)
	s.lines(text)
	s.put(f)
	s.flush()
}

// clear empties the window and shows the frame at its top.
func (s *screen) clear(f frame) {
	s.buf.WriteString(hideCursor + eraseAll)
	s.put(f)
	s.flush()
}

// settle turns a frame into output: it stays where it is, the cursor goes to
// the line below it.
func (s *screen) settle(f frame, width int) {
	s.erase(width)
	f.y, f.x = len(f.rows)-1, 0
	s.put(f)
	s.buf.WriteString("\r\n")
	s.shown = frame{}
	s.flush()
}

// remove takes the frame off the window.
func (s *screen) remove(width int) {
	s.erase(width)
	s.buf.WriteString(showCursor)
	s.flush()
}

// erase moves to the top left of what is on display and erases from there.
func (s *screen) erase(width int) {
	s.buf.WriteString(hideCursor)
	if s.shown.rows == nil {
		return
	}
	up := s.shown.y
	if s.reflows {
		up = s.shown.heightAbove(max(width, 1))
	}
	s.buf.WriteByte('\r')
	move(&s.buf, up, 'A')
	s.buf.WriteString(eraseDown)
	s.shown = frame{}
}

// heightAbove is how many rows of a window lie between the top of the frame
// and its cursor, if rows wider than the window are broken.
func (f frame) heightAbove(width int) int {
	n := f.x / width
	for _, r := range f.rows[:f.y] {
		n += max(1, (r.width+width-1)/width)
	}
	return n
}

// lines writes text, the ends of its lines as a terminal needs them.
func (s *screen) lines(text string) {
	for line := range strings.Lines(text) {
		s.buf.WriteString(strings.TrimSuffix(line, "\n"))
		s.buf.WriteString("\r\n")
	}
}

// put writes a frame from its top left and moves the cursor to its place.
func (s *screen) put(f frame) {
	for i, r := range f.rows {
		if i > 0 {
			s.buf.WriteString("\r\n")
		}
		s.buf.WriteString(r.text)
	}
	if f.rows != nil {
		s.buf.WriteByte('\r')
		move(&s.buf, len(f.rows)-1-f.y, 'A')
		move(&s.buf, f.x, 'C')
	}
	s.buf.WriteString(showCursor)
	s.shown = f
}

func (s *screen) flush() {
	if _, err := s.out.Write(s.buf.Bytes()); err != nil && s.err == nil {
		s.err = fmt.Errorf("terminal: %w", err)
	}
	s.buf.Reset()
}

func move(b *bytes.Buffer, n int, direction byte) {
	if n > 0 {
		fmt.Fprintf(b, "\x1b[%d%c", n, direction)
	}
}
