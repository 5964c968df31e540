package session

import (
	"context"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// CreateOptions change a Create.
type CreateOptions struct {
	RequestOptions
	Format *lwm2m.ContentFormat // nil: chosen by what the client announced
}

// Create makes an object instance. The path is that of the object; the nodes
// lie below the instance to make, /3303/2, or below /3303/* where the client
// is to choose the id.
//
//	POST /3303, Content-Format, values
//	2.01, with Location-Path if the client chose the id
//
// Spec: Core 1.2 §6.3.6.
func Create(ctx context.Context, e *Endpoint, object lwm2m.Path, nodes []lwm2m.Node, o CreateOptions) (*Result, error) {
	op, err := begin("create", e, coap.POST, object, o.RequestOptions)
	if err != nil {
		return nil, err
	}
	if err := op.encode(nodes, o.Format, true); err != nil {
		return nil, err
	}
	x, err := op.exchange(ctx, func(ctx context.Context, o coap.RequestOptions) (*coap.Exchange, error) {
		return op.listener.coap.Do(ctx, op.peer, op.request, o)
	})
	if err != nil {
		return nil, err
	}
	r := op.result(x)
	op.created(r, x.Response, nodes)
	return r, nil
}

// created reads where the instance is: in the Location-Path, else where the
// request put it.
func (op *operation) created(r *Result, m *coap.Message, nodes []lwm2m.Node) {
	if m.Code != Created {
		return
	}
	if location := m.LocationPath(); len(location) > 0 {
		text := joined(location)
		if rest, ok := cutRoot(text, op.registration.Root); ok {
			text = rest
		}
		if p, err := lwm2m.ParsePath(text); err == nil {
			r.Created = p
			return
		}
	}
	if len(nodes) > 0 && nodes[0].Path().ObjectInstance() != lwm2m.AnyID {
		r.Created = nodes[0].Path().Cut(lwm2m.LevelObjectInstance)
		return
	}
	r.note(ruleCreateNoLocation, op.path, "2.01 without the Location-Path of the new instance; Discover tells its id")
}
