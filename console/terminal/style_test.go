package terminal

import (
	"os"
	"testing"
)

func TestColoursAreOffWhereTheyAreNotWanted(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, c := range []struct {
		mode  Color
		plain bool
		env   map[string]string
		want  bool
	}{
		{mode: ColorAuto, want: false}, // a file
		{mode: ColorAlways, want: true},
		{mode: ColorAlways, env: map[string]string{"NO_COLOR": "1"}, want: true},
		{mode: ColorAlways, env: map[string]string{"TERM": "dumb"}, want: false},
		{mode: ColorAlways, plain: true, want: false},
		{mode: ColorNever, want: false},
	} {
		style := NewStyle(c.mode, file, c.plain, func(name string) string { return c.env[name] })
		if style.Colored() != c.want {
			t.Errorf("%+v: coloured %v", c, style.Colored())
		}
	}
}

func TestStyleMarks(t *testing.T) {
	on := Style{on: true}
	if got := on.Success("a") + on.Refusal("b") + on.Failure("c") + on.Dim("d") + on.Dim(""); got !=
		"\x1b[32ma\x1b[0m\x1b[33mb\x1b[0m\x1b[31mc\x1b[0m\x1b[2md\x1b[0m" {
		t.Errorf("marked %q", got)
	}
	if got := (Style{}).Failure("c"); got != "c" {
		t.Errorf("the zero Style marks: %q", got)
	}
}
