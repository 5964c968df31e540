package lwm2m_test

import (
	"strings"
	"testing"

	"lwcon/lwm2m"
)

func TestContentFormatsReadBackByNameMediaTypeAndNumber(t *testing.T) {
	for _, f := range lwm2m.ContentFormats() {
		for _, text := range []string{f.String(), f.MediaType(), strings.ToUpper(f.MediaType())} {
			if got, ok := lwm2m.ParseContentFormat(text); !ok || got != f {
				t.Errorf("%q: expected %d, found %d", text, f, got)
			}
		}
		if !f.Known() || f.Since() == 0 || f.Canonical() != f {
			t.Errorf("%s: known %v since %s, canonical %s", f, f.Known(), f.Since(), f.Canonical())
		}
	}
	for text, want := range map[string]lwm2m.ContentFormat{"11542": lwm2m.FormatTLV, "1542": lwm2m.FormatOldTLV, "50": 50} {
		if got, ok := lwm2m.ParseContentFormat(text); !ok || got != want {
			t.Errorf("%q: expected %d, found %d", text, want, got)
		}
	}
	if f, ok := lwm2m.ParseContentFormat("65536"); ok {
		t.Errorf("65536 is no format, found %d", f)
	}
}

func TestOldNumbersAreTheFormatsThatTheyBecame(t *testing.T) {
	for old, now := range map[lwm2m.ContentFormat]lwm2m.ContentFormat{
		lwm2m.FormatOldText: lwm2m.FormatText, lwm2m.FormatOldTLV: lwm2m.FormatTLV, lwm2m.FormatOldJSON: lwm2m.FormatJSON,
		lwm2m.FormatOldOpaque: lwm2m.FormatOpaque,
	} {
		if old.Canonical() != now || old.String() == now.String() || old.Textual() != now.Textual() || old.CarriesMany() != now.CarriesMany() || !old.Known() {
			t.Errorf("%d: expected %s, found %s", old, now, old.Canonical())
		}
	}
	if f := lwm2m.ContentFormat(50); f.Known() || f.String() != "50" || f.MediaType() != "" || f.Since() != 0 || f.Textual() || f.CarriesMany() {
		t.Errorf("50 is none of LwM2M's, found %s", f)
	}
}

func TestTypesReadBackByName(t *testing.T) {
	for i, name := range lwm2m.TypeNames() {
		if typ, ok := lwm2m.ParseType(name); !ok || int(typ) != i || typ.String() != name {
			t.Errorf("%s: found %s", name, typ)
		}
	}
	if _, ok := lwm2m.ParseType("int"); ok || lwm2m.Type(99).String() != "unknown" {
		t.Error("int is no type")
	}
	if !lwm2m.Time.Numeric() || lwm2m.Boolean.Numeric() || !lwm2m.CoreLink.Textual() || lwm2m.Opaque.Textual() {
		t.Error("a time is numeric, a boolean is not; links are text, octets are not")
	}
}

func TestVersionsReadBackAndCompare(t *testing.T) {
	for text, want := range map[string]lwm2m.Version{"1.0": lwm2m.V1_0, "1.1": lwm2m.V1_1, "1.2": lwm2m.V1_2, "255.255": 0xffff} {
		if v, err := lwm2m.ParseVersion(text); err != nil || v != want || v.String() != text {
			t.Errorf("%s: found %s (%v)", text, v, err)
		}
	}
	for _, text := range []string{"", "1", "1.", ".1", "1.1.1", "256.0", "a.b", "-1.0"} {
		if v, err := lwm2m.ParseVersion(text); err == nil {
			t.Errorf("%q: expected an error, found %s", text, v)
		}
	}
	if lwm2m.V1_0 >= lwm2m.V1_1 || lwm2m.Version(0).String() != "" {
		t.Error("1.0 comes before 1.1, and 0 is none")
	}
}

func TestBindingKeepsUnknownLetters(t *testing.T) {
	b := lwm2m.Binding("UQX")
	if !b.Has('U') || !b.Queue() || b.Has('S') || b.Unknown(lwm2m.V1_0) != "X" || b.Unknown(lwm2m.V1_1) != "QX" || lwm2m.Binding("MH").Unknown(lwm2m.V1_2) != "" {
		t.Errorf("found unknown %q, %q", b.Unknown(lwm2m.V1_0), b.Unknown(lwm2m.V1_1))
	}
}

func TestDeviationSaysRulePlaceAndMessage(t *testing.T) {
	d := lwm2m.Deviation{Rule: "tlv-kind", Path: lwm2m.NewPath(3, 0), Offset: 4, Message: "expected x", More: 2}
	if got := d.String(); got != "tlv-kind /3/0 at octet 4: expected x (and 2 more)" {
		t.Errorf("found %q", got)
	}
	if got := (lwm2m.Deviation{Rule: "r", Offset: -1, Message: "m"}).String(); got != "r: m" {
		t.Errorf("found %q", got)
	}
	if lwm2m.Note.String() != "note" || lwm2m.Warning.String() != "warning" || lwm2m.Severity(9).String() != "failure" {
		t.Error("severities are note, warning, failure")
	}
}

func TestLinkNamesAPathOnlyIfItIsRooted(t *testing.T) {
	for target, want := range map[string]bool{"/3/0": true, "/": true, "3/0": false, "": false, "/lwm2m/3/0": true, "/3/x": false} {
		l := lwm2m.Link{Target: target, Attributes: []lwm2m.LinkAttribute{{Name: "ver", Value: "1.1", HasValue: true}, {Name: "ver", Value: "2"}}}
		if _, ok := l.Path(); ok != want {
			t.Errorf("%q: expected %v", target, want)
		}
		if v, ok := l.Attribute("ver"); v != "1.1" || !ok {
			t.Errorf("expected the first ver, found %q", v)
		}
		if _, ok := l.Attribute("ct"); ok {
			t.Error("there is no ct")
		}
	}
}
