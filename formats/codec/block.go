package codec

import "lwcon/lwm2m"

// A tree of few nodes is one allocation: the tree with room for its nodes behind
// it. These are the sizes that there are.
type (
	block1 struct {
		tree  lwm2m.Tree
		nodes [1]lwm2m.Node
	}
	block3 struct {
		tree  lwm2m.Tree
		nodes [3]lwm2m.Node
	}
	block6 struct {
		tree  lwm2m.Tree
		nodes [6]lwm2m.Node
	}
	block10 struct {
		tree  lwm2m.Tree
		nodes [10]lwm2m.Node
	}
	block14 struct {
		tree  lwm2m.Tree
		nodes [14]lwm2m.Node
	}
	block18 struct {
		tree  lwm2m.Tree
		nodes [18]lwm2m.Node
	}
	block23 struct {
		tree  lwm2m.Tree
		nodes [23]lwm2m.Node
	}
)

// newBlock returns a tree and room for n nodes; for many nodes they are apart.
func newBlock(n int) (*lwm2m.Tree, []lwm2m.Node) {
	switch {
	case n <= 0:
		return new(lwm2m.Tree), nil
	case n <= 1:
		b := new(block1)
		return &b.tree, b.nodes[:0]
	case n <= 3:
		b := new(block3)
		return &b.tree, b.nodes[:0]
	case n <= 6:
		b := new(block6)
		return &b.tree, b.nodes[:0]
	case n <= 10:
		b := new(block10)
		return &b.tree, b.nodes[:0]
	case n <= 14:
		b := new(block14)
		return &b.tree, b.nodes[:0]
	case n <= 18:
		b := new(block18)
		return &b.tree, b.nodes[:0]
	case n <= 23:
		b := new(block23)
		return &b.tree, b.nodes[:0]
	}
	return new(lwm2m.Tree), make([]lwm2m.Node, 0, n)
}
