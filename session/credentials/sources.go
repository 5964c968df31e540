package credentials

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxKeyFile is the most octets of a file that holds keys or certificates.
const maxKeyFile = 1 << 20

// Sources is where secrets are looked for that are not written where they are
// used. The zero Sources is the process: its environment, its directory.
type Sources struct {
	Getenv    func(name string) (string, bool) // nil: os.LookupEnv
	Directory string                           // what file names are relative to; "": the working directory
	AnyMode   bool                             // a file that holds a secret may be open to group and others
}

// Notations are the words that say how a secret is written, each before a colon.
var notations = [...]string{"hex", "base64", "text", "env", "file"}

// notation parts "hex:00ff" into "hex" and "00ff"; the name is "" if none of the
// known ones stands there.
func notation(text string) (name, rest string) {
	before, after, found := strings.Cut(text, ":")
	for _, n := range notations {
		if found && n == before {
			return n, after
		}
	}
	return "", text
}

// Inline says whether a secret stands in its notation itself, and not in a file or
// the environment.
func Inline(text string) bool {
	name, _ := notation(text)
	return name != "env" && name != "file"
}

// Noted says whether a text begins with a notation.
func Noted(text string) bool {
	name, _ := notation(text)
	return name != ""
}

// reading is one way to read a secret.
type reading struct {
	octets []byte
	taken  string // what it was taken for
}

// readings returns every way in which a text can be read; several for a bare one
// that could be two things. An error never shows the text.
func (s Sources) readings(text string, secret bool) ([]reading, error) {
	switch name, rest := notation(text); name {
	case "env":
		return s.variable(rest)
	case "file":
		return s.file(rest, secret)
	case "":
		return bare(text), nil
	default:
		octets, err := decode(name, rest)
		if err != nil {
			return nil, err
		}
		return []reading{{octets, name}}, nil
	}
}

// decode reads what stands after hex:, base64: or text:.
func decode(name, text string) ([]byte, error) {
	switch name {
	case "hex":
		return decodeHex(text)
	case "base64":
		return decodeBase64(text)
	}
	return []byte(text), nil
}

// decodeHex reads hex digits; blanks and colons may part them.
func decodeHex(text string) ([]byte, error) {
	digits := strings.Map(func(r rune) rune {
		if r == ':' || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
	octets, err := hex.DecodeString(digits)
	var wrong hex.InvalidByteError
	switch {
	case errors.As(err, &wrong):
		at := strings.IndexFunc(digits, func(r rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF", r) })
		return nil, fmt.Errorf("hex: expected hex digits, found something else at character %d", at+1)
	case err != nil:
		return nil, fmt.Errorf("hex: expected an even number of digits, found %d", len(digits))
	}
	return octets, nil
}

// decodeBase64 reads base64, of the usual or the URL alphabet, padded or not.
func decodeBase64(text string) ([]byte, error) {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || r == '=':
			return -1
		case r == '-':
			return '+'
		case r == '_':
			return '/'
		}
		return r
	}, text)
	octets, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("base64: expected base64, found %d characters that are none", len(text))
	}
	return octets, nil
}

// bare returns the ways to read a text that says nothing of itself: always as
// text, as hex and padded base64 where it is that.
func bare(text string) []reading {
	var all []reading
	if octets, err := decodeHex(text); err == nil && len(octets) > 0 {
		all = append(all, reading{octets, "hex"})
	}
	if compact := strings.Join(strings.Fields(text), ""); compact != "" && len(compact)%4 == 0 {
		if octets, err := decodeBase64(compact); err == nil {
			all = append(all, reading{octets, "base64"})
		}
	}
	return append(all, reading{[]byte(text), "text"})
}

// variable reads the value of a variable of the environment, by its notation.
func (s Sources) variable(name string) ([]reading, error) {
	getenv := s.Getenv
	if getenv == nil {
		getenv = os.LookupEnv
	}
	value, ok := getenv(name)
	if !ok {
		return nil, fmt.Errorf("env:%s: expected a variable of the environment, found none of that name", name)
	}
	all, err := written(value)
	if err != nil {
		return nil, fmt.Errorf("env:%s: %w", name, err)
	}
	return all, nil
}

// written reads what stands in a file or variable: a notation but env: and file:,
// PEM, or bare.
func written(text string) ([]reading, error) {
	switch name, rest := notation(text); name {
	case "hex", "base64", "text":
		octets, err := decode(name, rest)
		return []reading{{octets, name}}, err
	}
	if isPEM([]byte(text)) {
		return []reading{{[]byte(text), "text"}}, nil
	}
	return bare(text), nil
}

// file reads a file: octets if it is binary, else what is written in it, without
// the end of its last line.
func (s Sources) file(name string, secret bool) ([]reading, error) {
	content, err := s.readFile(name, secret)
	if err != nil {
		return nil, err
	}
	if !utf8.Valid(content) || strings.ContainsFunc(string(content), isBinary) {
		return []reading{{content, "binary"}}, nil
	}
	all, err := written(strings.TrimRight(string(content), "\r\n"))
	if err != nil {
		return nil, fmt.Errorf("file:%s: %w", name, err)
	}
	return all, nil
}

// isBinary says that a character is none of a text.
func isBinary(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }

// readFile reads a file; one that holds a secret must be closed to group and
// others.
func (s Sources) readFile(name string, secret bool) ([]byte, error) {
	if s.Directory != "" && !filepath.IsAbs(name) {
		name = filepath.Join(s.Directory, name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("file: %w", err)
	}
	if info.IsDir() {
		return nil, fmt.Errorf("file %s: expected a file, found a directory", name)
	}
	content, err := io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	if err != nil {
		return nil, fmt.Errorf("file: %w", err)
	}
	if len(content) > maxKeyFile {
		return nil, fmt.Errorf("file %s: expected at most %d octets, found more", name, maxKeyFile)
	}
	if secret && !s.AnyMode && holdsSecret(content) {
		return content, closed(name, info.Mode())
	}
	return content, nil
}

// holdsSecret says whether a file from which a secret is wanted has one: PEM of
// certificates and public keys has not, and is complained about in words of its
// own.
func holdsSecret(content []byte) bool {
	return !isPEM(content) || strings.Contains(string(content), "PRIVATE KEY-----")
}

// ModeError tells that a file which holds a secret can be read by others.
type ModeError struct {
	File string
	Mode os.FileMode
}

func (e *ModeError) Error() string {
	return fmt.Sprintf("file %s holds a secret: expected it closed to group and others, found mode %04o", e.File, e.Mode.Perm())
}

// Hint returns what closes the file.
func (e *ModeError) Hint() string {
	return "chmod 600 " + e.File + "; --insecure-file-mode reads it as it is"
}

// closed returns a *ModeError for a file that group or others can read or write.
// Windows has no such modes.
func closed(name string, mode os.FileMode) error {
	if runtime.GOOS == "windows" || !mode.IsRegular() || mode.Perm()&0o077 == 0 {
		return nil
	}
	return &ModeError{File: name, Mode: mode}
}
