package formats_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"lwcon/formats"
	"lwcon/lwm2m"
)

// vector is a payload with what it must decode to. Expected is "error" or a list
// whose shape depends on the kind.
type vector struct {
	Name          string
	Kind          string
	ContentFormat lwm2m.ContentFormat
	BasePath      string
	Hex           string
	Text          *string
	Query         string
	Types         map[string]string
	Expected      json.RawMessage
}

// peersFile names a further file of vectors, which is not part of the project.
const peersFile = "LWCON_VECTORS"

func loadVectors(t *testing.T) []vector {
	t.Helper()
	files := []string{"testdata/spec.json"}
	if more := os.Getenv(peersFile); more != "" {
		files = append(files, more)
	}
	var all []vector
	for _, file := range files {
		octets, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var some []vector
		if err := json.Unmarshal(octets, &some); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all = append(all, some...)
	}
	return all
}

// typeName turns the vectors' short type names into ours.
func typeName(short string) string {
	long := map[string]string{"str": "string", "int": "integer", "uint": "unsigned", "bool": "boolean", "null": "none"}
	if name, ok := long[short]; ok {
		return name
	}
	return short
}

// expectedValue is one value of a vector.
type expectedValue struct {
	Path  string
	Type  string
	Value any
	Time  *float64
}

// values reads the expected values with every digit of integers.
func (v *vector) values(t *testing.T) []expectedValue {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(string(v.Expected)))
	d.UseNumber()
	var values []expectedValue
	if err := d.Decode(&values); err != nil {
		t.Fatalf("%s: %v", v.Name, err)
	}
	return values
}

// fails says whether the vector must be refused.
func (v *vector) fails() bool { return string(v.Expected) == `"error"` }

// payload returns the octets to decode.
func (v *vector) payload(t *testing.T) []byte {
	t.Helper()
	if v.Text != nil {
		return []byte(*v.Text)
	}
	octets, err := hex.DecodeString(v.Hex)
	if err != nil {
		t.Fatalf("%s: %v", v.Name, err)
	}
	return octets
}

// options are those that a command line would make of the vector.
func (v *vector) options(t *testing.T) formats.Options {
	t.Helper()
	types := map[lwm2m.Path]lwm2m.Type{}
	all := lwm2m.None
	add := func(path, short string) {
		typ, ok := lwm2m.ParseType(typeName(short))
		if !ok {
			t.Fatalf("%s: unknown type %q", v.Name, short)
		}
		if path == "*" {
			all = typ
		} else if p := lwm2m.MustParsePath(path); types[p] == lwm2m.None {
			types[p] = typ
		}
	}
	for path, short := range v.Types {
		add(path, short)
	}
	if !v.fails() && strings.HasPrefix(v.Kind, "decode") {
		for _, e := range v.values(t) {
			if e.Type != "" && e.Type != "null" {
				add(e.Path, e.Type)
			}
		}
	}
	return formats.Options{
		At: lwm2m.MustParsePath(v.BasePath), PathList: v.Kind == "paths",
		TypeOf: func(p lwm2m.Path) (lwm2m.Type, bool) {
			if typ, ok := types[p]; ok {
				return typ, true
			}
			return all, all != lwm2m.None
		},
	}
}

func TestVectorsDecodeToTheirValues(t *testing.T) {
	tried := 0
	for _, v := range loadVectors(t) {
		switch v.Kind {
		case "decode", "decode-single", "paths", "link":
		default:
			continue
		}
		tried++
		t.Run(v.Name, func(t *testing.T) {
			options, payload := v.options(t), v.payload(t)
			if v.fails() {
				options.Strict = true
				if tree, err := formats.Decode(v.ContentFormat, payload, options); err == nil {
					t.Errorf("strict: expected an error, found %s", describe(tree))
				}
				options.Strict = false
				formats.Decode(v.ContentFormat, payload, options)
				return
			}
			tree, err := formats.Decode(v.ContentFormat, payload, options)
			if err != nil {
				t.Fatal(err)
			}
			if wrong := v.differs(t, tree); wrong != "" {
				t.Errorf("%s in %s", wrong, describe(tree))
			}
		})
	}
	if tried < 40 {
		t.Errorf("expected at least 40 vectors, found %d", tried)
	}
}

// describe writes a tree on one line for messages.
func describe(tree *lwm2m.Tree) string {
	var b strings.Builder
	for i := range tree.Nodes {
		n := &tree.Nodes[i]
		fmt.Fprintf(&b, "%s=%s(%s) ", n.Path(), n.Value(), n.Value().Type())
	}
	return b.String() + fmt.Sprint(tree.Links, tree.Deviations)
}

