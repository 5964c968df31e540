package commands

import (
	"slices"
	"testing"
)

func TestWordsAreGroupedByQuotesAndBackslashes(t *testing.T) {
	for _, c := range []struct {
		line string
		want []string
	}{
		{"", nil},
		{"  \t ", nil},
		{"read /3/0", []string{"read", "/3/0"}},
		{`write /3/0/1 'a b' "c d" e\ f`, []string{"write", "/3/0/1", "a b", "c d", "e f"}},
		{`""`, []string{""}},
		{`x'' ''`, []string{"x", ""}},
		{`a"b c"d`, []string{"ab cd"}},
		{`'a\b' "a\"b" a\'b`, []string{`a\b`, `a"b`, "a'b"}},
		{`"it's"`, []string{"it's"}},
		{"a\x00b '\x00' \x00", []string{"a\x00b", "\x00", "\x00"}},
	} {
		got, err := Words(c.line)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("Words(%q) = %q, %v; want %q", c.line, got, err, c.want)
		}
	}
}

func TestALineWithAnOpenQuoteIsAnErrorThatKeepsItsWords(t *testing.T) {
	for _, line := range []string{`read "a`, `read 'a b`, `read a\`} {
		words, err := Split(line)
		if Classify(err) == nil || Classify(err).Kind != UsageError {
			t.Errorf("Split(%q): error %v, want one of kind usage", line, err)
		}
		if len(words) != 2 || words[0].Text != "read" || !words[1].Open || words[1].Start != 5 {
			t.Errorf("Split(%q) = %+v, want read and an open word at 5", line, words)
		}
	}
}

func TestQuoteIsReadBackByWords(t *testing.T) {
	for _, word := range []string{"", "a", "a b", "it's", `"`, `a\b`, `'"\ `, "tab\there"} {
		got, err := Words(Quote(word))
		if err != nil || !slices.Equal(got, []string{word}) {
			t.Errorf("Words(Quote(%q)) = %q, %v", word, got, err)
		}
	}
}

func FuzzWordsOfQuotedWordsAreTheWords(f *testing.F) {
	f.Add("a b", `it's "so"`)
	f.Add("", `\`)
	f.Fuzz(func(t *testing.T, a, b string) {
		got, err := Words(Quote(a) + " " + Quote(b))
		if err != nil || !slices.Equal(got, []string{a, b}) {
			t.Fatalf("%q and %q came back as %q, %v", a, b, got, err)
		}
	})
}
