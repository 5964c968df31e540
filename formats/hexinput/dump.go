package hexinput

import (
	"fmt"
	"strings"

	"lwcon/formats/codec"
)

// littleEndian is the form of a dump of words.
const littleEndian = "a dump of words, the lowest octet last"

// layout is how a dump is written.
type layout struct {
	radix   int // of the offsets
	column  column
	swapped bool // the octets of a group are the digits of a number: the lowest is last
	gaps    bool // the characters have a blank more after every eight
	bits    bool // a group is eight bits, as xxd -b writes them
}

// form names a layout.
func (l layout) form() string {
	switch {
	case l.swapped:
		return littleEndian
	case l.bits:
		return "a dump of bits"
	}
	return "a dump"
}

// readDump reads the octets of a dump with offsets. The layout is the one in
// which the offsets and the characters of all lines agree with the octets; if
// there is none, the error is that of the layout that agrees longest.
func readDump(lines []string) ([]byte, string, error) {
	var worst *Error
	first := firstOffset(lines)
	if !first.colon && len(first.digits) == 7 && first.width%3 == 0 {
		return nil, "", &Error{1, 1, "expected groups of hexadecimal digits, found what od and hexdump -b write in octal"}
	}
	for _, l := range layouts(lines, first) {
		octets, repeats, err := l.parse(lines)
		if err != nil {
			if worst == nil || err.Line > worst.Line {
				worst = err
			}
			continue
		}
		if repeats && l.column == noColumn && l.radix == 8 {
			if err := first.ambiguous(l, lines, len(octets)); err != nil {
				return nil, "", err
			}
		}
		return octets, l.form(), nil
	}
	return nil, "", worst
}

// layouts are those that a dump can have, the likeliest first.
func layouts(lines []string, first dumpStart) []layout {
	var some []layout
	if first.bits {
		some = append(some, layout{radix: 16, column: bareColumn, bits: true})
	}
	for _, column := range columns(lines) {
		for _, gaps := range []bool{false, true} {
			for _, swapped := range first.orders(column) {
				for _, radix := range first.radixes() {
					if !gaps || column != noColumn {
						some = append(some, layout{radix: radix, column: column, swapped: swapped, gaps: gaps})
					}
				}
			}
		}
	}
	if first.bits {
		some = append(some, layout{radix: 16, bits: true})
	}
	return some
}

// dumpStart is the first line of a dump: what it is written with.
type dumpStart struct {
	offset
	width int  // digits of its first group
	bits  bool // which can be eight bits
}

func firstOffset(lines []string) dumpStart {
	for _, line := range lines {
		if o, body, _, ok := splitOffset(line); ok && strings.TrimSpace(body) != "" {
			group, _ := firstGroup(body)
			return dumpStart{o, len(group), len(group) == 8 && strings.Trim(group, "01") == ""}
		}
	}
	return dumpStart{}
}

// wide says whether the groups are words, as od and hexdump write them: the
// number that the machine reads in its own order.
func (d dumpStart) wide() bool {
	n := len(d.digits)
	return !d.colon && (n == 6 || n == 7) && (d.width == 4 || d.width == 8 || d.width == 16)
}

// orders are the orders of octets that groups can have. Characters tell which it
// is; without them those of od and hexdump are words.
func (d dumpStart) orders(c column) []bool {
	switch {
	case c == noColumn && d.wide():
		return []bool{true}
	case c == noColumn || d.width <= 2:
		return []bool{false}
	case d.wide():
		return []bool{true, false}
	}
	return []bool{false, true}
}

// radixes are those of offsets, the likeliest first: od has seven octal digits,
// hexdump has hexadecimal ones before words.
func (d dumpStart) radixes() []int {
	switch {
	case len(d.digits) != 7:
		return []int{16, 8, 10}
	case d.wide():
		return []int{8, 16, 10}
	}
	return []int{8, 10, 16}
}

// ambiguous returns an error if a dump of words whose lines repeat is one with
// offsets in octal, those of od, and with another number of octets one with
// offsets in hex, those of hexdump.
func (d dumpStart) ambiguous(l layout, lines []string, found int) error {
	l.radix = 16
	octets, _, err := l.parse(lines)
	if err != nil || !d.wide() || len(octets) == found {
		return nil
	}
	return &Error{1, 1, fmt.Sprintf("expected offsets that tell how often lines repeat, found some that are %d octets of od -x or %d of hexdump", found, len(octets))}
}

// columns are the ways in which characters can stand in some lines.
func columns(lines []string) []column {
	bar, angle := false, false
	for _, line := range lines {
		bar = bar || strings.Contains(line, "|")
		angle = angle || strings.HasSuffix(strings.TrimRight(line, " \t\r"), "<")
	}
	var some []column
	if bar {
		some = append(some, barColumn)
	}
	if angle {
		some = append(some, angleColumn)
	}
	return append(some, bareColumn, noColumn)
}

