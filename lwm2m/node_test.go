package lwm2m_test

import (
	"testing"

	"lwcon/lwm2m"
)

func TestNodeHoldsWhatItWasMadeOf(t *testing.T) {
	p := lwm2m.MustParsePath("/dev1/3/0/9")
	r := &lwm2m.Resource{ID: 9, Name: "Battery Level"}
	n := lwm2m.NewNode(lwm2m.KindValue, p, lwm2m.IntegerValue(7), lwm2m.Span{Start: 10, End: 20}, 3).WithDefinition(r)
	if n.Path() != p || n.Value() != lwm2m.IntegerValue(7) || n.Name() != "Battery Level" || n.Definition() != r || !n.HasValue() || n.Kind() != lwm2m.KindValue {
		t.Errorf("found %s=%s %q", n.Path(), n.Value(), n.Name())
	}
	if n.Span() != (lwm2m.Span{Start: 10, End: 20}) || n.ValueSpan() != (lwm2m.Span{Start: 13, End: 20}) {
		t.Errorf("found %v, %v", n.Span(), n.ValueSpan())
	}
	n = n.WithValueSpan(lwm2m.Span{Start: 12, End: 15})
	if n.ValueSpan() != (lwm2m.Span{Start: 12, End: 15}) {
		t.Errorf("found %v", n.ValueSpan())
	}
	if _, ok := n.Time(); ok || n.Raw() != "" || n.More() == nil {
		t.Error("expected a prefix, no time and no octets")
	}
	n = n.WithMore(&lwm2m.More{Time: -5, HasTime: true})
	if seconds, ok := n.Time(); seconds != -5 || !ok || n.Path() != lwm2m.NewPath(3, 0, 9) {
		t.Errorf("found time %v %v at %s", seconds, ok, n.Path())
	}
}

func TestGuessKeepsTheOctetsBehindIt(t *testing.T) {
	path := lwm2m.NewPath(40000, 0, 1)
	number := lwm2m.NewNode(lwm2m.KindGuess, path, lwm2m.IntegerValue(42), lwm2m.Span{}, 0).WithRaw("\x2a")
	text := lwm2m.NewNode(lwm2m.KindGuess, path, lwm2m.StringValue("abc"), lwm2m.Span{}, 0).WithRaw("abc")
	for _, n := range []*lwm2m.Node{&number, &text} {
		if n.Raw() == "" || n.More().Raw != n.Raw() || !n.HasValue() {
			t.Errorf("%s: found %q", n.Value(), n.Raw())
		}
	}
	masked := lwm2m.NewNode(lwm2m.KindValue, path, lwm2m.OpaqueValue("*"), lwm2m.Span{}, 0).WithMore(number.More())
	if m := masked.More(); m != nil && m.Raw != "" {
		t.Errorf("a node with another value must not keep the octets, found %q", m.Raw)
	}
	if number.Value() != lwm2m.IntegerValue(42) || text.Value() != lwm2m.StringValue("abc") {
		t.Errorf("found %v, %v", number.Value(), text.Value())
	}
}

func TestSpansFarFromTheValueAreClipped(t *testing.T) {
	n := lwm2m.NewNode(lwm2m.KindValue, lwm2m.Path{}, lwm2m.Value{}, lwm2m.Span{Start: 0, End: 200000}, 70000)
	if got := n.ValueSpan(); got.Start != 65535 || got.End != 200000 {
		t.Errorf("found %v", got)
	}
	var filled lwm2m.Node
	filled.Stand(lwm2m.Span{Start: 0, End: 200000}, lwm2m.Span{Start: 70000, End: 100000})
	if got := filled.ValueSpan(); got != (lwm2m.Span{Start: 65535, End: 134465}) {
		t.Errorf("found %v", got)
	}
}

