package objects

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"lwcon/lwm2m"
)

// kilnObject is what kiln defines.
var kilnObject = lwm2m.Object{
	ID: 33000, Version: lwm2m.V1_1, Name: "Kiln", Enabler: lwm2m.V1_1, Multiple: true,
	Resources: []lwm2m.Resource{
		{ID: 1, Name: "Cone", Operations: lwm2m.Readable | lwm2m.Writable, Type: lwm2m.Unsigned, Multiple: true, Mandatory: true, Range: "0..42"},
		{ID: 2, Name: "Ignite", Operations: lwm2m.Executable},
		{ID: 5700, Name: "Sensor Value", Operations: lwm2m.Readable, Type: lwm2m.Float, Mandatory: true, Units: "Cel"},
	},
}

// write lays files below a new folder.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func utf16of(text string, order binary.AppendByteOrder) string {
	b := order.AppendUint16(nil, 0xfeff)
	for _, unit := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

func TestAnObjectIsTheSameInEveryDialect(t *testing.T) {
	replace := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(kiln) }
	for name, text := range map[string]string{
		"LWM2M-v1_1.xsd":    kiln,
		"byte order mark":   "\ufeff" + kiln,
		"UTF-16 LE":         utf16of(replace("UTF-8", "UTF-16"), binary.LittleEndian),
		"UTF-16 BE":         utf16of(replace("UTF-8", "utf-16"), binary.BigEndian),
		"ISO 8859-1":        replace("UTF-8", "ISO-8859-1", "Fires clay", "Fires clay \xe9"),
		"CRLF":              replace("\n", "\r\n"),
		"no declaration":    kiln[strings.Index(kiln, "\n")+1:],
		"comments":          replace("<Name>Kiln", "<!-- <Name>Oven</Name> --><Name>Ki<!-- -->ln"),
		"blanks":            replace("<Name>Kiln</Name>", "<Name>\n\tKiln \n</Name>", ">33000<", "> 33000 <", "Sensor Value", "Sensor\n   Value"),
		"namespace":         replace("<LWM2M ", `<o:LWM2M xmlns:o="urn:x" `, "</LWM2M>", "</o:LWM2M>"),
		"words for a flag":  replace(">Multiple<", ">true<", ">Single<", ">false<", ">Mandatory<", ">yes<", ">Optional<", ">no<"),
		"case and blanks":   replace("Unsigned Integer", "UnsignedInteger", ">Float<", ">float<", ">RW<", ">r, w<", ">Multiple<", ">MULTIPLE<"),
		"words for nothing": replace("<Type></Type>", "<Type>none</Type>"),
		"HTML entities":     replace("<Description2></Description2>", "<Description2>a&nbsp;b &deg;C</Description2>"),
		"unknown elements":  replace("<Resources>", "<Vendor><Name>Acme</Name></Vendor><Resources><Note>x</Note>"),
		"items out of order": func() string {
			first, second := strings.Index(kiln, `      <Item ID="1">`), strings.Index(kiln, `      <Item ID="2">`)
			end := strings.Index(kiln, "    </Resources>")
			return kiln[:first] + kiln[second:end] + kiln[first:second] + kiln[end:]
		}(),
	} {
		t.Run(name, func(t *testing.T) {
			loaded, _, err := Load(filepath.Join(write(t, map[string]string{"kiln.xml": text}), "kiln.xml"))
			if err != nil || len(loaded) != 1 || !reflect.DeepEqual(*loaded[0], kilnObject) {
				t.Errorf("got %+v, %v", loaded, err)
			}
		})
	}
}

func TestWithoutVersionsAnObjectIs1_0(t *testing.T) {
	text := strings.NewReplacer("<LWM2MVersion>1.1</LWM2MVersion>", "", "<ObjectVersion>1.1", "<ObjectVersion>", ":33000:1.1<", ":33000<").Replace(kiln)
	loaded, _, err := Load(write(t, map[string]string{"kiln.xml": text}))
	if err != nil || len(loaded) != 1 || loaded[0].Version != lwm2m.V1_0 || loaded[0].Enabler != 0 {
		t.Errorf("got %+v, %v", loaded, err)
	}
}

