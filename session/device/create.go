package device

import (
	"strconv"
	"strings"

	"lwcon/lwm2m"
)

// maxFallbackText is the longest text that the device makes up for a range that
// wants one.
const maxFallbackText = 64

// Create makes an instance of an object. The id in the paths of the nodes wins;
// where they have "*", or there are no nodes, the device takes the lowest that
// is free and tells it in Result.Made. Read-only resources in the payload are
// left aside; the device itself makes the mandatory ones that a server cannot
// write. With several servers the instance gets an instance of object 2 whose
// owner is the server.
//
//	2.01 done
//	4.00 id taken or not one id, type or range, a mandatory writable resource missing
//	4.01 object 0, 21 or 23, or no right
//	4.04 no such object
//	4.05 below object level, or an object of one instance that is there
//
// Spec: Core 1.2 §6.3.8.
func (d *Device) Create(server uint16, p lwm2m.Path, nodes []lwm2m.Node) Result {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r := d.reach(server, p); r.Status != 0 {
		return r
	}
	if p.Level() != lwm2m.LevelObject || p.Object() == objectDevice && server != Local {
		return refuse(MethodNotAllowed, "%s: no instance can be created there", p)
	}
	if !d.tree.may(server, rightCreate, p.Object(), anyInstance) {
		return refuse(Unauthorized, "%s: server %d has no right to create", p, server)
	}
	o := d.tree.object(p.Object())
	id, chosen, r := o.newID(p, nodes)
	if r.Status != 0 {
		return r
	}
	w := &writer{device: d, server: server, object: o, instance: &instance{id: id}, creating: true}
	w.old = w.instance
	if r := w.create(p.Child(id), nodes); r.Status != 0 {
		return r
	}
	r = Result{Status: Created}
	if chosen {
		r.Made = p.Child(id)
	}
	next := d.tree.with(p.Object(), w.instance).owned(server, p.Object(), id, d.profile.access)
	return d.commit(next, p.Child(id), r)
}

// newID returns the id of the instance that a Create makes, and whether the
// device chose it.
func (o *object) newID(p lwm2m.Path, nodes []lwm2m.Node) (id uint16, chosen bool, r Result) {
	id = lwm2m.AnyID
	for i := range nodes {
		q := nodes[i].Path()
		switch {
		case !p.Contains(q) || q.Level() < lwm2m.LevelObjectInstance:
			return 0, false, refuse(BadRequest, "expected an instance of %s, found %s", p, q)
		case i > 0 && q.ObjectInstance() != id:
			return 0, false, refuse(BadRequest, "expected one instance of %s, found also %s", p, q)
		}
		id = q.ObjectInstance()
	}
	if len(o.instances) >= MaxInstances {
		return 0, false, refuse(InternalServerError, "%s: room for %d instances", p, MaxInstances)
	}
	if !o.definition.Multiple {
		if len(o.instances) > 0 {
			return 0, false, refuse(MethodNotAllowed, "%s has its one instance", p)
		}
		if id != 0 && id != lwm2m.AnyID {
			return 0, false, refuse(BadRequest, "%s: expected instance 0 of an object of one, found %d", p, id)
		}
		return 0, id == lwm2m.AnyID, Result{}
	}
	if id == lwm2m.AnyID {
		return o.free(), true, Result{}
	}
	if o.instance(id) != nil {
		return 0, false, refuse(BadRequest, "%s exists", p.Child(id))
	}
	return id, false, Result{}
}

// free returns the lowest id that no instance has.
func (o *object) free() uint16 {
	for i, in := range o.instances {
		if in.id != uint16(i) {
			return uint16(i)
		}
	}
	return uint16(len(o.instances))
}

