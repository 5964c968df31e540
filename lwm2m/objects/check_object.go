package objects

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lwcon/lwm2m"
)

// objectRange is a range of object ids and the class of URN that goes with it.
type objectRange struct {
	low, high uint16
	class     string // "" if nobody may register there
	owner     string
}

// objectRanges are the ranges that the registry gives out.
var objectRanges = []objectRange{
	{0, 1023, "oma", "OMA"},
	{1024, 2047, "", "reserved"},
	{2048, 10240, "ext", "standards organisations"},
	{10241, 32768, "x", "vendors"},
	{32769, 42768, "x", "vendors, in bulk"},
	{42769, lwm2m.MaxID, "", "reserved"},
}

// object checks one definition and its resources.
func (c *checker) object(d *definition) {
	s := subject{&d.element, "object " + d.text("ObjectID")}
	if d.name != "Object" {
		c.add(d.place, lwm2m.Failure, fmt.Sprintf("LWM2M: expected an Object, found %s", d.name))
		return
	}
	c.fields(s, objectRules)
	if text := d.text("ObjectType"); text != "MODefinition" {
		c.say(s, "ObjectType", lwm2m.Warning, `expected the attribute ObjectType="MODefinition", found %q`, text)
	}
	version := c.version(s, "ObjectVersion", d.impliedVersion())
	enabler := c.version(s, "LWM2MVersion", lwm2m.V1_0)
	if enabler > lwm2m.V1_2 || enabler < lwm2m.V1_0 {
		c.say(s, "LWM2MVersion", lwm2m.Warning, "LWM2MVersion: expected 1.0, 1.1 or 1.2, found %s", enabler)
	}
	if id, fault := d.id("ObjectID"); fault == nil {
		c.objectID(s, id, version)
	} else if _, there := d.get("ObjectID"); there {
		c.add(fault.place, lwm2m.Failure, fault.reason)
	}
	if len(d.items) == 0 {
		c.say(s, "Resources", lwm2m.Failure, "expected at least one resource, found none")
	}
	c.resources(d, enabler)
}

// version reads a version; 1.0 if it is wrong, the implied one if it is absent.
func (c *checker) version(s subject, name string, implied lwm2m.Version) lwm2m.Version {
	text := s.text(name)
	if text == "" {
		return implied
	}
	version, err := lwm2m.ParseVersion(text)
	if err != nil {
		c.say(s, name, lwm2m.Failure, "%s: expected MAJOR.MINOR such as 1.1, found %q", name, text)
		return lwm2m.V1_0
	}
	return version
}

// objectID checks the id, its range, the URN, and what the registry knows under
// it.
func (c *checker) objectID(s subject, id uint16, version lwm2m.Version) {
	at := slices.IndexFunc(objectRanges, func(r objectRange) bool { return r.low <= id && id <= r.high })
	given := objectRanges[at]
	if given.class == "" {
		c.say(s, "ObjectID", lwm2m.Warning, "the ids %d..%d are reserved", given.low, given.high)
	}
	c.urn(s, id, version, given)
	if known := c.registry.Object(id, version); known != nil && !sameName(known.Name, s.text("Name")) {
		c.say(s, "Name", lwm2m.Warning, "the registry knows %d as %s, found %q", id, known.Name, s.text("Name"))
	}
	for _, other := range c.registry.named(s.text("Name")) {
		if other != id {
			c.say(s, "Name", lwm2m.Note, "object %d has this name too: it cannot be told by name", other)
		}
	}
}

// urn checks urn:oma:lwm2m:{oma,ext,x}:ID[:VERSION]. Spec: Core 1.2 §7.1.
func (c *checker) urn(s subject, id uint16, version lwm2m.Version, given objectRange) {
	urn := s.text("ObjectURN")
	if urn == "" {
		if _, there := s.get("ObjectURN"); there {
			c.say(s, "ObjectURN", lwm2m.Failure, "expected a URN, found nothing")
		}
		return
	}
	part := strings.Split(urn, ":")
	if len(part) < 5 || len(part) > 6 || !strings.EqualFold(strings.Join(part[:3], ":"), "urn:oma:lwm2m") {
		c.say(s, "ObjectURN", lwm2m.Failure, "expected urn:oma:lwm2m:CLASS:%d:%s, found %q", id, version, urn)
		return
	}
	switch {
	case !slices.Contains([]string{"oma", "ext", "x"}, part[3]):
		c.say(s, "ObjectURN", lwm2m.Failure, "expected the class oma, ext or x in the URN, found %q", part[3])
	case given.class != "" && part[3] != given.class:
		c.say(s, "ObjectURN", lwm2m.Failure, "ids %d..%d belong to %s: expected the class %s in the URN, found %s", given.low, given.high, given.owner, given.class, part[3])
	}
	if part[4] != strconv.Itoa(int(id)) {
		c.say(s, "ObjectURN", lwm2m.Failure, "expected the id %d in the URN, found %q", id, part[4])
	}
	stated := lwm2m.V1_0.String()
	if len(part) == 6 {
		stated = part[5]
	}
	if stated != version.String() {
		c.say(s, "ObjectURN", lwm2m.Failure, "expected the version %s of ObjectVersion in the URN, found %q", version, stated)
	}
}
