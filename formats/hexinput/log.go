package hexinput

import (
	"strconv"
	"strings"
)

// readColumns reads a dump without offsets, whose lines all have a character
// column that agrees with the octets. ok is false if the text is none.
func readColumns(lines []string) (octets []byte, ok bool) {
	for _, c := range columns(lines) {
		for _, gaps := range []bool{false, true} {
			if c == noColumn {
				continue
			}
			octets, clear, ok := readLogLines(lines, layout{column: c, gaps: gaps})
			if ok && len(octets) > 0 && (clear || c != bareColumn || len(octets) >= 4) {
				return octets, true
			}
		}
	}
	return nil, false
}

// readLogLines reads lines without offsets. Lines before the octets and those of
// a log can be words. clear says that some line is no hex as a whole.
func readLogLines(lines []string, l layout) (out []byte, clear, ok bool) {
	for _, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		octets, found := l.readLogLine(line)
		if !found {
			starts := bodies(line)
			if len(out) > 0 && len(starts) == 1 || beginsWithOctets(line[starts[len(starts)-1]:]) {
				return nil, false, false
			}
			continue
		}
		clear = clear || !isHexList(line)
		out = append(out, octets...)
	}
	return out, clear, true
}

// readLogLine reads a line behind the first place where the prefix of a log can
// end.
func (l layout) readLogLine(line string) ([]byte, bool) {
	for _, start := range bodies(line) {
		if octets, _, wrong := l.read(line[start:]); wrong == "" && len(octets) > 0 {
			return octets, true
		}
	}
	return nil, false
}

// readLog reads octets behind the prefixes of a log. found is false if no line
// has one.
func readLog(lines []string) (octets []byte, found bool, err error) {
	whole := true // no prefix is needed
	var digits evenness
	for i, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		starts := bodies(line)
		last := starts[len(starts)-1]
		if sure := prefixEnd(line); sure > 0 {
			starts, last, whole = []int{sure}, sure, false
		}
		whole = whole && (len(starts) == 1 || isHexList(line))
		column := strings.IndexByte(line, '|')
		if column >= 0 && column < last {
			last = 0
		}
		ok := false
		for _, start := range starts {
			more, err := appendLine(octets, line[start:], i+1, start+1)
			if ok = err == nil && len(more) > len(octets); ok {
				octets = more
				digits.see(line[start:], i+1, start+1)
				break
			}
		}
		if ok || !beginsWithOctets(line[last:]) && (len(octets) == 0 || len(starts) > 1) {
			continue
		}
		if _, err = appendLine(nil, line[last:], i+1, last+1); err != nil {
			return nil, !whole || strings.Contains(line, "|"), err
		}
	}
	if !whole && len(octets) > 0 {
		return octets, true, digits.wrong()
	}
	return octets, false, nil
}

// prefixEnd returns where a prefix of digits ends that can be no octets, as these
// are written otherwise: a clock time before octets without colons, a number in
// brackets before octets without. It returns 0 if there is none.
func prefixEnd(line string) int {
	word, gap := firstGroup(line)
	end := len(gap) + len(word)
	rest := line[end:]
	switch {
	case strings.TrimSpace(rest) == "":
		return 0
	case isClock(word) && !strings.Contains(rest, ":"), // 01:02:03 c1 09 64
		strings.HasPrefix(word, "[") && strings.HasSuffix(word, "]") && !strings.ContainsAny(rest, "[]"): // [3] c1 09 64
		return end
	}
	return 0
}

// isClock says whether a word is a time of day, 23:59:59.
func isClock(word string) bool {
	part := strings.Split(word, ":")
	if len(part) != 3 {
		return false
	}
	for i, p := range part {
		n, err := strconv.Atoi(p)
		if err != nil || len(p) != 2 || n > 59 || i == 0 && n > 23 {
			return false
		}
	}
	return true
}