// differs says what of a tree is not as the vector expects.
func (v *vector) differs(t *testing.T, tree *lwm2m.Tree) string {
	t.Helper()
	if v.Kind == "link" {
		return v.linksDiffer(t, tree)
	}
	want := v.values(t)
	var found []*lwm2m.Node
	for i := range tree.Nodes {
		if n := &tree.Nodes[i]; n.HasValue() || v.Kind == "paths" {
			found = append(found, n)
		}
	}
	if len(found) != len(want) {
		return fmt.Sprintf("expected %d values, found %d", len(want), len(found))
	}
	if v.Kind == "paths" {
		for i := range want {
			if p := found[i].Path().String(); p != want[i].Path {
				return fmt.Sprintf("expected %s, found %s", want[i].Path, p)
			}
		}
		return ""
	}
	time := func(x *float64) float64 {
		if x == nil {
			return math.Inf(-1)
		}
		return *x
	}
	slices.SortStableFunc(want, func(a, b expectedValue) int {
		if c := strings.Compare(a.Path, b.Path); c != 0 {
			return c
		}
		return int(time(a.Time) - time(b.Time))
	})
	slices.SortStableFunc(found, func(a, b *lwm2m.Node) int {
		if c := strings.Compare(a.Path().String(), b.Path().String()); c != 0 {
			return c
		}
		x, _ := a.Time()
		y, _ := b.Time()
		return int(x - y)
	})
	for i := range want {
		if wrong := want[i].differs(found[i]); wrong != "" {
			return want[i].Path + ": " + wrong
		}
	}
	return ""
}

// differs says what of a node is not as expected.
func (e *expectedValue) differs(n *lwm2m.Node) string {
	v := n.Value()
	if p := n.Path().String(); p != e.Path {
		return "found " + p
	}
	if e.Type != "" && v.Type().String() != typeName(e.Type) {
		return fmt.Sprintf("expected type %s, found %s", typeName(e.Type), v.Type())
	}
	if e.Time != nil {
		if x, ok := n.Time(); !ok || math.Abs(x-*e.Time) > 1e-6 {
			return fmt.Sprintf("expected time %v, found %v", *e.Time, x)
		}
	}
	want := fmt.Sprint(e.Value)
	switch v.Type() {
	case lwm2m.Float:
		var f float64
		fmt.Sscan(want, &f)
		if math.Abs(f-v.Float()) > 1e-9*math.Abs(f)+1e-12 {
			return fmt.Sprintf("expected %s, found %s", want, v)
		}
		return ""
	case lwm2m.None:
		want = strings.ReplaceAll(want, "<nil>", "null")
	}
	if v.String() != want {
		return fmt.Sprintf("expected %q, found %q", want, v)
	}
	return ""
}

func (v *vector) linksDiffer(t *testing.T, tree *lwm2m.Tree) string {
	t.Helper()
	var want []struct {
		URI   string
		Attrs map[string]*string
	}
	if err := json.Unmarshal(v.Expected, &want); err != nil {
		t.Fatal(err)
	}
	if len(want) != len(tree.Links) {
		return fmt.Sprintf("expected %d links, found %d", len(want), len(tree.Links))
	}
	for i, w := range want {
		l := &tree.Links[i]
		if l.Target != w.URI || len(l.Attributes) != len(w.Attrs) {
			return fmt.Sprintf("expected link %v, found %v", w, l)
		}
		for name, value := range w.Attrs {
			x, ok := l.Attribute(name)
			if !ok || value != nil && *value != x {
				return fmt.Sprintf("%s: expected %s=%v, found %q", w.URI, name, value, x)
			}
		}
	}
	return ""
}

func TestVectorsOfAttributesAndArguments(t *testing.T) {
	for _, v := range loadVectors(t) {
		if v.Kind != "attrs" && v.Kind != "execArgs" {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			var deviations []lwm2m.Deviation
			var err error
			var found any
			if v.Kind == "attrs" {
				found, deviations, err = lwm2m.ParseAttributes(v.Query)
			} else {
				var arguments []lwm2m.Argument
				arguments, deviations, err = lwm2m.ParseArguments(*v.Text)
				pairs := [][2]any{}
				for _, a := range arguments {
					pairs = append(pairs, [2]any{a.ID, nil})
					if a.HasValue {
						pairs[len(pairs)-1][1] = a.Value
					}
				}
				found = pairs
			}
			if v.fails() {
				if err == nil && len(deviations) == 0 {
					t.Errorf("expected an error or a deviation, found %v", found)
				}
				return
			}
			if err != nil || len(deviations) > 0 {
				t.Fatal(err, deviations)
			}
			written, err := json.Marshal(found)
			if err != nil {
				t.Fatal(err)
			}
			var x, y any
			if err := json.Unmarshal(written, &x); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(v.Expected, &y); err != nil {
				t.Fatal(err)
			}
			if fmt.Sprint(x) != fmt.Sprint(y) {
				t.Errorf("expected %v, found %v", y, x)
			}
		})
	}
}
