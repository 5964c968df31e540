package session

import (
	"context"

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

// misplaced says why the device has to refuse the attributes, "" if it has not.
func (op *operation) misplaced() string {
	at := lwm2m.AttributePlace{Path: op.path, Definitions: op.registration}
	return at.Misplaced(op.attributes)
}
