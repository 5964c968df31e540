package commands

import (
	"path/filepath"
	"strings"

	"lwcon/session"
)

// keep makes the registrations of a listener outlive the program, in a file of
// its own in the directory of states: one for each address, none for a port
// that is drawn anew each time.
func (s *Sessions) keep(l *session.Listener, uri string, address string) error {
	if s.state == "" || anyPort(uri) {
		return nil
	}
	name := filepath.Join(s.state, stateFile(address))
	if err := l.Keep(name, s.fresh); err != nil {
		e := failure(ConfigError, "%v", err).hinting("--state DIR keeps it elsewhere")
		e.Err = err
		return e
	}
	return nil
}

// anyPort says whether a URI leaves the port to the system.
func anyPort(uri string) bool { return strings.HasSuffix(strings.TrimSuffix(uri, "/"), ":0") }

// stateFile is the name of the file for an address: what is none of a letter, a
// digit, a dot or a hyphen becomes "_".
func stateFile(address string) string {
	name := strings.Map(func(r rune) rune {
		if r == '.' || r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, address)
	return "registrations-" + name + ".jsonl"
}

// firstOf is the first of some texts, "" if there is none.
func firstOf(texts []string) string {
	if len(texts) == 0 {
		return ""
	}
	return texts[0]
}
