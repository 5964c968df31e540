package session

import (
	"context"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// Delete deletes an object instance, from 1.2 on also a resource instance.
//
//	DELETE /3303/2
//	2.02
//
// Spec: Core 1.2 §6.3.7.
func Delete(ctx context.Context, e *Endpoint, p lwm2m.Path, o RequestOptions) (*Result, error) {
	op, err := begin("delete", e, coap.DELETE, p, o)
	if err != nil {
		return nil, err
	}
	if p.Level() == lwm2m.LevelResourceInstance {
		op.needs(lwm2m.V1_2, "Deletes of a resource instance")
	}
	return op.do(ctx)
}
