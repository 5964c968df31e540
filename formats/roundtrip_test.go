package formats_test

import (
	"math"
	"testing"

	"lwcon/formats"
	"lwcon/lwm2m"
)

// allTypes are values of every type at their limits.
func allTypes() []lwm2m.Node {
	values := []struct {
		path string
		v    lwm2m.Value
	}{
		{"/33000/0/0", lwm2m.StringValue("caf\u00e9 \"x\"\\\n\t\u0001 \U0001f600")},
		{"/33000/0/1", lwm2m.IntegerValue(math.MinInt64)},
		{"/33000/0/2", lwm2m.UnsignedValue(math.MaxUint64)},
		{"/33000/0/3", lwm2m.FloatValue(math.SmallestNonzeroFloat64)},
		{"/33000/0/4", lwm2m.BooleanValue(true)},
		{"/33000/0/5", lwm2m.OpaqueValue("\x00\xff\xfe octets")},
		{"/33000/0/6", lwm2m.TimeValue(-62135596800)},
		{"/33000/0/7", lwm2m.ObjectLinkValue(65535, 65535)},
		{"/33000/0/8", lwm2m.CoreLinkValue(`</3/0>;title="a,b"`)},
		{"/33000/0/9/0", lwm2m.IntegerValue(0)},
		{"/33000/0/9/65534", lwm2m.IntegerValue(math.MaxInt64)},
		{"/33000/1/0", lwm2m.StringValue("")},
		{"/33000/1/3", lwm2m.FloatValue(math.MaxFloat64)},
		{"/33000/1/4", lwm2m.BooleanValue(false)},
		{"/33000/1/5", lwm2m.OpaqueValue("")},
		{"/33000/65534/3", lwm2m.FloatValue(-21.5)},
	}
	var nodes []lwm2m.Node
	for _, x := range values {
		nodes = append(nodes, lwm2m.NewNode(lwm2m.KindValue, lwm2m.MustParsePath(x.path), x.v, lwm2m.Span{}, 0))
	}
	return nodes
}

func TestEveryTypeSurvivesEveryFormatThatCarriesMany(t *testing.T) {
	o := formats.Options{At: lwm2m.NewPath(33000), Definitions: testDefinitions, Strict: true}
	for _, f := range lwm2m.ContentFormats() {
		if !f.CarriesMany() {
			continue
		}
		nodes := allTypes()
		payload, err := formats.Encode(f, nodes, o)
		if err != nil {
			t.Errorf("%s: %v", f, err)
			continue
		}
		tree, err := formats.Decode(f, payload, o)
		if err != nil || len(tree.Nodes) != len(nodes) {
			t.Errorf("%s: found %d nodes (%v) in %q", f, len(tree.Nodes), err, payload)
			continue
		}
		for i := range nodes {
			want, found := &nodes[i], &tree.Nodes[i]
			if found.Path() != want.Path() || found.Value() != want.Value() || found.Definition() == nil {
				t.Errorf("%s: expected %s=%q, found %s=%q (%s)", f, want.Path(), want.Value(), found.Path(), found.Value(), found.Value().Type())
			}
		}
	}
}

func TestEveryTypeSurvivesTheFormatsOfOneValue(t *testing.T) {
	for _, f := range []lwm2m.ContentFormat{lwm2m.FormatText, lwm2m.FormatCBOR, lwm2m.FormatOpaque, lwm2m.FormatOldText, lwm2m.FormatOldOpaque} {
		for _, n := range allTypes() {
			if f.Canonical() == lwm2m.FormatOpaque && n.Value().Type() != lwm2m.Opaque {
				continue
			}
			o := formats.Options{At: n.Path(), Definitions: testDefinitions, Strict: f == f.Canonical()}
			payload, err := formats.Encode(f, []lwm2m.Node{n}, o)
			if err != nil {
				t.Errorf("%s: %v", f, err)
				continue
			}
			tree, err := formats.Decode(f, payload, o)
			if err != nil || len(tree.Nodes) != 1 || tree.Nodes[0].Value() != n.Value() {
				t.Errorf("%s %s: %q does not decode to %q: %v", f, n.Path(), payload, n.Value(), err)
			}
		}
	}
}

