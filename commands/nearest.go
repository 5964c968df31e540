package commands

import (
	"fmt"
	"strings"
)

// listedNames is how many names a message spells out.
const listedNames = 16

// listed spells out names for a message: "a, b or c".
func listed(names []string) string {
	shown := names
	more := ""
	if len(shown) > listedNames {
		more = fmt.Sprintf(" (and %d more)", len(shown)-listedNames)
		shown = shown[:listedNames]
	}
	if len(shown) > 1 {
		return strings.Join(shown[:len(shown)-1], ", ") + " or " + shown[len(shown)-1] + more
	}
	return strings.Join(shown, "")
}

// nearest offers the name nearest to a word, as the end of a message; "" if
// none comes near.
func nearest(word string, names []string) string {
	best, least := "", max(2, len(word)/2+1)
	for _, name := range names {
		d := distance(strings.ToLower(word), strings.ToLower(name))
		if word != "" && strings.HasPrefix(name, word) {
			d = min(d, 1)
		}
		if d < least {
			best, least = name, d
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + best + "?"
}

// maxCompared is the longest word that is compared with names: none of ours is
// longer.
const maxCompared = 64

// distance counts the single-character changes, exchanges of neighbours
// included, that lead from a to b.
func distance(a, b string) int {
	if len(a) > maxCompared || len(b) > maxCompared {
		return maxCompared
	}
	var rows [3][maxCompared + 1]int
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
