package lwm2m

import (
	"math"
	"math/bits"
	"unsafe"
)

// Span is a run of octets in a payload: [Start, End).
type Span struct {
	Start, End uint32
}

// Node is one thing that a payload says: a value at the path of a resource or
// resource instance; or a path without a value (a path list, an empty object
// instance or multiple resource); or the null that deletes. Nodes are kept
// flat, in the order of the payload, 48 octets each, so that a tree of any size
// is one allocation.
type Node struct {
	definition *Resource
	pointer    unsafe.Pointer // to what form says, nil if to nothing
	bits       uint64         // of the value; of a text or octets at pointer, how many
	ids        uint64
	span       Span
	header     uint16 // octets of the span before the value
	trailer    uint16 // octets of the span behind the value
	level      uint8
	typ        Type
	kind       Kind
	form       form
}

// form says what a node's pointer leads to. Most nodes need one pointer at most:
// to the octets of their text, or to the time that they share with others.
type form uint8

const (
	formText  form = iota // the octets of a value of type String, CoreLink or Opaque
	formMore              // a More; the value has no text
	formAside             // an aside, for all that needs two pointers
	formRaw               // this and above, the octets behind a guess: form-formRaw of them
)

// maxRaw is how many octets behind a guess stand without an aside.
const maxRaw = int(^form(0) - formRaw)

// aside is what a node with more than one pointer points to.
type aside struct {
	more *More
	text string
}

// text returns the text or octets of the value, or those behind a guess.
func (n *Node) text() string {
	switch {
	case n.form >= formRaw:
		return unsafe.String((*byte)(n.pointer), int(n.form-formRaw))
	case n.form == formAside:
		return (*aside)(n.pointer).text
	case n.form == formText && n.pointer != nil:
		return unsafe.String((*byte)(n.pointer), int(n.bits))
	}
	return ""
}

// hold gives the node the content of a value; it has no More yet.
func (n *Node) hold(v Value) {
	n.typ, n.bits, n.pointer, n.form = v.typ, v.bits, nil, formText
	if v.text != "" {
		n.pointer, n.bits = unsafe.Pointer(unsafe.StringData(v.text)), uint64(len(v.text))
	}
}

// setMore gives the node what few have.
func (n *Node) setMore(m *More) {
	text := n.text()
	switch {
	case n.form == formAside:
		n.setAside(m, text)
	case m == nil && n.form == formMore:
		n.pointer, n.form = nil, formText
	case m != nil && text == "":
		n.pointer, n.form = unsafe.Pointer(m), formMore
	case m != nil:
		n.setAside(m, text)
	}
}

// setAside gives the node both pointers.
func (n *Node) setAside(m *More, text string) {
	if n.form == formText && n.pointer != nil {
		n.bits = 0 // Value.bits of a text
	}
	n.pointer, n.form = unsafe.Pointer(&aside{m, text}), formAside
}

// shared returns what few nodes have and may share, nil for the others.
func (n *Node) shared() *More {
	switch n.form {
	case formMore:
		return (*More)(n.pointer)
	case formAside:
		return (*aside)(n.pointer).more
	}
	return nil
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
	Instant bool    // the time is one since 1970 by its format, else SenML parts the two at 2^28
	Raw     string  // the octets behind a guess, what Node.Raw returns
	Fields  *Fields // what else a record said, nil if nothing
}

// Fields is what a SenML record says beside name, value and time. It is not
// changed. Spec: RFC 8428 §4.2.
type Fields struct {
	Unit      string // its own or the base unit, "" if there is none
	Sum       float64
	HasSum    bool
	Update    float64 // seconds until the next value comes at the latest
	HasUpdate bool
}

// NewNode makes a node of a value or, with kind KindEmpty or KindPath and no
// value, of a path alone. The span covers all octets that say it, header
// included; the value's own begin header octets later.
func NewNode(kind Kind, p Path, v Value, span Span, header int) Node {
	n := Node{span: span, ids: p.ids, level: p.level, kind: kind, header: clip(header)}
	n.hold(v)
	if p.prefix != "" {
		n.setMore(&More{Prefix: p.prefix})
	}
	return n
}

// Place, Hold and Stand fill a zero node in place, in this order, as decoders do
// with a slice of them: they are NewNode in three small steps.

// Place gives a node its path and the definition of its resource, nil if none is
// known.
func (n *Node) Place(p Path, r *Resource) {
	n.ids, n.level, n.definition = p.ids, p.level, r
	if p.prefix != "" {
		n.setMore(&More{Prefix: p.prefix})
	}
}

// Hold gives a node its kind and value.
func (n *Node) Hold(kind Kind, v Value) {
	n.kind = kind
	if n.form == formText {
		n.hold(v)
		return
	}
	more := n.shared()
	n.hold(v)
	n.setMore(more)
}