func TestNodesFilledInPlaceAreThoseThatNewNodeMakes(t *testing.T) {
	p, v := lwm2m.MustParsePath("/dev1/3/0/6/1"), lwm2m.StringValue("x")
	span, value := lwm2m.Span{Start: 1, End: 9}, lwm2m.Span{Start: 3, End: 8}
	r := &lwm2m.Resource{ID: 6}
	var n lwm2m.Node
	n.Place(p, r)
	n.Hold(lwm2m.KindGuess, v)
	n.Stand(span, value)
	want := lwm2m.NewNode(lwm2m.KindGuess, p, v, span, 0).WithDefinition(r).WithValueSpan(value)
	if n.Path() != want.Path() || n.Value() != want.Value() || n.Kind() != want.Kind() || n.Definition() != want.Definition() ||
		n.Span() != want.Span() || n.ValueSpan() != want.ValueSpan() {
		t.Errorf("found %v, expected %v", n, want)
	}
}

func TestAscendingNodesHaveNoPathTwice(t *testing.T) {
	nodes := func(paths ...string) []lwm2m.Node {
		var all []lwm2m.Node
		for _, p := range paths {
			all = append(all, lwm2m.NewNode(lwm2m.KindPath, lwm2m.MustParsePath(p), lwm2m.Value{}, lwm2m.Span{}, 0))
		}
		return all
	}
	for want, cases := range map[bool][][]lwm2m.Node{
		true:  {nil, nodes("/3"), nodes("/dev1/3"), nodes("/3", "/3/0", "/3/0/0", "/3/0/6/1", "/4")},
		false: {nodes("/3", "/3"), nodes("/4", "/3"), nodes("/3/0", "/3"), nodes("/dev1/3", "/dev1/4")},
	} {
		for i, c := range cases {
			if got := lwm2m.Ascending(c); got != want {
				t.Errorf("case %d: expected %v", i, want)
			}
		}
	}
}

func TestTreeFindsTheFirstNodeOfAPath(t *testing.T) {
	p := lwm2m.NewPath(3, 0, 9)
	tree := lwm2m.Tree{Nodes: []lwm2m.Node{
		lwm2m.NewNode(lwm2m.KindValue, p.WithPrefix("dev1"), lwm2m.IntegerValue(1), lwm2m.Span{}, 0),
		lwm2m.NewNode(lwm2m.KindValue, p, lwm2m.IntegerValue(2), lwm2m.Span{}, 0),
		lwm2m.NewNode(lwm2m.KindValue, p, lwm2m.IntegerValue(3), lwm2m.Span{}, 0),
	}}
	if n := tree.Find(p); n == nil || n.Value() != lwm2m.IntegerValue(2) {
		t.Errorf("found %v", n)
	}
	if n := tree.Find(lwm2m.NewPath(3, 0)); n != nil {
		t.Errorf("expected nothing at /3/0, found %v", n)
	}
}

func TestDefinitionsFindResourcesWithAndWithoutGaps(t *testing.T) {
	o := &lwm2m.Object{ID: 3303, Resources: []lwm2m.Resource{{ID: 0}, {ID: 1}, {ID: 5700, Name: "Sensor Value"}, {ID: 5750}}}
	for id, want := range map[uint16]bool{0: true, 1: true, 2: false, 5700: true, 5701: false, 5750: true, 65534: false} {
		if r := o.Resource(id); (r != nil) != want || r != nil && r.ID != id {
			t.Errorf("%d: found %v", id, r)
		}
	}
	if (*lwm2m.Object)(nil).Resource(0) != nil || lwm2m.FindResource(nil, lwm2m.NewPath(3303, 0, 0)) != nil {
		t.Error("nothing is known without definitions")
	}
	all := lwm2m.Readable | lwm2m.Writable
	if all.String() != "RW" || lwm2m.Executable.String() != "E" || lwm2m.Operations(0).String() != "-" || !all.Has(lwm2m.Readable) || all.Has(lwm2m.Executable) {
		t.Errorf("found %s", all)
	}
}
