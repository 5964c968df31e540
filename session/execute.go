package session

import (
	"context"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// Execute starts the action of an executable resource. The arguments are sent
// as they are, 0='x',1 by the specification; "" sends none.
//
//	POST /3/0/4, Content-Format 0, arguments
//	2.04
//
// Spec: Core 1.2 §6.3.5.
func Execute(ctx context.Context, e *Endpoint, p lwm2m.Path, arguments string, o RequestOptions) (*Result, error) {
	op, err := begin("execute", e, coap.POST, p, o)
	if err != nil {
		return nil, err
	}
	if arguments != "" {
		op.carrying(lwm2m.FormatText, []byte(arguments))
	}
	return op.do(ctx)
}
