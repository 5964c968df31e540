package formats_test

import (
	"math"
	"path/filepath"
	"testing"

	"lwcon/formats"
	"lwcon/formats/codec"
	"lwcon/lwm2m"
)

// fuzzPaths are the request paths that fuzzed payloads answer.
var fuzzPaths = []lwm2m.Path{
	{},
	lwm2m.NewPath(3), lwm2m.NewPath(3, 0), lwm2m.NewPath(3, 0, 6), lwm2m.NewPath(3, 0, 9),
	lwm2m.NewPath(3, 0, 6, 0), lwm2m.NewPath(33000, 0), lwm2m.NewPath(3303), lwm2m.NewPath(33000, 0, 5), lwm2m.NewPath(40000, 1),
}

// fuzzFormat fuzzes one format. A payload that decodes can be written again,
// unless the format is one that takes more than it can write, and then gives the
// same nodes.
func fuzzFormat(f *testing.F, format lwm2m.ContentFormat) {
	t := new(testing.T)
	files, err := filepath.Glob("testdata/rules/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		g := readGolden(t, file)
		if name, _, o := g.request(t); name == format.String() {
			for i, p := range fuzzPaths {
				if p == o.At || i == 0 {
					f.Add(g.payload(t), uint8(i))
				}
			}
		}
	}
	if payload, err := formats.Encode(format, deviceNodes(), deviceOptions); err == nil {
		f.Add(payload, uint8(2))
		f.Add(payload, uint8(1))
	}
	f.Fuzz(func(t *testing.T, payload []byte, at uint8) {
		o := formats.Options{At: fuzzPaths[int(at)%len(fuzzPaths)], Definitions: testDefinitions, PathList: at >= 0x80, Create: at&0x40 != 0}
		checkDecode(t, format, payload, o)
	})
}

// checkDecode holds what is true of every payload.
func checkDecode(t *testing.T, format lwm2m.ContentFormat, payload []byte, o formats.Options) {
	t.Helper()
	tree, err := formats.Decode(format, payload, o)
	if tree == nil || tree.Payload != string(payload) {
		t.Fatal("expected the payload in the tree")
	}
	checkBounds(t, tree)
	strict := o
	strict.Strict = true
	if _, strictErr := formats.Decode(format, payload, strict); (strictErr == nil) != (err == nil && len(tree.Deviations) == 0) {
		t.Fatalf("strict says %v, lenient %v with %v", strictErr, err, tree.Deviations)
	}
	slow := o
	slow.TypeOf = func(lwm2m.Path) (lwm2m.Type, bool) { return lwm2m.None, false }
	if again, againErr := formats.Decode(format, payload, slow); (againErr == nil) != (err == nil) || describe(again) != describe(tree) {
		t.Fatalf("with types asked for\n%s (%v)\nwithout\n%s (%v)", describe(again), againErr, describe(tree), err)
	}
	if err == nil && format != lwm2m.FormatLink {
		checkEncode(t, format, tree, o)
	}
	if err == nil && format == lwm2m.FormatLink {
		checkLinks(t, tree)
	}
}

// checkBounds holds the limits and the order of spans.
func checkBounds(t *testing.T, tree *lwm2m.Tree) {
	t.Helper()
	if n := len(tree.Nodes); n > len(tree.Payload)+1 || n > codec.MaxNodes {
		t.Fatalf("%d nodes out of %d octets", n, len(tree.Payload))
	}
	count := map[lwm2m.RuleID]int{}
	for _, d := range tree.Deviations {
		if count[d.Rule]++; count[d.Rule] > codec.MaxSame+1 {
			t.Fatalf("rule %s is listed more than %d times", d.Rule, codec.MaxSame)
		}
		if d.Offset < 0 || d.Offset > len(tree.Payload) {
			t.Fatalf("offset %d of %s is outside of %d octets", d.Offset, d.Rule, len(tree.Payload))
		}
	}
	for i := range tree.Nodes {
		n := &tree.Nodes[i]
		s, v := n.Span(), n.ValueSpan()
		if s.Start > v.Start || v.Start > v.End || v.End > s.End || int(s.End) > len(tree.Payload) {
			t.Fatalf("%s: span %v, value %v, payload %d", n.Path(), s, v, len(tree.Payload))
		}
	}
}

