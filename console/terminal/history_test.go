package terminal

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestBrowsingKeepsToWhatWasTyped(t *testing.T) {
	h := history{limit: 10}
	for _, line := range []string{"read /1", "write /1", "read /2", "write /2"} {
		h.add(line)
	}
	current := "re"
	step := func(move func(string) (string, bool), want string, wantMoved bool) {
		t.Helper()
		got, moved := move(current)
		if moved != wantMoved || moved && got != want {
			t.Fatalf("from %q to %q, %v; want %q, %v", current, got, moved, want, wantMoved)
		}
		if moved {
			current = got
		}
	}
	step(h.newer, "", false)
	step(h.older, "read /2", true)
	step(h.older, "read /1", true)
	step(h.older, "", false)
	step(h.newer, "read /2", true)
	step(h.newer, "re", true)
	step(h.newer, "", false)
}

func TestHistoryFileIsSharedAndBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history")
	one, other := historyFile{path: path, limit: 3}, historyFile{path: path, limit: 3}
	for _, add := range []struct {
		file historyFile
		line string
	}{
		{one, "a"}, {other, "b"}, {one, "c"}, {one, "c"}, {other, "d"}, {one, "esc \x1b[2J"}, {one, strings.Repeat("x", maxHistoryLine+1)},
	} {
		if err := add.file.add(add.line); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := one.load(); err != nil || !reflect.DeepEqual(got, []string{"b", "c", "d"}) {
		t.Errorf("history %q, %v", got, err)
	}
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(files) != 1 {
		t.Errorf("files left: %v, %v", files, err)
	}
}

func TestHistoryFileWithRubbishIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history")
	content := strings.Repeat("x", maxHistoryBytes) + "\nread /3\n\x1b]0;title\a\n\xff\n\nwrite /1"
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := (historyFile{path: path, limit: 10}).load(); err != nil || !reflect.DeepEqual(got, []string{"read /3", "write /1"}) {
		t.Errorf("history %q, %v", got, err)
	}
}
