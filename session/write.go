package session

import (
	"context"
	"fmt"

	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// WriteOptions change a Write.
type WriteOptions struct {
	RequestOptions
	Partial bool                 // add and change, instead of replacing what is there
	Format  *lwm2m.ContentFormat // nil: chosen by what the client announced
}

// Write replaces the values of an object instance, resource or resource
// instance, or with Partial adds to them.
//
//	PUT  /1/0, Content-Format, values    replace
//	POST /1/0, Content-Format, values    partial update
//	2.04
//
// Spec: Core 1.2 §6.3.3, Transport 1.2 §6.4.4.
func Write(ctx context.Context, e *Endpoint, p lwm2m.Path, nodes []lwm2m.Node, o WriteOptions) (*Result, error) {
	method := coap.PUT
	if o.Partial {
		method = coap.POST
	}
	op, err := begin("write", e, method, p, o.RequestOptions)
	if err != nil {
		return nil, err
	}
	if err := op.encode(nodes, o.Format, false); err != nil {
		return nil, err
	}
	r, err := op.do(ctx)
	if err == nil {
		op.learnWritten(r.Code, nodes)
	}
	return r, err
}

// encode gives the request the values as its body.
func (op *operation) encode(nodes []lwm2m.Node, wanted *lwm2m.ContentFormat, create bool) error {
	f := op.writeFormat(nodes)
	switch {
	case wanted != nil:
		f = *wanted
	case create && len(nodes) > 0 && nodes[0].Path().ObjectInstance() == lwm2m.AnyID:
		f = lwm2m.FormatTLV // SenML cannot say that the client is to choose the id
	}
	body, err := op.encoded(f, nodes, formats.Options{At: op.path, Definitions: op.registration, Create: create})
	if err != nil {
		return fmt.Errorf("%s %s: %w", op.name, op.path, err)
	}
	op.carrying(f, body)
	return nil
}

// writeFormat chooses the format of a request's body: what the version of the
// client must understand, what it announced, or what it answered in before. Spec: Core 1.2 §7.4.
func (op *operation) writeFormat(nodes []lwm2m.Node) lwm2m.ContentFormat {
	if len(nodes) == 1 && op.path.Level() >= lwm2m.LevelResource && nodes[0].HasValue() && nodes[0].Path() == op.path {
		if nodes[0].Value().Type() == lwm2m.Opaque {
			return lwm2m.FormatOpaque
		}
		return lwm2m.FormatText
	}
	g := op.registration
	preferred := []lwm2m.ContentFormat{lwm2m.FormatTLV, lwm2m.FormatSenMLCBOR, lwm2m.FormatSenMLJSON, lwm2m.FormatLwM2MCBOR, lwm2m.FormatJSON}
	for _, f := range preferred {
		if g.Announces(f) {
			return f
		}
	}
	for _, f := range preferred {
		if op.endpoint.answeredIn(f) {
			return f
		}
	}
	if g.Version >= lwm2m.V1_1 && len(g.Formats) > 0 {
		return lwm2m.FormatSenMLCBOR // announced others only; 1.1 demands SenML CBOR of nobody, but most have it
	}
	return lwm2m.FormatTLV
}
