package scenarios

import (
	"os"
	"strings"
	"testing"
)

// example is a text and what is expected of it.
type example struct{ name, text, want string }

// readExamples reads a file of examples: "=== NAME", the text, "---", what is
// expected.
func readExamples(t testing.TB, file string) []example {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []example
	for _, chunk := range strings.Split("\n"+string(content), "\n=== ")[1:] {
		name, rest, _ := strings.Cut(chunk, "\n")
		text, want, ok := strings.Cut(rest, "\n---\n")
		if !ok {
			t.Fatalf("%s: %s: expected a line --- between text and expectation", file, name)
		}
		all = append(all, example{name, text + "\n", strings.TrimRight(want, "\n")})
	}
	if len(all) == 0 {
		t.Fatalf("%s: expected examples, found none", file)
	}
	return all
}

// writeExamples writes them back with what was got.
func writeExamples(t testing.TB, file string, all []example) {
	t.Helper()
	var b strings.Builder
	for _, e := range all {
		b.WriteString("=== " + e.name + "\n" + e.text + "---\n" + e.want + "\n\n")
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
