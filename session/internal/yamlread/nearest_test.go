package yamlread

import "testing"

func TestNearestTakesTheFewestEdits(t *testing.T) {
	for _, c := range []struct{ word, want string }{
		{"rmap", "ramp"}, {"sin", "sine"}, {"RAMP", "ramp"}, {"", "ramp"}, {"counters", "counter"},
	} {
		if got := Nearest(c.word, []string{"ramp", "sine", "counter"}); got != c.want {
			t.Errorf("Nearest(%q) = %q, want %q", c.word, got, c.want)
		}
	}
	if got := Nearest("x", nil); got != "" {
		t.Errorf("nearest of nothing = %q", got)
	}
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"kitten", "sitting", 3}, {"same", "same", 0}} {
		if got := edits(c.a, c.b); got != c.want {
			t.Errorf("edits(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
