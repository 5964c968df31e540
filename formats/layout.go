package formats

import (
	"slices"

	"lwcon/lwm2m"
)

// Role is what a run of octets is for.
type Role uint8

const (
	// RoleValue is the octets of a value.
	RoleValue Role = iota
	// RoleHead is what says where a value belongs: a TLV's type, id and length, a
	// record's names.
	RoleHead
	// RoleTail is what follows a value within its record.
	RoleTail
	// RoleFrame is what belongs to no value: wrappers, brackets, commas.
	RoleFrame
	// RoleLink is a link of a link-format payload.
	RoleLink
)

// String returns the role in a word.
func (r Role) String() string {
	if int(r) < len(roleNames) {
		return roleNames[r]
	}
	return "unknown"
}

var roleNames = [...]string{"value", "head", "tail", "frame", "link"}

// Piece is a run of octets that a payload view shows on a line of its own.
type Piece struct {
	Span  lwm2m.Span
	Role  Role
	Index int // of the node, or of the link for RoleLink; -1 for RoleFrame
}

// Layout parts a payload into pieces that show which octets made which value. The
// pieces stand in the order of the payload, follow each other without gaps, and
// cover it from the first octet to the last.
func Layout(tree *lwm2m.Tree) []Piece {
	var pieces []Piece
	add := func(start, end uint32, role Role, index int) {
		if end > start {
			pieces = append(pieces, Piece{lwm2m.Span{Start: start, End: end}, role, index})
		}
	}
	at := uint32(0)
	order := byStart(tree.Nodes)
	for _, i := range order {
		span, value := tree.Nodes[i].Span(), tree.Nodes[i].ValueSpan()
		if span.Start < at { // octets that were shown already
			continue
		}
		add(at, span.Start, RoleFrame, -1)
		add(span.Start, value.Start, RoleHead, i)
		add(value.Start, value.End, RoleValue, i)
		add(value.End, span.End, RoleTail, i)
		at = span.End
	}
	for i := range tree.Links {
		span := tree.Links[i].Span
		add(at, span.Start, RoleFrame, -1)
		add(span.Start, span.End, RoleLink, i)
		at = span.End
	}
	add(at, uint32(len(tree.Payload)), RoleFrame, -1)
	return pieces
}

// byStart returns the indices of nodes in the order of their octets.
func byStart(nodes []lwm2m.Node) []int {
	order := make([]int, len(nodes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return int(nodes[a].Span().Start) - int(nodes[b].Span().Start)
	})
	return order
}
