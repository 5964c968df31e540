package terminal

import (
	"reflect"
	"strings"
	"testing"
)

func TestRowsBreakByColumns(t *testing.T) {
	for _, c := range []struct {
		prefix, line string
		cursor       int
		width        int
		rows         []string
		y, x         int
	}{
		{"> ", "", 0, 10, []string{"> "}, 0, 2},
		{"> ", "abcdefgh", 8, 10, []string{"> abcdefgh", ""}, 1, 0},
		{"> ", "abcdefgh", 7, 10, []string{"> abcdefgh"}, 0, 9},
		{"> ", "abcdefghi", 8, 10, []string{"> abcdefgh", "i"}, 1, 0},
		{"> ", "abcdefg日", 7, 10, []string{"> abcdefg", "日"}, 1, 0},
		{"> ", "e\u0301x", 3, 10, []string{"> e\u0301x"}, 0, 3},
		{"> ", "a\u202eb", 4, 20, []string{`> a\u202eb`}, 0, 9},
		{"\x1b[32mok\x1b[0m> ", "ab", 1, 6, []string{"\x1b[32mok\x1b[0m> ab", ""}[:1], 0, 5},
		{"a long prefix> ", "x", 1, 5, []string{"a lon", "g pre", "fix> ", "x"}, 3, 1},
		{"日", "日", 3, 1, []string{"日", "日"}, 1, 2},
	} {
		f := lay(c.prefix, c.line, c.cursor, c.width)
		var rows []string
		for _, r := range f.rows {
			rows = append(rows, r.text)
		}
		if !reflect.DeepEqual(rows, c.rows) || f.y != c.y || f.x != c.x {
			t.Errorf("lay(%q, %q, %d, %d) = %q, row %d column %d; want %q, %d, %d",
				c.prefix, c.line, c.cursor, c.width, rows, f.y, f.x, c.rows, c.y, c.x)
		}
	}
}

func TestFrameNeverGrowsOutOfTheWindow(t *testing.T) {
	for height := 1; height < 12; height++ {
		for cursor := 0; cursor <= 60; cursor += 5 {
			f := lay("> ", strings.Repeat("x", 60), cursor, 10)
			marked := f.rows[f.y]
			f.rows = append(f.rows, row{text: "menu"}, row{text: "menu"})
			got := f.clip(height)
			if len(got.rows) > height || got.rows[got.y] != marked {
				t.Fatalf("height %d, cursor %d: %d rows, cursor in row %d: %+v", height, cursor, len(got.rows), got.y, got.rows)
			}
		}
	}
}

func TestNarrowerWindowBreaksRowsOnDisplay(t *testing.T) {
	f := lay("> ", strings.Repeat("x", 38)+"yy", 40, 20) // rows of 20, 20 and 2 columns
	for width, want := range map[int]int{20: 2, 30: 2, 10: 4, 7: 6, 1: 42} {
		if got := f.heightAbove(width); got != want {
			t.Errorf("width %d: %d rows above the cursor, want %d", width, got, want)
		}
	}
}

func TestMenuFitsItsWindow(t *testing.T) {
	m := menu{chosen: -1}
	m.open([]Suggestion{
		{Text: "/3/0/0", Description: "Manufacturer string"},
		{Text: "日本語日本語", Description: ""},
		{Text: "evil\x1b[2J", Description: "\u202e"},
		{Text: "4"},
		{Text: "5"},
		{Text: "6"},
		{Text: "7"},
		{Text: "8"},
		{Text: "9"},
	})
	for width := minColumns; width < 50; width++ {
		for height := 0; height < 12; height++ {
			rows := m.rows(width/2, width, height, Style{})
			if len(rows) > height {
				t.Fatalf("%d rows in %d", len(rows), height)
			}
			for _, r := range rows {
				if n := textColumns(r.text); n > width || strings.ContainsFunc(r.text, mustEscape) {
					t.Fatalf("width %d: %q has %d columns", width, r.text, n)
				}
			}
		}
	}
}

func TestMenuScrollsWithTheChoice(t *testing.T) {
	var m menu
	m.open(make([]Suggestion, 20))
	for i := range 2 * 21 {
		m.step(1)
		if want := (i+1)%21 - 1; m.chosen != want {
			t.Fatalf("step %d: chosen %d, want %d", i, m.chosen, want)
		}
		if m.choosing() && (m.chosen < m.first || m.chosen >= m.first+menuRows) {
			t.Fatalf("chosen %d, shown from %d", m.chosen, m.first)
		}
	}
	m.step(-1)
	if m.chosen != 19 {
		t.Errorf("back from the line: chosen %d, want 19", m.chosen)
	}
}

func FuzzLay(f *testing.F) {
	f.Add("dev> ", "read /3/0 日本🙂e\u0301\x1b", 3, 7)
	f.Fuzz(func(t *testing.T, prefix, line string, cursor, width int) {
		if cursor < 0 || cursor > len(line) || width > 1000 {
			return
		}
		laid := lay(prefix, line, cursor, width)
		width = max(width, minColumns)
		if laid.y >= len(laid.rows) || laid.x >= width {
			t.Fatalf("cursor in column %d of row %d, of %d rows of %d columns", laid.x, laid.y, len(laid.rows), width)
		}
		for _, r := range laid.rows {
			if r.width > width {
				t.Fatalf("row of %d columns in a window of %d: %q", r.width, width, r.text)
			}
		}
	})
}
