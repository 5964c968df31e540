package console

import (
	"slices"
	"strings"

	"lwcon/console/terminal"
)

// warn says what lets in or shows more than it should, and which certificates
// and keys may not be as they are meant.
func (f *face) warn(say func(string)) {
	s := f.env.Sessions
	warnings := slices.Clone(f.program.Warnings)
	store := s.Credentials().Store
	if store.Any() {
		warnings = append(warnings, "--accept-any-identity: every peer is let in, whoever it says it is; for the bench only")
	}
	if s.ShowsSecrets() {
		warnings = append(warnings, "--show-secrets: keys are shown and captured as they are")
	}
	if name := s.KeyLog(); name != "" {
		warnings = append(warnings, "--key-log: everybody who has "+name+" can read all that the secure sessions carry, keys included; so can who has a capture made meanwhile")
	}
	if f.secured() {
		warnings = append(warnings, store.Warnings(f.program.Clock.Now())...)
	}
	for _, w := range warnings {
		say(f.stderr.warning(w))
	}
}

// warned says what goes wrong beside what is being done.
func (f *face) warned(text string) {
	if f.warner != nil {
		f.warner(f.stderr.warning(text))
		return
	}
	write(f.err, f.stderr.warning(text))
}

// warning is a line that warns.
func (t *Text) warning(text string) string {
	p := t.page()
	p.head(t.Style.Failure("warning"), nil, terminal.Escape(text))
	return p.String()
}

// secured says whether anything open asks for credentials.
func (f *face) secured() bool {
	for _, uri := range f.env.Sessions.URIs() {
		if isSecure(uri) {
			return true
		}
	}
	for _, c := range f.program.Sessions.Connect {
		if isSecure(c.URI) {
			return true
		}
	}
	return false
}

// isSecure says whether a URI is of DTLS or TLS.
func isSecure(uri string) bool { return strings.HasPrefix(uri, "coaps") }
