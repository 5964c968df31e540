package session

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"sync/atomic"

	"lwcon/session/transport"
)

// Endpoint is a client as a Server knows it: by its endpoint name, through all
// its registrations. It is safe for concurrent use.
type Endpoint struct {
	server *Server
	name   string

	// Under server.mu. What few endpoints have is in maps of the server.
	registration *Registration // nil while not registered
	listener     *Listener     // where the last message came in
	alarm        int64         // time of its entry in Server.alarms, 0 if it has none
	awakeUntil   int64         // Unix nanoseconds, of a client in queue mode
	asleep       bool
	cut          bool // the connection or session it registered over is gone, and nothing was heard since
	busy         bool // a request to a client in queue mode is under way
	answered     formatSet
	identity     *transport.Identity       // who registered, nil without security
	known        atomic.Pointer[knowledge] // what it points to is under server.mu; nil while nothing is known
}

// Name returns the endpoint name as registered.
func (e *Endpoint) Name() string { return e.name }

// Scheme is that of the listener where the client was heard last: coap, coaps,
// coap+tcp, coaps+tcp.
func (e *Endpoint) Scheme() string {
	e.server.mu.Lock()
	defer e.server.mu.Unlock()
	return e.listener.Scheme()
}

// Registration returns the current registration, nil if there is none.
func (e *Endpoint) Registration() *Registration {
	e.server.mu.Lock()
	defer e.server.mu.Unlock()
	return e.registration
}

// Endpoints returns the endpoints that are registered, by name.
func (s *Server) Endpoints() []*Endpoint {
	s.mu.Lock()
	found := make([]*Endpoint, 0, len(s.endpoints))
	for _, e := range s.endpoints {
		if e.registration != nil {
			found = append(found, e)
		}
	}
	s.mu.Unlock()
	slices.SortFunc(found, func(a, b *Endpoint) int { return strings.Compare(a.name, b.name) })
	return found
}

// FindError tells why a name does not lead to one endpoint.
type FindError struct {
	Pattern string
	Matches []string // more than one, by name; empty if none
	Known   []string // the registered endpoints, by name
}

// listed is how many names a FindError spells out.
const listed = 8

func (e *FindError) Error() string {
	switch {
	case len(e.Known) == 0:
		return "no endpoint is registered"
	case e.Pattern == "":
		return fmt.Sprintf("%d endpoints are registered, expected the name of one: %s", len(e.Matches), names(e.Matches))
	case len(e.Matches) > 1:
		return fmt.Sprintf("endpoint %q: %d match, expected one: %s", e.Pattern, len(e.Matches), names(e.Matches))
	}
	return fmt.Sprintf("endpoint %q: not registered; registered are %s", e.Pattern, names(e.Known))
}

// names lists some names, quoted so that no control character gets out.
func names(all []string) string {
	shown := make([]string, 0, listed)
	for _, n := range all[:min(len(all), listed)] {
		shown = append(shown, fmt.Sprintf("%q", n))
	}
	text := strings.Join(shown, ", ")
	if more := len(all) - len(shown); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// Find returns the registered endpoint that a pattern means: an exact name, an
// alias, a glob that matches one, or a part of the name of one; "" means the
// only one there is. The error is a *FindError.
func (s *Server) Find(pattern string) (*Endpoint, error) {
	s.mu.Lock()
	if name, ok := s.aliases[pattern]; ok {
		pattern = name
	}
	e := s.endpoints[pattern]
	registered := e != nil && e.registration != nil
	s.mu.Unlock()
	if registered && pattern != "" {
		return e, nil
	}
	all := s.Endpoints()
	var found []*Endpoint
	for _, e := range all {
		if matches(pattern, e.name) {
			found = append(found, e)
		}
	}
	if len(found) > 1 && pattern == "" {
		found = present(found)
	}
	if len(found) == 1 {
		return found[0], nil
	}
	return nil, &FindError{Pattern: pattern, Matches: endpointNames(found), Known: endpointNames(all)}
}

// present returns the endpoints that were heard of since the program began, if
// there are any: those taken up again from a former run stand back.
func present(all []*Endpoint) []*Endpoint {
	heard := slices.DeleteFunc(slices.Clone(all), func(e *Endpoint) bool {
		g := e.Registration()
		return g == nil || g.Restored
	})
	if len(heard) == 0 {
		return all
	}
	return heard
}

// matches says whether a pattern, a glob or a part, means a name.
func matches(pattern, name string) bool {
	if strings.ContainsAny(pattern, "*?[") {
		ok, err := path.Match(pattern, name)
		return ok && err == nil
	}
	return strings.Contains(name, pattern)
}

func endpointNames(all []*Endpoint) []string {
	list := make([]string, len(all))
	for i, e := range all {
		list[i] = e.name
	}
	return list
}