func TestAFolderIsReadInOrderAndOtherFilesArePassedOver(t *testing.T) {
	as := func(id string) string { return strings.ReplaceAll(kiln, "33000", id) }
	two := strings.Replace(as("33004"), "</Object>", "</Object>"+as("33005")[strings.Index(kiln, "<Object "):strings.Index(kiln, "</LWM2M>")], 1)
	folder := write(t, map[string]string{
		"b.xml":          as("33002"),
		"a.xml":          as("33001"),
		"old/c.XML":      as("33003"),
		"two.xml":        two,
		"notes.txt":      "no XML",
		"units.xml":      `<units><title>Units</title></units>`,
		"list.xml":       `<DDFList><Item><ObjectID>1</ObjectID></Item></DDFList>`,
		"common.xml":     `<LWM2M><Object ObjectType="CommonResources"><Resources><Item ID="4000"><Name>X</Name></Item></Resources></Object></LWM2M>`,
		"old/readme.md":  "",
		"old/.git/x.xml": `<project/>`,
	})
	loaded, notes, err := Load(folder)
	var ids []uint16
	for _, o := range loaded {
		ids = append(ids, o.ID)
	}
	if err != nil || !slices.Equal(ids, []uint16{33001, 33002, 33003, 33004, 33005}) {
		t.Errorf("got %v, %v", ids, err)
	}
	var passed []string
	for _, n := range notes {
		passed = append(passed, filepath.Base(n.File)+": "+n.Reason)
	}
	if want := []string{
		"x.xml: expected the root element LWM2M, found project; passed over",
		"units.xml: expected the root element LWM2M, found units; passed over",
	}; !slices.Equal(passed, want) {
		t.Errorf("notes: got %q, want %q", passed, want)
	}
}

func TestAnObjectThatTwoFilesDefineOtherwiseIsNoted(t *testing.T) {
	other := strings.Replace(kiln, "<Type>Float</Type>", "<Type>Integer</Type>", 1)
	folder := write(t, map[string]string{"a.xml": kiln, "b.xml": kiln, "c.xml": other})
	loaded, notes, err := Load(folder)
	if err != nil || len(loaded) != 3 || len(notes) != 1 || filepath.Base(notes[0].File) != "c.xml" {
		t.Fatalf("got %d objects, notes %v, %v", len(loaded), notes, err)
	}
	if want := "object 33000 version 1.1: defined otherwise in " + filepath.Join(folder, "b.xml") + "; this one counts"; notes[0].Reason != want {
		t.Errorf("got %q, want %q", notes[0].Reason, want)
	}
	if got := New().With(loaded...).Object(33000, lwm2m.V1_1).Resource(5700).Type; got != lwm2m.Integer {
		t.Errorf("got %s, want that of the later file", got)
	}
}

func TestTheVersionOfTheURNCountsWithoutObjectVersion(t *testing.T) {
	text := strings.NewReplacer("<ObjectVersion>1.1</ObjectVersion>", "", "<LWM2MVersion>1.1</LWM2MVersion>", "").Replace(kiln)
	if !strings.Contains(text, ":33000:1.1<") {
		t.Fatal("expected a URN with a version")
	}
	loaded, _, err := Load(write(t, map[string]string{"kiln.xml": text}))
	if err != nil || len(loaded) != 1 || loaded[0].Version != lwm2m.V1_1 {
		t.Errorf("got %+v, %v", loaded, err)
	}
	for _, f := range Check([]byte(text), New()) {
		if f.Severity == lwm2m.Failure {
			t.Errorf("Check: %v", f)
		}
	}
}

func TestWhatCannotBeUsedIsAnErrorWithItsPlace(t *testing.T) {
	item := `<Item ID="1"><Name>Cone</Name><Operations>R</Operations><Type>Integer</Type></Item>`
	for name, c := range map[string]struct {
		text         string
		line, column int
		reason       string // a part of it
		objects      int    // what is left
	}{
		"empty":             {"", 1, 1, "found nothing", 0},
		"no XML":            {"hello", 1, 6, "found nothing", 0},
		"another root":      {"<project/>", 1, 1, "expected the root element LWM2M, found project", 0},
		"cut off":           {kiln[:strings.Index(kiln, "</Resources>")], 43, 1, "unexpected EOF", 1},
		"tag that ends not": {"<LWM2M>\n<Object>\n</LWM2M>", 3, 1, "closed by", 0},
		"no id":             {"<LWM2M>\n  <Object><Name>X</Name></Object></LWM2M>", 2, 3, "expected ObjectID", 0},
		"id":                {"<LWM2M><Object>\n<ObjectID>70000</ObjectID></Object></LWM2M>", 2, 1, `found "70000"`, 0},
		"version":           {"<LWM2M><Object><ObjectID>7</ObjectID>\n <ObjectVersion>x</ObjectVersion></Object></LWM2M>", 2, 2, `version "x"`, 1},
		"resource id":       {"<LWM2M><Object><ObjectID>7</ObjectID><Resources>\n<Item ID='x'/></Resources></Object></LWM2M>", 2, 1, `expected an id 0..65534, found "x"`, 1},
		"resource twice":    {"<LWM2M><Object><ObjectID>7</ObjectID><Resources>\n" + item + "\n" + item + "</Resources></Object></LWM2M>", 3, 1, "resource 1: defined before", 1},
		"operations":        {"<LWM2M><Object><ObjectID>7</ObjectID><Resources>" + strings.Replace(item, ">R<", ">Q<", 1) + "</Resources></Object></LWM2M>", 1, 0, `expected R, W, RW, E or nothing, found "Q"`, 1},
		"type":              {"<LWM2M><Object><ObjectID>7</ObjectID><Resources>" + strings.Replace(item, "Integer", "Word", 1) + "</Resources></Object></LWM2M>", 1, 0, `found "Word"`, 1},
		"outside entity":    {"<!DOCTYPE LWM2M [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>\n<LWM2M><Object><ObjectID>7</ObjectID><Name>&x;</Name></Object></LWM2M>", 2, 1, "invalid character entity", 1},
		"encoding":          {`<?xml version="1.0" encoding="EBCDIC"?><LWM2M/>`, 1, 1, "expected UTF-8, UTF-16, ISO-8859-1 or Windows-1252", 0},
		"too deep":          {"<LWM2M>" + strings.Repeat("<a>", 1_000_000), 1, 0, "at most 32 elements within each other", 0},
		"too many":          {"<LWM2M>" + strings.Repeat("<a/>", 200_000), 1, 0, "at most 100000 elements", 0},
		"too long a text":   {"<LWM2M><Object><Name>" + strings.Repeat("x", maxField+1), 1, 0, "at most 65536 octets of text", 0},
		"too large":         {strings.Repeat(" ", maxFileSize+1), 0, 0, "at most 4194304 octets", 0},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(write(t, map[string]string{"x.xml": c.text}), "x.xml")
			loaded, _, err := Load(path)
			var file *FileError
			if !errors.As(err, &file) {
				t.Fatalf("got %v", err)
			}
			if file.File != path || file.Line != c.line || c.column != 0 && file.Column != c.column || !strings.Contains(file.Reason, c.reason) {
				t.Errorf("got %v, expected %d:%d: …%s…", err, c.line, c.column, c.reason)
			}
			if len(loaded) > c.objects {
				t.Errorf("%d objects were left, expected at most %d", len(loaded), c.objects)
			}
		})
	}
}

