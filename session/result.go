package session

import (
	"time"

	"lwcon/lwm2m"
)

// Response is what a peer answered or notified, decoded.
type Response struct {
	Code       Code
	Format     lwm2m.ContentFormat // meaningful if HasFormat
	HasFormat  bool
	Payload    []byte
	Tree       *lwm2m.Tree // nil if there is no payload or its format is unknown
	Err        error       // why the payload does not decode; Tree has what came before
	Deviations []lwm2m.Deviation
}

// octets estimates what a response keeps alive.
func (r *Response) octets() int {
	n := len(r.Payload)
	if r.Tree != nil {
		n += len(r.Tree.Payload) + 64*len(r.Tree.Nodes)
	}
	return n
}

// Result is the outcome of one operation: the peer's answer, whatever its code.
type Result struct {
	Response
	Operation string // "read", "write-attributes", …
	Endpoint  string
	Path      lwm2m.Path
	Duration  time.Duration // from the first transmission to the answer
	Exchange  uint64
	Size1     uint32     // of a 4.13: how many octets the peer takes, 0 if it did not say
	Created   lwm2m.Path // of a Create: where the instance is, if the peer said so
	// Observation is the number of the observation that an Observe began, 0 if
	// the peer did not begin one.
	Observation uint64
}
