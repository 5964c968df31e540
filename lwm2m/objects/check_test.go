package objects

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lwcon/lwm2m"
)

// kiln is a definition in which nothing is wrong. Line numbers count from its
// first character.
const kiln = `<?xml version="1.0" encoding="UTF-8"?>
<LWM2M xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="http://www.openmobilealliance.org/tech/profiles/LWM2M-v1_1.xsd">
  <Object ObjectType="MODefinition">
    <Name>Kiln</Name>
    <Description1><![CDATA[Fires clay & <glaze>.]]></Description1>
    <ObjectID>33000</ObjectID>
    <ObjectURN>urn:oma:lwm2m:x:33000:1.1</ObjectURN>
    <LWM2MVersion>1.1</LWM2MVersion>
    <ObjectVersion>1.1</ObjectVersion>
    <MultipleInstances>Multiple</MultipleInstances>
    <Mandatory>Optional</Mandatory>
    <Resources>
      <Item ID="1">
        <Name>Cone</Name>
        <Operations>RW</Operations>
        <MultipleInstances>Multiple</MultipleInstances>
        <Mandatory>Mandatory</Mandatory>
        <Type>Unsigned Integer</Type>
        <RangeEnumeration>0..42</RangeEnumeration>
        <Units></Units>
        <Description></Description>
      </Item>
      <Item ID="2">
        <Name>Ignite</Name>
        <Operations>E</Operations>
        <MultipleInstances>Single</MultipleInstances>
        <Mandatory>Optional</Mandatory>
        <Type></Type>
        <RangeEnumeration></RangeEnumeration>
        <Units></Units>
        <Description></Description>
      </Item>
      <Item ID="5700">
        <Name>Sensor Value</Name>
        <Operations>R</Operations>
        <MultipleInstances>Single</MultipleInstances>
        <Mandatory>Mandatory</Mandatory>
        <Type>Float</Type>
        <RangeEnumeration></RangeEnumeration>
        <Units>Cel</Units>
        <Description></Description>
      </Item>
    </Resources>
    <Description2></Description2>
  </Object>
</LWM2M>
`

func TestNothingIsFoundInARightDefinition(t *testing.T) {
	for _, finding := range Check([]byte(kiln), New()) {
		t.Error(finding)
	}
}

