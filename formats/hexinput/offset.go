package hexinput

import (
	"strconv"
	"strings"
)

// maxPrefixes is the most places of a line at which the prefix of a log can end.
const maxPrefixes = 16

// offset is the word that a line of a dump begins with.
type offset struct {
	digits string // without 0x and the colon
	sure   bool   // it cannot be octets
	colon  bool
}

// value reads an offset.
func (o offset) value(radix int) (uint64, bool) {
	n, err := strconv.ParseUint(o.digits, radix, 62)
	return n, err == nil
}

// isZero says whether an offset is that of the first octet.
func (o offset) isZero() bool { return strings.Trim(o.digits, "0") == "" }

// cutOffset takes the offset from the beginning of a line. It is a number of two
// digits or more, or with 0x, that a colon and a blank follow; or a number of
// four digits or more before a blank and a group of digits. It is sure that it is
// an offset if it has 0x, or four digits or more before a colon, or the seven
// digits of od, or if there is a gap behind a multiple of eight, before groups that
// are shorter. A number of
// four digits or more alone can be the offset of the end.
func cutOffset(line string) (o offset, body string, ok bool) {
	trimmed := strings.TrimLeft(line, " \t")
	marked := hasPrefix(trimmed, "0x")
	if marked {
		trimmed = trimmed[2:]
	}
	end := 0
	for end < len(trimmed) && end <= 16 && isDigit(trimmed[end]) {
		end++
	}
	if end == 0 || end > 16 {
		return o, line, false
	}
	o.digits, body = trimmed[:end], strings.TrimRight(trimmed[end:], " \t\r")
	if rest, colon := strings.CutPrefix(body, ":"); colon && (rest == "" || isBlank(rest[0])) {
		o.colon, o.sure = true, marked || end >= 4
		group, _ := firstGroup(rest)
		return o, rest, (marked || end >= 2) && strings.ContainsAny(o.digits, "0123456789") &&
			(group == "" || isHexList(group) && !strings.HasSuffix(group, ":"))
	}
	if end < 4 || body != "" && !isBlank(body[0]) {
		return o, line, false
	}
	if body == "" {
		return o, body, true
	}
	group, gap := firstGroup(body)
	if !isHexList(group) {
		return o, line, false
	}
	even := trimmed[end-1] == '0' || trimmed[end-1] == '8' // lines have eight or sixteen octets
	wide := len(gap) > 1 || gap == "\t"
	o.sure = end == 7 && trimmed[0] == '0' || wide && even && len(group) < end && len(group) <= 4 || marked && !hasPrefix(group, "0x")
	return o, body, o.sure || len(group) < end || end == 6
}

// firstGroup returns the first word of a body and the gap before it.
func firstGroup(body string) (group, gap string) {
	start := 0
	for start < len(body) && isBlank(body[start]) {
		start++
	}
	end := start
	for end < len(body) && !isBlank(body[end]) {
		end++
	}
	return body[start:end], body[:start]
}

// isBlank says whether c stands between the words of a line.
func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' }

// bodies returns where, in a line, octets can begin: at its beginning, and behind
// each word that can be the last one of a log's prefix: one that ends in "]", ">"
// or ":" and holds something else than octets.
func bodies(line string) []int {
	starts := []int{0}
	for i := 0; i < len(line) && len(starts) <= maxPrefixes; i++ {
		start := i
		for i < len(line) && !isBlank(line[i]) {
			i++
		}
		word := line[start:i]
		if n := len(word); n > 0 && strings.IndexByte("]>:", word[n-1]) >= 0 {
			inside := strings.Trim(word[:n-1], "[<(")
			if word[n-1] != ':' || !isHexList(inside) {
				starts = append(starts, i)
			}
		}
	}
	return starts
}

// splitOffset takes the prefix of a log and the offset from a line. column is
// how many octets of the line they are.
func splitOffset(line string) (o offset, body string, column int, ok bool) {
	for _, start := range bodies(line) {
		o, body, ok = cutOffset(line[start:])
		if ok && (start == 0 || strings.TrimSpace(body) != "") {
			return o, body, len(strings.TrimRight(line, " \t\r")) - len(body), true
		}
	}
	return o, line, 0, false
}

// hasOffsets says whether some lines are those of a dump with offsets: one line
// has what is an offset for sure; or the first has 0 before shorter groups; or
// the second has what follows from the first.
func hasOffsets(lines []string) bool {
	var first, second *offset
	body := ""
	for _, line := range lines {
		o, rest, _, ok := splitOffset(line)
		switch {
		case !ok:
			continue
		case strings.TrimSpace(rest) == "":
			if first != nil && first.isZero() && len(o.digits) == 6 && len(first.digits) == 6 {
				return true // the offset of the end
			}
			continue
		}
		group, _ := firstGroup(rest)
		switch {
		case o.sure:
			return true
		case first == nil && o.isZero() && (o.colon || len(group) < len(o.digits)):
			return true
		case first == nil:
			first, body = &o, rest
		case second == nil:
			second = &o
		}
	}
	if second == nil {
		return false
	}
	l := layout{}
	octets, _, err := l.read(body)
	if err != "" || len(octets) < 2 {
		return false
	}
	for _, radix := range []int{16, 8, 10} {
		from, ok := first.value(radix)
		to, ok2 := second.value(radix)
		if ok && ok2 && from%8 == 0 && to == from+uint64(len(octets)) {
			return true
		}
	}
	return false
}

// isHexList says whether a word is octets with separators, such as "08:00:79".
func isHexList(word string) bool {
	octets, err := appendLine(nil, word, 1, 1)
	return err == nil && len(octets) > 0
}
