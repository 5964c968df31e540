package device

import (
	"strconv"

	"lwcon/lwm2m"
)

// DefaultDepth is the depth of a Discover that states none.
const DefaultDepth = -1

// Discover lists what is at and below a path of an object, object instance or
// resource: ver and dim, and the attributes that the server wrote, each at its
// own link; the link of a resource that is discovered by itself shows also
// those that it inherits. The depth counts levels below the path, 0 to 3; it
// holds from LwM2M 1.2 on and is ignored before. No right is needed.
//
//	2.05 with Links    4.01 object 0, 21 or 23    4.04 not there
//	4.00 another depth
//	4.05 the root or a resource instance
//
// Spec: Core 1.2 §6.3.2.
func (d *Device) Discover(server uint16, p lwm2m.Path, depth int) Result {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r := d.reach(server, p); r.Status != 0 {
		return r
	}
	if p.Level() == lwm2m.LevelResourceInstance {
		return refuse(MethodNotAllowed, "%s: expected an object, object instance or resource", p)
	}
	if d.Version() >= lwm2m.V1_2 && (depth < DefaultDepth || depth > 3) {
		return refuse(BadRequest, "depth: expected 0 to 3, found %d", depth)
	}
	l := lister{device: d, server: server, target: p, deepest: d.deepest(p, depth)}
	o := d.tree.object(p.Object())
	if p.Level() == lwm2m.LevelObject {
		l.add(p, l.version(o))
	}
	for _, in := range o.instances {
		if p.Level() == lwm2m.LevelObject || in.id == p.ObjectInstance() {
			l.instance(o, in)
		}
	}
	return Result{Status: Content, Links: l.links}
}

// deepest returns the level down to which a Discover lists.
func (d *Device) deepest(p lwm2m.Path, depth int) int {
	if d.Version() >= lwm2m.V1_2 && depth != DefaultDepth {
		return p.Level() + depth
	}
	if p.Level() < lwm2m.LevelResource || d.Version() < lwm2m.V1_1 {
		return lwm2m.LevelResource
	}
	return lwm2m.LevelResourceInstance
}

// lister gathers the links of a Discover.
type lister struct {
	device  *Device
	server  uint16
	target  lwm2m.Path
	deepest int
	links   []lwm2m.Link
}

// version returns the ver of an object where it must be told.
func (l *lister) version(o *object) []lwm2m.LinkAttribute {
	if v := announced(o.definition, l.device.Version()); v != 0 {
		return []lwm2m.LinkAttribute{{Name: "ver", Value: v.String(), HasValue: true}}
	}
	return nil
}

// add appends the link of a path with its properties and attributes, if the
// path is neither above the target nor too deep.
func (l *lister) add(p lwm2m.Path, properties []lwm2m.LinkAttribute) {
	if p.Level() > l.deepest || !l.target.Contains(p) {
		return
	}
	set := l.device.attributesAt(l.server, p)
	if p == l.target && p.Level() == lwm2m.LevelResource {
		set = l.device.inherited(l.server, p)
	}
	for a := lwm2m.PMin; a <= lwm2m.HQMax; a++ {
		if x, ok := set.Get(a); ok {
			text := strconv.FormatFloat(x, 'f', -1, 64)
			properties = append(properties, lwm2m.LinkAttribute{Name: a.String(), Value: text, HasValue: true})
		}
	}
	l.links = append(l.links, lwm2m.Link{Target: p.String(), Attributes: properties})
}

// instance appends the links of an object instance and of what is in it.
func (l *lister) instance(o *object, in *instance) {
	p := lwm2m.NewPath(o.definition.ID, in.id)
	l.add(p, nil)
	for i := range in.entries {
		e := &in.entries[i]
		var properties []lwm2m.LinkAttribute
		if e.kind == multiple {
			dim := strconv.Itoa(len(in.at(e.resource)) - 1)
			properties = []lwm2m.LinkAttribute{{Name: "dim", Value: dim, HasValue: true}}
		}
		l.add(e.path(o.definition.ID, in.id), properties)
	}
}
