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

// CommonPath returns the longest path that contains all nodes.
func CommonPath(nodes []lwm2m.Node) lwm2m.Path {
	if len(nodes) == 0 {
		return lwm2m.Path{}
	}
	common := nodes[0].Path()
	for i := range nodes {
		p := nodes[i].Path()
		if p.Prefix() != common.Prefix() {
			return lwm2m.Path{}
		}
		common = common.Cut(common.Shared(p))
	}
	return common
}

// BaseName returns the text that the paths of all nodes begin with: that of
// CommonPath, with a "/" behind it unless a node is at that very path.
func BaseName(nodes []lwm2m.Node) string {
	common := CommonPath(nodes)
	base := common.String()
	if common.Level() == 0 && common.Prefix() == "" {
		return base
	}
	for i := range nodes {
		if nodes[i].Path() == common {
			return base
		}
	}
	return base + "/"
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
