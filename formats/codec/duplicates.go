package codec

import (
	"hash/maphash"
	"math/bits"

	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// nodeKey is what no two nodes of a payload may share.
type nodeKey struct {
	path lwm2m.Path
	time float64
	has  bool
}

func keyOf(n *lwm2m.Node) nodeKey {
	k := nodeKey{path: n.Path()}
	k.time, k.has = n.Time()
	return k
}

// findDuplicates names each node that says again what one before it said: in
// linear time, with about 8 octets a node.
func (b *Builder) findDuplicates() {
	size := 1 << bits.Len(uint(len(b.Nodes)+len(b.Nodes)/4))
	table := make([]uint32, size) // index of a node plus 1, 0 for none
	seed := maphash.MakeSeed()
	for i := range b.Nodes {
		key := keyOf(&b.Nodes[i])
		slot := int(maphash.Comparable(seed, key)) & (size - 1)
		for ; table[slot] != 0; slot = (slot + 1) & (size - 1) {
			if first := &b.Nodes[table[slot]-1]; keyOf(first) == key {
				if b.Full(rules.Duplicate) {
					break
				}
				b.Deviate(rules.Duplicate, key.path, int(b.Nodes[i].Span().Start),
					"expected each path once, found it at octet %d already", first.Span().Start)
				break
			}
		}
		if table[slot] == 0 {
			table[slot] = uint32(i + 1)
		}
		if b.err != nil {
			return
		}
	}
}
