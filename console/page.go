package console

import (
	"strings"

	"github.com/mattn/go-runewidth"

	"lwcon/commands"
	"lwcon/console/terminal"
)

// page collects the lines of one block. On a plain page every line begins with a
// word that says what the line is; on others that word is left out and lines
// below the first are indented.
type page struct {
	b     strings.Builder
	plain bool
	deep  bool // lines below the head are parts of one of its lines
}

// cell is one column of a row; mark colours it, nil leaves it as it is. Text
// that came from a peer has gone through terminal.Escape.
type cell struct {
	text string
	mark func(string) string
}

// String returns the block, its last line ended too.
func (p *page) String() string { return p.b.String() }

// head writes the first line of a block: a word, which is always shown, and what
// follows it. mark colours the word.
func (p *page) head(word string, mark func(string) string, rest ...string) {
	if mark != nil {
		p.b.WriteString(mark(word))
	} else {
		p.b.WriteString(word)
	}
	for _, r := range rest {
		if r != "" {
			p.b.WriteString("  ")
			p.b.WriteString(r)
		}
	}
	p.b.WriteByte('\n')
}

// line writes a line below the head.
func (p *page) line(word, text string) {
	if p.plain {
		p.b.WriteString(word)
		p.b.WriteByte(' ')
	} else {
		p.b.WriteString("  ")
		if p.deep {
			p.b.WriteString("  ")
		}
	}
	p.b.WriteString(text)
	p.b.WriteByte('\n')
}

// hint writes the next thing to try, if there is one.
func (p *page) hint(text string) {
	switch {
	case text == "":
	case p.plain:
		p.line("hint", text)
	default:
		p.line("hint", "hint: "+text)
	}
}

// maxColumn is the widest that a column is padded to: one long name does not
// push the values of all others off the screen.
const maxColumn = 40

// table writes rows in columns. A plain page parts the columns by one blank. The
// last cell of a row is not padded.
func (p *page) table(word string, rows [][]cell) {
	var widths []int
	for _, row := range rows {
		for i, c := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			if w := columns(c.text); w <= maxColumn {
				widths[i] = max(widths[i], w)
			}
		}
	}
	for _, row := range rows {
		p.row(word, row, widths)
	}
}

// row writes one row with columns of given widths.
func (p *page) row(word string, row []cell, widths []int) {
	var b strings.Builder
	for i, c := range row {
		text := c.text
		if c.mark != nil {
			text = c.mark(text)
		}
		switch {
		case p.plain && c.text != "" && b.Len() > 0:
			b.WriteByte(' ')
		case !p.plain && i > 0:
			b.WriteString("  ")
		}
		b.WriteString(text)
		if !p.plain && i < len(row)-1 {
			b.WriteString(strings.Repeat(" ", max(0, widths[i]-columns(c.text))))
		}
	}
	p.line(word, strings.TrimRight(b.String(), " "))
}

// columns is how many columns of a terminal a text takes.
func columns(text string) int { return runewidth.StringWidth(text) }

// lines writes text that is lines by nature.
func (p *page) lines(text string) {
	p.b.WriteString(text)
	if !strings.HasSuffix(text, "\n") {
		p.b.WriteByte('\n')
	}
}

// texter writes the lines of something that makes its own text.
func (p *page) texter(t commands.Texter) {
	for line := range strings.Lines(string(t.AppendText(nil))) {
		p.lines(terminal.Escape(strings.TrimSuffix(line, "\n")))
	}
}
