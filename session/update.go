package session

import (
	"fmt"
	"slices"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// serveLocation answers an Update or a De-register.
//
//	POST   /rd/ID?lt=SECONDS&b=BINDING&Q&sms=MSISDN   2.04
//	DELETE /rd/ID                                     2.02
//
// Spec: Core 1.2 §6.2.2, §6.2.3.
func (l *Listener) serveLocation(r *coap.Request, id string) {
	s := l.server
	s.mu.Lock()
	e := s.locations[id]
	s.mu.Unlock()
	if e == nil && !changes(r.Message.Code) {
		l.serveUnknown(r)
		return
	}
	if e == nil {
		l.refuseLocation(r, id)
		return
	}
	if !l.owns(e, r.Peer) {
		l.refuse(r, Forbidden, ruleTakeover, fmt.Sprintf("the registration of %q belongs to another identity", e.Name()))
		return
	}
	switch r.Message.Code {
	case coap.POST:
		l.update(r, e)
	case coap.DELETE:
		l.deregister(r, e)
	default:
		l.refuse(r, MethodNotAllowed, ruleUpdateMethod, locationMethod(r.Message.Code))
	}
}

// locationMethod says that a location has no such method.
func locationMethod(method Code) string {
	return fmt.Sprintf("%s on a location: expected POST (Update) or DELETE (De-register)", method.Name())
}

// update applies an Update: what it does not name stays as it was; an object
// list replaces the old one.
func (l *Listener) update(r *coap.Request, e *Endpoint) {
	s := l.server
	old := e.Registration()
	if old == nil {
		l.refuse(r, NotFound, ruleUnknownLocation, "the registration has ended")
		return
	}
	g := *old
	g.Updated, g.Exchange, g.Address = s.clock.Now(), r.Number, r.Peer
	g.Deviations, g.Restored = nil, false
	reader := registerReader{registration: &g, update: true}
	reader.message(r)
	reader.queries(r.Message.Queries())
	if len(r.Message.Payload) > 0 {
		reader.objectList(r.Message.Payload)
	}
	if code := l.verdict(&reader); code != 0 {
		l.refuseRegister(r, &g, code)
		return
	}
	s.checkUpdate(e, old, &g)
	if !s.replace(e, old, &g, l) {
		l.refuse(r, NotFound, ruleUnknownLocation, "the registration has ended")
		return
	}
	l.respond(r, coap.NewResponse(Changed))
}

// replace puts an updated registration in the place of the old one; false if
// that has ended meanwhile.
func (s *Server) replace(e *Endpoint, old, g *Registration, l *Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.registration != old {
		return false
	}
	from := e.listener
	e.registration, e.listener = g, l
	s.schedule(e)
	if from != l {
		s.forget(e, from)
	}
	if g.Address != old.Address || from != l {
		s.move(e, g, l)
		s.log.Append(Event{
			Kind: EventMoved, Time: g.Updated, Endpoint: e.name, Exchange: g.Exchange, Registration: g,
			Deviations: movedFrom(old),
		})
	}
	s.log.Append(Event{
		Kind: EventUpdate, Time: g.Updated, Endpoint: e.name, Exchange: g.Exchange,
		Registration: g, Listed: listChange(old, g), Deviations: g.Deviations,
	})
	s.heard(e)
	s.note(e, l)
	return true
}

// ListChange is how the object list of an Update differs from the one before.
type ListChange struct{ Added, Gone []lwm2m.Path }

// listChange compares two registrations; nil where they list the same.
func listChange(old, g *Registration) *ListChange {
	before, now := old.objects[old.versions:], g.objects[g.versions:]
	if slices.Equal(before, now) {
		return nil
	}
	return &ListChange{Added: lacking(g.Instances(), now, before), Gone: lacking(old.Instances(), before, now)}
}

// lacking returns the paths whose ids another list, in order too, does not have.
func lacking(paths []lwm2m.Path, ids, other []uint32) []lwm2m.Path {
	var found []lwm2m.Path
	for i, id := range ids {
		if _, has := slices.BinarySearch(other, id); !has {
			found = append(found, paths[i])
		}
	}
	return found
}

// move lets the observations of an endpoint go on from its new address; s.mu is
// held.
func (s *Server) move(e *Endpoint, g *Registration, l *Listener) {
	for _, o := range s.observations[e] {
		old := o.coap
		o.coap = l.coap.Resume(g.Address, old.Request(), coap.RequestOptions{}, o.notified)
		if o.coap == nil {
			o.coap = old // closed: it will not matter any more
			continue
		}
		old.Forget()
	}
}

// deregister ends a registration at the client's wish.
func (l *Listener) deregister(r *coap.Request, e *Endpoint) {
	s := l.server
	s.mu.Lock()
	if e.registration != nil {
		s.end(e, EventDeregister, r.Number)
	}
	s.mu.Unlock()
	l.respond(r, coap.NewResponse(Deleted))
}

// serveUnknown answers requests that are none of the registration interface,
// and says where a client went wrong on its way there.
func (l *Listener) serveUnknown(r *coap.Request) {
	path := printable(joined(r.Message.Path()))
	message := fmt.Sprintf("%s %s: not found here", r.Message.Code.Name(), path)
	rule := lwm2m.RuleID(ruleUnknownLocation)
	if !changes(r.Message.Code) {
		rule = ruleOtherRequest // it cannot have been meant for a location
	}
	if segments := r.Message.Path(); len(segments) == 1 && l.server.isLocation(segments[0]) {
		message = fmt.Sprintf("%s %s: the location is /rd/%s, both segments", r.Message.Code.Name(), path, segments[0])
	}
	l.refuse(r, NotFound, rule, message)
}

// isLocation says whether a segment is the end of a location in use.
func (s *Server) isLocation(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.locations[id] != nil
}

// changes says whether a method can be meant to update or end a registration, by
// PUT as in drafts before 1.0. The others only look.
func changes(method Code) bool {
	return method == coap.POST || method == coap.PUT || method == coap.DELETE
}
