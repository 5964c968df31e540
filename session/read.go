package session

import (
	"context"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// ReadOptions change a Read.
type ReadOptions struct {
	RequestOptions
	Accept *lwm2m.ContentFormat // nil: the client's choice
}

// Read reads an object, object instance, resource or resource instance.
//
//	GET /3/0, Accept
//	2.05 with the values
//
// Spec: Core 1.2 §6.3.1, Transport 1.2 §6.4.4.
func Read(ctx context.Context, e *Endpoint, p lwm2m.Path, o ReadOptions) (*Result, error) {
	op, err := begin("read", e, coap.GET, p, o.RequestOptions)
	if err != nil {
		return nil, err
	}
	op.accepting(o.Accept)
	return op.do(ctx)
}
