package transport

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
)

// maxKeptSecrets is how many lines a KeyLog keeps for captures that begin a file
// later; beyond it the oldest is forgotten.
const maxKeptSecrets = 1_000

// KeyLog takes the secrets of sessions, lines in the format of NSS, and gives them
// to a file and to captures. Who has them can read what the sessions carried. It
// keeps nothing while nobody asked for them. The zero value is ready, and safe for
// concurrent use.
type KeyLog struct {
	mu        sync.Mutex
	name      string
	file      io.WriteCloser
	failed    func(error)
	err       error
	kept      [][]byte
	followers []*secretsFollower
}

// secretsFollower is given each line.
type secretsFollower struct{ take func(line []byte) }

// keyLogMode is that of a file of secrets.
const keyLogMode = 0o600

// OpenFile writes the lines to a file from now on, at its end if it is there
// already. failed is told once if that goes wrong later; sessions go on then. open
// says whether others than the owner can read the file, as it was found.
func (k *KeyLog) OpenFile(name string, failed func(error)) (open bool, err error) {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, keyLogMode)
	if err != nil {
		return false, fmt.Errorf("key-log %s: %w", name, cause(err))
	}
	if state, err := file.Stat(); err == nil {
		open = state.Mode().IsRegular() && state.Mode().Perm()&0o077 != 0
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.name, k.file, k.failed = name, file, failed
	return open, nil
}

// Name is that of the file, "" without one.
func (k *KeyLog) Name() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.name
}

// Write takes whole lines. It never fails for who has the session: what goes wrong
// with the file is told to whom OpenFile named.
func (k *KeyLog) Write(lines []byte) (int, error) {
	k.mu.Lock()
	var failed func(error)
	err := k.err
	if k.file != nil && k.err == nil {
		if _, err = k.file.Write(lines); err != nil {
			err = fmt.Errorf("key-log %s: %w: the secrets of this and of further sessions are not in it", k.name, cause(err))
			k.err, failed = err, k.failed
		}
	}
	if len(k.followers) > 0 || k.file != nil {
		k.keep(bytes.Clone(lines))
	}
	for _, f := range k.followers {
		f.take(lines)
	}
	k.mu.Unlock()
	if failed != nil {
		failed(err)
	}
	return len(lines), nil
}

// keep remembers a line. The lock is held.
func (k *KeyLog) keep(line []byte) {
	if len(k.kept) >= maxKeptSecrets {
		k.kept = slices.Delete(k.kept, 0, 1)
	}
	k.kept = append(k.kept, line)
}

// follow gives take the lines kept, and then each that comes, until the function
// returned is called. take must not block nor keep what it is given.
func (k *KeyLog) follow(take func(line []byte)) (end func()) {
	mine := &secretsFollower{take}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, line := range k.kept {
		take(line)
	}
	k.followers = append(k.followers, mine)
	return func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.followers = slices.DeleteFunc(k.followers, func(other *secretsFollower) bool { return other == mine })
		if len(k.followers) == 0 && k.file == nil {
			k.kept = nil
		}
	}
}

// Close ends the file.
func (k *KeyLog) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.file == nil {
		return nil
	}
	err := k.file.Close()
	k.file, k.kept = nil, nil
	if err != nil {
		return fmt.Errorf("key-log %s: %w", k.name, cause(err))
	}
	return nil
}

// clientRandom returns what a line of a key log is the secret of, in hex; "" for
// a line of another form.
func clientRandom(line []byte) string {
	words := bytes.Fields(line)
	const hexRandom = 64
	if len(words) != 3 || len(words[1]) != hexRandom {
		return ""
	}
	return string(bytes.ToLower(words[1]))
}
