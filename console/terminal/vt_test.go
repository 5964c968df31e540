package terminal

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// vt is a small model of a terminal: what a person would see. It knows what
// this package sends, and counts what it does not know in strange.
type vt struct {
	width, height int
	cells         [][]string // "" behind a wide character
	scrolled      []string   // lines that left the window at its top
	x, y          int
	wrapNext      bool // the last column was written: the next character wraps
	hidden        bool // the cursor
	pasting       bool // bracketed paste is on
	strange       []string
	pending       []byte
}

func newVT(width, height int) *vt {
	v := &vt{}
	v.resize(width, height)
	return v
}

// resize cuts and fills, as xterm does: lines are not broken anew.
func (v *vt) resize(width, height int) {
	old := v.cells
	if len(old) > height {
		cut := max(v.y-height+1, 0)
		for _, line := range old[:cut] {
			v.scrolled = append(v.scrolled, lineText(line))
		}
		old = old[cut:min(cut+height, len(old))]
		v.y -= cut
	}
	v.width, v.height = width, height
	v.cells = nil
	for i := range height {
		line := v.blank()
		if i < len(old) {
			copy(line, old[i])
		}
		v.cells = append(v.cells, line)
	}
	v.x, v.wrapNext = min(v.x, width-1), false
}

func (v *vt) blank() []string {
	line := make([]string, v.width)
	for i := range line {
		line[i] = " "
	}
	return line
}

func lineText(line []string) string { return strings.TrimRight(strings.Join(line, ""), " ") }

// lines is what is on the window, without the blank lines at its end.
func (v *vt) lines() []string {
	var lines []string
	for _, line := range v.cells {
		lines = append(lines, lineText(line))
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// all is what was ever shown, the window last.
func (v *vt) all() []string { return append(append([]string(nil), v.scrolled...), v.lines()...) }

func (v *vt) Write(b []byte) {
	v.pending = append(v.pending, b...)
	for len(v.pending) > 0 {
		n := v.one(v.pending)
		if n == 0 {
			return
		}
		v.pending = v.pending[n:]
	}
}

// one handles a character or sequence; 0: it is not complete.
func (v *vt) one(b []byte) int {
	switch b[0] {
	case '\r':
		v.x, v.wrapNext = 0, false
		return 1
	case '\n':
		v.down()
		return 1
	case '\b':
		v.x = max(v.x-1, 0)
		return 1
	case '\t':
		v.x = min(v.x/8*8+8, v.width-1)
		return 1
	case '\a':
		return 1
	case '\x1b':
		return v.sequence(b)
	}
	if !utf8.FullRune(b) {
		return 0
	}
	r, size := utf8.DecodeRune(b)
	if mustEscape(r) {
		v.strange = append(v.strange, strconv.QuoteRune(r))
		return size
	}
	v.put(r)
	return size
}

func (v *vt) down() {
	v.wrapNext = false
	if v.y++; v.y < v.height {
		return
	}
	v.y--
	v.scrolled = append(v.scrolled, lineText(v.cells[0]))
	v.cells = append(v.cells[1:], v.blank())
}

func (v *vt) put(r rune) {
	n := columns(r)
	if n == 0 {
		if v.x > 0 {
			v.cells[v.y][v.x-1] += string(r)
		}
		return
	}
	if v.wrapNext || v.x+n > v.width {
		v.down()
		v.x = 0
	}
	v.cells[v.y][v.x] = string(r)
	if n == 2 {
		v.cells[v.y][v.x+1] = ""
	}
	v.x += n
	if v.x == v.width {
		v.x, v.wrapNext = v.width-1, true
	}
}

func (v *vt) sequence(b []byte) int {
	n := sequenceLength(b)
	if n == 0 {
		return 0
	}
	parameters, final := string(b[2:n-1]), b[n-1]
	count, _ := strconv.Atoi(parameters)
	count = max(count, 1)
	v.wrapNext = false
	switch final {
	case 'A':
		v.y = max(v.y-count, 0)
	case 'B':
		v.y = min(v.y+count, v.height-1)
	case 'C':
		v.x = min(v.x+count, v.width-1)
	case 'D':
		v.x = max(v.x-count, 0)
	case 'H':
		v.x, v.y = 0, 0
	case 'J':
		v.erase(parameters)
	case 'm':
	case 'h', 'l':
		v.mode(parameters, final == 'h')
	default:
		v.strange = append(v.strange, strconv.Quote(string(b[:n])))
	}
	return n
}

func (v *vt) erase(parameters string) {
	from := v.y
	switch parameters {
	case "":
		copy(v.cells[v.y][v.x:], v.blank())
		from++
	case "2":
		from = 0
	default:
		v.strange = append(v.strange, "erase "+parameters)
	}
	for i := from; i < v.height; i++ {
		v.cells[i] = v.blank()
	}
}

func (v *vt) mode(parameters string, on bool) {
	switch parameters {
	case "?25":
		v.hidden = !on
	case "?2004":
		v.pasting = on
	default:
		v.strange = append(v.strange, "mode "+parameters)
	}
}
