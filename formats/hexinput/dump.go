package hexinput

import (
	"strconv"
	"strings"
)

// maxColumn is the most octets that a line of a dump shows.
const maxColumn = 64

// isDump says whether any line has what only dumps have: a character column, an
// offset, the prefix of a log.
func isDump(lines []string) bool {
	for i, line := range lines {
		_, rest := cutPrefix(line)
		if strings.Contains(line, "|") || rest != line || isOffset(lines[i:]) {
			return true
		}
	}
	return false
}

// isOffset says whether the first of some lines begins with an offset. One with
// a colon or with a gap behind it does; digits with one blank behind them, which
// can be octets just as well, do if they are 0 or if the next line goes on where
// this one ends.
func isOffset(lines []string) bool {
	offset, rest, ok := cutOffset(lines[0])
	if !ok || offset == 0 {
		return ok
	}
	line := strings.TrimLeft(lines[0], " \t")
	if behind := line[len(line)-len(rest)-1:]; behind[0] == ':' || strings.HasPrefix(rest, "  ") || strings.HasPrefix(rest, "\t") {
		return true
	}
	if len(lines) == 1 {
		return false
	}
	octets, err := appendLine(nil, cutCharacters(rest), 1, 1)
	next, _, ok := cutOffset(lines[1])
	return err == nil && ok && next == offset+len(octets)
}

// cutPrefix takes the prefix of a log from a line: up to the last word that ends
// in "]", ">" or ":" and holds something else than digits and separators. It
// returns how many octets it took.
func cutPrefix(line string) (int, string) {
	cut := 0
	octets, _, _ := strings.Cut(line, "|")
	for i := 0; i < len(octets); {
		end := strings.IndexAny(octets[i:], " \t")
		if end < 0 {
			end = len(octets) - i
		}
		word := octets[i : i+end]
		if n := len(word); n > 0 && strings.IndexByte("]>:", word[n-1]) >= 0 {
			inside := strings.Trim(word[:n-1], "[<(")
			if strings.IndexByte("]>", word[n-1]) >= 0 || !isWord(inside) && !isHexList(inside) {
				cut = i + end
			}
		}
		i += end + 1
	}
	return cut, line[cut:]
}

// isHexList says whether a word is octets with separators, such as "08:00:79".
func isHexList(word string) bool {
	_, err := appendLine(nil, word, 1, 1)
	return err == nil
}

// cutOffset takes the offset from the beginning of a dump's line: four to eight
// digits that end with a colon, or with a blank if shorter groups follow.
func cutOffset(line string) (offset int, rest string, ok bool) {
	trimmed := strings.TrimLeft(line, " \t")
	end := 0
	for end < len(trimmed) && isDigit(trimmed[end]) {
		end++
	}
	if end < 4 || end > 8 {
		return 0, line, false
	}
	n, err := strconv.ParseUint(trimmed[:end], 16, 32)
	if err != nil {
		return 0, line, false
	}
	rest = trimmed[end:]
	if strings.HasPrefix(rest, ":") && (len(rest) == 1 || rest[1] == ' ' || rest[1] == '\t') {
		return int(n), rest[1:], true
	}
	group, _, _ := strings.Cut(strings.TrimLeft(rest, " \t"), " ")
	if rest != "" && rest[0] != ' ' && rest[0] != '\t' || !isWord(group) || len(group) >= end {
		return 0, line, false
	}
	return int(n), rest, true
}

// parseDump reads the octets out of the lines of a dump. A line without octets,
// such as the heading of a log, is passed over.
func parseDump(lines []string) ([]byte, error) {
	var out []byte
	found := false
	for i, line := range lines {
		line = strings.TrimRight(line, "\r")
		column, rest := cutPrefix(line)
		_, body, hasOffset := cutOffset(rest)
		if !hasOffset {
			if i > 0 && isLastOffset(rest, len(out)) {
				continue // the end of hexdump and od: an offset alone
			}
			body = rest
		}
		column += len(rest) - len(body)
		before, _, bar := strings.Cut(body, "|")
		if !bar && hasOffset {
			before = cutCharacters(body)
		}
		octets, err := appendLine(nil, before, i+1, column+1)
		if err != nil {
			if !hasOffset && !bar && (column > 0 || !found) {
				continue // words of a log, no octets
			}
			return nil, err
		}
		found = found || len(octets) > 0
		out = append(out, octets...)
	}
	if !found {
		return nil, &Error{1, 1, "expected hexadecimal digits, found none"}
	}
	return out, nil
}

// isLastOffset says whether a line is the offset of the end alone.
func isLastOffset(line string, end int) bool {
	word := strings.TrimSpace(line)
	n, err := strconv.ParseUint(word, 16, 32)
	octal, err8 := strconv.ParseUint(word, 8, 32)
	return len(word) >= 6 && (err == nil && int(n) == end || err8 == nil && int(octal) == end)
}

// cutCharacters takes away a character column: what follows the octets after two
// blanks or more and shows them again, or is no hex.
func cutCharacters(body string) string {
	var octets []byte
	for i := 0; i < len(body) && len(octets) <= maxColumn; {
		if body[i] == ' ' || body[i] == '\t' {
			gap := i
			for i < len(body) && (body[i] == ' ' || body[i] == '\t') {
				i++
			}
			if len(octets) > 0 && (i-gap >= 2 || body[gap] == '\t') && shows(body[i:], octets) {
				return body[:gap]
			}
			continue
		}
		start := i
		for i < len(body) && body[i] != ' ' && body[i] != '\t' {
			i++
		}
		var err error
		if octets, err = appendLine(octets, body[start:i], 1, 1); err != nil {
			if len(octets) > 0 && strings.HasSuffix(body[:start], "  ") {
				return body[:start]
			}
			return body
		}
	}
	return body
}

// shows says whether a character column shows the octets: each as its character
// or as a dot. Some dumps have a blank more in the middle.
func shows(column string, octets []byte) bool {
	column = strings.TrimRight(column, " ")
	for i := 0; i < len(column); i++ {
		c := column[i]
		switch {
		case len(octets) > 0 && (c == octets[0] || c == '.' || c >= 0x80):
			octets = octets[1:]
		case c != ' ':
			return false
		}
	}
	return column != ""
}
