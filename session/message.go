package session

import (
	"fmt"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// places tell where in a message that is read by itself the parts of a Register
// stand. The nil places tell nothing.
type places struct {
	queries []int // of the query items
	stated  int   // of the Content-Format, or where it should stand
	payload int
	offset  int        // of what is read now, -1 if of no part
	path    lwm2m.Path // of the link that is read now
}

func (p *places) query(i int) {
	if p != nil {
		p.offset = p.queries[i]
	}
}

func (p *places) link(l *lwm2m.Link) {
	if p != nil {
		p.offset = p.payload + int(l.Span.Start)
		p.path, _ = l.Path()
	}
}

func (p *places) format() {
	if p != nil {
		p.offset = p.stated
	}
}

func (p *places) none() {
	if p != nil {
		p.offset, p.path = -1, lwm2m.Path{}
	}
}

// CheckRegistration holds a request at /rd or below against what a Register or an
// Update has to keep to as far as the message alone shows: all that a live server
// notes, by the rules of the same names, but what is known of the endpoint
// already. The links are those of the payload. Offsets count octets of the
// message.
//
// The rules of link-format that this package has its own for are replaced: to name
// a departure from them too would name a thing twice.
//
// Spec: Core 1.2 §6.2.1, §6.2.2, Transport 1.2 §6.4.3.
func CheckRegistration(s *coap.Scanned, links []lwm2m.Link) (found []lwm2m.Deviation, replaced []lwm2m.RuleID) {
	m := &s.Message
	g := &Registration{Lifetime: defaultLifetime, Binding: lwm2m.DefaultBinding}
	r := registerReader{registration: g, places: &places{stated: formatPlace(s), payload: s.Payload.Offset, offset: -1}}
	r.update = len(m.Path()) > 1
	if !r.update {
		g.Version = lwm2m.V1_0
	}
	if rule, message := registrationMethod(m, r.update); rule != "" {
		r.places.offset = 1
		if s.Stream {
			r.places.offset = s.Header.End - 1
		}
		r.note(rule, 0, "%s", message)
		r.places.none()
	}
	r.head(m, s.Stream || m.Type != coap.NonConfirmable)
	for i := range s.Options {
		if o := &s.Options[i]; o.Number == coap.URIQuery {
			r.places.queries = append(r.places.queries, o.ValueSpan.Offset)
		}
	}
	r.queries(m.Queries())
	if len(m.Payload) > 0 || !r.update {
		r.links(links)
	}
	for _, d := range g.Deviations {
		if d.Rule != ruleNoEndpoint || g.Version < lwm2m.V1_1 { // from 1.1 on the identity of the peer can stand for it
			found = append(found, d)
		}
	}
	return found, replacedRules[:]
}

// registrationMethod says what is wrong with the method of a Register or Update.
func registrationMethod(m *coap.Message, update bool) (rule lwm2m.RuleID, message string) {
	switch {
	case !update:
		return registerMethod(m.Code)
	case m.Code != coap.POST && m.Code != coap.DELETE:
		return ruleUpdateMethod, locationMethod(m.Code)
	}
	return "", ""
}

// CheckSend holds a Send against what it has to keep to as far as the message alone
// shows. placed says that the values of its format have paths: those of others
// cannot be told apart. Spec: Core 1.2 §6.4.5, Transport 1.2 §6.4.5.
func CheckSend(s *coap.Scanned) (found []lwm2m.Deviation, placed bool) {
	m := &s.Message
	if !s.Stream && m.Type == coap.NonConfirmable {
		found = append(found, lwm2m.Deviation{Rule: ruleNonConfirmable, Offset: -1, Message: "the request is Non-confirmable"})
	}
	number, stated := m.ContentFormat()
	message, placed := wrongSendFormat(lwm2m.ContentFormat(number), stated)
	if message == "" {
		return found, placed
	}
	return append(found, lwm2m.Deviation{Rule: ruleSendFormat, Offset: formatPlace(s), Message: message}), placed
}

// CheckSent holds the values of a Send against what no client may send.
// Spec: Core 1.2 §6.4.5.
func CheckSent(tree *lwm2m.Tree) []lwm2m.Deviation {
	for i := range tree.Nodes {
		if p := tree.Nodes[i].Path(); p.Prefix() == "" && isHidden(p.Object()) {
			return []lwm2m.Deviation{{
				Rule: ruleSendObject, Path: p, Offset: int(tree.Nodes[i].Span().Start),
				Message: fmt.Sprintf("object %d is never registered", p.Object()),
			}}
		}
	}
	return nil
}

// formatPlace is the octet at which the Content-Format stands, or the payload that
// lacks one.
func formatPlace(s *coap.Scanned) int {
	for i := range s.Options {
		if s.Options[i].Number == coap.ContentFormat {
			return s.Options[i].Span.Offset
		}
	}
	return s.Payload.Offset
}

// CheckNotification holds an answer with the Observe option against what a
// notification has to keep to as far as the message alone shows.
// Spec: Core 1.2 §6.4.2.
func CheckNotification(s *coap.Scanned, at lwm2m.Path) []lwm2m.Deviation {
	m := &s.Message
	_, observed := m.Observe()
	_, stated := m.ContentFormat()
	if !observed || !m.Code.IsSuccess() || !isBare(m.Payload, stated) {
		return nil
	}
	return []lwm2m.Deviation{{Rule: ruleNotifyNoPayload, Path: at, Offset: s.Length, Message: bareNotification}}
}
