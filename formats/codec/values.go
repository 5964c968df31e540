package codec

import (
	"strconv"

	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// checkValues holds the values against what their definitions say beside the type.
// It stands apart from the decoders, so that their quickest ways need not look at
// it. Under Options.Strict it ends with the first deviation.
func (b *Builder) checkValues() {
	for i := range b.Nodes {
		n := &b.Nodes[i]
		r := n.Definition()
		if r == nil || !n.HasValue() {
			continue
		}
		switch {
		case r.Operations == lwm2m.Executable:
			b.Deviate(rules.ValueExecutable, n.Path(), int(n.Span().Start), "expected no value of %s, which is only executed", r.Name)
		case r.Range != "" && n.Value().Type() == r.Type && !r.Admits(n.Value()):
			b.Deviate(rules.ValueOutsideRange, n.Path(), int(n.ValueSpan().Start), "expected %s in the range %s, found %s%s", r.Name, r.Range, n.Value(), b.unsignedReading(n))
		}
		if b.err != nil {
			return
		}
	}
}

// unsignedReading says what a negative integer of TLV is without sign, which a
// device may have meant; "" where it cannot have.
func (b *Builder) unsignedReading(n *lwm2m.Node) string {
	v, span := n.Value(), n.ValueSpan()
	octets := span.End - span.Start
	if b.format.Canonical() != lwm2m.FormatTLV || v.Type() != lwm2m.Integer || v.Int() >= 0 || octets == 0 || octets > 8 {
		return ""
	}
	return ", or " + strconv.FormatUint(v.Uint()<<(64-8*octets)>>(64-8*octets), 10) + " if it was encoded without sign"
}
