package session

import (
	"strconv"
	"strings"
)

// printable returns a peer's text fit for a message: as it is, or with control
// characters and bad UTF-8 escaped.
func printable(s string) string {
	quoted := strconv.Quote(s)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

// joined writes path segments as a path.
func joined(segments []string) string { return "/" + strings.Join(segments, "/") }

// cutRoot cuts a client's alternate path off a path; false if it lies
// elsewhere.
func cutRoot(path, root string) (string, bool) {
	rest, ok := strings.CutPrefix(path, root)
	return rest, ok && strings.HasPrefix(rest, "/")
}