func TestABrokenFileLeavesTheOthers(t *testing.T) {
	folder := write(t, map[string]string{"a.xml": "<LWM2M>", "b.xml": kiln})
	loaded, _, err := Load(folder, filepath.Join(folder, "none.xml"))
	if len(loaded) != 1 || err == nil || !strings.Contains(err.Error(), "a.xml:1:") || !strings.Contains(err.Error(), "none.xml: ") {
		t.Errorf("got %d objects, %v", len(loaded), err)
	}
}

func TestLoadedObjectsComeBeforeTheEmbeddedOnes(t *testing.T) {
	loaded, _, err := Load(write(t, map[string]string{"x.xml": strings.ReplaceAll(kiln, "33000", "3303")}))
	if err != nil {
		t.Fatal(err)
	}
	registry := New().With(loaded...)
	if got := registry.Object(3303, lwm2m.V1_1).Name; got != "Kiln" {
		t.Errorf("/3303 1.1 is %s", got)
	}
	if got := registry.Object(3303, lwm2m.V1_0).Name; got != "Temperature" {
		t.Errorf("/3303 1.0 is %s", got)
	}
}

// Whatever the file, what is loaded has ascending resources with legal ids, and
// Check finds a failure where Load finds one.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(kiln))
	f.Add([]byte(utf16of(kiln, binary.LittleEndian)))
	f.Add([]byte("<LWM2M><Object><ObjectID>7</ObjectID><Resources><Item ID='x'/></Resources></Object></LWM2M>"))
	f.Add([]byte(`<?xml version="1.0" encoding="windows-1252"?><LWM2M><Object/></LWM2M>`))
	registry := New()
	f.Fuzz(func(t *testing.T, content []byte) {
		definitions, err := parseXML(content)
		failed := err != nil
		for i := range definitions {
			if definitions[i].isCommon() {
				continue
			}
			o, wrong := definitions[i].object()
			failed = failed || len(wrong) > 0
			if o == nil {
				continue
			}
			for i, r := range o.Resources {
				if r.ID > lwm2m.MaxID || i > 0 && o.Resources[i-1].ID >= r.ID {
					t.Fatalf("resource %d after %v", r.ID, o.Resources[:i])
				}
			}
		}
		found := slices.ContainsFunc(Check(bytes.Clone(content), registry), func(f Finding) bool { return f.Severity == lwm2m.Failure })
		if failed && !found {
			t.Fatalf("not to be loaded, and Check finds nothing: %v", err)
		}
	})
}

func TestAnObjectBelowAnotherRootInAFolderIsAnError(t *testing.T) {
	folder := write(t, map[string]string{"a.xml": kiln, "ddf.xml": strings.NewReplacer("<LWM2M ", "<DDF ", "</LWM2M>", "</DDF>").Replace(kiln)})
	loaded, _, err := Load(folder)
	if err == nil || !strings.Contains(err.Error(), "expected the root element LWM2M, found DDF") || len(loaded) != 1 {
		t.Errorf("found %d objects, %v", len(loaded), err)
	}
}
