package lwm2m

import "math"

// Span is a run of octets in a payload: [Start, End).
type Span struct {
	Start, End uint32
}

// Node is one thing that a payload says: a value at the path of a resource or
// resource instance; or a path without a value (a path list, an empty object
// instance or multiple resource); or the null that deletes. Nodes are kept
// flat, in the order of the payload, 64 octets each, so that a tree of any size
// is one allocation.
type Node struct {
	definition *Resource
	text       string // Value.text; of a guess that is no text the octets behind it
	bits       uint64
	more       *More
	ids        uint64
	span       Span
	level      uint8
	typ        Type
	kind       Kind
	header     uint16 // octets of the span before the value
	trailer    uint16 // octets of the span behind the value
}

// Kind says what a Node is.
type Kind uint8

const (
	// KindValue is a value, of type None for a null.
	KindValue Kind = iota
	// KindGuess is a value whose type is only the likeliest: neither the
	// definitions nor the payload tell it. Node.Raw has the octets behind it,
	// which can be read in other ways.
	KindGuess
	// KindEmpty is an object instance or multiple resource with nothing in it.
	KindEmpty
	// KindPath is an entry of a path list.
	KindPath
)

// More is what few nodes have. It may be shared by nodes and is not changed.
type More struct {
	Prefix  string  // gateway prefix
	Time    float64 // seconds, as on the wire: base time plus time
	HasTime bool
	Raw     string // the octets behind a guess, what Node.Raw returns
}

// NewNode makes a node of a value or, with kind KindEmpty or KindPath and no
// value, of a path alone. The span covers all octets that say it, header
// included; the value's own begin header octets later.
func NewNode(kind Kind, p Path, v Value, span Span, header int) Node {
	n := Node{
		text: v.text, bits: v.bits, typ: v.typ, span: span,
		ids: p.ids, level: p.level, kind: kind, header: clip(header),
	}
	if p.prefix != "" {
		n.more = &More{Prefix: p.prefix}
	}
	return n
}

// Place, Hold and Stand fill a zero node in place, as decoders do with a slice of
// them: they are NewNode in three small steps.

// Place gives a node its path and the definition of its resource, nil if none is
// known.
func (n *Node) Place(p Path, r *Resource) {
	n.ids, n.level, n.definition = p.ids, p.level, r
	if p.prefix != "" {
		n.more = &More{Prefix: p.prefix}
	}
}

// Hold gives a node its kind and value.
func (n *Node) Hold(kind Kind, v Value) {
	n.text, n.bits, n.typ, n.kind = v.text, v.bits, v.typ, kind
}

// Stand gives a node its octets, and those of its value among them.
func (n *Node) Stand(span, value Span) {
	n.span = span
	n.header = uint16(min(value.Start-span.Start, math.MaxUint16))
	n.trailer = uint16(min(span.End-value.End, math.MaxUint16))
}

// Ascending says whether each node comes after the one before it, by path, and
// none has a prefix or a time: then no path is there twice.
func Ascending(nodes []Node) bool {
	for i := range nodes {
		n := &nodes[i]
		if n.more != nil {
			return len(nodes) == 1
		}
		if i > 0 && (n.ids < nodes[i-1].ids || n.ids == nodes[i-1].ids && n.level <= nodes[i-1].level) {
			return false
		}
	}
	return true
}

// clip keeps a number of octets within what a Node can hold: 0 to 65535.
func clip(octets int) uint16 { return uint16(min(max(octets, 0), math.MaxUint16)) }

// WithValueSpan returns the node with the octets of its value alone: a part of
// its span. Where more than 65535 octets stand before or behind the value, the
// value's span is shown longer than it is.
func (n Node) WithValueSpan(value Span) Node {
	n.header = clip(int(value.Start) - int(n.span.Start))
	n.trailer = clip(int(n.span.End) - int(value.End))
	return n
}

// WithRaw returns a guess with the octets that it was made from.
func (n Node) WithRaw(raw string) Node {
	if !n.typ.Textual() && n.typ != Opaque {
		n.text = raw
	}
	return n
}

// Raw returns the octets behind a guess; for other nodes "".
func (n *Node) Raw() string {
	if n.kind != KindGuess {
		return ""
	}
	return n.text
}

// WithDefinition returns the node with the definition of its resource.
func (n Node) WithDefinition(r *Resource) Node {
	n.definition = r
	return n
}

// WithMore returns the node with all that m says but for m.Raw, which is not
// taken over; m.Prefix replaces the prefix of its path. A nil m leaves the node
// without.
func (n Node) WithMore(m *More) Node {
	if m != nil && m.Raw != "" {
		m = &More{Prefix: m.Prefix, Time: m.Time, HasTime: m.HasTime}
	}
	n.more = m
	return n
}

// Kind says what the node is.
func (n *Node) Kind() Kind { return n.kind }

// HasValue says whether the node is a value, a guess and a null included.
func (n *Node) HasValue() bool { return n.kind <= KindGuess }

// Path returns the path, gateway prefix included.
func (n *Node) Path() Path {
	p := Path{ids: n.ids, level: n.level}
	if n.more != nil {
		p.prefix = n.more.Prefix
	}
	return p
}

// Value returns the value; for nodes without, and for a null, the zero Value.
func (n *Node) Value() Value {
	v := Value{text: n.text, bits: n.bits, typ: n.typ}
	if n.kind == KindGuess && !n.typ.Textual() && n.typ != Opaque {
		v.text = "" // it holds the octets behind the guess
	}
	return v
}

// Definition returns the definition of the resource, nil if none is known.
func (n *Node) Definition() *Resource { return n.definition }

// Name returns the name of the resource by its definition, "" if unknown.
func (n *Node) Name() string {
	if n.definition == nil {
		return ""
	}
	return n.definition.Name
}

// Time returns the time stamp in seconds as on the wire (base time plus time;
// a relative time stays relative), and whether the record had one.
func (n *Node) Time() (seconds float64, ok bool) {
	if n.more == nil {
		return 0, false
	}
	return n.more.Time, n.more.HasTime
}

// More returns what few nodes have, nil for the others.
func (n *Node) More() *More {
	if n.kind != KindGuess {
		return n.more
	}
	m := More{Raw: n.text}
	if n.more != nil {
		m.Prefix, m.Time, m.HasTime = n.more.Prefix, n.more.Time, n.more.HasTime
	}
	return &m
}

// Span returns the octets of the payload that say this node.
func (n *Node) Span() Span { return n.span }

// ValueSpan returns the octets of the value alone.
func (n *Node) ValueSpan() Span {
	start := min(n.span.Start+uint32(n.header), n.span.End)
	return Span{start, max(start, n.span.End-min(uint32(n.trailer), n.span.End))}
}

// Tree is a decoded payload: what it says, where it says it, and how it departs
// from the specification. A Tree is not changed once decoded.
type Tree struct {
	Format     ContentFormat
	At         Path        // the request path that it answers
	Payload    string      // the octets
	Nodes      []Node      // in the order of the payload
	Links      []Link      // of a link-format payload, instead of nodes
	Deviations []Deviation // in the order of the payload
}

// Find returns the first node at a path, nil if there is none.
func (t *Tree) Find(p Path) *Node {
	for i := range t.Nodes {
		if n := &t.Nodes[i]; n.ids == p.ids && n.level == p.level && n.Path() == p {
			return n
		}
	}
	return nil
}
