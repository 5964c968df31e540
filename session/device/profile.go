package device

import (
	"time"

	"lwcon/lwm2m"
)

// Profile is what a profile file says of a kind of device. It is not changed
// once loaded, and any number of devices share it.
type Profile struct {
	Name     string // of the file, without directory and extension
	Endpoint string
	Version  lwm2m.Version // of the enabler
	Lifetime time.Duration
	Binding  lwm2m.Binding
	Queue    bool
	Rules    []Rule // misbehaviour

	tree *tree
}
