package lwm2m

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
	text       string
	bits       uint64
	more       *More
	span       Span
	ids        [4]uint16
	level      uint8
	typ        Type
	kind       Kind
	header     uint8
}

// Kind says what a Node is.
type Kind uint8

const (
	// KindValue is a value, of type None for a null.
	KindValue Kind = iota
	// KindGuess is a value whose type is only the likeliest: neither the
	// definitions nor the payload tell it. Node.Raw has the octets, where the
	// format leaves them open to other readings (TLV).
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
	Raw     string // the octets behind a guess
}

// NewNode makes a node of a value or, with kind KindEmpty or KindPath and no
// value, of a path alone. The span covers all octets that say it, header
// included; the value's own begin header octets later (at most 255: counted
// from there on it is 255).
func NewNode(kind Kind, p Path, v Value, span Span, header int) Node {
	n := Node{
		text: v.text, bits: v.bits, typ: v.typ, span: span,
		ids: p.ids, level: p.level, kind: kind, header: uint8(min(header, 255)),
	}
	if p.prefix != "" {
		n.more = &More{Prefix: p.prefix}
	}
	return n
}

// WithDefinition returns the node with the definition of its resource.
func (n Node) WithDefinition(r *Resource) Node {
	n.definition = r
	return n
}

// WithMore returns the node with all that m says; m.Prefix replaces the prefix
// of its path. A nil m leaves the node without.
func (n Node) WithMore(m *More) Node {
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
func (n *Node) Value() Value { return Value{text: n.text, bits: n.bits, typ: n.typ} }

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
func (n *Node) More() *More { return n.more }

// Span returns the octets of the payload that say this node.
func (n *Node) Span() Span { return n.span }

// ValueSpan returns the octets of the value alone.
func (n *Node) ValueSpan() Span {
	return Span{min(n.span.Start+uint32(n.header), n.span.End), n.span.End}
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
