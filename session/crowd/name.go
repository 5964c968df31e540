package crowd

import (
	"fmt"
	"strconv"
	"strings"
)

// Names makes the endpoint names of a crowd.
type Names struct {
	before, after string
	first         int
	digits        int // at least so many, filled with zeros
}

// maxNameNumber bounds the first number of a range, so that adding the count
// cannot overflow.
const maxNameNumber = 1 << 30

// ParseNames reads a pattern with one range in it: "sim-{0..}" makes sim-0,
// sim-1 and so on, "sim-{0001..}" sim-0001, sim-0002. A pattern without a range
// gets "-{0..}" at its end. The error says what was expected and found.
func ParseNames(pattern string) (Names, error) {
	open := strings.IndexByte(pattern, '{')
	if open < 0 && !strings.Contains(pattern, "}") {
		return Names{before: pattern + "-", digits: 1}, nil
	}
	before, rest, _ := strings.Cut(pattern, "{")
	text, after, closed := strings.Cut(rest, "}")
	digits, ranged := strings.CutSuffix(text, "..")
	first, err := strconv.Atoi(digits)
	if open < 0 || !closed || !ranged || err != nil || first < 0 || first > maxNameNumber || strings.ContainsAny(before+after, "{}") {
		return Names{}, fmt.Errorf("name %q: expected one range such as {0..} or {0001..} in it", pattern)
	}
	return Names{before: before, after: after, first: first, digits: len(digits)}, nil
}

// Name returns the name of device i, the first being 0.
func (n Names) Name(i int) string {
	return fmt.Sprintf("%s%0*d%s", n.before, n.digits, n.first+i, n.after)
}
