package lwm2m_test

import (
	"encoding/json"
	"testing"

	"lwcon/lwm2m"
)

func TestAttributesAreReadAsAQueryWritesThem(t *testing.T) {
	a, deviations, err := lwm2m.ParseAttributes("?pmin=5&pmax&gt=-2.5&edge=1")
	if err != nil || len(deviations) > 0 {
		t.Fatal(deviations, err)
	}
	if got := a.String(); got != "pmin=5&pmax&gt=-2.5&edge=1" {
		t.Errorf("found %s", got)
	}
	b, err := json.Marshal(a)
	if err != nil || string(b) != `{"pmin":5,"pmax":null,"gt":-2.5,"edge":1}` {
		t.Errorf("found %s (%v)", b, err)
	}
	if x, ok := a.Get(lwm2m.GT); x != -2.5 || !ok || !a.IsUnset(lwm2m.PMax) || a.Empty() {
		t.Errorf("found gt %v %v, pmax unset %v", x, ok, a.IsUnset(lwm2m.PMax))
	}
	if a, _, err := lwm2m.ParseAttributes(""); err != nil || !a.Empty() {
		t.Errorf("the empty query: found %s (%v)", a, err)
	}
}

func TestAttributeThatIsNoNumberIsLeftOutAndNamed(t *testing.T) {
	for query, offset := range map[string]int{
		"pmin=1&lt=0abc&gt=5": 10, "gt=inf": 3, "st=NaN": 3, "gt=0x10": 3, "gt=1_0": 3, "pmin=1e999": 5, "pmin=true": 5, "con=yes": 4,
	} {
		a, deviations, err := lwm2m.ParseAttributes(query)
		if err != nil || len(deviations) != 1 || deviations[0].Rule != lwm2m.RuleAttributesNumber || deviations[0].Offset != offset {
			t.Errorf("%s: expected a deviation at %d, found %s, %v (%v)", query, offset, a, deviations, err)
		}
	}
	a, _, _ := lwm2m.ParseAttributes("pmin=1&lt=x&gt=5")
	if a.String() != "pmin=1&gt=5" {
		t.Errorf("expected what stands beside it, found %s", a)
	}
}

func TestAttributesOfTheLevelsBelowWin(t *testing.T) {
	object, _, _ := lwm2m.ParseAttributes("pmin=10&pmax=60")
	resource, _, _ := lwm2m.ParseAttributes("pmax=30&gt=5")
	if got := resource.Under(object).String(); got != "pmin=10&pmax=30&gt=5" {
		t.Errorf("found %s", got)
	}
	change, _, _ := lwm2m.ParseAttributes("pmax&lt=1")
	if got := object.Apply(change).String(); got != "pmin=10&lt=1" {
		t.Errorf("found %s", got)
	}
}

func TestConflictsOfThresholdsAreNamed(t *testing.T) {
	for query, conflict := range map[string]bool{
		"lt=20&gt=30&st=5": true, "lt=20&gt=30&st=4.9": false, "lt=30&gt=30": true, "lt=20&gt=85&st=10": false,
		"epmin=5&epmax=5": true, "epmin=5&epmax=6": false, "pmin=60&pmax=10": false,
	} {
		a, deviations, err := lwm2m.ParseAttributes(query)
		if err != nil || (a.Conflict() != "") != conflict || (len(deviations) > 0) != conflict {
			t.Errorf("%s: found %q, %v (%v)", query, a.Conflict(), deviations, err)
		}
	}
}

func TestAttributeNamesReadBack(t *testing.T) {
	for _, name := range lwm2m.AttributeNames() {
		if a, ok := lwm2m.ParseAttribute(name); !ok || a.String() != name || a.Since() == 0 {
			t.Errorf("%s: found %s since %s", name, a, a.Since())
		}
	}
	if _, ok := lwm2m.ParseAttribute("dim"); ok {
		t.Error("dim is no notification attribute")
	}
	if lwm2m.PMin.ResourceOnly() || !lwm2m.GT.ResourceOnly() || lwm2m.Attribute(200).String() != "unknown" {
		t.Error("gt is for resources only, pmin is not")
	}
}

func FuzzAttributes(f *testing.F) {
	for _, seed := range []string{"", "?", "pmin=5&pmax", "gt=-2.5&lt=x", "&&", "st==", "dim=2", "pmin=1e2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		a, deviations, err := lwm2m.ParseAttributes(query)
		for _, d := range deviations {
			if d.Offset < 0 || d.Offset > len(query) || d.Rule == "" || d.Message == "" {
				t.Fatalf("%q: found %v", query, d)
			}
		}
		again, _, againErr := lwm2m.ParseAttributes(a.String())
		if againErr != nil || again != a {
			t.Fatalf("%q: %s reads back as %s (%v, %v)", query, a, again, againErr, err)
		}
	})
}
