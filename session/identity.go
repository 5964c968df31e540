package session

import (
	"fmt"
	"slices"

	"lwcon/lwm2m"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

// Credentials say who may register by which name. Implementations are safe for
// concurrent use.
type Credentials interface {
	// Endpoints returns the names that a peer of an identity may register by; false
	// if the identity is unknown.
	Endpoints(id transport.Identity) (names []string, known bool)
	// Any says that peers may register by any name, as on a bench.
	Any() bool
}

// identify holds a Register against who the client has proved to be, and returns the
// code that refuses it, 0 to accept it. A Register without a name has that of its
// identity. Spec: Core 1.2 §6.2.1, §5.2.
func (l *Listener) identify(r *registerReader, peer transport.Address) Code {
	g := r.registration
	id, secured := l.identity(peer)
	if !secured {
		return l.plain(r)
	}
	g.Security = id.Mode
	g.Deviations = append(g.Deviations, withoutProtocol(l.link, peer)...)
	names, known := []string{id.Name}, true
	anybody := false
	if c := l.server.credentials; c != nil {
		names, known = c.Endpoints(id)
		anybody = c.Any()
	}
	if g.Endpoint == "" && len(names) > 0 {
		g.Endpoint = names[0]
		g.Deviations = slices.DeleteFunc(g.Deviations, func(d lwm2m.Deviation) bool { return d.Rule == ruleNoEndpoint })
	}
	switch {
	case known && slices.Contains(names, g.Endpoint):
	case known:
		r.refuse(ruleIdentityMismatch, "the endpoint name is %q, the identity %s is that of %s", g.Endpoint, shownIdentity(id), quoted(names))
	default:
		r.refuse(ruleIdentityUnknown, "the identity %s of endpoint %q is not known", shownIdentity(id), g.Endpoint)
	}
	refused := len(g.Deviations) > 0 && (g.Deviations[0].Rule == ruleIdentityMismatch || g.Deviations[0].Rule == ruleIdentityUnknown)
	switch {
	case refused && !anybody, l.takesOver(r, id):
		return BadRequest
	}
	return 0
}

// mismatch says why a secured peer may not go by a name, "" if it may or there is no
// security.
func (l *Listener) mismatch(peer transport.Address, name string) string {
	id, secured := l.identity(peer)
	c := l.server.credentials
	if !secured || c == nil || c.Any() {
		return ""
	}
	switch names, known := c.Endpoints(id); {
	case !known:
		return fmt.Sprintf("the identity %s of endpoint %q is not known", shownIdentity(id), name)
	case !slices.Contains(names, name):
		return fmt.Sprintf("the endpoint name is %q, the identity %s is that of %s", name, shownIdentity(id), quoted(names))
	}
	return ""
}

// identity returns who a peer has proved to be; false on a link without security.
func (l *Listener) identity(peer transport.Address) (transport.Identity, bool) {
	s, ok := l.link.(transport.Secured)
	if !ok {
		return transport.Identity{}, false
	}
	return s.Identity(peer)
}

// plain refuses a Register without security of an endpoint that is registered with
// it: anybody could take its place.
func (l *Listener) plain(r *registerReader) Code {
	g := r.registration
	s := l.server
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.endpoints[g.Endpoint]
	if e == nil || e.registration == nil || e.registration.Security == transport.NoSecurity {
		return 0
	}
	r.refuse(ruleTakeover, "endpoint %q is registered with security (%s), and this Register comes without", g.Endpoint, e.registration.Security)
	return Forbidden
}

// takesOver refuses an identity that is let in without being known where the
// endpoint is registered with another one.
func (l *Listener) takesOver(r *registerReader, id transport.Identity) bool {
	s := l.server
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.endpoints[r.registration.Endpoint]
	if e == nil || e.registration == nil || e.identity == nil || *e.identity == id {
		return false
	}
	if c := s.credentials; c != nil {
		if names, known := c.Endpoints(id); known && slices.Contains(names, e.name) {
			return false // both are its own
		}
	}
	r.refuse(ruleTakeover, "endpoint %q is registered with another identity: %s", e.name, shownIdentity(*e.identity))
	return true
}

// refuse notes, before all else, why a Register is refused.
func (r *registerReader) refuse(rule lwm2m.RuleID, format string, args ...any) {
	r.registration.Deviations = slices.Insert(r.registration.Deviations, 0,
		lwm2m.Deviation{Rule: rule, Offset: -1, Message: fmt.Sprintf(format, args...)})
}

// owns says whether a peer may speak for a registration: it has the identity that
// registered, or none was needed.
func (l *Listener) owns(e *Endpoint, peer transport.Address) bool {
	s := l.server
	s.mu.Lock()
	owner, g := e.identity, e.registration
	s.mu.Unlock()
	id, secured := l.identity(peer)
	switch {
	case owner != nil:
		return secured && id == *owner
	case g == nil || g.Security == transport.NoSecurity:
		return true
	case !secured:
		return false // restored: who it was is not kept, but that it was somebody
	case s.credentials == nil:
		return id.Mode == g.Security
	}
	names, known := s.credentials.Endpoints(id)
	return known && slices.Contains(names, e.name)
}

// shownIdentity is an identity as messages show it.
func shownIdentity(id transport.Identity) string {
	return fmt.Sprintf("%q (%s)", id.Name, id.Mode)
}

func quoted(names []string) string {
	if len(names) == 0 {
		return "nobody"
	}
	return fmt.Sprintf("%q", names)
}

// peerChanged takes note of a client whose session goes on from another address, or
// is gone.
func (l *Listener) peerChanged(event coap.PeerEvent) {
	s := l.server
	if alert := alertOf(event); alert != nil {
		s.log.Append(Event{Kind: EventAlert, Time: s.clock.Now(), Endpoint: s.at(event.Peer), Alert: alert})
	}
	switch event.Change {
	case coap.PeerMoved:
		l.moved(event.Peer, event.To)
	case coap.PeerDown:
		l.disconnected(event.Peer, event.Cause)
	}
}

// moved notes that the session of a client goes on from another address.
func (l *Listener) moved(from, to transport.Address) {
	s := l.server
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.endpoints {
		old := e.registration
		if old == nil || e.listener != l || old.Address != from {
			continue
		}
		g := *old
		g.Address = to
		e.registration = &g
		s.log.Append(Event{
			Kind: EventMoved, Time: s.clock.Now(), Endpoint: e.name, Registration: &g,
		})
		s.note(e, l)
	}
}

// disconnected notes that the connection or session of a client is gone: the
// client alone can make another, and until then requests wait for it as for one
// that sleeps.
func (l *Listener) disconnected(peer transport.Address, cause error) {
	s := l.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	for _, name := range s.namesAt(l, peer) {
		e := s.endpoints[name]
		if e.cut {
			continue
		}
		e.cut = true
		s.log.Append(Event{Kind: EventDisconnected, Time: s.clock.Now(), Endpoint: name, Registration: e.registration, Err: cause})
		s.sleep(e)
		e.asleep = true
	}
}

// namesAt returns the names that are registered from an address of a listener, in
// order; s.mu is held.
func (s *Server) namesAt(l *Listener, peer transport.Address) []string {
	var names []string
	for name, e := range s.endpoints {
		if g := e.registration; g != nil && e.listener == l && g.Address == peer {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
