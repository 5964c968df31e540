package coap

import "testing"

func TestEveryOptionThatIsDefinedIsFoundByItsName(t *testing.T) {
	named := 0
	for n := range 65536 {
		d, known := definitionOf(OptionNumber(n))
		if !known {
			continue
		}
		named++
		if got, ok := OptionByName(d.Name); !ok || got != OptionNumber(n) {
			t.Errorf("%s: %d %t, want %d", d.Name, got, ok, n)
		}
	}
	if named != len(OptionNames()) {
		t.Errorf("%d names, want %d", len(OptionNames()), named)
	}
	for name, want := range map[string]OptionNumber{"uri-query": URIQuery, "2049": 2049, "0": 0, "65535": 65535} {
		if got, ok := OptionByName(name); !ok || got != want {
			t.Errorf("%s: %d %t, want %d", name, got, ok, want)
		}
	}
	for _, name := range []string{"", "-1", "65536", "Uri", "0x11"} {
		if got, ok := OptionByName(name); ok {
			t.Errorf("%q: found %d", name, got)
		}
	}
}
