package session

import (
	"strings"

	"lwcon/formats"
	"lwcon/lwm2m"
)

// alternate returns the client's alternate path without the slashes around it, ""
// if it has none. Names in payloads begin with it. Spec: Core 1.2 §6.2.1.
func (op *operation) alternate() string { return strings.Trim(op.registration.Root, "/") }

// named returns the path as names in payloads write it: below the alternate
// path.
func (op *operation) named(p lwm2m.Path) lwm2m.Path {
	if root := op.alternate(); root != "" && p.Prefix() == "" {
		return p.WithPrefix(root)
	}
	return p
}

// encoded writes values as the client names them.
func (op *operation) encoded(f lwm2m.ContentFormat, nodes []lwm2m.Node, o formats.Options) ([]byte, error) {
	if op.alternate() != "" {
		o.At = op.named(o.At)
		below := make([]lwm2m.Node, len(nodes))
		for i := range nodes {
			below[i] = behind(nodes[i], op.named(nodes[i].Path()).Prefix())
		}
		nodes = below
	}
	return formats.Encode(f, nodes, o)
}

// plain takes the alternate path off what was decoded: results speak of paths
// below it.
func (op *operation) plain(tree *lwm2m.Tree) {
	root := op.alternate()
	if root == "" || tree == nil {
		return
	}
	tree.At = op.path
	for i := range tree.Nodes {
		if n := &tree.Nodes[i]; n.Path().Prefix() == root {
			*n = behind(*n, "")
		}
	}
	for i := range tree.Links {
		if rest, below := cutRoot(tree.Links[i].Target, op.registration.Root); below {
			tree.Links[i].Target = rest
		}
	}
	for i := range tree.Deviations {
		if d := &tree.Deviations[i]; d.Path.Prefix() == root {
			d.Path = d.Path.WithPrefix("")
		}
	}
}

// behind returns a node with another prefix before its path.
func behind(n lwm2m.Node, prefix string) lwm2m.Node {
	var m lwm2m.More
	if old := n.More(); old != nil {
		m = *old
	}
	m.Prefix = prefix
	return n.WithMore(&m)
}