// checkEncode holds that what was decoded can be written and read again.
func checkEncode(t *testing.T, format lwm2m.ContentFormat, tree *lwm2m.Tree, o formats.Options) {
	t.Helper()
	types := map[lwm2m.Path]lwm2m.Type{}
	for i := range tree.Nodes {
		n := &tree.Nodes[i]
		if before, again := types[n.Path()]; again && before != n.Value().Type() {
			return // guesses of two types at one path: no one type gives both again
		}
		types[n.Path()] = n.Value().Type()
		if f := n.Value().Float(); math.IsNaN(f) && n.Value().Type() == lwm2m.Float {
			return // NaNs have many forms, and some formats none
		}
		if n.Kind() == lwm2m.KindEmpty && format != lwm2m.FormatTLV && format != lwm2m.FormatLwM2MCBOR {
			return
		}
	}
	for i := range tree.Deviations {
		if r := tree.Deviations[i].Rule; r == "duplicate-path" || r == "path-outside-request" || r == "multiple-as-array" {
			return // cannot be written in every format
		}
	}
	written, err := formats.Encode(format, tree.Nodes, o)
	if err != nil {
		return // the other direction refuses what only decoding tolerates
	}
	o.TypeOf = func(p lwm2m.Path) (lwm2m.Type, bool) {
		typ, ok := types[p]
		return typ, ok && typ != lwm2m.None
	}
	again, err := formats.Decode(format, written, o)
	if err != nil {
		t.Fatalf("%q does not decode: %v", written, err)
	}
	if want, found := contents(tree), contents(again); !sameContents(want, found) {
		t.Fatalf("expected\n%v\nfound\n%v\nin %q", want, found, written)
	}
}

// content is what a node says, whatever its place in the payload.
type content struct {
	path  lwm2m.Path
	value lwm2m.Value
	time  float64
}

func contents(tree *lwm2m.Tree) map[content]bool {
	all := map[content]bool{}
	for i := range tree.Nodes {
		n := &tree.Nodes[i]
		seconds, _ := n.Time()
		if n.HasValue() || n.Kind() == lwm2m.KindPath {
			all[content{n.Path(), n.Value(), seconds}] = true
		}
	}
	return all
}

func sameContents(a, b map[content]bool) bool {
	if len(a) != len(b) {
		return false
	}
	for c := range a {
		if !b[c] {
			return false
		}
	}
	return true
}

// checkLinks holds that links can be written and read again.
func checkLinks(t *testing.T, tree *lwm2m.Tree) {
	t.Helper()
	written, err := formats.EncodeLinks(tree.Links)
	if err != nil {
		return
	}
	again, err := formats.Decode(lwm2m.FormatLink, written, formats.Options{})
	if err != nil || len(again.Links) != len(tree.Links) {
		t.Fatalf("%q: expected %d links, found %d (%v)", written, len(tree.Links), len(again.Links), err)
	}
	for i := range tree.Links {
		a, b := &tree.Links[i], &again.Links[i]
		same := a.Target == b.Target && len(a.Attributes) == len(b.Attributes)
		for j := 0; same && j < len(a.Attributes); j++ {
			x, y := a.Attributes[j], b.Attributes[j]
			same = x.Name == y.Name && x.Value == y.Value && x.HasValue == y.HasValue
		}
		if !same {
			t.Fatalf("%q: expected %v, found %v", written, *a, *b)
		}
	}
}

func FuzzTLV(f *testing.F)       { fuzzFormat(f, lwm2m.FormatTLV) }
func FuzzSenMLJSON(f *testing.F) { fuzzFormat(f, lwm2m.FormatSenMLJSON) }
func FuzzSenMLCBOR(f *testing.F) { fuzzFormat(f, lwm2m.FormatSenMLCBOR) }
func FuzzETCHJSON(f *testing.F)  { fuzzFormat(f, lwm2m.FormatETCHJSON) }
func FuzzETCHCBOR(f *testing.F)  { fuzzFormat(f, lwm2m.FormatETCHCBOR) }
func FuzzJSON(f *testing.F)      { fuzzFormat(f, lwm2m.FormatJSON) }
func FuzzLwM2MCBOR(f *testing.F) { fuzzFormat(f, lwm2m.FormatLwM2MCBOR) }
func FuzzCBOR(f *testing.F)      { fuzzFormat(f, lwm2m.FormatCBOR) }
func FuzzText(f *testing.F)      { fuzzFormat(f, lwm2m.FormatText) }
func FuzzOpaque(f *testing.F)    { fuzzFormat(f, lwm2m.FormatOpaque) }
func FuzzLinks(f *testing.F)     { fuzzFormat(f, lwm2m.FormatLink) }
