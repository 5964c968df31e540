package session

import (
	"fmt"
	"slices"
	"strings"

	"lwcon/lwm2m"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

// serveRegister answers a Register.
//
//	POST /rd?ep=NAME&lt=SECONDS&lwm2m=VERSION&b=BINDING&Q&sms=MSISDN&pid=PROFILES
//	Content-Format: 40, the list of objects and object instances
//	2.01 with Location-Path rd, ID
//
// Spec: Core 1.2 §6.2.1, Transport 1.2 §6.4.3.
func (l *Listener) serveRegister(r *coap.Request) {
	if rule, message := registerMethod(r.Message.Code); rule != "" {
		l.refuse(r, MethodNotAllowed, rule, message)
		return
	}
	s := l.server
	now := s.clock.Now()
	g := &Registration{
		Version: lwm2m.V1_0, Lifetime: defaultLifetime, Binding: lwm2m.DefaultBinding,
		Address: r.Peer, Security: transport.NoSecurity, Registered: now, Updated: now, Exchange: r.Number,
		registry: s.registry,
	}
	reader := registerReader{registration: g, profiles: &s.profiles}
	reader.message(r)
	reader.queries(r.Message.Queries())
	reader.objectList(r.Message.Payload)
	if s.unfinished(g.Endpoint) {
		reader.note(ruleBeforeFinish, 0, "the bootstrap of %q is under way and not finished", printable(g.Endpoint))
	}
	code := l.identify(&reader, r.Peer)
	if code == 0 {
		code = l.verdict(&reader)
	}
	if code != 0 {
		l.refuseRegister(r, g, code)
		return
	}
	if !s.register(g, l) {
		l.refuseRegister(r, g, coap.ServiceUnavailable)
		return
	}
	answer := coap.NewResponse(Created)
	answer.SetLocationPath(g.Location)
	l.respond(r, answer)
	s.reobserve(g.Endpoint)
}

// registerMethod says what is wrong with the method of a request at /rd, "" if
// nothing is.
func registerMethod(method Code) (rule lwm2m.RuleID, message string) {
	if method == coap.POST {
		return "", ""
	}
	rule = ruleUnknownLocation
	if !changes(method) {
		rule = ruleOtherRequest
	}
	return rule, fmt.Sprintf("%s /rd: expected POST", method.Name())
}

// verdict returns the code that refuses a Register or Update, 0 to accept it. A
// Register without a name can't be accepted at all: nothing could address it.
func (l *Listener) verdict(r *registerReader) Code {
	switch {
	case !r.update && r.registration.Endpoint == "":
		return BadRequest
	case l.server.Strict():
		return r.strict
	}
	return 0
}

// message notes what in the message itself departs from the specification.
func (r *registerReader) message(m *coap.Request) {
	for _, d := range m.Deviations {
		r.registration.Deviations = append(r.registration.Deviations,
			lwm2m.Deviation{Rule: lwm2m.RuleID(d.Rule), Offset: d.Offset, Message: d.Message})
	}
	r.head(m.Message, m.Confirmable)
}

// head notes what departs from the specification before query and payload.
func (r *registerReader) head(m *coap.Message, confirmable bool) {
	if !confirmable {
		r.note(ruleNonConfirmable, BadRequest, "the request is Non-confirmable")
	}
	r.places.format()
	defer r.places.none()
	format, ok := m.ContentFormat()
	switch {
	case len(m.Payload) == 0:
	case !ok:
		r.note(ruleRegisterFormat, 0, "no Content-Format, expected 40; the payload is read as link-format")
	case lwm2m.ContentFormat(format) != lwm2m.FormatLink:
		r.note(ruleRegisterFormat, BadRequest, "Content-Format %d, expected 40; the payload is read as link-format", format)
	}
}

// register takes a registration in, in place of an older one of the endpoint;
// false if there is no room.
func (s *Server) register(g *Registration, l *Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.endpoints[g.Endpoint]
	if e == nil {
		if len(s.endpoints) >= maxEndpoints {
			return false
		}
		e = &Endpoint{server: s, name: g.Endpoint}
		s.endpoints[g.Endpoint] = e
	}
	s.supersede(g)
	if slices.Equal(g.Formats, s.formats) { // as most devices of one kind announce the same
		g.Formats = s.formats
	}
	s.formats = g.Formats
	g.checkRegister(e)
	if e.registration != nil {
		s.end(e, EventReplaced, g.Exchange)
	}
	e.known.Store(nil)
	g.Location = "/rd/" + s.newLocation()
	s.locations[locationID(g)] = e
	e.registration, e.listener, e.identity = g, l, nil
	if id, secured := l.identity(g.Address); secured {
		e.identity = &id
	}
	s.schedule(e)
	s.log.Append(Event{
		Kind: EventRegister, Time: g.Registered, Endpoint: g.Endpoint, Exchange: g.Exchange,
		Registration: g, Deviations: g.Deviations,
	})
	s.heard(e)
	s.note(e, l)
	return true
}

// supersede ends the registration of another name that was taken up again from
// a former run and was at the address from which a client registers now: it is
// the same client, renamed meanwhile. s.mu is held.
func (s *Server) supersede(g *Registration) {
	old := s.restored[g.Address]
	delete(s.restored, g.Address)
	if old != nil && old.name != g.Endpoint && old.registration != nil && old.registration.Restored {
		s.end(old, EventExpired, 0)
	}
}

// end closes an endpoint's registration: its location and observations go, and
// an event says why. s.mu is held.
func (s *Server) end(e *Endpoint, why EventKind, exchange uint64) {
	s.endAs(e, why, exchange, false)
}

// endAs is end; forgotten says that somebody did it by hand.
func (s *Server) endAs(e *Endpoint, why EventKind, exchange uint64, forgotten bool) {
	g := e.registration
	delete(s.locations, locationID(g))
	s.departed.add(locationID(g), departure{endpoint: e.name, how: g.how(why, forgotten), when: s.clock.Now(), ours: forgotten})
	e.registration = nil
	for _, o := range s.observations[e] {
		if !forgotten {
			s.wish(o)
		}
		o.drop()
	}
	delete(s.observations, e)
	s.log.Append(Event{Kind: why, Time: s.clock.Now(), Endpoint: e.name, Exchange: exchange, Registration: g})
	s.note(e, e.listener)
	if why != EventReplaced {
		e.asleep = false
		s.release(e, ErrNotRegistered)
		delete(s.endpoints, e.name)
	}
}

// Forget ends an endpoint's registration on the server alone: the client's next
// Update is answered 4.04.
func (s *Server) Forget(e *Endpoint) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.registration != nil {
		s.endAs(e, EventExpired, 0, true)
		delete(s.wishes, e.name)
	}
}