// Each case spoils one thing: the first occurrence of old, behind after where
// that is given.
func TestCheckFindsWhatIsWrongWhereItIs(t *testing.T) {
	for _, c := range []struct {
		name, after, old, new string
		line                  int
		severity              lwm2m.Severity
		message               string // a part of it
	}{
		{"another root", "", "LWM2M xmlns", "Things xmlns", 1, lwm2m.Failure, "expected the root element LWM2M, found Things"},
		{"cut off", "", "</Resources>", "<", 43, lwm2m.Failure, ""},
		{"object type", "", "MODefinition", "Thing", 3, lwm2m.Warning, `ObjectType="MODefinition"`},
		{"no name", "", "<Name>Kiln</Name>", "", 3, lwm2m.Failure, "object 33000: expected the element Name"},
		{"empty name", "", "Kiln", " ", 4, lwm2m.Failure, "expected a name"},
		{"name of another object", "", "Kiln", "On/Off switch", 4, lwm2m.Note, "object 3342 has this name too"},
		{"no description", "", "<Description1><![CDATA[Fires clay & <glaze>.]]></Description1>", "", 3, lwm2m.Warning, "Description1"},
		{"no id", "", "<ObjectID>33000</ObjectID>", "", 3, lwm2m.Failure, "expected the element ObjectID"},
		{"id that is none", "", "<ObjectID>33000", "<ObjectID>65535", 6, lwm2m.Failure, `expected an id 0..65534, found "65535"`},
		{"id of the URN", "", "x:33000:", "x:33001:", 7, lwm2m.Failure, `expected the id 33000 in the URN, found "33001"`},
		{"class of the URN", "", "lwm2m:x:", "lwm2m:ext:", 7, lwm2m.Failure, "expected the class x in the URN, found ext"},
		{"unknown class of the URN", "", "lwm2m:x:", "lwm2m:y:", 7, lwm2m.Failure, "expected the class oma, ext or x"},
		{"no URN", "", "urn:oma:lwm2m:x:33000:1.1", "33000", 7, lwm2m.Failure, "expected urn:oma:lwm2m:CLASS:33000:1.1"},
		{"empty URN", "", "urn:oma:lwm2m:x:33000:1.1", "", 7, lwm2m.Failure, "expected a URN"},
		{"version of the URN", "", "33000:1.1", "33000:1.0", 7, lwm2m.Failure, `expected the version 1.1 of ObjectVersion in the URN, found "1.0"`},
		{"URN without version", "", "33000:1.1", "33000", 7, lwm2m.Failure, `found "1.0"`},
		{"enabler", "", "<LWM2MVersion>1.1", "<LWM2MVersion>2.0", 8, lwm2m.Warning, "expected 1.0, 1.1 or 1.2, found 2.0"},
		{"enabler older than a type", "", "<LWM2MVersion>1.1", "<LWM2MVersion>1.0", 18, lwm2m.Warning, "Unsigned Integer came with LwM2M 1.1"},
		{"schema older than a type", "", "LWM2M-v1_1.xsd", "LWM2M.xsd", 18, lwm2m.Warning, "came with LWM2M-v1_1.xsd"},
		{"no enabler", "", "<ObjectVersion>1.1</ObjectVersion>", "<ObjectVersion>one</ObjectVersion>", 9, lwm2m.Failure, "expected MAJOR.MINOR"},
		{"instances", "", "<MultipleInstances>Multiple", "<MultipleInstances>Many", 10, lwm2m.Failure, `expected Multiple or Single, found "Many"`},
		{"blanks around a value", "", "<Mandatory>Optional", "<Mandatory> Optional", 11, lwm2m.Warning, "without blanks"},
		{"unknown element", "", "<Resources>", "<Colour>red</Colour><Resources>", 12, lwm2m.Warning, "LWM2M.xsd has no such element"},
		{"element twice", "", "<Resources>", "<Name>Oven</Name><Resources>", 12, lwm2m.Failure, "Name: expected one"},
		{"resource id", "", `ID="1"`, `ID="one"`, 13, lwm2m.Failure, `expected an id 0..65534, found "one"`},
		{"no resource id", "", ` ID="1"`, "", 13, lwm2m.Failure, "Item: expected ID, found none"},
		{"resource id twice", "", `ID="2"`, `ID="1"`, 23, lwm2m.Failure, "found it in line 13 too"},
		{"order of resources", "", `ID="1"`, `ID="3"`, 23, lwm2m.Note, "expected ascending ids, found it after 3"},
		{"reserved resource id", "", `ID="5700"`, `ID="40000"`, 33, lwm2m.Warning, "above 32768 are reserved"},
		{"reusable id nobody knows", "", `ID="5700"`, `ID="2222"`, 33, lwm2m.Note, "no known object uses this one"},
		{"reusable id of another name", "", "Sensor Value", "Heat", 34, lwm2m.Failure, `this id is Sensor Value as in object`},
		{"reusable id of another type", "", "<Type>Float", "<Type>Integer", 38, lwm2m.Warning, "this id is of type float"},
		{"name twice", "", "<Name>Ignite", "<Name>cone", 24, lwm2m.Warning, "resource 1 has this name too"},
		{"operations", "", "<Operations>RW", "<Operations>RWX", 15, lwm2m.Failure, "expected R, W, RW, E or nothing"},
		{"operations in another order", "", "<Operations>RW", "<Operations>WR", 15, lwm2m.Failure, `found "WR"`},
		{"resource instances", "ID=\"1\"", "<MultipleInstances>Multiple", "<MultipleInstances>true", 16, lwm2m.Failure, `expected Multiple or Single, found "true"`},
		{"obligation", "ID=\"1\"", "<Mandatory>Mandatory", "<Mandatory>Yes", 17, lwm2m.Failure, `expected Mandatory or Optional, found "Yes"`},
		{"type", "", "<Type>Unsigned Integer", "<Type>Word", 18, lwm2m.Failure, `found "Word"`},
		{"no type", "", "<Type>Unsigned Integer", "<Type>", 18, lwm2m.Failure, "expected a type where Operations is RW"},
		{"type of an executable", "", "<Type></Type>", "<Type>String</Type>", 28, lwm2m.Failure, "expected no type where Operations is E"},
		{"several executables", "ID=\"2\"", "<MultipleInstances>Single", "<MultipleInstances>Multiple", 26, lwm2m.Failure, "expected Single where Operations is E"},
		{"bounds", "", "0..42", "42..0", 19, lwm2m.Failure, "expected the lower bound first"},
		{"bounds with a hyphen", "", "0..42", "0-42", 19, lwm2m.Warning, "expected two dots"},
		{"negative bound", "", "0..42", "-1..42", 19, lwm2m.Failure, "no negative bound"},
		{"broken bound", "", "0..42", "0..4.2", 19, lwm2m.Failure, "whole numbers"},
		{"no bounds", "", "0..42", "abc", 19, lwm2m.Warning, "expected bounds such as 0..100"},
		{"bounds beyond 64 bits", "", "0..42", "0..99999999999999999999", 19, lwm2m.Failure, "fit 64 bits"},
		{"attribute twice", "", `ID="1"`, `ID="1" ID="9"`, 13, lwm2m.Failure, "Item: expected each attribute once, found ID again"},
		{"fields of an item without an id", "", `ID="1"`, `ID="65535"`, 13, lwm2m.Failure, "found \"65535\""},
		{"length of a number", "", "0..42", "0..42 bytes", 19, lwm2m.Warning, "found a length"},
		{"range of an executable", "ID=\"2\"", "<RangeEnumeration>", "<RangeEnumeration>1..2", 29, lwm2m.Warning, "no range without a type"},
		{"unit", "", "Cel", "Celsius", 40, lwm2m.Warning, `expected a SenML unit such as Cel, s or /100, found "Celsius"`},
		{"unit of an executable", "ID=\"2\"", "<Units>", "<Units>s", 30, lwm2m.Warning, "no unit without a type"},
		{"no operations", "", "<Operations>RW</Operations>", "", 13, lwm2m.Failure, "resource 1: expected the element Operations"},
	} {
		t.Run(c.name, func(t *testing.T) {
			head, tail := "", kiln
			if c.after != "" {
				at := strings.Index(kiln, c.after)
				head, tail = kiln[:at], kiln[at:]
			}
			if !strings.Contains(tail, c.old) {
				t.Fatalf("%q is not there", c.old)
			}
			findings := Check([]byte(head+strings.Replace(tail, c.old, c.new, 1)), New())
			for _, f := range findings {
				if f.Line == c.line && f.Severity == c.severity && strings.Contains(f.Message, c.message) {
					return
				}
			}
			t.Errorf("expected %d: %s: …%s…, found %v", c.line, c.severity, c.message, findings)
		})
	}
}

