package objects

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"lwcon/lwm2m"
)

// Finding is one thing that the registry would object to in a definition.
type Finding struct {
	Line, Column int // from 1
	Severity     lwm2m.Severity
	Message      string // operand first: what was expected, what was found
}

// String writes "17:9: failure: resource 5700: …".
func (f Finding) String() string {
	return fmt.Sprintf("%d:%d: %s: %s", f.Line, f.Column, f.Severity, f.Message)
}

// CheckFile holds an XML file against the rules of the registry; see Check. The
// error tells that the file cannot be read.
func CheckFile(name string, registry *Registry) ([]Finding, error) {
	content, err := readFile(name)
	if err != nil {
		return nil, &FileError{File: name, Reason: reason(err)}
	}
	return Check(content, registry), nil
}

// Check holds the XML of object definitions against what the registry demands:
// LWM2M.xsd, the ranges of ids, the URN, names, operations, types, ranges, units,
// and what the registry knows under the same ids. A lwm2m.Failure is what the
// registry would refuse or what no device could follow, a Warning what other
// tools stumble over, a Note what is worth a look. Findings come in the order of
// the file; none means that nothing is wrong.
//
// Spec: Core 1.2 §7.1, Appendix D; LWM2M.xsd 1.0 and 1.1.
func Check(content []byte, registry *Registry) []Finding {
	c := checker{registry: registry}
	definitions, err := parseXML(content)
	var syntax *xmlError
	var foreign *foreignError
	switch {
	case errors.As(err, &syntax):
		c.add(syntax.place, lwm2m.Failure, syntax.reason)
	case errors.As(err, &foreign):
		c.add(place{1, 1}, lwm2m.Failure, foreign.Error())
	case len(definitions) == 0:
		c.add(place{1, 1}, lwm2m.Failure, "LWM2M: expected an Object, found none")
	}
	for i := range definitions {
		if !definitions[i].isCommon() {
			c.object(&definitions[i])
		}
	}
	slices.SortStableFunc(c.findings, func(a, b Finding) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return c.findings
}

// checker collects what is wrong.
type checker struct {
	registry *Registry
	findings []Finding
}

func (c *checker) add(at place, severity lwm2m.Severity, message string) {
	c.findings = append(c.findings, Finding{Line: at.line, Column: at.column, Severity: severity, Message: message})
}

// subject is the object or resource that is looked at.
type subject struct {
	*element
	operand string // how messages name it: "object 3303", "resource 5700"
}

// say adds a finding at a field of the subject, or at the subject without it.
func (c *checker) say(s subject, name string, severity lwm2m.Severity, format string, values ...any) {
	f, _ := s.get(name)
	c.add(f.place, severity, s.operand+": "+fmt.Sprintf(format, values...))
}

// rule is a child element that LWM2M.xsd wants.
type rule struct {
	name   string
	needed lwm2m.Severity // of its absence
	values []string       // the only ones allowed; none: any text
}

// objectRules are the children of an Object, in the order of LWM2M.xsd.
var objectRules = []rule{
	{"Name", lwm2m.Failure, nil},
	{"Description1", lwm2m.Warning, nil},
	{"ObjectID", lwm2m.Failure, nil},
	{"ObjectURN", lwm2m.Failure, nil},
	{"LWM2MVersion", lwm2m.Note, nil},
	{"ObjectVersion", lwm2m.Note, nil},
	{"MultipleInstances", lwm2m.Failure, []string{"Multiple", "Single"}},
	{"Mandatory", lwm2m.Failure, []string{"Mandatory", "Optional"}},
	{"Resources", lwm2m.Failure, nil},
	{"Description2", lwm2m.Warning, nil},
}

// resourceRules are the children of an Item, in the order of LWM2M.xsd.
var resourceRules = []rule{
	{"Name", lwm2m.Failure, nil},
	{"Operations", lwm2m.Failure, []string{"R", "W", "RW", "E", ""}},
	{"MultipleInstances", lwm2m.Failure, []string{"Multiple", "Single"}},
	{"Mandatory", lwm2m.Failure, []string{"Mandatory", "Optional"}},
	{"Type", lwm2m.Failure, []string{"String", "Integer", "Float", "Boolean", "Opaque", "Time", "Objlnk", "Unsigned Integer", "Corelnk", ""}},
	{"RangeEnumeration", lwm2m.Warning, nil},
	{"Units", lwm2m.Warning, nil},
	{"Description", lwm2m.Warning, nil},
}

// fields holds the children of a subject against LWM2M.xsd: each there once, in
// order, with an allowed value.
func (c *checker) fields(s subject, rules []rule) {
	for _, rule := range rules {
		f, ok := s.get(rule.name)
		text := s.text(rule.name)
		switch {
		case !ok:
			c.say(s, rule.name, rule.needed, "expected the element %s, found none", rule.name)
		case rule.name == "Name" && text == "":
			c.say(s, rule.name, lwm2m.Failure, "expected a name, found nothing")
		case rule.values == nil || slices.Contains(rule.values, f.text):
		case slices.Contains(rule.values, text):
			c.say(s, rule.name, lwm2m.Warning, "%s: expected %q without blanks around it", rule.name, text)
		default:
			c.say(s, rule.name, lwm2m.Failure, "%s: expected %s, found %q", rule.name, listed(rule.values), text)
		}
	}
	last := -1
	for i, f := range s.element.fields {
		at := slices.IndexFunc(rules, func(r rule) bool { return r.name == f.name })
		switch {
		case f.attribute:
		case at < 0:
			c.add(f.place, lwm2m.Warning, fmt.Sprintf("%s: %s: LWM2M.xsd has no such element here", s.operand, f.name))
		case slices.ContainsFunc(s.element.fields[:i], func(before field) bool { return before.name == f.name }):
			c.add(f.place, lwm2m.Failure, fmt.Sprintf("%s: %s: expected one, found another", s.operand, f.name))
		case at < last:
			c.add(f.place, lwm2m.Warning, fmt.Sprintf("%s: %s: expected before %s", s.operand, f.name, rules[last].name))
		}
		last = max(last, at)
	}
}

// listed writes the values that would do.
func listed(values []string) string {
	words := slices.Clone(values)
	if last := len(words) - 1; words[last] == "" {
		words[last] = "nothing"
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
