// Package text is the format text/plain (0, and 1541 from before the
// registration): one value of a resource or resource instance, written out.
//
//	Integer, Unsigned, Time  -750
//	Float                    0.5, without exponent
//	Boolean                  0 or 1
//	Opaque                   Base64, standard alphabet, padded
//	Objlnk                   66:0
//
// Spec: Core 1.2 §7.4, Core 1.1 Appendix C.
package text

import (
	"encoding/base64"
	"math"
	"strconv"

	"lwcon/formats/codec"
	"lwcon/lwm2m"
)

// Decode decodes one value. The request path must be that of a resource or
// resource instance; the root stands for an unknown one. Blanks around numbers,
// true and false, decimal commas, exponents and more are taken and noted; text
// that is no value of the type is kept as a String.
func Decode(f lwm2m.ContentFormat, payload []byte, o codec.Options) (*lwm2m.Tree, error) {
	var d decoder
	s := d.Start(f, payload, o)
	p, definition, ok := d.SingleTarget()
	if !ok {
		return d.Finish()
	}
	_, want, known := d.Resolve(p)
	value := lwm2m.Span{Start: 0, End: uint32(len(s))}
	t := codec.Typed{Path: p, Want: want, Known: known}
	d.Reserve(1)
	if known {
		d.Add(lwm2m.KindValue, p, d.typed(s, t), definition, value, value)
		return d.Finish()
	}
	v := guess(s)
	if v.Type() == lwm2m.String {
		d.CheckText(s, t)
	}
	d.Add(lwm2m.KindGuess, p, v, definition, value, value)
	return d.Finish()
}

// guess reads text whose type nobody tells: a number if it is written as one in
// the one canonical way.
func guess(s string) lwm2m.Value {
	if i, err := strconv.ParseInt(s, 10, 64); err == nil && strconv.FormatInt(i, 10) == s {
		return lwm2m.IntegerValue(i)
	}
	if v, err := lwm2m.ParseValue(lwm2m.Float, s); err == nil && v.String() == s && !math.IsNaN(v.Float()) && !math.IsInf(v.Float(), 0) {
		return v
	}
	return lwm2m.StringValue(s)
}

// Encode encodes the one node. The error is a *codec.EncodeError: not one node,
// a null, a node with a time, a float that is no number.
func Encode(f lwm2m.ContentFormat, nodes []lwm2m.Node, o codec.Options) ([]byte, error) {
	n, err := codec.SingleNode(f, nodes, o)
	if err != nil {
		return nil, err
	}
	switch v := n.Value(); v.Type() {
	case lwm2m.Opaque:
		return base64.StdEncoding.AppendEncode(nil, []byte(v.Text())), nil
	case lwm2m.Boolean:
		return []byte{'0' + byte(v.Uint()&1)}, nil
	case lwm2m.Float:
		if x := v.Float(); math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, codec.Refuse(f, n, "text/plain has no %s", v)
		}
		return strconv.AppendFloat(nil, v.Float(), 'f', -1, 64), nil
	case lwm2m.None:
		return nil, codec.Refuse(f, n, "text/plain has no null")
	default:
		return v.Append(nil), nil
	}
}
