package terminal

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestEscapeKeepsTextAndShowsControls(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "",
		`urn:imei:1 日本 🙂 é \n`:          `urn:imei:1 日本 🙂 é \n`,
		"a\nb\rc\td":                    `a\nb\rc\td`,
		"\x00\x1b[31m\x7f":              `\x00\x1b[31m\x7f`,
		"\u0085\u009b":                  `\u0085\u009b`,
		"abc\u202edcba\u2066\u200f":     `abc\u202edcba\u2066\u200f`,
		"\ufeffx\u2028":                 `\ufeffx\u2028`,
		"cut \xe6\x97":                  `cut \xe6\x97`,
		"\xff\xc0\xaf":                  `\xff\xc0\xaf`,
		"replacement \ufffd stays":      "replacement \ufffd stays",
		"joined \U0001F468\u200d\u2764": "joined \U0001F468\u200d\u2764",
	} {
		if got := Escape(text); got != want {
			t.Errorf("Escape(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestPrintablePassesOwnColoursOnly(t *testing.T) {
	on := Style{on: true}
	for _, c := range []struct {
		block, colored, bare string
	}{
		{"one\ttwo", "one\ttwo\n", "one\ttwo\n"},
		{"a\r\nb\rc\n", "a\nb\\rc\n", "a\nb\\rc\n"},
		{on.Success("ok") + "!", "\x1b[32mok\x1b[0m!\n", "ok!\n"},
		{"\x1b[31mnot closed", "\x1b[31mnot closed\x1b[0m\n", "not closed\n"},
		{"\x1b[31;1mx\x1b[2J", `\x1b[31;1mx\x1b[2J` + "\n", `\x1b[31;1mx\x1b[2J` + "\n"},
	} {
		if got := printable(c.block, true); got != c.colored {
			t.Errorf("printable(%q) in colour = %q, want %q", c.block, got, c.colored)
		}
		if got := printable(c.block, false); got != c.bare {
			t.Errorf("printable(%q) = %q, want %q", c.block, got, c.bare)
		}
	}
}

func FuzzEscape(f *testing.F) {
	f.Add("dev\x1b[2J\u202e\xff")
	f.Fuzz(func(t *testing.T, text string) {
		got := Escape(text)
		if strings.ContainsFunc(got, mustEscape) || !utf8.ValidString(got) {
			t.Errorf("Escape(%q) = %q lets something through", text, got)
		}
		if Escape(got) != got {
			t.Errorf("Escape(%q) = %q is escaped again", text, got)
		}
		block := printable(text, false)
		rest := strings.NewReplacer("\n", "", "\t", "").Replace(block)
		if strings.ContainsFunc(rest, mustEscape) || !strings.HasSuffix(block, "\n") {
			t.Errorf("printable(%q) = %q lets something through", text, block)
		}
	})
}
