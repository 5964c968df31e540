// Package cbor is the format application/cbor (60): one CBOR value of a resource
// or resource instance.
//
// Spec: Core 1.1 §7.4, RFC 8949.
package cbor

import (
	"lwcon/formats/codec"
	"lwcon/formats/internal/cborread"
	"lwcon/formats/internal/cborwrite"
	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// Decode decodes one value. The request path must be that of a resource or
// resource instance; the root stands for an unknown one.
func Decode(f lwm2m.ContentFormat, payload []byte, o codec.Options) (*lwm2m.Tree, error) {
	var b codec.Builder
	in := cborread.Reader{Payload: b.Start(f, payload, o)}
	p, definition, ok := b.SingleTarget()
	if !ok {
		return b.Finish()
	}
	item, ok := in.Item()
	if !ok {
		b.Fail(in.Pos, p, "%s", in.Problem)
		return b.Finish()
	}
	_, want, known := b.Resolve(p)
	if in.Odd != "" && !(in.Odd == cborread.EpochTime && (want == lwm2m.Time || !known)) {
		b.Deviate(rules.CBORForm, p, 0, "expected a plain value, found %s", in.Odd)
	}
	if !known && in.Odd == cborread.EpochTime {
		want, known = lwm2m.Time, true
	}
	if item.Kind == codec.ItemNull {
		b.Deviate(rules.ValueType, p, 0, "expected a value, found null")
	}
	v, kind := b.Value(item, codec.Typed{Path: p, Want: want, Known: known})
	span := lwm2m.Span{Start: 0, End: uint32(in.Pos)}
	b.Reserve(1)
	b.Add(kind, p, v, definition, span, span)
	if !in.End() {
		b.Deviate(rules.ValueTrailing, p, in.Pos, "expected the end, found %d more octets", in.Left())
	}
	return b.Finish()
}

// Encode encodes the one node; the error is a *codec.EncodeError.
func Encode(f lwm2m.ContentFormat, nodes []lwm2m.Node, o codec.Options) ([]byte, error) {
	n, err := codec.SingleNode(f, nodes, o)
	if err != nil {
		return nil, err
	}
	if n.Value().Type() == lwm2m.None {
		return nil, codec.Refuse(f, n, "expected a value, found null")
	}
	return cborwrite.Value(nil, n.Value()), nil
}
