package session

import (
	"fmt"
	"time"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// checkRegister holds a Register against the registration that the endpoint
// still had, and against the time for which clients in queue mode are awake. To
// register anew is right where we made the client do it, where its connection or
// session was lost, and without security at a new address. server.mu is held.
func (g *Registration) checkRegister(e *Endpoint) {
	awake := e.server.awake()
	k := e.known.Load()
	if old := e.registration; old != nil && !old.Restored && !e.cut && old.Address == g.Address && (k == nil || !k.restarting) {
		g.note(ruleStillRegistered, "still registered for %s; an Update would have kept its observations", left(old, g.Registered))
	}
	switch {
	case g.Lifetime <= 0:
	case g.Queue && g.Lifetime < awake:
		g.note(ruleShortLifetime, "a lifetime of %d s ends while the device, in queue mode, is taken to be awake (%s)", int64(g.Lifetime/time.Second), awake)
	case g.Lifetime < coap.ExchangeLifetime:
		g.note(ruleShortLifetime, "a lifetime of %d s is shorter than a message can be under way, EXCHANGE_LIFETIME of %s", int64(g.Lifetime/time.Second), coap.ExchangeLifetime)
	}
}

// note records a deviation of a Register.
func (g *Registration) note(rule lwm2m.RuleID, format string, args ...any) {
	if len(g.Deviations) < maxDeviations {
		g.Deviations = append(g.Deviations, lwm2m.Deviation{Rule: rule, Offset: -1, Message: fmt.Sprintf(format, args...)})
	}
}

// left is how long a registration would have gone on.
func left(g *Registration, now time.Time) string {
	end, limited := g.Expires()
	if !limited {
		return "ever"
	}
	return ago(end.Sub(now)).String()
}

// checkUpdate notes object instances that an Update no longer lists, though
// nobody deleted them: its list replaces the old one.
func (s *Server) checkUpdate(e *Endpoint, old, g *Registration) {
	if len(old.objects) == 0 || &old.objects[0] == &first(g.objects, old.objects)[0] {
		return // no list came
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k := e.known.Load()
	var gone []lwm2m.Path
	for _, p := range old.Instances() {
		if p.Level() == lwm2m.LevelObjectInstance && !g.lists(p) && (k == nil || !k.deleted[p]) {
			gone = append(gone, p)
		}
	}
	if len(gone) > 0 {
		which := gone[0].String() + " vanishes"
		if more := len(gone) - 1; more > 0 {
			which = fmt.Sprintf("%s and %d more vanish", gone[0], more)
		}
		g.note(ruleUpdateVanished, "the list replaces the old one: %s", which)
	}
}

// first is a list if it has an element, else another.
func first(list, other []uint32) []uint32 {
	if len(list) > 0 {
		return list
	}
	return other
}

// movedFrom is the deviation of a client that writes from a new address.
func movedFrom(old *Registration) []lwm2m.Deviation {
	return []lwm2m.Deviation{{
		Rule: ruleMoved, Offset: -1,
		Message: fmt.Sprintf("it was at %s before; requests to that address were lost", old.Address),
	}}
}

// refuseLocation answers a request to a location that is not registered, and
// says who dropped it and when.
func (l *Listener) refuseLocation(r *coap.Request, id string) {
	s := l.server
	now := s.clock.Now()
	s.mu.Lock()
	message, gone := s.unknownLocation(id, now)
	rule, endpoint, again := lwm2m.RuleID(ruleUnknownLocation), gone.endpoint, gone.refused > 1
	if gone.ours && !again {
		rule = ruleDroppedLocation
	}
	s.mu.Unlock()
	found := []lwm2m.Deviation{{Rule: rule, Offset: -1, Message: message + "; answered 4.04"}}
	if again {
		found = append(found, lwm2m.Deviation{
			Rule: ruleAfterNotFound, Offset: -1, Message: r.Message.Code.Name() + " once more after 4.04; expected a Register",
		})
	}
	if endpoint == "" {
		endpoint = s.at(r.Peer)
	}
	s.log.Append(Event{Kind: EventDeviation, Time: now, Endpoint: endpoint, Exchange: r.Number, Deviations: found})
	answer := coap.NewResponse(NotFound)
	answer.Payload = []byte(diagnostic(message))
	l.respond(r, answer)
}