func TestFindingsOfAReservedObjectID(t *testing.T) {
	for id, severity := range map[string]lwm2m.Severity{"1500": lwm2m.Warning, "50000": lwm2m.Warning} {
		findings := Check([]byte(strings.ReplaceAll(kiln, "33000", id)), New())
		if len(findings) != 1 || findings[0].Severity != severity || !strings.Contains(findings[0].Message, "reserved") {
			t.Errorf("%s: %v", id, findings)
		}
	}
}

func TestAnObjectOfTheRegistryByAnotherNameIsFound(t *testing.T) {
	text := strings.ReplaceAll(strings.Replace(kiln, "lwm2m:x:", "lwm2m:ext:", 1), "33000", "3303")
	findings := Check([]byte(text), New())
	if len(findings) != 1 || !strings.Contains(findings[0].Message, `the registry knows 3303 as Temperature, found "Kiln"`) {
		t.Errorf("%v", findings)
	}
}

func TestElementsOutOfOrderAreFound(t *testing.T) {
	text := strings.Replace(kiln, "<Operations>RW</Operations>\n", "\n", 1)
	text = strings.Replace(text, "<Units></Units>", "<Units></Units><Operations>RW</Operations>", 1)
	findings := Check([]byte(text), New())
	if len(findings) != 1 || findings[0].Line != 20 || !strings.Contains(findings[0].Message, "Operations: expected before Units") {
		t.Errorf("%v", findings)
	}
}

func TestAFileThatCannotBeReadIsAnError(t *testing.T) {
	folder := t.TempDir()
	large := filepath.Join(folder, "large.xml")
	if err := os.WriteFile(large, make([]byte, maxFileSize+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{filepath.Join(folder, "none.xml"), folder, large} {
		_, err := CheckFile(name, New())
		var file *FileError
		if !errors.As(err, &file) || file.File != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	right := filepath.Join(folder, "kiln.xml")
	if err := os.WriteFile(right, []byte(kiln), 0o600); err != nil {
		t.Fatal(err)
	}
	if findings, err := CheckFile(right, New()); err != nil || len(findings) != 0 {
		t.Errorf("%v, %v", findings, err)
	}
}

func TestItemWithoutAnIDIsCheckedOn(t *testing.T) {
	text := strings.NewReplacer(`ID="1"`, `ID="65535"`, "0..42", "42..0").Replace(kiln)
	var messages []string
	for _, f := range Check([]byte(text), New()) {
		messages = append(messages, f.Message)
	}
	if all := strings.Join(messages, "; "); !strings.Contains(all, `found "65535"`) || !strings.Contains(all, "lower bound first") {
		t.Errorf("expected both faults, found %s", all)
	}
}

func TestAFolderIsNoDefinition(t *testing.T) {
	if _, err := CheckFile(t.TempDir(), New()); err == nil || !strings.Contains(err.Error(), "found a folder") {
		t.Errorf("found %v", err)
	}
}
