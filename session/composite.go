package session

import (
	"context"
	"fmt"
	"slices"

	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// CompositeOptions change a composite operation.
type CompositeOptions struct {
	RequestOptions
	Format *lwm2m.ContentFormat // of the request's body; nil: SenML CBOR, or SenML JSON if only that is announced
	Accept *lwm2m.ContentFormat // of the answer; nil: as Format
	// Attributes of an ObserveComposite, which hold for this observation alone;
	// from 1.2 on.
	Attributes lwm2m.Attributes
}

// ReadComposite reads several paths of any objects at once. What the client
// does not have is missing in the answer, which is no error.
//
//	FETCH /, Content-Format 112, the paths; Accept
//	2.05 with the values
//
// Spec: Core 1.2 §6.3.8, Transport 1.2 §6.4.4. From 1.1 on.
func ReadComposite(ctx context.Context, e *Endpoint, paths []lwm2m.Path, o CompositeOptions) (*Result, error) {
	op, err := beginComposite("read-composite", e, coap.FETCH, o)
	if err != nil {
		return nil, err
	}
	if err := op.listing(paths, o); err != nil {
		return nil, err
	}
	return op.do(ctx)
}

// WriteComposite writes values of any objects at once: all of them or none.
//
//	iPATCH /, Content-Format 112, the values
//	2.04
//
// Spec: Core 1.2 §6.3.9, Transport 1.2 §6.4.4. From 1.1 on.
func WriteComposite(ctx context.Context, e *Endpoint, nodes []lwm2m.Node, o CompositeOptions) (*Result, error) {
	op, err := beginComposite("write-composite", e, coap.IPATCH, o)
	if err != nil {
		return nil, err
	}
	f := op.compositeFormat(o)
	body, err := op.encoded(f, nodes, formats.Options{Definitions: op.registration})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op.name, err)
	}
	op.carrying(f, body)
	r, err := op.do(ctx)
	if err == nil {
		op.learnWritten(r.Code, nodes)
	}
	return r, err
}

// beginComposite starts a request to the root of the client's objects.
func beginComposite(name string, e *Endpoint, method coap.Code, o CompositeOptions) (*operation, error) {
	op, err := begin(name, e, method, lwm2m.Path{}, o.RequestOptions)
	if err != nil {
		return nil, err
	}
	op.needs(lwm2m.V1_1, "composite operations")
	op.request.SetPath(op.registration.Root)
	return op, nil
}

// listing gives the request a list of paths as its body, and asks for an answer
// of the same format unless told otherwise.
func (op *operation) listing(paths []lwm2m.Path, o CompositeOptions) error {
	nodes := make([]lwm2m.Node, len(paths))
	for i, p := range paths {
		nodes[i] = lwm2m.NewNode(lwm2m.KindPath, p, lwm2m.Value{}, lwm2m.Span{}, 0)
	}
	f := op.compositeFormat(o)
	body, err := op.encoded(f, nodes, formats.Options{PathList: true})
	if err != nil {
		return fmt.Errorf("%s: %w", op.name, err)
	}
	op.carrying(f, body)
	accept := o.Accept
	if accept == nil && f != lwm2m.FormatETCHJSON && f != lwm2m.FormatETCHCBOR {
		accept = &f
	}
	op.accepting(accept)
	return nil
}

// compositeFormat chooses the format of a composite request's body.
func (op *operation) compositeFormat(o CompositeOptions) lwm2m.ContentFormat {
	g := op.registration
	switch {
	case o.Format != nil:
		return *o.Format
	case g.Announces(lwm2m.FormatSenMLCBOR):
	case g.Announces(lwm2m.FormatSenMLJSON),
		op.endpoint.answeredIn(lwm2m.FormatSenMLJSON) && !op.endpoint.answeredIn(lwm2m.FormatSenMLCBOR):
		return lwm2m.FormatSenMLJSON
	}
	return lwm2m.FormatSenMLCBOR
}

// ObserveComposite asks a client to notify of changes of any of several paths;
// each notification carries all of them.
//
//	FETCH /, Observe 0, Content-Format 112, the paths; Accept
//	2.05 with Observe and the present values
//
// Spec: Core 1.2 §6.4.3. From 1.1 on.
func ObserveComposite(ctx context.Context, e *Endpoint, paths []lwm2m.Path, o CompositeOptions) (*Result, error) {
	op, err := beginComposite("observe-composite", e, coap.FETCH, o)
	if err != nil {
		return nil, err
	}
	if err := op.listing(paths, o); err != nil {
		return nil, err
	}
	op.parameters(o.Attributes)
	return op.observe(ctx, slices.Clone(paths))
}
