package session

import (
	"fmt"

	"lwcon/lwm2m"
)

// VersionError tells that a request needs a later version of the enabler than
// the client registered. It was not sent; RequestOptions.Force sends it anyway.
// Spec: the tables of Core 1.0, 1.1 and 1.2 side by side.
type VersionError struct {
	What       string // in the plural: "composite operations"
	Needs      lwm2m.Version
	Registered lwm2m.Version
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("the device registered %s: %s need %s", e.Registered, e.What, e.Needs)
}

// needs holds the request back unless the client registered a version. The
// first thing that is too new counts.
func (op *operation) needs(v lwm2m.Version, what string) {
	if op.registration.Version < v && !op.options.Force && op.gate == nil {
		op.gate = &VersionError{what, v, op.registration.Version}
	}
}

// needsFormat holds the request back if the client's version does not know a
// content format, unless the client announced it.
func (op *operation) needsFormat(f lwm2m.ContentFormat) {
	if v := op.registration.Version; v < lwm2m.V1_2 && f.Since() > v && !op.registration.Announces(f) {
		op.needs(f.Since(), "payloads in "+f.String())
	}
}

// needsAttributes holds the request back if the client's version does not know
// one of some attributes.
func (op *operation) needsAttributes(a lwm2m.Attributes) {
	for i, name := range lwm2m.AttributeNames() {
		one := lwm2m.Attribute(i)
		if _, set := a.Get(one); set || a.IsUnset(one) {
			op.needs(one.Since(), "attributes such as "+name)
		}
	}
}
