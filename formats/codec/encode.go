package codec

import (
	"fmt"
	"slices"

	"lwcon/lwm2m"
)

// Refuse is the error of a node that a format cannot carry.
func Refuse(f lwm2m.ContentFormat, n *lwm2m.Node, reason string, args ...any) error {
	return &EncodeError{Format: f, Path: n.Path(), Reason: fmt.Sprintf(reason, args...)}
}

// Base is the text that the paths of all nodes begin with: the longest path that
// contains them, with a "/" behind it unless a node is at that very path. The
// zero Base is no text at all.
type Base struct {
	path  lwm2m.Path
	slash bool
	root  bool // the text is "/"
	some  bool
}

// BaseOf returns what the paths of nodes begin with, the zero Base for no nodes.
func BaseOf(nodes []lwm2m.Node) Base {
	if len(nodes) == 0 {
		return Base{}
	}
	b := Base{path: nodes[0].Path(), slash: true, some: true}
	level := b.path.Level()
	for i := range nodes {
		p := nodes[i].Path()
		if p.Prefix() != b.path.Prefix() {
			return Base{slash: true, root: true, some: true}
		}
		level = min(level, b.path.Shared(p))
	}
	b.path = b.path.Cut(level)
	b.root = level == 0 && b.path.Prefix() == ""
	for i := range nodes {
		if !b.root && nodes[i].Path().Level() == level {
			b.slash = false
		}
	}
	return b
}

// Root says whether the text is "/", with which all paths begin.
func (b *Base) Root() bool { return b.root }

// None says whether there is no text.
func (b *Base) None() bool { return !b.some }

// Append appends the text.
func (b *Base) Append(to []byte) []byte {
	if to = b.path.Append(to); b.slash && !b.root {
		to = append(to, '/')
	}
	return to
}

// AppendRest appends what is left of a path behind the text.
func (b *Base) AppendRest(to []byte, p lwm2m.Path) []byte {
	level := b.path.Level()
	switch {
	case !b.some:
		return p.Append(to)
	case p.Prefix() != b.path.Prefix():
		return append(to, p.String()[1:]...)
	case !b.slash && p.Level() > level:
		to = append(to, '/')
	}
	return p.AppendBelow(to, level)
}

// SharedTime returns the time that all of several nodes have.
func SharedTime(nodes []lwm2m.Node) (seconds float64, ok bool) {
	for i := range nodes {
		t, timed := nodes[i].Time()
		if i == 0 {
			seconds = t
		}
		if !timed || t != seconds {
			return 0, false
		}
	}
	return seconds, len(nodes) > 1
}

// Grouped returns the nodes with those of each object instance, and of each
// resource, next to each other, as nesting formats need them: the nodes as they
// are if they stand so already, else a copy in the order in which the groups
// begin.
func Grouped(nodes []lwm2m.Node) []lwm2m.Node {
	if lwm2m.Ascending(nodes) {
		return nodes
	}
	first := make(map[lwm2m.Path]int, len(nodes))
	begins := func(p lwm2m.Path, i int) int {
		if at, ok := first[p]; ok {
			return at
		}
		first[p] = i
		return i
	}
	order := make([][3]int, len(nodes))
	for i := range nodes {
		p := nodes[i].Path()
		order[i] = [3]int{begins(p.Cut(lwm2m.LevelObjectInstance), i), begins(p.Cut(lwm2m.LevelResource), i), i}
	}
	compare := func(a, b [3]int) int { return slices.Compare(a[:], b[:]) }
	if slices.IsSortedFunc(order, compare) {
		return nodes
	}
	slices.SortFunc(order, compare)
	grouped := make([]lwm2m.Node, len(nodes))
	for i := range order {
		grouped[i] = nodes[order[i][2]]
	}
	return grouped
}