func TestPayloadsAreWrittenTheShortWay(t *testing.T) {
	integer := func(path string, i int64) lwm2m.Node {
		return lwm2m.NewNode(lwm2m.KindValue, lwm2m.MustParsePath(path), lwm2m.IntegerValue(i), lwm2m.Span{}, 0)
	}
	at := func(n lwm2m.Node, seconds float64) lwm2m.Node {
		return n.WithMore(&lwm2m.More{Time: seconds, HasTime: true})
	}
	path := lwm2m.NewNode(lwm2m.KindPath, lwm2m.NewPath(6), lwm2m.Value{}, lwm2m.Span{}, 0)
	below := lwm2m.NewNode(lwm2m.KindPath, lwm2m.NewPath(6, 0), lwm2m.Value{}, lwm2m.Span{}, 0)
	null := lwm2m.NewNode(lwm2m.KindValue, lwm2m.NewPath(34, 0, 1, 0), lwm2m.Value{}, lwm2m.Span{}, 0)
	opaque := lwm2m.NewNode(lwm2m.KindValue, lwm2m.NewPath(5, 0, 0), lwm2m.OpaqueValue("\xfb\xff\x01\x02"), lwm2m.Span{}, 0)
	tests := []struct {
		format lwm2m.ContentFormat
		nodes  []lwm2m.Node
		want   string
	}{
		{lwm2m.FormatSenMLJSON, nil, "[]"},
		{lwm2m.FormatSenMLJSON, []lwm2m.Node{integer("/3/0/9", 100)}, `[{"n":"/3/0/9","v":100}]`},
		{lwm2m.FormatSenMLJSON, []lwm2m.Node{integer("/3/0/6/0", 1), integer("/3/0/9", 100)}, `[{"bn":"/3/0/","n":"6/0","v":1},{"n":"9","v":100}]`},
		{lwm2m.FormatSenMLJSON, []lwm2m.Node{integer("/3/0/9", 1), integer("/4/0/2", -4)}, `[{"n":"/3/0/9","v":1},{"n":"/4/0/2","v":-4}]`},
		{lwm2m.FormatSenMLJSON, []lwm2m.Node{at(integer("/3/0/9", 1), 300000000), at(integer("/3/0/9", 2), 300000010)}, `[{"bn":"/3/0/9","t":300000000,"v":1},{"t":300000010,"v":2}]`},
		{lwm2m.FormatSenMLJSON, []lwm2m.Node{at(integer("/3/0/9", 1), -5), at(integer("/3/0/10", 2), -5)}, `[{"bn":"/3/0/","bt":-5,"n":"9","v":1},{"n":"10","v":2}]`},
		{lwm2m.FormatSenMLJSON, []lwm2m.Node{opaque}, `[{"n":"/5/0/0","vd":"-_8BAg"}]`},
		{lwm2m.FormatETCHJSON, []lwm2m.Node{path}, `[{"n":"/6"}]`},
		{lwm2m.FormatETCHJSON, []lwm2m.Node{below, path}, `[{"bn":"/6","n":"/0"},{"n":""}]`},
		{lwm2m.FormatETCHCBOR, []lwm2m.Node{below, path}, "\x82\xa2\x21\x62/6\x00\x62/0\xa1\x00\x60"},
		{lwm2m.FormatETCHJSON, []lwm2m.Node{null}, `[{"n":"/34/0/1/0","v":null}]`},
		{lwm2m.FormatSenMLCBOR, []lwm2m.Node{integer("/3/0/6/0", 1), integer("/3/0/9", 100)}, "\x82\xa3\x21\x65/3/0/\x00\x636/0\x02\x01\xa2\x00\x619\x02\x18\x64"},
		{lwm2m.FormatJSON, nil, `{"e":[]}`},
		{lwm2m.FormatJSON, []lwm2m.Node{integer("/3/0/9", 100)}, `{"bn":"/3/0/9","e":[{"v":100}]}`},
		{lwm2m.FormatJSON, []lwm2m.Node{opaque, integer("/5/0/3", 1)}, `{"bn":"/5/0/","e":[{"n":"0","sv":"+/8BAg=="},{"n":"3","v":1}]}`},
		{lwm2m.FormatLwM2MCBOR, []lwm2m.Node{integer("/3/0/9", 100)}, "\xa1\x83\x03\x00\x09\x18\x64"},
		{lwm2m.FormatLwM2MCBOR, []lwm2m.Node{integer("/3/0/6/0", 1), integer("/3/0/6/1", 5)}, "\xa1\x83\x03\x00\x06\xa2\x00\x01\x01\x05"},
		{lwm2m.FormatLwM2MCBOR, nil, "\xa0"},
		{lwm2m.FormatText, []lwm2m.Node{opaque}, "+/8BAg=="},
		{lwm2m.FormatCBOR, []lwm2m.Node{integer("/3/0/9", -1)}, "\x20"},
		{lwm2m.FormatLink, []lwm2m.Node{path}, "</6>"},
	}
	for _, test := range tests {
		payload, err := formats.Encode(test.format, test.nodes, formats.Options{})
		if err != nil || string(payload) != test.want {
			t.Errorf("%s: expected %q, found %q (%v)", test.format, test.want, payload, err)
		}
	}
}

