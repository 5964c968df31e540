package hexinput

import (
	"slices"
	"strconv"
	"strings"

	"lwcon/formats/codec"
)

// column is how the characters of the octets stand in a line of a dump.
type column uint8

const (
	noColumn    column = iota
	bareColumn         // behind a gap: xxd, Wireshark, tcpdump -X
	barColumn          // |behind a bar|: hexdump -C, Zephyr
	angleColumn        // >in angle brackets<: od with z
)

// maxColumn is the most octets of a line that has a bare character column.
const maxColumn = 1024

// read reads the octets of a line without its offset. wrong says what is not as
// the layout has it, at an octet of the line; "" if nothing is.
func (l layout) read(body string) (octets []byte, at int, wrong string) {
	switch l.column {
	case barColumn:
		return l.readDelimited(body, '|')
	case angleColumn:
		return l.readDelimited(body, '>')
	case bareColumn:
		return l.readBare(body)
	}
	s := groups{layout: l, body: body}
	for s.next() {
		switch {
		case s.wrong != "":
			return nil, s.start, s.wrong
		case s.gap > 1 && s.count > 1 && s.octetsBefore%8 != 0 && !l.swapped:
			return nil, s.start, "expected one blank between groups, or the characters of the octets before, found " + codec.Quote(body[s.start:])
		}
	}
	return s.octets, 0, ""
}

// readDelimited reads a line whose characters stand behind a delimiter.
func (l layout) readDelimited(body string, delimiter byte) (octets []byte, at int, wrong string) {
	before, characters, found := strings.Cut(body, string(delimiter))
	s := groups{layout: l, body: before}
	for s.next() {
		if s.wrong != "" {
			return nil, s.start, s.wrong
		}
	}
	if !found {
		return nil, len(body), "expected the characters of the octets behind a " + string(delimiter) + ", found none"
	}
	characters = strings.TrimRight(characters, " \t\r")
	shut := "|"
	if delimiter == '>' {
		shut = "<"
	}
	inside := strings.TrimSuffix(characters, shut)
	if l.shows(inside, s.octets) || l.shows(characters, s.octets) {
		return s.octets, 0, ""
	}
	// The last word is filled up with zeros.
	for short := s.octets; delimiter == '>' && len(s.octets)-len(short) < s.width-1 && short[len(short)-1] == 0; {
		if short = short[:len(short)-1]; l.shows(inside, short) {
			return short, 0, ""
		}
	}
	return nil, len(before) + 1, disagree(inside, s.octets)
}

// disagree says that a character column shows other octets.
func disagree(characters string, octets []byte) string {
	return "expected the characters of the octets before, " + codec.Quote(characterColumn(octets)) + ", found " + codec.Quote(characters)
}

// characterColumn returns the characters that a dump has for some octets.
func characterColumn(octets []byte) string {
	b := slices.Clone(octets)
	for i, c := range b {
		if c < ' ' || c > '~' {
			b[i] = '.'
		}
	}
	return string(b)
}

// readBare reads a line whose characters stand behind a gap. They tell where the
// octets end: no more than one place is followed by the characters of what is
// before it, as these are as many as the octets.
func (l layout) readBare(body string) (octets []byte, at int, wrong string) {
	s := groups{layout: l, body: body}
	var ended []byte // the octets before the first gap that does not fit
	where := 0
	for s.next() && s.wrong == "" && len(s.octets) <= maxColumn {
		rest := body[s.end:]
		if trimmed := strings.TrimLeft(rest, " \t\r"); trimmed == "" {
			if l.shows("", s.octets) {
				return s.octets, 0, ""
			}
		} else if lead := len(rest) - len(trimmed); lead < 2 && rest[0] != '\t' {
			continue
		} else if blanks := leadingBlanks(s.octets); l.shows(trimmed, s.octets) ||
			blanks > 0 && blanks < lead && l.shows(rest[lead-blanks:], s.octets) {
			return s.octets, 0, ""
		} else if s.count > 0 {
			ended, where = slices.Clone(s.octets), s.end+lead
		}
	}
	if ended == nil {
		if s.wrong != "" {
			return nil, s.start, s.wrong
		}
		return nil, len(body), "expected the characters of the octets behind a gap, found none"
	}
	return nil, where, disagree(body[where:], ended)
}

// leadingBlanks counts the blanks that some octets begin with.
func leadingBlanks(octets []byte) int {
	n := 0
	for n < len(octets) && octets[n] == ' ' {
		n++
	}
	return n
}

// shows says whether a character column shows the octets: each as its character,
// or as a dot if it has none. Blanks at the end of a line get lost. Some dumps
// have a blank more after every eight.
func (l layout) shows(characters string, octets []byte) bool {
	characters = strings.TrimRight(characters, " \t\r")
	if len(characters) < leastCharacters(octets) {
		return false
	}
	return showsEach(characters, octets, l.gaps)
}

// leastCharacters is how many characters are shown at least: all but the blanks
// at the end.
func leastCharacters(octets []byte) int {
	n := len(octets)
	for n > 0 && octets[n-1] == ' ' {
		n--
	}
	return n
}

func showsEach(characters string, octets []byte, gaps bool) bool {
	i, gap := 0, 0
	for _, c := range characters {
		if gaps && c == ' ' && i > gap && i%8 == 0 {
			gap = i
			continue
		}
		if i == len(octets) || !standsFor(c, octets[i]) {
			return false
		}
		i++
	}
	return i >= leastCharacters(octets)
}

// standsFor says whether a dump can show an octet as a character.
func standsFor(c rune, octet byte) bool {
	switch {
	case octet > ' ' && octet <= '~':
		return c == rune(octet)
	case octet == ' ' && c == ' ':
		return true
	}
	return c == '.' || c == '_' || c == '?' || c >= 0x80
}

// groups goes over the groups of digits of a line.
type groups struct {
	layout
	body         string
	octets       []byte // so far
	octetsBefore int    // the octets before the group
	count        int    // groups so far
	start, end   int    // of the group
	gap          int    // before it
	width        int    // octets of the widest group
	wrong        string // the group is none
}

// next reads a group; false at the end of the line.
func (s *groups) next() bool {
	if s.wrong != "" {
		return false
	}
	start := s.end
	for start < len(s.body) && isBlank(s.body[start]) {
		start++
	}
	if start == len(s.body) {
		return false
	}
	s.gap = start - s.end
	s.start, s.end = start, start
	for s.end < len(s.body) && !isBlank(s.body[s.end]) {
		s.end++
	}
	s.octetsBefore = len(s.octets)
	word := s.body[s.start:s.end]
	octets, err := s.read(word)
	if err == nil && len(word) == 1 {
		err = &Error{1, 1, "expected two digits an octet, found " + codec.Quote(word) + ": a digit is missing"}
	}
	if err != nil {
		s.wrong = err.Reason
		return true
	}
	s.octets = octets
	s.count++
	s.width = max(s.width, len(octets)-s.octetsBefore)
	if s.swapped {
		slices.Reverse(octets[s.octetsBefore:])
	}
	return true
}

// read reads a group: hex, or an octet of eight bits.
func (s *groups) read(word string) ([]byte, *Error) {
	if !s.bits {
		octets, err := appendLine(s.octets, word, 1, 1)
		wrong, _ := err.(*Error)
		return octets, wrong
	}
	n, err := strconv.ParseUint(word, 2, 8)
	if err != nil || len(word) != 8 {
		return nil, &Error{1, 1, "expected eight bits, found " + codec.Quote(word)}
	}
	return append(s.octets, byte(n)), nil
}
