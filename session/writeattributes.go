package session

import (
	"context"
	"fmt"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// WriteAttributes sets and unsets the attributes that steer notifications. It
// carries neither payload nor Content-Format: by that clients tell it from a
// Write.
//
//	PUT /3303/0/5700?pmin=5&gt
//	2.04
//
// Spec: Core 1.2 §6.3.4.
func WriteAttributes(ctx context.Context, e *Endpoint, p lwm2m.Path, a lwm2m.Attributes, o RequestOptions) (*Result, error) {
	op, err := begin("write-attributes", e, coap.PUT, p, o)
	if err != nil {
		return nil, err
	}
	op.needsAttributes(a)
	op.attributes = a
	for _, item := range a.Query() {
		op.request.AddQuery(item)
	}
	return op.do(ctx)
}

// Misplaced says why a device has to refuse some attributes at a path, "" if it has
// not: they contradict each other, or one of them does not apply to what is there as
// far as its definition is known. Spec: Core 1.2 §7.3.2.
func Misplaced(p lwm2m.Path, a lwm2m.Attributes, known lwm2m.Definitions) string {
	if why := a.Conflict(); why != "" {
		return why
	}
	r := lwm2m.FindResource(known, p)
	for _, one := range [...]lwm2m.Attribute{lwm2m.GT, lwm2m.LT, lwm2m.ST, lwm2m.Edge} {
		if _, set := a.Get(one); !set {
			continue
		}
		switch {
		case p.Level() < lwm2m.LevelResource:
			return fmt.Sprintf("%s belongs to a resource, and %s is not one", one, p)
		case r == nil:
		case one == lwm2m.Edge && r.Type != lwm2m.Boolean:
			return fmt.Sprintf("%s belongs to a boolean, and %s is %s", one, p, r.Type)
		case one != lwm2m.Edge && !r.Type.Numeric():
			return fmt.Sprintf("%s belongs to a number, and %s is %s", one, p, r.Type)
		}
	}
	if r != nil && !r.Operations.Has(lwm2m.Readable) {
		return fmt.Sprintf("%s cannot be read, and notifies nothing", p)
	}
	return ""
}
