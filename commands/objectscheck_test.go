package commands

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// lamp is a definition with one mistake where %s stands.
const lamp = `<?xml version="1.0" encoding="UTF-8"?>
<LWM2M xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="http://www.openmobilealliance.org/tech/profiles/LWM2M.xsd">
<Object ObjectType="MODefinition">
<Name>Lamp</Name><Description1>A lamp.</Description1>
<ObjectID>33000</ObjectID><ObjectURN>urn:oma:lwm2m:x:33000</ObjectURN>
<LWM2MVersion>1.0</LWM2MVersion><ObjectVersion>1.0</ObjectVersion>
<MultipleInstances>Single</MultipleInstances><Mandatory>Optional</Mandatory>
<Resources><Item ID="1"><Name>Power</Name><Operations>RW</Operations><MultipleInstances>Single</MultipleInstances>
<Mandatory>Mandatory</Mandatory><Type>TYPE</Type><RangeEnumeration></RangeEnumeration><Units></Units><Description>On.</Description></Item></Resources>
<Description2></Description2></Object></LWM2M>
`

// lampFile writes the definition with a type.
func lampFile(t *testing.T, typ string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "33000.xml")
	if err := os.WriteFile(name, []byte(strings.Replace(lamp, "TYPE", typ, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestObjectsCheckTellsWhatIsWrongWhere(t *testing.T) {
	r, err := offline(t, "objects check "+Quote(lampFile(t, "Colour")))
	if err != nil || ExitStatus(r, err) != ExitRefused {
		t.Fatalf("got %v, exit %d, want findings and exit 1", err, ExitStatus(r, err))
	}
	found := r.(*Checked).Findings
	if len(found) == 0 || found[0].Line != 9 || !strings.Contains(found[0].Message, "Colour") {
		t.Errorf("got %+v", found)
	}
	r, err = offline(t, "objects check "+Quote(lampFile(t, "Boolean")))
	if err != nil || ExitStatus(r, err) != ExitSuccess {
		t.Errorf("a right one: %+v, %v", r, err)
	}
	if r, err := offline(t, "objects check none.xml"); ExitStatus(r, err) != ExitUsage {
		t.Errorf("no file: %v, want exit 2", err)
	}
}

func TestDefinitionsOfFilesComeOverTheEmbeddedOnes(t *testing.T) {
	registry, _, err := LoadDefinitions([]string{filepath.Dir(lampFile(t, "Boolean"))})
	if err != nil {
		t.Fatal(err)
	}
	env := &Env{Table: All(), Definitions: registry}
	r, _, err := runLine(t, env, t.Context(), "decode --format tlv --at Lamp/0 c10101")
	if err != nil || !strings.Contains(string(r.AppendJSON(nil)), `"path":"/33000/0/1","name":"Power","type":"boolean","value":true`) {
		t.Errorf("got %v, %v", r, err)
	}
	registry, _, err = LoadDefinitions([]string{lampFile(t, "Colour")})
	if e := Classify(err); e == nil || e.Kind != ConfigError || e.Hint == "" || registry.Latest(3) == nil {
		t.Errorf("got %v, want a config error with a hint, and the embedded objects", err)
	}
}

func TestObjectsSaysWhatElseThereIs(t *testing.T) {
	r, err := offline(t, "objects temperature")
	table, ok := r.(*ObjectTable)
	if err != nil || !ok || table.Object.ID != 3303 || table.Further == 0 {
		t.Fatalf("objects temperature: found %v, %v, want object 3303 and that there is more", r, err)
	}
	r, err = offline(t, "objects temperature --search")
	if list, ok := r.(*ObjectList); err != nil || !ok || len(list.Matches) != table.Further+1 {
		t.Errorf("objects temperature --search: found %v, %v, want %d objects", r, err, table.Further+1)
	}
	if r, err := offline(t, "objects 3303"); err != nil || r.(*ObjectTable).Further != 0 {
		t.Errorf("objects 3303: found %v, %v", r, err)
	}
	for line, want := range map[string]string{"objects 3 --version 9.9": "expected a version that is known", "objects nosuchword": "found no object"} {
		r, err := offline(t, line)
		if e, ok := err.(*Error); !ok || r != nil || e.Kind != UsageError || !strings.Contains(e.Message, want) {
			t.Errorf("%s: expected a usage error that says %q, found %v, %v", line, want, r, err)
		}
	}
}
