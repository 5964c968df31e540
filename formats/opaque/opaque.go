// Package opaque is the format application/octet-stream (42, and
// 1544 from before the registration at IANA): the octets of one
// Opaque resource or resource instance as they are.
//
// Spec: Core 1.2 §7.4.
package opaque

import (
	"unicode/utf8"

	"lwcon/formats/codec"
	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// Decode decodes one value. The request path must be that of a resource or
// resource instance; the root stands for an unknown one. For a String the
// octets are taken as its text, for every other type kept as an Opaque, both
// with a deviation.
func Decode(f lwm2m.ContentFormat, payload []byte, o codec.Options) (*lwm2m.Tree, error) {
	var b codec.Builder
	s := b.Start(f, payload, o)
	p, definition, ok := b.SingleTarget()
	if !ok {
		return b.Finish()
	}
	v := lwm2m.OpaqueValue(s)
	if _, want, known := b.Resolve(p); known && want != lwm2m.Opaque {
		b.Deviate(rules.OpaqueType, p, 0, "expected a format for the type %s, found octets as they are", want)
		switch {
		case !want.Textual() || !utf8.ValidString(s):
		case want == lwm2m.CoreLink:
			v = lwm2m.CoreLinkValue(s)
		default:
			v = lwm2m.StringValue(s)
		}
	}
	span := lwm2m.Span{Start: 0, End: uint32(len(s))}
	b.Reserve(1)
	b.Add(lwm2m.KindValue, p, v, definition, span, span)
	return b.Finish()
}

// Encode encodes the one node, which must be an Opaque; the error is a
// *codec.EncodeError.
func Encode(f lwm2m.ContentFormat, nodes []lwm2m.Node, o codec.Options) ([]byte, error) {
	n, err := codec.SingleNode(f, nodes, o)
	if err != nil {
		return nil, err
	}
	if v := n.Value(); v.Type() != lwm2m.Opaque {
		return nil, codec.Refuse(f, n, "expected an opaque value, found the type %s", v.Type())
	}
	return []byte(n.Value().Text()), nil
}
