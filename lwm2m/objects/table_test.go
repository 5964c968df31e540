package objects

import (
	"flag"
	"os"
	"strings"
	"testing"

	"lwcon/lwm2m"
)

var renew = flag.String("renew", "", "a folder of OMA XML files to merge into registry.tsv")

// The table is written in one way only, so that a difference in it is a
// difference in the registry: go test ./lwm2m/objects -run Table -renew FOLDER.
func TestTheTableIsWrittenAsAppendObjectWritesIt(t *testing.T) {
	registry := New()
	if *renew != "" {
		loaded, _, err := Load(*renew)
		if err != nil {
			t.Fatal(err)
		}
		registry = registry.With(loaded...)
	}
	first := strings.Index(embedded, "\n/") + 1
	written := []byte(embedded[:first])
	for _, id := range registry.IDs() {
		var before *lwm2m.Object
		for _, o := range registry.versions(id) {
			written = appendObject(written, o, before, registry.table.common)
			before = o
		}
	}
	if string(written) == embedded {
		return
	}
	if *renew != "" {
		if err := os.WriteFile("registry.tsv", written, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	had, has := strings.Split(embedded, "\n"), strings.Split(string(written), "\n")
	for i := range min(len(had), len(has)) {
		if had[i] != has[i] {
			t.Fatalf("registry.tsv:%d: %q should be %q", i+1, had[i], has[i])
		}
	}
	t.Fatalf("registry.tsv has %d lines, should have %d", len(had), len(has))
}

func TestTheTableHoldsTheRegistryOf2024(t *testing.T) {
	odd := map[lwm2m.Path]bool{ // so in the registry
		lwm2m.NewPath(10260, 0, 3): true, // executable, String
		lwm2m.NewPath(10482, 0, 5): true, // readable, no type
	}
	registry := New()
	var objects, versions, resources int
	for _, id := range registry.IDs() {
		objects++
		for _, o := range registry.versions(id) {
			versions++
			resources += len(o.Resources)
			if o.Name == "" || o.ID != id || o.Version == 0 || o.Enabler == 0 {
				t.Errorf("/%d %s: an empty column in %+v", id, o.Version, o)
			}
			for i, r := range o.Resources {
				if i > 0 && o.Resources[i-1].ID >= r.ID {
					t.Errorf("/%d %s: resource %d follows %d", id, o.Version, r.ID, o.Resources[i-1].ID)
				}
				if (r.Type == lwm2m.None) != (r.Operations == lwm2m.Executable) && !odd[lwm2m.NewPath(id, 0, r.ID)] {
					t.Errorf("/%d/%d %s: operations %s of type %s", id, r.ID, o.Version, r.Operations, r.Type)
				}
			}
		}
	}
	if objects != 327 || versions != 424 || resources != 4506 {
		t.Errorf("%d objects in %d versions with %d resources, expected 327, 424, 4506", objects, versions, resources)
	}
}

func TestATableThatIsWrongIsAnError(t *testing.T) {
	const common = "common\n5700\tR\tfloat\tSensor Value\n"
	const head = "/3303\t1.0\t*\t1.0\tTemperature\n"
	for name, text := range map[string]string{
		"no object":             common,
		"common line":           "common\n5700\tR\n" + head,
		"columns of the head":   common + "/3303\t1.0\t*\n",
		"id of the head":        common + "/65535\t1.0\t*\t1.0\tTemperature\n",
		"version":               common + "/3303\t1\t*\t1.0\tTemperature\n",
		"enabler":               common + "/3303\t1.0\t*\t\tTemperature\n",
		"instances":             common + "/3303\t1.0\t5\t1.0\tTemperature\n",
		"order of objects":      common + head + "/3302\t1.0\t*\t1.0\tPresence\n",
		"order of versions":     common + head + head,
		"resource id":           common + head + "-1\tR\tfloat\tX\n",
		"operations":            common + head + "1\tX\tfloat\tX\n",
		"cardinality":           common + head + "1\tR??\tfloat\tX\n",
		"type":                  common + head + "1\tR\tdouble\tX\n",
		"name":                  common + head + "1\tR\tfloat\n",
		"seventh column":        common + head + "1\tR\tfloat\tX\t\t\tmore\n",
		"common id not known":   common + head + "5701\n",
		"gone but never there":  common + head + "-5700\n",
		"nothing but a newline": common + head + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			if err := parseTable(text); err == nil {
				t.Error("no error")
			}
		})
	}
	if err := parseTable(common + head + "5700\n/3303\t1.1\t*\t1.0\tTemperature\n-5700\n"); err != nil {
		t.Errorf("a right one: %v", err)
	}
}

// parseTable parses all of a table.
func parseTable(text string) error {
	table := &table{text: text}
	table.index()
	if table.err != nil {
		return table.err
	}
	for _, b := range table.blocks {
		if _, err := parseBlock(text[b.start:b.end], table.common); err != nil {
			return err
		}
	}
	return nil
}

// What a program that decodes one payload pays: the index and one object.
func BenchmarkFirstObject(b *testing.B) {
	for b.Loop() {
		if New().Object(3, lwm2m.V1_1) == nil {
			b.Fatal("no device object")
		}
	}
}

func BenchmarkObject(b *testing.B) {
	registry := New()
	for b.Loop() {
		if registry.Object(3, lwm2m.V1_1) == nil {
			b.Fatal("no device object")
		}
	}
}
