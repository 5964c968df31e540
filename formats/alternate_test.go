package formats_test

import (
	"testing"

	"lwcon/formats"
	"lwcon/lwm2m"
)

// An alternate path can have several segments, which stand before all names.
// Spec: Core 1.2 §6.2.1.
func TestNamesBehindAnAlternatePathOfSeveralSegments(t *testing.T) {
	want := lwm2m.MustParsePath("/a/b/3/0/9")
	o := formats.Options{At: lwm2m.MustParsePath("/a/b/3/0"), Definitions: testDefinitions}
	for _, f := range []lwm2m.ContentFormat{lwm2m.FormatSenMLJSON, lwm2m.FormatSenMLCBOR, lwm2m.FormatJSON, lwm2m.FormatLwM2MCBOR, lwm2m.FormatTLV} {
		var node lwm2m.Node
		node.Place(want, nil)
		node.Hold(lwm2m.KindValue, lwm2m.IntegerValue(1))
		payload, err := formats.Encode(f, []lwm2m.Node{node}, o)
		if err != nil {
			t.Errorf("%s: %v", f, err)
			continue
		}
		tree, err := formats.Decode(f, payload, o)
		if err != nil || len(tree.Nodes) != 1 || tree.Nodes[0].Path() != want || len(tree.Deviations) > 0 {
			t.Errorf("%s %q: got %v, %v, %v", f, payload, tree.Nodes, tree.Deviations, err)
		}
	}
	tree, err := formats.Decode(lwm2m.FormatSenMLJSON, []byte(`[{"bn":"/a/b/3/0/","n":"9","v":1}]`), formats.Options{Definitions: testDefinitions})
	if err != nil || len(tree.Nodes) != 1 || tree.Nodes[0].Path() != want || tree.Nodes[0].Type() != lwm2m.Integer {
		t.Errorf("base name: got %v, %v", tree.Nodes, err)
	}
	tree, err = formats.Decode(lwm2m.FormatLink, []byte(`</a/b>;rt="oma.lwm2m",</a/b/3/0>`), formats.Options{})
	if err != nil || len(tree.Links) != 2 || len(tree.Deviations) > 0 {
		t.Fatalf("links: got %v, %v", tree, err)
	}
	if p, ok := tree.Links[1].Path(); !ok || p != want.Cut(lwm2m.LevelObjectInstance) {
		t.Errorf("links: got %s, %v", p, ok)
	}
	for _, wrong := range []string{`[{"n":"/a/b","v":1}]`, `[{"n":"/a/3/b/0","v":1}]`} {
		if tree, err := formats.Decode(lwm2m.FormatSenMLJSON, []byte(wrong), formats.Options{}); err == nil && len(tree.Deviations) == 0 {
			t.Errorf("%s: expected a deviation", wrong)
		}
	}
}
