package commands

import (
	"lwcon/session/coap"
)

// Exchanged is what was sent by hand and what came back.
//
//	{"command":"coap","peer":"192.0.2.7:40001","code":"2.05","ms":3.2,"exchange":17,"messages":[…],"deviations":[…]}
//
// Without an answer there is no "code".
type Exchanged struct {
	Command string
	Peer    string
	Code    coap.Code // of the answer, Empty if none came
	Details
}

// Refused says whether the answer is that of an error.
func (x *Exchanged) Refused() bool { return x.Code.Class() >= 4 && !x.Code.IsSignal() }

// AppendJSON appends the exchange as one JSON object.
func (x *Exchanged) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", x.Command)
	o.text("peer", x.Peer)
	if x.Code != coap.Empty {
		o.text("code", x.Code.String())
	}
	o.details(&x.Details)
	return o.end()
}