// Stand gives a node its octets, and those of its value among them.
func (n *Node) Stand(span, value Span) {
	n.span = span
	n.header = uint16(min(value.Start-span.Start, math.MaxUint16))
	n.trailer = uint16(min(span.End-value.End, math.MaxUint16))
}

// Begin, Number and Text fill a zero node in place as Place, Hold and Stand do, for
// what is ordinary: a value of KindValue at a child of a path without a prefix,
// with nothing behind it. They write no more than they must, since a decoder
// spends most of its time on memory that nobody has touched before.

// Begin gives a node its path, definition and octets: from start to end, those of
// the value from value on, at most 65535 octets later.
func (n *Node) Begin(parent *Path, id uint16, r *Resource, start, value, end int) {
	n.definition = r
	n.level = parent.level + 1
	n.ids = parent.ids | uint64(id)<<shift(int(n.level))
	n.span = Span{uint32(start), uint32(end)}
	n.header = uint16(value - start)
}

// Number gives a node a value of a type without text: its bits as in Value.
func (n *Node) Number(t Type, bits uint64) { n.typ, n.bits = t, bits }

// Text gives a node a value of type String.
func (n *Node) Text(s string) {
	n.typ = String
	if s != "" {
		n.pointer, n.bits = unsafe.Pointer(unsafe.StringData(s)), uint64(len(s))
	}
}

// Ascending says whether each node comes after the one before it, by path, and
// none has a prefix or a time: then no path is there twice.
func Ascending(nodes []Node) bool {
	for i := range nodes {
		n := &nodes[i]
		if n.form == formMore || n.form == formAside && n.shared() != nil {
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
	if n.typ.Textual() || n.typ == Opaque { // they are its text
		if n.form == formText && raw != "" && len(raw) <= maxRaw {
			n.form = formRaw + form(len(raw))
		}
		return n
	}
	if more := n.shared(); more != nil || len(raw) > maxRaw {
		n.setAside(more, raw)
	} else if raw != "" {
		n.pointer, n.form = unsafe.Pointer(unsafe.StringData(raw)), formRaw+form(len(raw))
	}
	return n
}

// Raw returns the octets behind a guess; "" for other nodes, and where the payload
// says what is guessed in words, as text and JSON do.
func (n *Node) Raw() string {
	if n.kind != KindGuess || n.form == formText {
		return ""
	}
	return n.text()
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
		without := *m
		without.Raw = ""
		m = &without
	}
	n.setMore(m)
	return n
}

// Kind says what the node is.
func (n *Node) Kind() Kind { return n.kind }

// HasValue says whether the node is a value, a guess and a null included.
func (n *Node) HasValue() bool { return n.kind <= KindGuess }

// Path returns the path, gateway prefix included.
func (n *Node) Path() Path {
	p := Path{ids: n.ids, level: n.level}
	if m := n.shared(); m != nil {
		p.prefix = m.Prefix
	}
	return p
}

// Level returns how many ids the path has.
func (n *Node) Level() int { return int(n.level) }

// Within says whether the path is p or below it, by its ids alone: a "*" in p is an
// id like any other. A node with a prefix is in no path.
func (n *Node) Within(p *Path) bool {
	return n.level >= p.level && (n.ids^p.ids)>>shift(int(p.level)) == 0 && p.prefix == "" && n.shared() == nil
}

// Common returns how many ids the paths of two nodes have in common, from the
// first on, whatever their prefixes are.
func (n *Node) Common(other *Node) int {
	same := bits.LeadingZeros64(n.ids^other.ids) / 16
	return min(same, int(n.level), int(other.level))
}

// Value returns the value; for nodes without, and for a null, the zero Value.
func (n *Node) Value() Value {
	v := Value{bits: n.bits, typ: n.typ}
	if n.typ.Textual() || n.typ == Opaque {
		v = Value{text: n.text(), typ: n.typ}
	}
	return v
}

// Type returns the type of the value, None for nodes without and for a null.
func (n *Node) Type() Type { return n.typ }

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
	m := n.shared()
	if m == nil {
		return 0, false
	}
	return m.Time, m.HasTime
}

// More returns what few nodes have, nil for the others.
func (n *Node) More() *More {
	shared := n.shared()
	if n.kind != KindGuess {
		return shared
	}
	var m More
	if shared != nil {
		m = *shared
	}
	m.Raw = n.text()
	return &m
}

// Instant says whether the time stamp is one since 1970; else it is relative to
// when the payload was sent. Spec: RFC 8428 §4.5.3, Core 1.0 §6.4.4.
func (n *Node) Instant() bool {
	const first = 1 << 28
	m := n.shared()
	return m != nil && m.HasTime && (m.Instant || m.Time >= first)
}

// Fields returns what else the record said, nil if nothing.
func (n *Node) Fields() *Fields {
	if m := n.shared(); m != nil {
		return m.Fields
	}
	return nil
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
