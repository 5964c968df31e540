package console

import (
	"fmt"
	"slices"
	"strings"
)

// How much of a payload is dumped around a byte that is pointed at.
const (
	dumpWidth   = 16 // bytes in a row
	dumpContext = 1  // rows before and behind one with a mark
	dumpMost    = 24 // rows in all
	dumpFew     = 4  // rows in all where there are many dumps
)

// dump writes the bytes of a payload in rows of 16 with their characters, and
// below a row marks the bytes at offsets. Of a long payload only the rows near a
// mark are shown; without marks the first rows.
func (t *Text) dump(p *page, octets string, offsets ...int) {
	t.dumpSome(p, octets, dumpMost, offsets...)
}

// dumpSome is dump with at most so many rows.
func (t *Text) dumpSome(p *page, octets string, most int, offsets ...int) {
	rows := dumpRows(len(octets), offsets)
	rows = rows[:min(len(rows), most)]
	last := -1
	for _, row := range rows {
		if row > last+1 {
			p.line("bytes", t.Style.Dim("…"))
		}
		last = row
		t.dumpRow(p, octets, row, offsets)
	}
	if end := (len(octets) + dumpWidth - 1) / dumpWidth; last+1 < end {
		p.line("bytes", t.Style.Dim(fmt.Sprintf("… up to byte %d", len(octets))))
	}
}

// dumpRows chooses the rows that are shown.
func dumpRows(length int, offsets []int) []int {
	count := max(1, (length+dumpWidth-1)/dumpWidth)
	var rows []int
	for _, offset := range offsets {
		at := min(offset/dumpWidth, count-1)
		for row := max(0, at-dumpContext); row <= min(at+dumpContext, count-1); row++ {
			rows = append(rows, row)
		}
	}
	if len(offsets) == 0 {
		for row := range min(count, dumpMost) {
			rows = append(rows, row)
		}
	}
	slices.Sort(rows)
	rows = slices.Compact(rows)
	return rows[:min(len(rows), dumpMost)]
}

// dumpRow writes one row, and the marks below it. An offset behind the last byte
// is marked where the next byte would be.
func (t *Text) dumpRow(p *page, octets string, row int, offsets []int) {
	start := row * dumpWidth
	end := min(start+dumpWidth, len(octets))
	var hexes, characters, marks strings.Builder
	marked := false
	for i := start; i < start+dumpWidth; i++ {
		if i == start+dumpWidth/2 {
			hexes.WriteByte(' ')
			marks.WriteByte(' ')
		}
		if i < end {
			fmt.Fprintf(&hexes, " %02x", octets[i])
			characters.WriteByte(printableByte(octets[i]))
		} else {
			hexes.WriteString("   ")
		}
		if slices.Contains(offsets, i) && i <= len(octets) {
			marks.WriteString(" ^^")
			marked = true
		} else {
			marks.WriteString("   ")
		}
	}
	p.line("bytes", fmt.Sprintf("%04x %s  %s", start, hexes.String(), characters.String()))
	if marked {
		p.line("bytes", "     "+t.Style.Failure(strings.TrimRight(marks.String(), " ")))
	}
}

// printableByte is the character of a byte, a full stop for what is none.
func printableByte(b byte) byte {
	if b < ' ' || b > '~' {
		return '.'
	}
	return b
}
