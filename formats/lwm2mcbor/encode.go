package lwm2mcbor

import (
	"strings"

	"lwcon/formats/codec"
	"lwcon/formats/internal/cborwrite"
	"lwcon/lwm2m"
)

// Encode encodes nodes with absolute paths, all lengths definite: one pair for
// each object instance, its key the longest path that its nodes share, its value
// the value of the only node or a map of what is below.
//
// The error is a *codec.EncodeError: a node with a time, without a value, twice
// at the same path, or in an instance whose id the client is to choose.
func Encode(f lwm2m.ContentFormat, nodes []lwm2m.Node, o codec.Options) ([]byte, error) {
	e := encoder{nodes: withoutNeedlessEmpties(codec.Grouped(nodes))}
	e.shared = make([]uint8, len(e.nodes), len(e.nodes)+1)
	room := 9
	var before lwm2m.Path
	for i := range e.nodes {
		n := &e.nodes[i]
		if err := check(f, n); err != nil {
			return nil, err
		}
		p := n.Path()
		if i > 0 {
			level := p.Shared(before)
			if level == min(p.Level(), before.Level()) && p.Prefix() == before.Prefix() {
				return nil, codec.Refuse(f, n, "expected each path once and no value beside resource instances")
			}
			e.shared[i] = uint8(level)
		}
		before = p
		room += 30 + len(n.Value().Text())
	}
	e.out = make([]byte, 0, room)
	groups := 0
	for i := 0; i < len(e.nodes); i = e.groupEnd(i, len(e.nodes), lwm2m.LevelObjectInstance) {
		groups++
	}
	e.out = cborwrite.Head(e.out, cborwrite.Map, uint64(groups))
	for i := 0; i < len(e.nodes); {
		end := e.groupEnd(i, len(e.nodes), lwm2m.LevelObjectInstance)
		e.instance(i, end)
		i = end
	}
	return e.out, nil
}

// withoutNeedlessEmpties leaves out what is said to be empty and is not, as other
// nodes are in it.
func withoutNeedlessEmpties(nodes []lwm2m.Node) []lwm2m.Node {
	needless := func(i int) bool {
		if nodes[i].Kind() != lwm2m.KindEmpty {
			return false
		}
		p := nodes[i].Path()
		return (i > 0 && p.Contains(nodes[i-1].Path()) || i+1 < len(nodes) && p.Contains(nodes[i+1].Path()))
	}
	for i := range nodes {
		if !needless(i) {
			continue
		}
		kept := append([]lwm2m.Node(nil), nodes[:i]...)
		for j := i; j < len(nodes); j++ {
			if !needless(j) {
				kept = append(kept, nodes[j])
			}
		}
		return kept
	}
	return nodes
}

// check says why LwM2M CBOR cannot carry a node.
func check(f lwm2m.ContentFormat, n *lwm2m.Node) error {
	p := n.Path()
	_, timed := n.Time()
	switch {
	case timed:
		return codec.Refuse(f, n, "LwM2M CBOR carries no time")
	case n.Kind() == lwm2m.KindPath:
		return codec.Refuse(f, n, "LwM2M CBOR carries no path without a value")
	case n.HasValue() && p.Level() < lwm2m.LevelResource || p.Level() == 0:
		return codec.Refuse(f, n, "expected the path of a resource")
	case p.Level() > lwm2m.LevelObject && p.ObjectInstance() == lwm2m.AnyID:
		return codec.Refuse(f, n, "expected an object instance id, as LwM2M CBOR has no path without")
	}
	return nil
}

// encoder writes one payload.
type encoder struct {
	nodes  []lwm2m.Node
	shared []uint8 // how many leading ids each node's path shares with the one before
	out    []byte
}

// groupEnd returns where the nodes end that share the path of node i up to a
// level.
func (e *encoder) groupEnd(i, end, level int) int {
	for i++; i < end && int(e.shared[i]) >= level; i++ {
	}
	return i
}

// instance writes the pair of the nodes i to end, which are of one instance.
func (e *encoder) instance(i, end int) {
	p := e.nodes[i].Path()
	level := p.Level()
	for j := i + 1; j < end; j++ {
		level = min(level, int(e.shared[j]))
	}
	e.key(p.Cut(level))
	e.below(i, end, level)
}

// key writes a path as an array of ids.
func (e *encoder) key(p lwm2m.Path) {
	n := uint64(p.Level())
	if p.Prefix() != "" {
		n += 1 + uint64(strings.Count(p.Prefix(), "/"))
	}
	if n > 1 {
		e.out = cborwrite.Head(e.out, cborwrite.Array, n)
	}
	if p.Prefix() != "" {
		for segment := range strings.SplitSeq(p.Prefix(), "/") {
			e.out = cborwrite.String(e.out, segment)
		}
	}
	for level := 1; level <= p.Level(); level++ {
		e.out = cborwrite.Head(e.out, cborwrite.Unsigned, uint64(p.ID(level)))
	}
}

// below writes what the nodes i to end say below their common path of a level.
func (e *encoder) below(i, end, level int) {
	n := &e.nodes[i]
	if end-i == 1 && n.Path().Level() == level {
		if n.Kind() == lwm2m.KindEmpty {
			e.out = cborwrite.Head(e.out, cborwrite.Map, 0)
		} else {
			e.out = cborwrite.Value(e.out, n.Value())
		}
		return
	}
	members := 0
	for j := i; j < end; j = e.groupEnd(j, end, level+1) {
		members++
	}
	e.out = cborwrite.Head(e.out, cborwrite.Map, uint64(members))
	for j := i; j < end; {
		next := e.groupEnd(j, end, level+1)
		e.out = cborwrite.Head(e.out, cborwrite.Unsigned, uint64(e.nodes[j].Path().ID(level+1)))
		e.below(j, next, level+1)
		j = next
	}
}
