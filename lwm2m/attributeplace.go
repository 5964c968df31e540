package lwm2m

import "fmt"

// AttributePlace is where attributes are written to, and what is known of it.
type AttributePlace struct {
	Path        Path        // the root if it is not known
	Definitions Definitions // nil knows nothing
	Version     Version     // of the enabler, 0 if it is not known
}

// Misfit says why a device has to refuse an attribute at the place, and by which
// rule: it came with a later version, belongs to another level, or to values of
// another type. It says "" where it need not, as far as the place is known.
//
// Spec: Core 1.2 §5.1.2, §7.3.2.
func (at *AttributePlace) Misfit(a Attribute) (RuleID, string) {
	if at.Version != 0 && at.Version < a.Since() {
		return RuleAttributesVersion, fmt.Sprintf("%s came with LwM2M %s, and this is %s", a, a.Since(), at.Version)
	}
	if at.Path.Level() == LevelRoot || !a.ResourceOnly() {
		return "", ""
	}
	r := FindResource(at.Definitions, at.Path)
	switch {
	case at.Path.Level() < LevelResource:
		return RuleAttributesPlace, fmt.Sprintf("%s belongs to a resource, and %s is not one", a, at.Path)
	case r == nil || r.Type == None:
	case a == Edge && r.Type != Boolean:
		return RuleAttributesPlace, fmt.Sprintf("%s belongs to a boolean, and %s is %s", a, at.Path, r.Type)
	case a != Edge && !r.Type.Numeric():
		return RuleAttributesPlace, fmt.Sprintf("%s belongs to a number, and %s is %s", a, at.Path, r.Type)
	}
	return "", ""
}

// Silent says why the place has nothing to notify, "" if it has something as far
// as is known.
func (at *AttributePlace) Silent() string {
	if r := FindResource(at.Definitions, at.Path); r != nil && !r.Operations.Has(Readable) {
		return fmt.Sprintf("%s cannot be read, and notifies nothing", at.Path)
	}
	return ""
}

// Misplaced says why a device has to refuse a set of attributes at the place, ""
// if it has not: they contradict each other, or one does not fit.
// Spec: Core 1.2 §7.3.2.
func (at *AttributePlace) Misplaced(s Attributes) string {
	if why := s.Conflict(); why != "" {
		return why
	}
	for a := range attributeCount {
		if _, set := s.Get(a); !set {
			continue
		}
		if _, why := at.Misfit(a); why != "" {
			return why
		}
	}
	return at.Silent()
}