// locationAlphabet leaves out what looks alike.
const locationAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz"

// locationID returns the last segment of a location.
func locationID(g *Registration) string { return g.Location[len("/rd/"):] }

// newLocation draws the last segment of a location, one that is free; s.mu is
// held.
func (s *Server) newLocation() string {
	for {
		x := mix(s.nextLocation)
		s.nextLocation++
		var id [6]byte
		for i := range id {
			id[i] = locationAlphabet[x%uint64(len(locationAlphabet))]
			x /= uint64(len(locationAlphabet))
		}
		if s.locations[string(id[:])] == nil {
			return string(id[:])
		}
	}
}

// refuseRegister answers a Register that is not accepted and logs it.
func (l *Listener) refuseRegister(r *coap.Request, g *Registration, code Code) {
	cause := g.refusedFor(code)
	l.server.log.Append(Event{
		Kind: EventDeviation, Time: l.server.clock.Now(), Endpoint: g.Endpoint, Exchange: r.Number,
		Registration: g, Deviations: g.Deviations,
	})
	answer := coap.NewResponse(code)
	if cause != nil {
		answer.Payload = []byte(diagnostic(cause.Message))
	}
	l.respond(r, answer)
}

// refusedFor finds what a Register is refused for, and says there that it was:
// what would be refused with the code anyway, the lack of a name above all, else
// what was noted first. It is nil where nothing was noted.
func (g *Registration) refusedFor(code Code) *lwm2m.Deviation {
	would := "; a strict server answers " + code.String()
	var cause *lwm2m.Deviation
	for i := range g.Deviations {
		d := &g.Deviations[i]
		if d.Rule == ruleNoEndpoint || cause == nil && strings.HasSuffix(d.Message, would) {
			cause = d
		}
	}
	switch {
	case cause == nil && len(g.Deviations) > 0:
		return &g.Deviations[0]
	case cause != nil:
		if text, ok := strings.CutSuffix(cause.Message, would); ok {
			cause.Message = text + "; answered " + code.String()
		}
	}
	return cause
}

// refused logs a message of a device that the message layer has not taken.
func (l *Listener) refused(r coap.Refused) {
	found, endpoint := fromMessage(r.Deviations), l.server.at(r.Peer)
	if endpoint == "" {
		found[0].Message += ", from " + r.Peer.String()
	}
	l.server.log.Append(Event{Kind: EventDeviation, Time: r.Time, Endpoint: endpoint, Exchange: r.Number, Deviations: found})
}

// refuse answers with an error and logs the deviation behind it.
func (l *Listener) refuse(r *coap.Request, code Code, rule lwm2m.RuleID, message string) {
	l.server.log.Append(Event{
		Kind: EventDeviation, Time: l.server.clock.Now(), Endpoint: l.server.at(r.Peer), Exchange: r.Number,
		Deviations: []lwm2m.Deviation{{Rule: rule, Offset: -1, Message: message + "; answered " + code.String()}},
	})
	answer := coap.NewResponse(code)
	answer.Payload = []byte(diagnostic(message))
	l.respond(r, answer)
}

// maxDiagnostic is the most octets of a diagnostic payload that we send.
const maxDiagnostic = 64

// diagnostic cuts a message to what is fit to be sent to a device.
// Spec: RFC 7252 §5.5.2.
func diagnostic(message string) string {
	message, _, _ = strings.Cut(message, ";")
	return strings.ToValidUTF8(message[:min(len(message), maxDiagnostic)], "")
}

// at returns the name of the endpoint registered from an address, "" if none
// is.
func (s *Server) at(peer transport.Address) string {
	if e := s.endpointAt(peer); e != nil {
		return e.name
	}
	return ""
}

// endpointOn returns the endpoint registered from an address on a listener, nil if
// none is: the same address on another one is somebody else's, if it is secured.
func (l *Listener) endpointOn(peer transport.Address) *Endpoint {
	e := l.server.endpointAt(peer)
	if e == nil || !l.owns(e, peer) {
		return nil
	}
	return e
}

// endpointAt returns the endpoint registered from an address, nil if none is.
// Several can be behind one address; the one registered or updated last is
// meant.
func (s *Server) endpointAt(peer transport.Address) *Endpoint {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found *Endpoint
	for _, e := range s.endpoints {
		if g := e.registration; g != nil && g.Address == peer && (found == nil || g.Exchange > found.registration.Exchange) {
			found = e
		}
	}
	return found
}
