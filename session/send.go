package session

import (
	"fmt"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// serveSend takes in what a client sends without being asked.
//
//	POST /dp, Content-Format 110, 112 or 11544, values
//	2.04; 4.04 if an object is not registered, 4.15 in another format
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
	code := response.sendFormat()
	if !r.Confirmable {
		response.note(ruleNonConfirmable, lwm2m.Path{}, "the request is Non-confirmable")
	}
	op.checkMute(&response)
	if code == 0 {
		code = op.sendVerdict(&response)
	}
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

// sendVerdict returns the code that answers a Send in a format of Sends.
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

// sendFormats are the formats of a Send, as messages name them.
const sendFormats = "senml-json (110), senml-cbor (112) or lwm2m-cbor (11544)"

// sendFormat notes a format that no Send has, and returns the code that refuses it
// where its values have no paths, 0 else. Spec: Core 1.2 §6.4.5.
func (r *Response) sendFormat() Code {
	message, placed := wrongSendFormat(r.Format, r.HasFormat)
	switch {
	case message == "":
		return 0
	case placed && r.Err == nil:
		r.note(ruleSendFormat, lwm2m.Path{}, "%s", message)
		return 0
	}
	r.unplaced(message)
	if !r.HasFormat {
		return BadRequest
	}
	return unsupportedFormat
}

// wrongSendFormat says why a Send has another format, "" if it may have this one.
// placed says that its values have paths all the same.
func wrongSendFormat(f lwm2m.ContentFormat, stated bool) (message string, placed bool) {
	if !stated {
		return "no Content-Format; expected " + sendFormats, false
	}
	switch f = f.Canonical(); f {
	case lwm2m.FormatSenMLJSON, lwm2m.FormatSenMLCBOR, lwm2m.FormatLwM2MCBOR:
		return "", true
	}
	return fmt.Sprintf("Content-Format %s; expected %s", numbered(f), sendFormats), f == lwm2m.FormatJSON
}

// unplaced takes back what was decoded as though it were of the root.
func (r *Response) unplaced(why string) {
	r.Tree, r.Err, r.Deviations = nil, nil, nil
	r.note(ruleSendFormat, lwm2m.Path{}, "%s", why)
}

// numbered is a format by name and number.
func numbered(f lwm2m.ContentFormat) string {
	if !f.Known() {
		return f.String()
	}
	return fmt.Sprintf("%s (%d)", f, uint16(f))
}
