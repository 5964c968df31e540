package device

import (
	"slices"

	"lwcon/lwm2m"
)

// attached is the attributes that one server wrote at one path.
type attached struct {
	server     uint16
	path       lwm2m.Path
	attributes lwm2m.Attributes
}

// MaxAttributes is the most paths at which the servers together can keep
// attributes; a Write-Attributes beyond is refused with 5.00.
const MaxAttributes = 10_000

func compareAttached(a, b attached) int {
	if a.server != b.server {
		return int(a.server) - int(b.server)
	}
	return a.path.Compare(b.path)
}

// WriteAttributes sets and unsets attributes of a server at a path of any level
// from object to resource instance; other servers do not see them.
//
//	2.04 done
//	4.00 an attribute that the version or level does not have, a value that
//	     does not fit the type, lt >= gt, lt+2·st >= gt, epmin >= epmax
//	4.01 object 0, 21 or 23, or no right
//	4.04 not there    4.05 the root, or a resource that is not readable
//
// Spec: Core 1.2 §6.3.4, §7.3.
func (d *Device) WriteAttributes(server uint16, p lwm2m.Path, change lwm2m.Attributes) Result {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r := d.reach(server, p); r.Status != 0 {
		return r
	}
	if p.Level() >= lwm2m.LevelObjectInstance && !d.tree.may(server, rightRead, p.Object(), p.ObjectInstance()) {
		return refuse(Unauthorized, "%s: server %d has no right to read", p, server)
	}
	if r := d.checkAttributes(p, change); r.Status != 0 {
		return r
	}
	key := attached{server: server, path: p}
	i, found := slices.BinarySearchFunc(d.attributes, key, compareAttached)
	if found {
		key.attributes = d.attributes[i].attributes
	}
	key.attributes = key.attributes.Apply(change)
	switch {
	case found && key.attributes.Empty():
		d.attributes = slices.Delete(d.attributes, i, i+1)
	case found:
		d.attributes[i] = key
	case !key.attributes.Empty() && len(d.attributes) >= MaxAttributes:
		return refuse(InternalServerError, "room for attributes at %d paths", MaxAttributes)
	case !key.attributes.Empty():
		d.attributes = slices.Insert(d.attributes, i, key)
	}
	d.revision++
	return Result{Status: Changed, Effects: []Effect{{Kind: EffectValues, Server: server, Path: p}}}
}

// checkAttributes says what is wrong with attributes at a path, with Status 0
// if nothing is.
func (d *Device) checkAttributes(p lwm2m.Path, set lwm2m.Attributes) Result {
	var definition *lwm2m.Resource
	if p.Level() >= lwm2m.LevelResource {
		definition = d.tree.object(p.Object()).definition.Resource(p.Resource())
		if definition != nil && !definition.Operations.Has(lwm2m.Readable) {
			return refuse(MethodNotAllowed, "%s is not readable", p)
		}
	}
	for a := lwm2m.PMin; a <= lwm2m.HQMax; a++ {
		x, ok := set.Get(a)
		if !ok && !set.IsUnset(a) {
			continue
		}
		if reason := attributeFits(a, definition, d.Version()); reason != "" {
			return refuse(BadRequest, "%s: %s: %s", p, a, reason)
		}
		if reason := a.Check(x); ok && reason != "" {
			return refuse(BadRequest, "%s: %s: %s", p, a, reason)
		}
	}
	if reason := set.Conflict(); reason != "" {
		return refuse(BadRequest, "%s: %s", p, reason)
	}
	return Result{}
}

// attributeFits says why an attribute is not for a resource, "" if it is; a nil
// definition stands for the levels above.
func attributeFits(a lwm2m.Attribute, definition *lwm2m.Resource, v lwm2m.Version) string {
	switch {
	case a.Since() > v:
		return "expected an attribute of LwM2M " + v.String() + ", it is of " + a.Since().String()
	case !a.ResourceOnly():
		return ""
	case definition == nil:
		return "expected a resource for it"
	case a == lwm2m.Edge && definition.Type != lwm2m.Boolean:
		return "expected a boolean resource, found type " + definition.Type.String()
	case a != lwm2m.Edge && !definition.Type.Numeric():
		return "expected a numeric resource, found type " + definition.Type.String()
	}
	return ""
}

// Attributes returns the attributes that a server wrote at a path itself.
func (d *Device) Attributes(server uint16, p lwm2m.Path) lwm2m.Attributes {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.attributesAt(server, p)
}

func (d *Device) attributesAt(server uint16, p lwm2m.Path) lwm2m.Attributes {
	i, found := slices.BinarySearchFunc(d.attributes, attached{server: server, path: p}, compareAttached)
	if !found {
		return lwm2m.Attributes{}
	}
	return d.attributes[i].attributes
}

// inherited returns the attributes that hold for a server at a path: its own,
// completed level by level by those above.
func (d *Device) inherited(server uint16, p lwm2m.Path) lwm2m.Attributes {
	var set lwm2m.Attributes
	if len(d.attributes) == 0 {
		return set
	}
	for level := p.Level(); level > 0; level-- {
		set = set.Under(d.attributesAt(server, p.Cut(level)))
	}
	return set
}

// detach forgets all attributes at and below a path that is gone.
func (d *Device) detach(p lwm2m.Path) {
	d.revision++
	d.attributes = slices.DeleteFunc(d.attributes, func(a attached) bool { return p.Contains(a.path) })
}
