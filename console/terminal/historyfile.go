package terminal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// Limits of the history file: what is beyond is not read.
const (
	maxHistoryBytes = 4 << 20 // of the file; its end counts
	maxHistoryLine  = 8 << 10 // of one line; a longer one is not kept
)

// historyFile keeps the history over runs: a line of text each, readable by
// its owner only. It is replaced as a whole, so that a reader never sees half
// of it, and read again before each change, so that several consoles can
// share it.
type historyFile struct {
	path  string // "": nothing is kept
	limit int    // lines
}

// load reads the lines, the oldest first. A file that does not exist is
// empty.
func (f historyFile) load() ([]string, error) {
	if f.path == "" {
		return nil, nil
	}
	file, err := os.Open(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if size, err := file.Seek(0, io.SeekEnd); err == nil {
		_, _ = file.Seek(max(size-maxHistoryBytes, 0), io.SeekStart)
	}
	content, err := io.ReadAll(io.LimitReader(file, maxHistoryBytes))
	if err != nil {
		return nil, err
	}
	var lines []string
	for text := range strings.SplitSeq(string(content), "\n") {
		if keepable(text) {
			lines = append(lines, text)
		}
	}
	return lastLines(lines, f.limit), nil
}

// add appends a line to the file.
func (f historyFile) add(text string) error {
	if f.path == "" || !keepable(text) {
		return nil
	}
	lines, err := f.load()
	if err != nil {
		return err
	}
	if len(lines) > 0 && lines[len(lines)-1] == text {
		return nil
	}
	lines = lastLines(append(lines, text), f.limit)
	return replaceFile(f.path, strings.Join(lines, "\n")+"\n")
}

// keepable says whether a line can stand in the file.
func keepable(text string) bool {
	return strings.TrimSpace(text) != "" && len(text) <= maxHistoryLine &&
		utf8.ValidString(text) && !strings.ContainsFunc(text, mustEscape)
}

// replaceFile writes a file of mode 0600 beside the old one and puts it in
// its place. A link stays a link.
func replaceFile(path, content string) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(dir, ".history-*") // of mode 0600
	if err != nil {
		return err
	}
	_, err = file.WriteString(content)
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name())
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
