package lwm2m

import (
	"math"
	"strconv"
	"strings"
)

// Attribute is one of the attributes that steer notifications.
// Spec: Core 1.2 §5.1.2, §7.3.
type Attribute uint8

// The notification attributes.
const (
	PMin  Attribute = iota // seconds, least time between notifications
	PMax                   // seconds, most time between notifications
	GT                     // upper threshold
	LT                     // lower threshold
	ST                     // least step
	EPMin                  // seconds, least time between evaluations (1.1)
	EPMax                  // seconds, most time between evaluations (1.1)
	Edge                   // 0 falling, 1 rising (1.2)
	Con                    // 1: confirmable notifications (1.2)
	HQMax                  // historical values kept (1.2)

	attributeCount
)

// attributeRow is what the specification says of an attribute.
type attributeRow struct {
	name     string
	since    Version
	resource bool // only at resource and resource instance level
	fraction bool // may have a fraction
	negative bool
	max      float64
}

var attributeRows = [attributeCount]attributeRow{
	PMin:  {"pmin", V1_0, false, false, false, math.MaxUint32},
	PMax:  {"pmax", V1_0, false, false, false, math.MaxUint32},
	GT:    {"gt", V1_0, true, true, true, math.MaxFloat64},
	LT:    {"lt", V1_0, true, true, true, math.MaxFloat64},
	ST:    {"st", V1_0, true, true, false, math.MaxFloat64},
	EPMin: {"epmin", V1_1, false, false, false, math.MaxUint32},
	EPMax: {"epmax", V1_1, false, false, false, math.MaxUint32},
	Edge:  {"edge", V1_2, true, false, false, 1},
	Con:   {"con", V1_2, false, false, false, 1},
	HQMax: {"hqmax", V1_2, false, false, false, math.MaxUint32},
}

// String returns the name on the wire, "pmin".
func (a Attribute) String() string {
	if a < attributeCount {
		return attributeRows[a].name
	}
	return "unknown"
}

// ParseAttribute reads a name.
func ParseAttribute(name string) (Attribute, bool) {
	for a := range attributeCount {
		if attributeRows[a].name == name {
			return a, true
		}
	}
	return 0, false
}

// AttributeNames lists all names in order.
func AttributeNames() []string {
	names := make([]string, attributeCount)
	for a := range attributeCount {
		names[a] = attributeRows[a].name
	}
	return names
}

// Since returns the first LwM2M version that has the attribute.
func (a Attribute) Since() Version { return attributeRows[a].since }

// ResourceOnly says whether the attribute is only for resources and resource
// instances.
func (a Attribute) ResourceOnly() bool { return attributeRows[a].resource }

// Check says what is wrong with a value of the attribute, "" if nothing is.
func (a Attribute) Check(x float64) string {
	row := &attributeRows[a]
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return "expected a number"
	case !row.fraction && x != math.Trunc(x):
		return "expected an integer"
	case !row.negative && x < 0:
		return "expected no negative number"
	case x > row.max:
		return "expected at most " + string(AppendFloat(nil, row.max))
	}
	return ""
}

// Attributes is a set of attributes as a Write-Attributes carries it: each
// absent, set to a value, or unset (named without a value). It is a comparable
// value; the zero Attributes is empty.
type Attributes struct {
	set    uint16
	unset  uint16
	values [attributeCount]float64
}

// Set returns the attributes with a set to x.
func (s Attributes) Set(a Attribute, x float64) Attributes {
	s.set |= 1 << a
	s.unset &^= 1 << a
	s.values[a] = x
	return s
}

// Unset returns the attributes with a named as to be unset.
func (s Attributes) Unset(a Attribute) Attributes {
	s.set &^= 1 << a
	s.unset |= 1 << a
	s.values[a] = 0
	return s
}

// Get returns the value of a, and whether it is set.
func (s Attributes) Get(a Attribute) (float64, bool) {
	return s.values[a], s.set&(1<<a) != 0
}

// IsUnset says whether a is named as to be unset.
func (s Attributes) IsUnset(a Attribute) bool { return s.unset&(1<<a) != 0 }

// Empty says whether no attribute is named.
func (s Attributes) Empty() bool { return s.set|s.unset == 0 }

// Apply returns s changed by what a Write-Attributes carries: set values
// replace, unset ones vanish.
func (s Attributes) Apply(change Attributes) Attributes {
	for a := range attributeCount {
		if x, ok := change.Get(a); ok {
			s = s.Set(a, x)
		} else if change.IsUnset(a) {
			s.set &^= 1 << a
			s.values[a] = 0
		}
	}
	return s
}

// Under returns s completed by the attributes of the level above: the nearest
// level wins. Spec: Core 1.2 §7.3.
func (s Attributes) Under(parent Attributes) Attributes {
	for a := range attributeCount {
		if x, ok := parent.Get(a); ok && s.set&(1<<a) == 0 {
			s = s.Set(a, x)
		}
	}
	return s
}

// Conflict says what contradicts in the set, "" if nothing does: lt < gt,
// lt + 2·st < gt, epmin < epmax. A pmax below pmin is no conflict: it is
// ignored. Spec: Core 1.2 §7.3.2.
func (s Attributes) Conflict() string {
	gt, hasGT := s.Get(GT)
	lt, hasLT := s.Get(LT)
	st, hasST := s.Get(ST)
	epmin, hasEPMin := s.Get(EPMin)
	epmax, hasEPMax := s.Get(EPMax)
	switch {
	case hasGT && hasLT && lt >= gt:
		return "lt must be below gt"
	case hasGT && hasLT && hasST && lt+2*st >= gt:
		return "lt + 2*st must be below gt"
	case hasEPMin && hasEPMax && epmin >= epmax:
		return "epmin must be below epmax"
	}
	return ""
}

// Query writes the set as query items in the order of the constants:
// "pmin=5", "gt" for an unset gt.
func (s Attributes) Query() []string {
	var items []string
	for a := range attributeCount {
		if x, ok := s.Get(a); ok {
			items = append(items, a.String()+"="+string(appendDecimal(nil, x)))
		} else if s.IsUnset(a) {
			items = append(items, a.String())
		}
	}
	return items
}

// appendDecimal appends a number without exponent, as the ABNF demands.
func appendDecimal(b []byte, x float64) []byte { return strconv.AppendFloat(b, x, 'f', -1, 64) }

// String writes the set as a query, "pmin=5&gt=30".
func (s Attributes) String() string { return strings.Join(s.Query(), "&") }

// MarshalJSON writes {"pmin":5,"gt":null}, null for unset.
func (s Attributes) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for a := range attributeCount {
		x, ok := s.Get(a)
		if !ok && !s.IsUnset(a) {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), a.String()...), `":`...)
		if ok {
			b = AppendFloat(b, x)
		} else {
			b = append(b, "null"...)
		}
	}
	return append(b, '}'), nil
}
