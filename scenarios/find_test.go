package scenarios

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestFoldersAndFilesGiveScenariosWithTheirIDs(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"s/b.yaml": "scenario: b\n", "s/a/clock.yml": "# x\n\"scenario\" : c\n", "s/a/profile.yaml": "endpoint: x\n", "s/a/notes.txt": "scenario: n\n",
		"s/.git/x.yaml": "scenario: x\n", "t/b.yaml": "lwcon: 1\nscenario: other\n", "empty/x.yaml": "a: b\n",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		names []string
		want  string
	}{
		{[]string{"s"}, "[{a/clock s/a/clock.yml} {b s/b.yaml}]"},
		{[]string{"s/"}, "[{a/clock s/a/clock.yml} {b s/b.yaml}]"},
		{[]string{"s/b.yaml"}, "[{b s/b.yaml}]"},
		{[]string{"s/b.yaml", "t/b.yaml"}, "[{s/b s/b.yaml} {t/b t/b.yaml}]"},
		{[]string{"s", "s/b.yaml"}, "[{a/clock s/a/clock.yml} {s/b s/b.yaml}]"},
		{[]string{"s/a/profile.yaml"}, "[{profile s/a/profile.yaml}]"},
	} {
		found, err := Find(c.names)
		for i := range found {
			found[i].File = filepath.ToSlash(found[i].File)
		}
		if got := fmt.Sprint(found); err != nil || got != c.want {
			t.Errorf("%v: got %s, %v; want %s", c.names, got, err, c.want)
		}
	}
	if _, err := Find([]string{"empty"}); !errors.Is(err, ErrNoScenario) {
		t.Errorf("a folder without scenarios: got %v, want %v", err, ErrNoScenario)
	}
	if _, err := Find([]string{"nowhere"}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a name of nothing: got %v, want %v", err, os.ErrNotExist)
	}
}
