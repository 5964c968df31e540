package console

import (
	"strings"
	"testing"

	"lwcon/console/terminal"
)

// dumped is a dump without its indentation.
func dumped(octets string, offsets ...int) []string {
	t := NewText(terminal.Style{}, false, nil)
	p := t.page()
	t.dump(p, octets, offsets...)
	lines := strings.Split(strings.TrimSuffix(p.String(), "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], "  ")
	}
	return lines
}

func TestDumpMarksTheByte(t *testing.T) {
	for offset := range 40 {
		lines := dumped(strings.Repeat("\xab", 40), offset)
		for i, line := range lines {
			at := strings.Index(line, "^^")
			if at < 0 {
				continue
			}
			row := lines[i-1]
			if row[at:at+2] != "ab" || !strings.HasPrefix(row, rowLabel(offset)) {
				t.Errorf("byte %d: expected a mark below it, found %q below %q", offset, line, row)
			}
			if column := offset % dumpWidth; strings.Count(row[:at], "ab") != column {
				t.Errorf("byte %d: expected %d bytes before the mark, found %q", offset, column, row[:at])
			}
		}
		if n := strings.Count(strings.Join(lines, "\n"), "^^"); n != 1 {
			t.Errorf("byte %d: expected one mark, found %d", offset, n)
		}
	}
}

// rowLabel is the offset that the row of a byte begins with.
func rowLabel(offset int) string {
	return map[int]string{0: "0000", 1: "0010", 2: "0020"}[offset/dumpWidth]
}

func TestDumpMarksTheEndWhereSomethingIsMissing(t *testing.T) {
	for _, length := range []int{0, 1, 15, 16, 17} {
		octets := strings.Repeat("a", length)
		all := strings.Join(dumped(octets, length), "\n")
		if length%dumpWidth != 0 || length == 0 {
			if strings.Count(all, "^^") != 1 {
				t.Errorf("%d bytes: expected the end marked, found\n%s", length, all)
			}
		}
	}
}

func TestDumpOfALongPayloadShowsOnlyWhatIsNear(t *testing.T) {
	lines := dumped(strings.Repeat("a", 100_000), 50_000)
	if len(lines) > 8 {
		t.Errorf("expected a few rows, found %d", len(lines))
	}
	if lines := dumped(strings.Repeat("a", 100_000)); len(lines) > dumpMost+1 {
		t.Errorf("expected at most %d rows, found %d", dumpMost+1, len(lines))
	}
	many := make([]int, 1000)
	for i := range many {
		many[i] = i * 100
	}
	if lines := dumped(strings.Repeat("a", 100_000), many...); len(lines) > 3*dumpMost {
		t.Errorf("expected at most %d lines, found %d", 3*dumpMost, len(lines))
	}
}
