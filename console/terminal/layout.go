package terminal

import (
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// minColumns is the narrowest window that is laid out for: a wide character
// and one column more. In a narrower one lines look wrong, no more.
const minColumns = 3

// row is one line of the screen.
type row struct {
	text  string // printable, may hold colours
	width int    // in columns
}

// frame is what the prompt looks like: rows from the top, and where in them
// the cursor stands.
type frame struct {
	rows   []row
	y, x   int
	bottom int // rows that belong to the line; the others are a menu
}

// columns is how many columns a character takes: 2 for CJK and emoji, 0 for
// those that combine with the one before, else 1.
func columns(r rune) int {
	condition := runewidth.Condition{StrictEmojiNeutral: true}
	return condition.RuneWidth(r)
}

// textColumns adds up the columns of a text without escape sequences.
func textColumns(text string) int {
	n := 0
	for _, r := range text {
		n += columns(r)
	}
	return n
}

// fit cuts a text to a number of columns, with an ellipsis if something is
// cut, and fills it up with blanks if asked to.
func fit(text string, width int, fill bool) string {
	if width <= 0 {
		return ""
	}
	n := textColumns(text)
	if n > width {
		text, n = cut(text, width-1)
		text += "…"
		n++
	}
	if fill {
		text += strings.Repeat(" ", width-n)
	}
	return text
}

// cut returns the longest beginning of text that fits, and its columns.
func cut(text string, width int) (string, int) {
	n := 0
	for i, r := range text {
		if n+columns(r) > width {
			return text[:i], n
		}
		n += columns(r)
	}
	return text, n
}

// lay breaks prefix and line into rows of at most width columns, never within
// a wide character. The cursor is a byte offset in line. A cursor behind a
// full row stands at the start of the next one.
func lay(prefix, line string, cursor, width int) frame {
	w := wrapper{width: max(width, minColumns)}
	w.add(prefix, -1)
	w.add(line, min(cursor, len(line)))
	if cursor >= len(line) {
		if w.n >= w.width {
			w.wrap()
		}
		w.y, w.x = len(w.rows), w.n
	}
	w.wrap()
	return frame{rows: w.rows, y: w.y, x: w.x, bottom: len(w.rows)}
}

type wrapper struct {
	width int
	rows  []row
	text  strings.Builder
	n     int // columns in text
	y, x  int
}

// add appends text and notes where the character at offset cursor comes to
// stand.
func (w *wrapper) add(text string, cursor int) {
	for i := 0; i < len(text); {
		if sgr := ownSGR(text[i:]); sgr != "" {
			w.text.WriteString(sgr)
			i += len(sgr)
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		w.show(r, text[i:i+size], i == cursor)
		i += size
	}
}

// show puts a character, escaped if need be; here: the cursor is on it.
func (w *wrapper) show(r rune, raw string, here bool) {
	if here {
		first := r
		if mustEscape(r) {
			first = '\\'
		}
		if w.n+columns(first) > w.width {
			w.wrap()
		}
		w.y, w.x = len(w.rows), min(w.n, w.width-1)
	}
	if !mustEscape(r) && r != utf8.RuneError {
		w.put(r)
		return
	}
	var escaped strings.Builder
	writeEscaped(&escaped, r, raw)
	for _, r := range escaped.String() {
		w.put(r)
	}
}

func (w *wrapper) put(r rune) {
	n := columns(r)
	if w.n+n > w.width {
		w.wrap()
	}
	w.text.WriteRune(r)
	w.n += n
}

func (w *wrapper) wrap() {
	w.rows = append(w.rows, row{text: w.text.String(), width: w.n})
	w.text.Reset()
	w.n = 0
}

// clip keeps the rows around the cursor that fit in a window: all of the
// line if possible, then as much of the menu as is left room for.
func (f frame) clip(height int) frame {
	height = max(height, 1)
	if len(f.rows) <= height {
		return f
	}
	first := 0
	if f.bottom > height {
		first = min(max(f.y-height/2, 0), f.bottom-height)
	}
	f.rows = f.rows[first:min(first+height, len(f.rows))]
	f.bottom = min(f.bottom-first, len(f.rows))
	f.y -= first
	return f
}
