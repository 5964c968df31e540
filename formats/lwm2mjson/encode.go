package lwm2mjson

import (
	"encoding/base64"
	"math"

	"lwcon/formats/codec"
	"lwcon/formats/internal/jsonwrite"
	"lwcon/lwm2m"
)

// Encode encodes nodes with a base name, and with a base time where all have the
// same time. Empty instances and resources are left out, as the format cannot say
// them. The error is a *codec.EncodeError: a null, a path without value, a float
// that is no number, an instance whose id the client is to choose.
func Encode(f lwm2m.ContentFormat, nodes []lwm2m.Node, o codec.Options) ([]byte, error) {
	room := 64
	for i := range nodes {
		room += 48 + len(nodes[i].Value().Text())*4/3
	}
	b := append(make([]byte, 0, room), '{')
	base := codec.BaseOf(nodes)
	if !base.None() {
		b = append(jsonwrite.Inside(append(b, `"bn":"`...), base.Append), `",`...)
	}
	time, shared := codec.SharedTime(nodes)
	if shared {
		b = append(lwm2m.AppendFloat(append(b, `"bt":`...), time), ',')
	}
	b = append(b, `"e":[`...)
	first := true
	for i := range nodes {
		n := &nodes[i]
		if n.Kind() == lwm2m.KindEmpty {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		var err error
		if b, err = appendEntry(b, f, n, &base, shared); err != nil {
			return nil, err
		}
	}
	return append(b, ']', '}'), nil
}

// appendEntry appends one entry.
func appendEntry(b []byte, f lwm2m.ContentFormat, n *lwm2m.Node, base *codec.Base, shared bool) ([]byte, error) {
	p := n.Path()
	switch {
	case !n.HasValue() || n.Value().Type() == lwm2m.None:
		return nil, codec.Refuse(f, n, "LwM2M JSON carries no null and no path without a value")
	case p.ObjectInstance() == lwm2m.AnyID:
		return nil, codec.Refuse(f, n, "expected an object instance id, as LwM2M JSON names none without")
	}
	b = append(b, '{')
	start := len(b)
	b = append(b, `"n":"`...)
	name := len(b)
	if p.Prefix() == "" {
		b = base.AppendRest(b, p)
	} else {
		b = jsonwrite.Inside(b, func(b []byte) []byte { return base.AppendRest(b, p) })
	}
	if len(b) > name {
		b = append(b, `",`...)
	} else {
		b = b[:start] // the base name says it all
	}
	if t, ok := n.Time(); ok && !shared {
		b = append(lwm2m.AppendFloat(append(b, `"t":`...), t), ',')
	}
	switch v := n.Value(); v.Type() {
	case lwm2m.String, lwm2m.CoreLink:
		b = jsonwrite.String(append(b, `"sv":`...), v.Text())
	case lwm2m.Opaque:
		b = append(b, `"sv":"`...)
		b = append(base64.StdEncoding.AppendEncode(b, []byte(v.Text())), '"')
	case lwm2m.Boolean:
		b = v.Append(append(b, `"bv":`...))
	case lwm2m.ObjectLink:
		b = append(v.Append(append(b, `"ov":"`...)), '"')
	case lwm2m.Float:
		if x := v.Float(); math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, codec.Refuse(f, n, "JSON has no %s", v)
		}
		b = v.Append(append(b, `"v":`...))
	default:
		b = v.Append(append(b, `"v":`...))
	}
	return append(b, '}'), nil
}
