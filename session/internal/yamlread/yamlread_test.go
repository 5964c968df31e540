package yamlread

import (
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

func TestANewerFormatIsRefusedWithWhatReadsIt(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"1", ""},
		{"2", "a.yaml:1:8: lwcon: expected 1, found 2: a newer lwcon reads that"},
		{"one", `a.yaml:1:8: lwcon: expected 1, found "one"`},
		{"[1]", "a.yaml:1:8: lwcon: expected a value, found a list"},
	} {
		d := Document{File: "a.yaml"}
		d.Fields(d.Parse("lwcon: "+c.text), "file", []Field{{"lwcon", func(v *yaml.Node) { d.Format(v, 1) }}})
		got := ""
		if err := d.Err(); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("lwcon: %s: %q, want %q", c.text, got, c.want)
		}
	}
}

func TestADiscreetDocumentKeepsValuesToItself(t *testing.T) {
	const secret = "c0ffee"
	d := Document{File: "a.yaml", Discreet: true}
	var on bool
	var n uint64
	var x float64
	root := d.Parse("a: " + secret)
	d.Fields(root, "file", []Field{{"a", func(v *yaml.Node) {
		d.Fields(v, "a", nil)
		d.Boolean(v, "a", &on)
		d.Count(v, "a", 0, 9, &n)
		d.Number(v, "a", &x)
		d.Format(v, 1)
	}}})
	if d.Failures() != 5 || strings.Contains(d.Err().Error(), secret) {
		t.Errorf("expected 5 mistakes that do not show the value, found %v", d.Err())
	}
	if !strings.Contains(d.Err().Error(), "found a value of 6 octets") {
		t.Errorf("expected its length, found %v", d.Err())
	}
}
