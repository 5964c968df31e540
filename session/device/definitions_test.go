package device

import (
	_ "embed"
	"strconv"
	"strings"
	"testing"

	"lwcon/lwm2m"
)

// objectFacts are the definitions that the tests need: lines of "object", id,
// name, version, S or M, M or O; then its resources: id, name, operations, S or
// M, M or O, type, range, unit.
//
//go:embed testdata/objects.tsv
var objectFacts string

// table is a registry made of objectFacts. It has the core objects in whatever
// version they are wanted, all with the same resources, the others in one.
type table map[uint16]*lwm2m.Object

func (t table) Object(id uint16, version lwm2m.Version) *lwm2m.Object {
	o := t[id]
	if o == nil || id > 7 || version == 0 {
		return o
	}
	core := *o
	core.Version = version
	return &core
}

var factTypes = map[string]lwm2m.Type{
	"none": lwm2m.None, "str": lwm2m.String, "int": lwm2m.Integer, "uint": lwm2m.Unsigned, "float": lwm2m.Float,
	"bool": lwm2m.Boolean, "opaque": lwm2m.Opaque, "time": lwm2m.Time, "objlnk": lwm2m.ObjectLink, "corelnk": lwm2m.CoreLink,
}

func registry(t testing.TB) table {
	t.Helper()
	objects := make(table)
	var o *lwm2m.Object
	for line := range strings.Lines(objectFacts) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if f[0] == "object" {
			v, err := lwm2m.ParseVersion(f[3])
			if err != nil {
				t.Fatal(err)
			}
			o = &lwm2m.Object{ID: fact(t, f[1]), Name: f[2], Version: v, Multiple: f[4] == "M", Mandatory: f[5] == "M"}
			objects[o.ID] = o
			continue
		}
		r := lwm2m.Resource{ID: fact(t, f[1]), Name: f[2], Multiple: f[4] == "M", Mandatory: f[5] == "M", Type: factTypes[f[6]], Range: f[7], Units: f[8]}
		for i, letter := range "RWE" {
			if strings.ContainsRune(f[3], letter) {
				r.Operations |= 1 << i
			}
		}
		at := len(o.Resources)
		for at > 0 && o.Resources[at-1].ID > r.ID {
			at--
		}
		o.Resources = append(o.Resources[:at], append([]lwm2m.Resource{r}, o.Resources[at:]...)...)
	}
	return objects
}

func fact(t testing.TB, text string) uint16 {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	return uint16(n)
}
