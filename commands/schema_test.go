package commands

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// valid holds a line of output against the embedded schema. Beyond what a
// schema asks, every field has to be described there.
func valid(t *testing.T, line []byte) {
	t.Helper()
	if bytes.ContainsRune(line, '\n') {
		t.Errorf("%s: more than one line", line)
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	var x any
	if err := d.Decode(&x); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	for _, fault := range schemaOf(t).faults("", x, schemaOf(t).root) {
		t.Errorf("%.300s\n\t%s", line, fault)
	}
}

// schema is a JSON Schema of the words that ours uses.
type schema struct{ root map[string]any }

func schemaOf(t *testing.T) schema {
	t.Helper()
	var s schema
	if err := json.Unmarshal([]byte(resultsSchema), &s.root); err != nil {
		t.Fatal(err)
	}
	return s
}

// faults says where a value departs from a schema.
func (s schema) faults(at string, x any, rule map[string]any) []string {
	var found []string
	fail := func(format string, args ...any) { found = append(found, at+": "+fmt.Sprintf(format, args...)) }
	for key, want := range rule {
		switch key {
		case "$ref":
			name := strings.TrimPrefix(want.(string), "#/$defs/")
			found = append(found, s.faults(at, x, s.root["$defs"].(map[string]any)[name].(map[string]any))...)
		case "type":
			if !slices.ContainsFunc(listOf(want), func(name any) bool { return isType(x, name.(string)) }) {
				fail("expected %v, found %v", want, x)
			}
		case "const":
			if x != want {
				fail("expected %v, found %v", want, x)
			}
		case "enum":
			if !slices.Contains(want.([]any), x) {
				fail("expected one of %v, found %v", want, x)
			}
		case "pattern":
			if text, ok := x.(string); ok && !regexp.MustCompile(want.(string)).MatchString(text) {
				fail("expected %v, found %q", want, text)
			}
		case "minimum":
			if n, ok := x.(json.Number); ok && strings.HasPrefix(n.String(), "-") {
				fail("expected at least %v, found %v", want, n)
			}
		case "items":
			list, _ := x.([]any)
			for i := range list {
				found = append(found, s.faults(fmt.Sprintf("%s[%d]", at, i), list[i], want.(map[string]any))...)
			}
		case "oneOf":
			found = append(found, s.oneOf(at, x, want.([]any))...)
		case "properties", "required", "additionalProperties":
		case "$schema", "$defs", "title", "description":
		default:
			fail("the schema has %s, which this test does not know", key)
		}
	}
	if members, ok := x.(map[string]any); ok {
		found = append(found, s.members(at, members, rule)...)
	}
	return found
}

// oneOf holds a line against the branches: the one whose word for command,
// event, error or scenario it has.
func (s schema) oneOf(at string, x any, branches []any) []string {
	var matching []map[string]any
	members, _ := x.(map[string]any)
	for _, b := range branches {
		branch := b.(map[string]any)
		word := branch["required"].([]any)[0].(string)
		value, has := members[word]
		if has && len(s.faults("", value, constant(branch["properties"].(map[string]any)[word].(map[string]any)))) == 0 {
			matching = append(matching, branch)
		}
	}
	if len(matching) != 1 {
		return []string{fmt.Sprintf("%s: expected one kind of line, found %d", at, len(matching))}
	}
	return s.faults(at, x, matching[0])
}

// constant keeps of a rule what tells the kinds of lines apart.
func constant(rule map[string]any) map[string]any {
	kept := map[string]any{}
	for _, key := range []string{"const", "enum"} {
		if want, ok := rule[key]; ok {
			kept[key] = want
		}
	}
	return kept
}

// members holds the fields of an object against their rules.
func (s schema) members(at string, members, rule map[string]any) []string {
	var found []string
	for _, name := range listOf(rule["required"]) {
		if _, ok := members[name.(string)]; !ok {
			found = append(found, at+": expected the field "+name.(string))
		}
	}
	properties, described := rule["properties"].(map[string]any)
	others, _ := rule["additionalProperties"].(map[string]any)
	for name, value := range members {
		if own, ok := properties[name]; ok {
			found = append(found, s.faults(at+"."+name, value, own.(map[string]any))...)
		} else if others != nil {
			found = append(found, s.faults(at+"."+name, value, others)...)
		} else if described && rule["required"] != nil {
			found = append(found, at+"."+name+": the schema does not describe this field")
		}
	}
	return found
}

// listOf makes a list of a single word.
func listOf(x any) []any {
	switch x := x.(type) {
	case []any:
		return x
	case nil:
		return nil
	}
	return []any{x}
}

// isType says whether a value is of a JSON type.
func isType(x any, name string) bool {
	switch x := x.(type) {
	case nil:
		return name == "null"
	case bool:
		return name == "boolean"
	case string:
		return name == "string"
	case json.Number:
		f, err := x.Float64()
		return name == "number" || name == "integer" && err == nil && f == math.Trunc(f)
	case []any:
		return name == "array"
	case map[string]any:
		return name == "object"
	}
	return false
}

func TestTheSchemaRefusesWhatIsNotDescribed(t *testing.T) {
	for _, line := range []string{
		`{}`,
		`{"command":"nonsense"}`,
		`{"command":"read"}`,
		`{"command":"version","version":1,"go":"","platform":""}`,
		`{"command":"version","version":"","go":"","platform":"","more":true}`,
		`{"command":"version","version":"","go":"","platform":"","error":{"kind":"usage","message":""}}`,
		`{"error":{"kind":"nonsense","message":""}}`,
	} {
		d := json.NewDecoder(strings.NewReader(line))
		d.UseNumber()
		var x any
		if err := d.Decode(&x); err != nil {
			t.Fatal(err)
		}
		if s := schemaOf(t); len(s.faults("", x, s.root)) == 0 {
			t.Errorf("%s: want a fault", line)
		}
	}
}