// parser reads a dump with offsets in one layout.
type parser struct {
	layout
	out     []byte
	start   uint64 // the first offset
	last    []byte // the octets of the line before
	begun   bool
	star    bool // lines like the last one were left out
	repeats bool // any were
	ended   bool // the offset of the end was there
	width   int  // octets of a group
}

// parse reads all lines. repeats says that the offsets told of lines that are
// not there.
func (l layout) parse(lines []string) (out []byte, repeats bool, err *Error) {
	p := parser{layout: l}
	for i, line := range lines {
		if err := p.line(line, i+1); err != nil {
			return nil, false, err
		}
	}
	if p.star {
		return nil, false, &Error{len(lines), 1, "expected an offset behind *, which tells how often the line repeats, found the end"}
	}
	return p.out, p.repeats, nil
}

func (p *parser) line(line string, number int) *Error {
	word := strings.TrimSpace(line)
	switch {
	case word == "":
		return nil
	case word == "*" && p.begun && !p.ended:
		p.star = true
		return nil
	}
	o, body, column, ok := splitOffset(line)
	if !ok || !p.begun && body == "" {
		return p.other(line, number)
	}
	if wrong := p.place(o, body); wrong != "" {
		if o.colon {
			column--
		}
		return &Error{number, column - len(o.digits) + 1, wrong}
	}
	if body == "" {
		p.ended = true
		return nil
	}
	octets, at, wrong := p.read(body)
	if wrong != "" {
		return &Error{number, column + at + 1, wrong}
	}
	p.out = append(p.out, octets...)
	p.last = octets
	group, _ := firstGroup(body)
	p.width = len(group) / 2
	return nil
}

// other is a line without an offset: words before the dump or of a log.
func (p *parser) other(line string, number int) *Error {
	starts := bodies(line)
	for _, start := range starts {
		if beginsWithOctets(line[start:]) {
			return &Error{number, start + 1, "expected an offset, found " + codec.Quote(strings.TrimSpace(line[start:]))}
		}
	}
	if p.begun && len(starts) == 1 {
		return &Error{number, 1, "expected an offset, found " + codec.Quote(strings.TrimSpace(line))}
	}
	return nil
}

// beginsWithOctets says whether two words, or the only word, are digits of
// octets.
func beginsWithOctets(line string) bool {
	word, gap := firstGroup(line)
	next, _ := firstGroup(line[len(gap)+len(word):])
	octets := func(w string) bool { return isWord(w) && len(w)%2 == 0 }
	return octets(word) && (next == "" || octets(next))
}

// place compares an offset with the octets so far and repeats the line before
// where lines were left out. It says what is wrong.
func (p *parser) place(o offset, body string) string {
	n, ok := o.value(p.radix)
	switch {
	case !ok:
		return fmt.Sprintf("expected an offset in radix %d, found %s", p.radix, codec.Quote(o.digits))
	case !p.begun:
		p.begun, p.start = true, n
		return ""
	case p.ended:
		return "expected no line behind the offset of the end, found another"
	case p.star:
		return p.repeat(o, n)
	}
	so := uint64(len(p.out))
	if n == p.start+so {
		return ""
	}
	if short := p.start + so - n; body == "" && p.swapped && n < p.start+so && short < uint64(p.width) && zeros(p.out[so-short:]) {
		p.out = p.out[:so-short] // the last word is filled up
		return ""
	}
	return p.expected(o)
}

// expected says which offset would agree.
func (p *parser) expected(o offset) string {
	verb := map[int]string{8: "%0*o", 10: "%0*d", 16: "%0*x"}[p.radix]
	return fmt.Sprintf("expected offset "+verb+", as %d octets stand before it, found %s", len(o.digits), p.start+uint64(len(p.out)), len(p.out), o.digits)
}

// repeat appends the line before until the offset n is reached.
func (p *parser) repeat(o offset, n uint64) string {
	so := p.start + uint64(len(p.out))
	switch {
	case n <= so || len(p.last) == 0 || (n-so)%uint64(len(p.last)) != 0:
		return fmt.Sprintf("expected an offset some lines of %d octets behind the one of *, found %s", len(p.last), o.digits)
	case n-p.start > codec.MaxPayload:
		return fmt.Sprintf("expected at most %d octets, found the offset %s", codec.MaxPayload, o.digits)
	}
	for ; so < n; so += uint64(len(p.last)) {
		p.out = append(p.out, p.last...)
	}
	p.star, p.repeats = false, true
	return ""
}

// zeros says whether all octets are zero.
func zeros(octets []byte) bool {
	for _, c := range octets {
		if c != 0 {
			return false
		}
	}
	return true
}
