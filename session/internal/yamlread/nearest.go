package yamlread

// Nearest returns the candidate that takes the fewest edits to become the word,
// the first of several; "" if there is none.
func Nearest(word string, candidates []string) string {
	best, least := "", -1
	for _, c := range candidates {
		if n := edits(word, c); least < 0 || n < least {
			best, least = c, n
		}
	}
	return best
}

// maxEditWord is how many octets of a word count when it is compared.
const maxEditWord = 64

// edits returns how many octets must be put in, taken out or changed to make b
// of a (the Levenshtein distance).
func edits(a, b string) int {
	a, b = a[:min(len(a), maxEditWord)], b[:min(len(b), maxEditWord)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := corner
			if a[i] != b[j] {
				change++
			}
			corner = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
