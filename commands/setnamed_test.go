package commands

import "testing"

func TestSetWithoutAValueShowsWhatItNames(t *testing.T) {
	live(t, func(b *bench) {
		for line, want := range map[string]int{"set timeout": 1, "set strict": 1, "set link lose": 1, "set answer update": 1} {
			if got := b.do(line).(*Settings); len(got.List) != want {
				t.Errorf("%s: %+v", line, got.List)
			}
		}
		if got := b.do("set link").(*Settings); len(got.List) < 5 {
			t.Errorf("set link: %+v", got.List)
		}
		if got := b.do("set answer").(*Settings); len(got.List) < 3 {
			t.Errorf("set answer: %+v", got.List)
		}
		if _, _, err := b.try("set lin"); ExitStatus(nil, err) != ExitUsage {
			t.Errorf("set lin: %v", err)
		}
	})
}
