package codec

import (
	"cmp"
	"fmt"
	"slices"
	"unsafe"

	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// Builder collects what a decoder finds: nodes, deviations, the first error. A
// decoder makes one by Start, checks Err after each entry, and ends with Finish.
// It is used by one goroutine.
type Builder struct {
	At         lwm2m.Path // request path
	PathList   bool
	Write      bool
	Create     bool
	TextOctets bool // the format writes octets as text in Base64
	LinkField  bool // the format has a field of its own for object links
	Nodes      []lwm2m.Node

	tree       *lwm2m.Tree // nil before Reserve
	format     lwm2m.ContentFormat
	payload    string
	strict     bool
	err        error
	typeOf     func(lwm2m.Path) (lwm2m.Type, bool)
	wrongLinks func(text string) string
	definition lwm2m.Definitions
	object     *lwm2m.Object // the definition looked up last
	objectID   int           // its id; -1: none looked up yet
	deviations []lwm2m.Deviation
	counts     []ruleCount
	more       *lwm2m.More
}

// ruleCount is how many deviations from a rule are listed, and where the last is.
type ruleCount struct {
	rule   lwm2m.RuleID
	listed int
	last   int
}

// Start begins a tree and returns the payload as the string that all values
// will point into. It is no copy.
func (b *Builder) Start(f lwm2m.ContentFormat, payload []byte, o Options) string {
	b.At, b.PathList, b.Write, b.Create, b.strict = o.At, o.PathList, o.Write, o.Create, o.Strict
	b.format, b.typeOf, b.definition, b.objectID = f, o.TypeOf, o.Definitions, -1
	b.wrongLinks = o.WrongLinks
	if len(payload) > MaxPayload {
		b.Fail(MaxPayload, o.At, "expected at most %d octets, found %d", MaxPayload, len(payload))
		return ""
	}
	if o.PathList && !listable(f) {
		b.Deviate(rules.ListFormat, o.At, 0, "expected SenML for a path list, found %s, read as values", f)
	}
	b.payload = unsafe.String(unsafe.SliceData(payload), len(payload))
	return b.payload
}

// listable says whether a format carries path lists.
func listable(f lwm2m.ContentFormat) bool {
	switch f.Canonical() {
	case lwm2m.FormatSenMLJSON, lwm2m.FormatSenMLCBOR, lwm2m.FormatETCHJSON, lwm2m.FormatETCHCBOR:
		return true
	}
	return false
}

// Reserve makes room for n nodes.
func (b *Builder) Reserve(n int) {
	if n = min(n, MaxNodes); n > cap(b.Nodes) {
		b.tree, b.Nodes = newBlock(n)
	}
}

// Err returns the first error: of Fail, of a deviation under Options.Strict, or
// of a limit.
func (b *Builder) Err() error { return b.err }

// Fail records why the payload does not decode, and returns the first such
// error.
func (b *Builder) Fail(offset int, p lwm2m.Path, reason string, args ...any) error {
	if b.err == nil {
		b.err = &SyntaxError{Format: b.format, Offset: offset, Path: p, Reason: fmt.Sprintf(reason, args...)}
	}
	return b.err
}

// Deviate records a departure from a rule. Under Options.Strict the first one
// is the error.
func (b *Builder) Deviate(rule lwm2m.RuleID, p lwm2m.Path, offset int, message string, args ...any) {
	if b.strict {
		if b.err == nil {
			b.err = &SyntaxError{Format: b.format, Offset: offset, Path: p, Reason: fmt.Sprintf(message, args...), Rule: rule}
		}
		return
	}
	if b.Full(rule) {
		return
	}
	i := slices.IndexFunc(b.counts, func(c ruleCount) bool { return c.rule == rule })
	if i < 0 {
		i = len(b.counts)
		b.counts = append(b.counts, ruleCount{rule: rule})
	}
	b.counts[i].listed++
	b.counts[i].last = len(b.deviations)
	b.deviations = append(b.deviations, lwm2m.Deviation{Rule: rule, Path: p, Offset: offset, Message: fmt.Sprintf(message, args...)})
}

// Full says whether as many deviations from a rule are listed as there may be,
// and counts one more if so. Deviate asks it; callers that go to lengths for a
// message ask it first.
func (b *Builder) Full(rule lwm2m.RuleID) bool {
	for i := range b.counts {
		if c := &b.counts[i]; c.rule == rule && c.listed >= MaxSame {
			b.deviations[c.last].More++
			return true
		}
	}
	return false
}

// Resolve returns the definition of a resource or resource instance, nil if
// none is known, and its type; known is false if the type is not known.
func (b *Builder) Resolve(p lwm2m.Path) (r *lwm2m.Resource, t lwm2m.Type, known bool) {
	if b.definition != nil && p.Level() >= lwm2m.LevelResource {
		o := b.object
		if int(p.Object()) != b.objectID {
			o = b.Object(p.Object())
		}
		r = o.Resource(p.Resource())
	}
	t, known = b.TypeOf(p, r)
	return r, t, known
}

// Object returns the definition of an object, nil if none is known.
func (b *Builder) Object(id uint16) *lwm2m.Object {
	if b.definition == nil {
		return nil
	}
	if int(id) != b.objectID {
		b.object, b.objectID = b.definition.Object(id), int(id)
	}
	return b.object
}

// TypeOf returns the type of the values at a path with the definition r.
func (b *Builder) TypeOf(p lwm2m.Path, r *lwm2m.Resource) (t lwm2m.Type, known bool) {
	if r != nil {
		t = r.Type
	}
	if b.typeOf != nil {
		if override, ok := b.typeOf(p); ok {
			t = override
		}
	}
	return t, t != lwm2m.None
}

// Overridden says whether types can differ from the definitions.
func (b *Builder) Overridden() bool { return b.typeOf != nil }

// Add appends a node. The value's octets are a part of the span.
func (b *Builder) Add(kind lwm2m.Kind, p lwm2m.Path, v lwm2m.Value, r *lwm2m.Resource, span, value lwm2m.Span) {
	if n := b.Next(p, span.Start); n != nil {
		n.Place(p, r)
		n.Hold(kind, v)
		n.Stand(span, value)
	}
}

// Next appends a zero node for the caller to fill, for a path that begins at an
// octet; nil, after Fail, if there are too many.
func (b *Builder) Next(p lwm2m.Path, start uint32) *lwm2m.Node {
	n := len(b.Nodes)
	if n == cap(b.Nodes) && !b.grow(p, start) {
		return nil
	}
	b.Nodes = b.Nodes[:n+1]
	return &b.Nodes[n]
}

// grow makes room for more nodes; false if there are too many.
func (b *Builder) grow(p lwm2m.Path, start uint32) bool {
	if len(b.Nodes) >= MaxNodes {
		b.Fail(int(start), p, "expected at most %d values, found one more", MaxNodes)
		return false
	}
	b.Nodes = slices.Grow(b.Nodes, 1)
	b.Nodes = b.Nodes[:len(b.Nodes):min(cap(b.Nodes), MaxNodes)]
	return true
}

// Stamp gives the last node a time stamp: seconds, as on the wire; instant says
// that they are since 1970 whatever their size.
func (b *Builder) Stamp(seconds float64, instant bool) {
	b.Mark(lwm2m.More{Time: seconds, HasTime: true, Instant: instant})
}

// Mark gives the last node what few nodes have. Nodes in a row share it.
func (b *Builder) Mark(m lwm2m.More) {
	n := &b.Nodes[len(b.Nodes)-1]
	m.Prefix = n.Path().Prefix()
	if b.more == nil || *b.more != m {
		b.more = &m
	}
	*n = n.WithMore(b.more)
}

// Finish ends the tree: it looks for duplicates, and returns what was decoded
// with the first error, if there was one.
func (b *Builder) Finish() (*lwm2m.Tree, error) {
	if b.err == nil && !lwm2m.Ascending(b.Nodes) {
		b.findDuplicates()
	}
	if b.err == nil && b.definition != nil {
		b.checkValues()
	}
	b.placeDeviations()
	byOffset := func(a, b lwm2m.Deviation) int { return a.Offset - b.Offset }
	if !slices.IsSortedFunc(b.deviations, byOffset) {
		slices.SortStableFunc(b.deviations, byOffset)
	}
	t := b.tree
	if t == nil {
		t = new(lwm2m.Tree)
	}
	t.Format, t.At, t.Payload, t.Nodes, t.Deviations = b.format, b.At, b.payload, b.Nodes, b.deviations
	return t, b.err
}

// placeDeviations gives deviations that were found before the path of their value
// was known that path: those of the request path whose octet is within a value.
func (b *Builder) placeDeviations() {
	for i := range b.deviations {
		d := &b.deviations[i]
		if d.Path != b.At {
			continue
		}
		at, _ := slices.BinarySearchFunc(b.Nodes, uint32(d.Offset), func(n lwm2m.Node, offset uint32) int {
			return cmp.Compare(n.Span().Start, offset)
		})
		if at > 0 && uint32(d.Offset) < b.Nodes[at-1].Span().End {
			d.Path = b.Nodes[at-1].Path()
		}
	}
}

// CheckLevel notes where a value stands at the level of a resource that has
// instances, or the other way round.
func (b *Builder) CheckLevel(p lwm2m.Path, r *lwm2m.Resource, offset int) {
	if r == nil || r.Multiple == (p.Level() == lwm2m.LevelResourceInstance) {
		return
	}
	if r.Multiple {
		b.Deviate(rules.MultipleWithoutInstance, p, offset, "expected resource instances, as %s is a multiple resource, found a value by itself", r.Name)
	} else {
		b.Deviate(rules.SingleWithInstance, p, offset, "expected a value by itself, as %s is a single resource, found a resource instance", r.Name)
	}
}
