package hexinput

import "strings"

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
	for i, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		starts := bodies(line)
		last := starts[len(starts)-1]
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
	return octets, !whole && len(octets) > 0, nil
}