// create fills the new instance at p; Status 0 on success.
func (w *writer) create(p lwm2m.Path, nodes []lwm2m.Node) Result {
	placed := make([]lwm2m.Node, len(nodes))
	for i := range nodes {
		placed[i] = place(nodes[i], p)
	}
	groups, r := group(p, placed)
	if r.Status != 0 {
		return r
	}
	for _, g := range groups {
		if w.object.definition.Resource(g.path.Resource()) == nil {
			continue
		}
		if r := w.writeGroup(g, Replace); r.Status != Changed {
			return r
		}
	}
	for i := range w.object.definition.Resources {
		definition := &w.object.definition.Resources[i]
		if !definition.Mandatory || len(w.instance.at(definition.ID)) > 0 {
			continue
		}
		if definition.Operations.Has(lwm2m.Writable) && w.server != Local {
			return refuse(BadRequest, "expected mandatory resource %s (%s), found nothing", p.Child(definition.ID), definition.Name)
		}
		w.instance = w.instance.with(definition.ID, fallback(p.Object(), definition))
	}
	return Result{}
}

// place returns a node of a Create moved to the instance that is made.
func place(n lwm2m.Node, instance lwm2m.Path) lwm2m.Node {
	p := n.Path()
	q := instance
	for level := lwm2m.LevelResource; level <= p.Level(); level++ {
		q = q.Child(p.ID(level))
	}
	return lwm2m.NewNode(n.Kind(), q, n.Value(), n.Span(), 0)
}

// fallback makes the entries of a mandatory resource that nobody gave a value:
// the lowest value in range, an executable that does what the specification
// says.
func fallback(objectID uint16, definition *lwm2m.Resource) []entry {
	e := entry{resource: definition.ID}
	switch {
	case definition.Operations == lwm2m.Executable:
		e.kind = executable
		e.execution = &execution{does: standardAct(objectID, definition.ID)}
		return []entry{e}
	case definition.Multiple:
		e.kind = multiple
		return []entry{e}
	}
	e.value = lowest(definition)
	return []entry{e}
}

// lowest returns zero of the type of a resource, or where that lies out of range
// the lower bound, of text as many hyphens.
func lowest(definition *lwm2m.Resource) lwm2m.Value {
	v := zero(definition.Type)
	if outside(v, definition.Range) == "" {
		return v
	}
	first, _, _ := strings.Cut(definition.Range, "..")
	first, _, _ = strings.Cut(first, ",")
	if n, err := strconv.Atoi(first); err == nil && n <= maxFallbackText && !definition.Type.Numeric() {
		first = strings.Repeat("-", n)
	}
	if w, err := lwm2m.ParseValue(definition.Type, first); err == nil && outside(w, definition.Range) == "" {
		return w
	}
	return v
}

// zero returns the value of a type whose every bit is zero; the link to nothing
// for an object link.
func zero(t lwm2m.Type) lwm2m.Value {
	if t == lwm2m.ObjectLink {
		return lwm2m.ObjectLinkValue(lwm2m.NullLink.Object, lwm2m.NullLink.Instance)
	}
	text := "0"
	if t.Textual() || t == lwm2m.Opaque {
		text = ""
	}
	v, _ := lwm2m.ParseValue(t, text) // zero is a value of every type
	return v
}

// owned returns the tree with an instance of object 2 for a new instance that a
// server made, where the device has more than one server; with object 2, if it
// had none. Spec: Core 1.2 §8.1.2.
func (t *tree) owned(server, objectID, instanceID uint16, access *lwm2m.Object) *tree {
	if server == Local || t.servers() < 2 || objectID == objectAccess {
		return t
	}
	o := t.object(objectAccess)
	if o == nil && access != nil {
		t = t.withObject(access)
		o = t.object(objectAccess)
	}
	if o == nil || len(o.instances) >= MaxInstances {
		return t
	}
	full := int64(rightRead | rightWrite | rightExecute | rightDelete)
	return t.with(objectAccess, &instance{id: o.free(), entries: []entry{
		{resource: accessObject, value: lwm2m.IntegerValue(int64(objectID))},
		{resource: accessInstance, value: lwm2m.IntegerValue(int64(instanceID))},
		{resource: accessRights, kind: multiple},
		{resource: accessRights, kind: resourceInstance, instance: server, value: lwm2m.IntegerValue(full)},
		{resource: accessOwner, value: lwm2m.IntegerValue(int64(server))},
	}})
}
