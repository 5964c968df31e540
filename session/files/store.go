package files

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"lwcon/session/clock"
)

const (
	// Prefix is the first segment of the path of every file: /fw/NAME.
	Prefix = "fw"
	// MaxFiles is how many files a Store holds.
	MaxFiles = 64
	// MaxFileSize is the longest file in octets: as many blocks of 1024 as can be
	// numbered.
	MaxFileSize = 1 << 30
	// maxName is the longest name, so that a URI fits into the 255 octets of a
	// Package URI.
	maxName = 64
)

// Errors that callers branch on.
var (
	// ErrTooMany: the store holds MaxFiles.
	ErrTooMany = errors.New("too many files")
	// ErrTooLong: the file is longer than MaxFileSize.
	ErrTooLong = errors.New("file too long")
	// ErrEmpty: the file has no octets.
	ErrEmpty = errors.New("file is empty")
)

// File is something to be downloaded.
type File struct {
	// Name as it is wished for; what cannot stand in a URI is replaced, and a name
	// that is taken gets a number.
	Name string
	// Content of Size octets. It is read at any offset, by several at once.
	Content io.ReaderAt
	Size    int64
	// CutAfter blocks nothing is answered any more, as though the connection were
	// lost; 0: never. A block is what was asked for at once, or 1024 octets of
	// HTTP.
	CutAfter int
	// BlockSize is the most octets of a CoAP block, a power of two from 16 to
	// 1024; 0: 1024.
	BlockSize int
	// Served is told of each part that went out. It must return quickly; nil:
	// nobody.
	Served func(Part)
}

// Part is a piece of a file that somebody got.
type Part struct {
	Time   time.Time
	Peer   string // address
	Scheme string // "coap", "http"
	Offset int64
	Length int
	Total  int64 // size of the file
	Cut    bool  // the connection was cut instead; nothing went out
}

// Stats tells what became of a file so far.
type Stats struct {
	Downloads int   // how often it was asked for from its beginning
	Parts     int   // that went out
	Furthest  int64 // octet behind the last one that went out
	Cut       bool  // the connection was cut
}

// Store holds files by name. It is safe for concurrent use.
type Store struct {
	clock clock.Clock

	mu    sync.Mutex
	files map[string]*Entry
}

// NewStore makes an empty store; a nil clock is the machine's.
func NewStore(c clock.Clock) *Store {
	if c == nil {
		c = clock.Real()
	}
	return &Store{clock: c, files: map[string]*Entry{}}
}

// Entry is a File in a Store.
type Entry struct {
	store *Store
	name  string
	file  File
	tag   [8]byte // ETag: the beginning of the SHA-256 of the content

	// Under store.mu.
	stats Stats
}

// Add puts a file into the store. Errors: ErrTooMany, ErrTooLong, ErrEmpty, or
// what reading the content gave.
func (s *Store) Add(f File) (*Entry, error) {
	switch {
	case f.Size <= 0:
		return nil, fmt.Errorf("file %q: %w", f.Name, ErrEmpty)
	case f.Size > MaxFileSize:
		return nil, fmt.Errorf("file %q: %w: %d octets, at most %d", f.Name, ErrTooLong, f.Size, MaxFileSize)
	}
	hash := sha256.New()
	if _, err := io.Copy(hash, io.NewSectionReader(f.Content, 0, f.Size)); err != nil {
		return nil, fmt.Errorf("file %q: %w", f.Name, err)
	}
	e := &Entry{store: s, file: f}
	copy(e.tag[:], hash.Sum(nil))
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.files) >= MaxFiles {
		return nil, fmt.Errorf("file %q: %w: at most %d", f.Name, ErrTooMany, MaxFiles)
	}
	base := safe(f.Name)
	e.name = base
	for n := 2; s.files[e.name] != nil; n++ {
		e.name = base + "-" + strconv.Itoa(n)
	}
	s.files[e.name] = e
	return e, nil
}

// safe makes a name of what can stand in a URI as it is.
func safe(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	clean := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-._~", r) {
			return r
		}
		return '-'
	}, name)
	clean = clean[:min(len(clean), maxName)]
	if strings.Trim(clean, ".") == "" {
		return "file"
	}
	return clean
}

// Name returns the name under which the file is served.
func (e *Entry) Name() string { return e.name }

// Path returns the path of the file: "/fw/NAME".
func (e *Entry) Path() string { return "/" + Prefix + "/" + e.name }

// Stats returns what became of the file so far.
func (e *Entry) Stats() Stats {
	e.store.mu.Lock()
	defer e.store.mu.Unlock()
	return e.stats
}

// Remove takes the file out of its store.
func (e *Entry) Remove() {
	e.store.mu.Lock()
	defer e.store.mu.Unlock()
	if e.store.files[e.name] == e {
		delete(e.store.files, e.name)
	}
}

// find returns a file by its name, nil if there is none.
func (s *Store) find(name string) *Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.files[name]
}

// open counts a part that is about to go out; false where the connection is cut
// instead.
func (e *Entry) open(peer, scheme string, offset int64, length int) bool {
	p := Part{Time: e.store.clock.Now(), Peer: peer, Scheme: scheme, Offset: offset, Length: length, Total: e.file.Size}
	e.store.mu.Lock()
	s := &e.stats
	if e.file.CutAfter > 0 && s.Parts >= e.file.CutAfter {
		s.Cut = true
	}
	if s.Cut {
		p.Cut, p.Length = true, 0
	} else {
		if offset == 0 {
			s.Downloads++
		}
		s.Parts++
		s.Furthest = max(s.Furthest, offset+int64(length))
	}
	e.store.mu.Unlock()
	if e.file.Served != nil {
		e.file.Served(p)
	}
	return !p.Cut
}
