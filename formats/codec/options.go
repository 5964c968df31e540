// Package codec is what the payload formats share: the options, the errors, the
// limits, and the Builder that turns scanned values into a typed tree.
package codec

import "lwcon/lwm2m"

// Limits on what a payload can make a decoder do. They are far above what
// devices send; beyond them a payload is refused with a SyntaxError.
const (
	// MaxPayload is the most octets of a payload.
	MaxPayload = 64 << 20
	// MaxNodes is the most values of one payload: 64 MB of nodes.
	MaxNodes = 1 << 20
	// MaxDepth is how deep arrays and maps may nest where a format lets
	// unknown members nest at will.
	MaxDepth = 32
	// MaxSame is how many deviations of one rule are listed; further ones are
	// counted in Deviation.More of the last.
	MaxSame = 16
	// MaxName is the most octets of a name with its base name.
	MaxName = 1024
)

// Options say what is known of a payload besides its octets. The zero Options
// decode leniently, as the answer to a request for everything, without
// definitions.
type Options struct {
	At          lwm2m.Path                          // request path that the payload answers or is written to
	Definitions lwm2m.Definitions                   // what objects and resources mean; nil: nothing is known
	TypeOf      func(lwm2m.Path) (lwm2m.Type, bool) // types that win over the definitions; nil: none
	PathList    bool                                // it is the body of a composite read: paths without values
	Strict      bool                                // the first deviation is the error
	Write       bool                                // it is the payload of a Write: paths may begin below the request path
	Create      bool                                // it is the payload of a Create: no instance id means "*"
	WrongLinks  func(text string) string            // what is wrong with the text of a Corelnk, "" if nothing; package formats sets it
}
