package session

import (
	"fmt"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// serveSend takes in what a client sends without being asked.
//
//	POST /dp, Content-Format 110, 112 or 11544, values
//	2.04; 4.04 if an object is not registered
//
// Spec: Core 1.2 §6.4.5, Transport 1.2 §6.4.5. From 1.1 on.
func (l *Listener) serveSend(r *coap.Request) {
	s := l.server
	e := l.endpointOn(r.Peer)
	if e == nil {
		l.refuse(r, NotFound, ruleSendNotRegistered, fmt.Sprintf("Send from %s, where nobody is registered", r.Peer))
		return
	}
	op := &operation{name: "send", endpoint: e, registration: e.Registration()}
	if op.registration == nil {
		l.refuse(r, NotFound, ruleSendNotRegistered, "the registration has ended")
		return
	}
	response := op.decode(&coap.Message{Code: Content, Options: r.Message.Options, Payload: r.Message.Payload})
	if !r.Confirmable {
		response.note(ruleNonConfirmable, lwm2m.Path{}, "the request is Non-confirmable")
	}
	op.checkMute(&response)
	code := op.sendVerdict(&response)
	response.Code = code
	deviations := append(fromMessage(r.Deviations), response.Deviations...)
	s.log.Append(Event{
		Kind: EventSend, Time: r.Received, Endpoint: e.name, Exchange: r.Number, Deviations: deviations,
		Notification: &Notification{Confirmable: r.Confirmable, Fresh: true, Response: response},
	})
	l.respond(r, coap.NewResponse(code))
	s.mu.Lock()
	s.heard(e)
	s.mu.Unlock()
}

// sendVerdict returns the code that answers a Send.
func (op *operation) sendVerdict(r *Response) Code {
	if r.Err != nil || r.Tree == nil {
		return BadRequest
	}
	for i := range r.Tree.Nodes {
		if p := r.Tree.Nodes[i].Path(); p.Prefix() == "" && !op.registration.HasObject(p.Object()) {
			r.note(ruleSendObject, p, "object %d is not registered", p.Object())
			return NotFound
		}
	}
	return Changed
}
