package transport

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	oneSecret   = "CLIENT_RANDOM 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f 00\n"
	otherSecret = "CLIENT_RANDOM ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f 01\n"
)

func TestAKeyLogIsAppendedToAFileOfItsOwner(t *testing.T) {
	name := filepath.Join(t.TempDir(), "keys.log")
	for _, line := range []string{oneSecret, otherSecret} {
		var k KeyLog
		if open, err := k.OpenFile(name, func(err error) { t.Error(err) }); err != nil || open {
			t.Fatalf("%v, %v", open, err)
		}
		if n, err := k.Write([]byte(line)); err != nil || n != len(line) {
			t.Errorf("%d, %v", n, err)
		}
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	}
	content, err := os.ReadFile(name)
	if err != nil || string(content) != oneSecret+otherSecret {
		t.Errorf("%q, %v", content, err)
	}
	if state, err := os.Stat(name); err != nil || state.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", state.Mode(), err)
	}
}

func TestAKeyLogTellsWhatIsWrongWithItsFile(t *testing.T) {
	var k KeyLog
	if _, err := k.OpenFile(filepath.Join(t.TempDir(), "none", "keys.log"), nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want that the directory is not there", err)
	}
	name := filepath.Join(t.TempDir(), "keys.log")
	if err := os.WriteFile(name, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if open, err := k.OpenFile(name, nil); err != nil || !open {
		t.Errorf("a file that others can read: %v, %v", open, err)
	}
}

func TestAKeyLogThatCannotBeWrittenIsToldOnceAndStopsNoSession(t *testing.T) {
	full := "/dev/full"
	if _, err := os.Stat(full); err != nil {
		t.Skip("no", full)
	}
	var k KeyLog
	var told []error
	if _, err := k.OpenFile(full, func(err error) { told = append(told, err) }); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if n, err := k.Write([]byte(oneSecret)); err != nil || n != len(oneSecret) {
			t.Errorf("%d, %v", n, err)
		}
	}
	if len(told) != 1 || !strings.Contains(told[0].Error(), "key-log /dev/full: no space left") {
		t.Errorf("told %v", told)
	}
}

func TestAKeyLogKeepsNothingThatNobodyAskedFor(t *testing.T) {
	var k KeyLog
	write := func(line string) { _, _ = k.Write([]byte(line)) }
	write(oneSecret)
	var seen []string
	end := k.follow(func(line []byte) { seen = append(seen, string(line)) })
	write(otherSecret)
	if len(seen) != 1 || seen[0] != otherSecret {
		t.Errorf("seen %q", seen)
	}
	late := 0
	k.follow(func([]byte) { late++ })()
	if late != 1 {
		t.Errorf("a second one is given %d lines, want the one kept", late)
	}
	end()
	write(oneSecret)
	if len(seen) != 1 || len(k.kept) != 0 {
		t.Errorf("seen %q, kept %q", seen, k.kept)
	}
}

func TestAKeyLogKeepsTheNewestLines(t *testing.T) {
	var k KeyLog
	defer k.follow(func([]byte) {})()
	for range maxKeptSecrets {
		_, _ = k.Write([]byte(oneSecret))
	}
	_, _ = k.Write([]byte(otherSecret))
	if n := len(k.kept); n != maxKeptSecrets || string(k.kept[n-1]) != otherSecret {
		t.Errorf("%d lines", n)
	}
}
