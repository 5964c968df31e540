package console

import (
	"strings"

	"lwcon/console/terminal"
)

// warn says what lets in or shows more than it should, and which certificates
// and keys may not be as they are meant.
func (f *face) warn(say func(string)) {
	s := f.env.Sessions
	var warnings []string
	store := s.Credentials().Store
	if store.Any() {
		warnings = append(warnings, "--accept-any-identity: every peer is let in, whoever it says it is; for the bench only")
	}
	if s.ShowsSecrets() {
		warnings = append(warnings, "--show-secrets: keys are shown and captured as they are")
	}
	if f.secured() {
		warnings = append(warnings, store.Warnings(f.program.Clock.Now())...)
	}
	for _, w := range warnings {
		p := f.stderr.page()
		p.head(f.stderr.Style.Failure("warning"), nil, terminal.Escape(w))
		say(p.String())
	}
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
