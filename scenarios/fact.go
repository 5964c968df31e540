package scenarios

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"lwcon/lwm2m"
)

// fact is what a command gave, a result or an event, read back from its JSON
// form: a scenario compares what scripts see.
type fact struct {
	fields map[string]any // numbers as json.Number
	values []datum        // in the order of the payload
}

// datum is one value that a payload said.
type datum struct {
	path  lwm2m.Path
	name  string
	value lwm2m.Value
}

// appender is a result or event of commands.
type appender interface{ AppendJSON(b []byte) []byte }

// factOf reads a result or an event.
func factOf(a appender) (*fact, error) {
	return readFact(a.AppendJSON(nil))
}

// readFact reads the JSON form of a result or an event.
func readFact(line []byte) (*fact, error) {
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	f := &fact{}
	if err := decoder.Decode(&f.fields); err != nil {
		return nil, fmt.Errorf("result: %w", err)
	}
	return f, f.readValues()
}

// readValues gives the values their types back.
func (f *fact) readValues() error {
	list, _ := f.fields["values"].([]any)
	for _, item := range list {
		fields, _ := item.(map[string]any)
		d, err := readDatum(fields)
		if err != nil {
			return err
		}
		f.values = append(f.values, d)
	}
	return nil
}

// readDatum reads {"path":…,"name":…,"type":…,"value":…}.
func readDatum(fields map[string]any) (datum, error) {
	text := func(key string) string {
		s, _ := fields[key].(string)
		return s
	}
	p, err := lwm2m.ParsePath(text("path"))
	if err != nil {
		return datum{}, err
	}
	d := datum{path: p, name: text("name")}
	t, ok := lwm2m.ParseType(text("type"))
	if !ok {
		return d, fmt.Errorf("value of %s: unknown type %q", p, text("type"))
	}
	var content string
	switch v := fields["value"].(type) {
	case string:
		content = v
	case json.Number:
		content = v.String()
	case bool:
		content = fmt.Sprint(v)
	}
	d.value, err = lwm2m.ParseValue(t, content)
	return d, err
}

// text returns a field that is a text, "" if there is none.
func (f *fact) text(key string) string {
	s, _ := f.fields[key].(string)
	return s
}

// exchange returns the number of the exchange, 0 if there is none.
func (f *fact) exchange() uint64 {
	n, _ := f.fields["exchange"].(json.Number)
	number, _ := native(n).(int64)
	return uint64(max(number, 0))
}

// refused says whether the peer answered with an error code.
func (f *fact) refused() bool {
	code := f.text("code")
	return strings.HasPrefix(code, "4.") || strings.HasPrefix(code, "5.")
}

// only returns the value of a result that has one.
func (f *fact) only() (datum, bool) {
	if len(f.values) != 1 {
		return datum{}, false
	}
	return f.values[0], true
}

// below returns the values at or below a path, in which * is any id.
func (f *fact) below(p lwm2m.Path) []datum {
	var found []datum
	for _, d := range f.values {
		if p.Contains(d.path) {
			found = append(found, d)
		}
	}
	return found
}

// events returns the events that a result carries, such as those of a wait.
func (f *fact) events() ([]*fact, error) {
	list, _ := f.fields["events"].([]any)
	var events []*fact
	for _, item := range list {
		fields, _ := item.(map[string]any)
		e := &fact{fields: fields}
		if err := e.readValues(); err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

// deviations lists what departs from the specification: rule and message.
func (f *fact) deviations() []deviation {
	list, _ := f.fields["deviations"].([]any)
	var found []deviation
	for _, item := range list {
		fields, _ := item.(map[string]any)
		rule, _ := fields["rule"].(string)
		message, _ := fields["message"].(string)
		path, _ := fields["path"].(string)
		found = append(found, deviation{rule, path, message})
	}
	return found
}

// deviation is one departure from the specification.
type deviation struct{ rule, path, message string }

func (d deviation) String() string {
	if d.path != "" {
		return d.rule + " " + d.path + ": " + d.message
	}
	return d.rule + ": " + d.message
}

// variables returns the result as ${last.…}: its fields; "values" is a mapping
// from path to value, and "value" the value of a result that has one.
func (f *fact) variables() map[string]any {
	all, _ := natives(f.fields).(map[string]any)
	if all == nil {
		all = map[string]any{}
	}
	if _, ok := f.fields["values"]; ok {
		byPath := make(map[string]any, len(f.values))
		for _, d := range f.values {
			byPath[d.path.String()] = nativeValue(d.value)
		}
		all["values"] = byPath
	}
	if d, ok := f.only(); ok {
		all["value"] = nativeValue(d.value)
	}
	return all
}

// natives turns decoded JSON into what expressions work with.
func natives(v any) any {
	switch v := v.(type) {
	case json.Number:
		return native(v)
	case []any:
		list := slices.Clone(v)
		for i := range list {
			list[i] = natives(list[i])
		}
		return list
	case map[string]any:
		all := make(map[string]any, len(v))
		for key, x := range v {
			all[key] = natives(x)
		}
		return all
	}
	return v
}

// native turns a JSON number into an integer with every digit where it is one.
func native(n json.Number) any {
	for _, t := range []lwm2m.Type{lwm2m.Integer, lwm2m.Unsigned, lwm2m.Float} {
		if v, err := lwm2m.ParseValue(t, n.String()); err == nil {
			return nativeValue(v)
		}
	}
	return n.String()
}

// nativeValue turns a value into what expressions work with: text, integers,
// numbers, truth values; octets in hexadecimal, links as 66:0, a null as
// nothing.
func nativeValue(v lwm2m.Value) any {
	switch v.Type() {
	case lwm2m.Integer, lwm2m.Time:
		return v.Int()
	case lwm2m.Unsigned:
		if i := v.Int(); i >= 0 {
			return i
		}
		return v.Uint()
	case lwm2m.Float:
		return v.Float()
	case lwm2m.Boolean:
		return v.Bool()
	case lwm2m.None:
		return nil
	}
	return v.String()
}
