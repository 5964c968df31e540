package codec

import "lwcon/formats/rules"

// checkRanges notes the numbers that lie outside the range that their definition
// gives, if they are of its type: else another rule speaks. It stands apart from
// the decoders, so that their quickest ways need not look at ranges. Under
// Options.Strict it ends with the first.
func (b *Builder) checkRanges() {
	for i := range b.Nodes {
		n := &b.Nodes[i]
		r := n.Definition()
		if r == nil || r.Range == "" || n.Value().Type() != r.Type || r.Admits(n.Value()) {
			continue
		}
		b.Deviate(rules.ValueOutsideRange, n.Path(), int(n.ValueSpan().Start), "expected %s in the range %s, found %s", r.Name, r.Range, n.Value())
		if b.err != nil {
			return
		}
	}
}
