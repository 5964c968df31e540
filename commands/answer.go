package commands

import (
	"lwcon/lwm2m"
	"lwcon/session"
)

// Answer is what a device answered to an operation, whatever its code.
//
//	{"command":"read","endpoint":"dev1","path":"/3/0","code":"2.05","format":"senml-cbor","ms":3.2,
//	 "exchange":17,"values":[…],"deviations":[…],"payload":"90a3…"}
//
// A Discover has "links" instead of values, an Observe "observe" (the number of
// the observation), a Create "created" (the path of the instance), a refusal
// "diagnostic" (its payload as text).
type Answer struct {
	Command string
	session.Result
	// Paths are those of a composite operation, whose own path is the root.
	Paths []lwm2m.Path
	// Sent is what a Write-Attributes set, or what an Observe carried, for people.
	Sent lwm2m.Attributes
	// Misplaced is why the device has to refuse what was sent, "" if it has not.
	Misplaced string
}

// Refused says whether the code is that of an error.
func (a *Answer) Refused() bool { return a.Code.Class() >= 4 }

// AppendJSON appends the answer as one JSON object.
func (a *Answer) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", a.Command)
	o.text("endpoint", a.Endpoint)
	o.text("path", a.Path.String())
	if len(a.Paths) > 0 {
		o.paths("composite", a.Paths)
	}
	o.response(&a.Response, func() {
		o.milliseconds("ms", a.Duration)
		o.unsigned("exchange", a.Exchange)
	})
	if a.Observation != 0 {
		o.unsigned("observe", a.Observation)
	}
	if a.Created != (lwm2m.Path{}) {
		o.text("created", a.Created.String())
	}
	o.optional("warning", a.Misplaced)
	return o.end()
}

// response writes what a peer answered; exchange writes the fields between the
// format and the values.
func (o *object) response(r *session.Response, exchange func()) {
	if r.Code != 0 { // a passive cancel asks nobody
		o.text("code", r.Code.String())
	}
	if r.HasFormat {
		o.text("format", r.Format.String())
	}
	exchange()
	if r.Tree != nil {
		o.tree(r.Tree)
	}
	if r.Code.Class() >= 4 && len(r.Payload) > 0 {
		o.text("diagnostic", string(r.Payload))
	}
	o.deviations(r.Deviations)
	if len(r.Payload) > 0 {
		o.hex("payload", string(r.Payload))
	}
}

// answered makes a command's result of a session's. A payload that does not
// decode is an error beside the answer.
func answered(command string, r *session.Result, err error) (Result, error) {
	if err != nil {
		return nil, err
	}
	a := &Answer{Command: command, Result: *r}
	if r.Err == nil {
		return a, nil
	}
	e := Classify(r.Err)
	if e.Kind == PayloadError {
		e.Tree = r.Tree
	}
	e.Endpoint, e.Exchange = r.Endpoint, r.Exchange
	return a, e
}
