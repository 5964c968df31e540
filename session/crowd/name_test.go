package crowd

import "testing"

func TestNamesCountUpFromTheRange(t *testing.T) {
	for _, c := range []struct{ pattern, first, twelfth string }{
		{"sim-{0..}", "sim-0", "sim-11"},
		{"sim-{0001..}x", "sim-0001x", "sim-0012x"},
		{"{95..}", "95", "106"},
		{"plain", "plain-0", "plain-11"},
	} {
		n, err := ParseNames(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := n.Name(0), n.Name(11); a != c.first || b != c.twelfth {
			t.Errorf("%s: %s, %s, want %s, %s", c.pattern, a, b, c.first, c.twelfth)
		}
	}
}

func TestNamesWithoutOneRangeAreRefused(t *testing.T) {
	for _, pattern := range []string{"a{", "a}", "a{0}", "a{..}", "a{-1..}", "a{x..}", "a{0..}{1..}", "a{9999999999..}", "}{0..}"} {
		if n, err := ParseNames(pattern); err == nil {
			t.Errorf("%q was taken: %q", pattern, n.Name(0))
		}
	}
}
