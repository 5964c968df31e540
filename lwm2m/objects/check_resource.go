package objects

import (
	"fmt"
	"strings"

	"lwcon/lwm2m"
)

// Ranges of resource ids: below lowReusable an object defines what it likes; up
// to highReusable an id means the same in every object; above they are for
// vendors' private use. Spec: registry of OMA, resource ranges.
const (
	lowReusable  = 2048
	highReusable = 26240
	highPrivate  = 32768
)

// resources checks the Items of a definition, alone and among each other.
func (c *checker) resources(d *definition, enabler lwm2m.Version) {
	seen := map[uint16]int{}     // id -> line
	names := map[string]uint16{} // compact name in lower case -> id
	previous := -1
	for i := range d.items {
		item := &d.items[i]
		s := subject{item, "resource " + item.text("ID")}
		c.fields(s, resourceRules)
		id, fault := item.id("ID")
		if fault != nil {
			c.add(fault.place, lwm2m.Failure, fault.reason)
			c.fieldsAmong(s, d, enabler)
			continue
		}
		if line, twice := seen[id]; twice {
			c.say(s, "ID", lwm2m.Failure, "expected each id once, found it in line %d too", line)
		} else if int(id) < previous {
			c.say(s, "ID", lwm2m.Note, "expected ascending ids, found it after %d", previous)
		}
		seen[id], previous = item.line, int(id)
		if name := strings.ToLower(Compact(item.text("Name"))); name != "" {
			if other, twice := names[name]; twice && other != id {
				c.say(s, "Name", lwm2m.Warning, "resource %d has this name too: neither can be told by name", other)
			}
			names[name] = id
		}
		c.resource(s, id, d, enabler)
	}
}

// resource checks one Item.
func (c *checker) resource(s subject, id uint16, d *definition, enabler lwm2m.Version) {
	switch {
	case id > highPrivate:
		c.say(s, "ID", lwm2m.Warning, "the ids above %d are reserved", highPrivate)
	case id >= lowReusable && id <= highReusable:
		c.reusable(s, id)
	}
	c.fieldsAmong(s, d, enabler)
}

// fieldsAmong holds the fields of one Item against each other.
func (c *checker) fieldsAmong(s subject, d *definition, enabler lwm2m.Version) {
	ops, okOps := operations(s.text("Operations"))
	typ, okType := dataType(s.text("Type"))
	if !okOps || !okType {
		return // said already
	}
	multiple, _ := multiplicity(s.text("MultipleInstances"))
	switch {
	case ops.Has(lwm2m.Executable) && typ != lwm2m.None:
		c.say(s, "Type", lwm2m.Failure, "expected no type where Operations is E, found %s", s.text("Type"))
	case !ops.Has(lwm2m.Executable) && typ == lwm2m.None:
		c.say(s, "Type", lwm2m.Failure, "expected a type where Operations is %s, found none", ops)
	}
	if ops.Has(lwm2m.Executable) && multiple {
		c.say(s, "MultipleInstances", lwm2m.Failure, "expected Single where Operations is E, found Multiple")
	}
	if (typ == lwm2m.Unsigned || typ == lwm2m.CoreLink) && enabler < lwm2m.V1_1 {
		c.say(s, "Type", lwm2m.Warning, "%s came with LwM2M 1.1, but LWM2MVersion is %s", s.text("Type"), enabler)
	}
	if (typ == lwm2m.Unsigned || typ == lwm2m.CoreLink) && strings.HasSuffix(d.schema, "/LWM2M.xsd") {
		c.say(s, "Type", lwm2m.Warning, "%s came with LWM2M-v1_1.xsd, but the file names LWM2M.xsd", s.text("Type"))
	}
	c.rangeAndUnits(s, typ)
}

// rangeAndUnits checks what narrows the values of a type.
func (c *checker) rangeAndUnits(s subject, typ lwm2m.Type) {
	if text := s.text("RangeEnumeration"); text != "" {
		if typ == lwm2m.None {
			c.say(s, "RangeEnumeration", lwm2m.Warning, "expected no range without a type, found %q", text)
		} else if severity, fault := rangeFault(text, typ); fault != "" {
			c.say(s, "RangeEnumeration", severity, "%s", fault)
		}
	}
	units := s.text("Units")
	switch {
	case units == "":
	case typ != lwm2m.None && !typ.Numeric():
		c.say(s, "Units", lwm2m.Warning, "expected no unit for the type %s, found %q", s.text("Type"), units)
	case typ == lwm2m.None:
		c.say(s, "Units", lwm2m.Warning, "expected no unit without a type, found %q", units)
	case !knownUnit(units):
		c.say(s, "Units", lwm2m.Warning, "expected a SenML unit such as Cel, s or /100, found %q", units)
	}
}

// reusable holds a resource of the reusable range against what its id means
// elsewhere in the registry.
func (c *checker) reusable(s subject, id uint16) {
	known, object := c.registry.reusable(id)
	if known == nil {
		c.say(s, "ID", lwm2m.Note, "ids %d..%d mean the same in every object; no known object uses this one", lowReusable, highReusable)
		return
	}
	where := fmt.Sprintf("as in object %d", object)
	if !sameName(known.Name, s.text("Name")) {
		c.say(s, "Name", lwm2m.Failure, "this id is %s %s, found %q: ids %d..%d mean the same in every object", known.Name, where, s.text("Name"), lowReusable, highReusable)
	}
	if typ, ok := dataType(s.text("Type")); ok && typ != known.Type {
		c.say(s, "Type", lwm2m.Warning, "this id is of type %s %s, found %q", known.Type, where, s.text("Type"))
	}
}

// reusable returns what an id means in the first object that uses it, and in
// which one; nil if no object does.
func (r *Registry) reusable(id uint16) (*lwm2m.Resource, uint16) {
	for o := range r.All() {
		if known := o.Resource(id); known != nil {
			return known, o.ID
		}
	}
	return nil, 0
}