func TestWhatAFormatCannotCarryIsRefused(t *testing.T) {
	node := func(path string, v lwm2m.Value) lwm2m.Node {
		return lwm2m.NewNode(lwm2m.KindValue, lwm2m.MustParsePath(path), v, lwm2m.Span{}, 0)
	}
	one, nan, null := node("/3/0/9", lwm2m.IntegerValue(1)), node("/3/0/9", lwm2m.FloatValue(math.NaN())), node("/3/0/9", lwm2m.Value{})
	timed := one.WithMore(&lwm2m.More{Time: 1, HasTime: true})
	path := lwm2m.NewNode(lwm2m.KindPath, lwm2m.NewPath(3), lwm2m.Value{}, lwm2m.Span{}, 0)
	any := node("/3/*/9", lwm2m.IntegerValue(1))
	tests := map[lwm2m.ContentFormat][][]lwm2m.Node{
		lwm2m.FormatText:      {{nan}, {null}, {timed}, {path}, {one, one}, {}},
		lwm2m.FormatOpaque:    {{one}, {null}, {path}, {}},
		lwm2m.FormatCBOR:      {{null}, {timed}, {path}, {one, one}, {}},
		lwm2m.FormatSenMLJSON: {{nan}, {null}, {any}},
		lwm2m.FormatSenMLCBOR: {{null}, {any}},
		lwm2m.FormatETCHJSON:  {{nan}, {any}},
		lwm2m.FormatJSON:      {{nan}, {null}, {path}, {any}},
		lwm2m.FormatLwM2MCBOR: {{timed}, {path}, {any}, {one, one}, {one, node("/3/0/9/1", lwm2m.IntegerValue(1))}},
		lwm2m.FormatLink:      {{one}},
	}
	for f, cases := range tests {
		for i, nodes := range cases {
			if payload, err := formats.Encode(f, nodes, formats.Options{}); err == nil {
				t.Errorf("%s case %d: expected an error, found %q", f, i, payload)
			}
		}
	}
}

func TestPrefixOfAGatewayIsEscapedInJSON(t *testing.T) {
	p := lwm2m.MustParsePath(`/a"b\c/3303/0/5700`)
	n := lwm2m.NewNode(lwm2m.KindValue, p, lwm2m.IntegerValue(1), lwm2m.Span{}, 0)
	other := lwm2m.NewNode(lwm2m.KindValue, p.Parent().Child(5701), lwm2m.IntegerValue(2), lwm2m.Span{}, 0)
	for _, f := range []lwm2m.ContentFormat{lwm2m.FormatSenMLJSON, lwm2m.FormatJSON} {
		for _, nodes := range [][]lwm2m.Node{{n}, {n, other}} {
			payload, err := formats.Encode(f, nodes, formats.Options{})
			if err != nil {
				t.Fatal(err)
			}
			tree, err := formats.Decode(f, payload, formats.Options{})
			if err != nil || len(tree.Nodes) != len(nodes) || tree.Nodes[0].Path() != p {
				t.Errorf("%s: %s: %v", f, payload, err)
			}
		}
	}
}
