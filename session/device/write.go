package device

import (
	"lwcon/lwm2m"
)

// WriteMode says which of the two writes it is.
type WriteMode uint8

const (
	// Replace is a PUT: the payload takes the place of what is there.
	Replace WriteMode = iota
	// Update is a POST, the partial update: the payload changes what it names.
	Update
)

// Limits of what writes can make of a device. Whatever would go beyond is
// refused with 5.00.
const (
	// MaxInstances is the most instances of an object.
	MaxInstances = 1000
	// MaxResourceInstances is the most instances of a multiple resource.
	MaxResourceInstances = 1000
)

// Write writes the nodes of a payload at a path of an object instance,
// resource or resource instance. All is checked before anything is changed.
// Replace at an instance removes the optional writable resources that the
// payload does not name, and at a multiple resource all its old instances;
// what a server cannot write (read-only, executable) stays. Resources that the
// device does not support are left aside in a payload for an instance.
//
//	2.04 done
//	4.00 type or range, link to nothing, mandatory resource missing in a
//	     Replace, a node outside the path or twice
//	4.01 object 0, 21 or 23, or no right
//	4.04 not there
//	4.05 object level, a resource that is not writable, Update of a single one
//
// Spec: Core 1.2 §6.3.3.
func (d *Device) Write(server uint16, p lwm2m.Path, mode WriteMode, nodes []lwm2m.Node) Result {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p.Level() == lwm2m.LevelObject {
		return refuse(MethodNotAllowed, "%s: expected an object instance or resource", p)
	}
	if r := d.reachForWrite(server, p); r.Status != 0 {
		return r
	}
	if !d.tree.may(server, rightWrite, p.Object(), p.ObjectInstance()) || !d.ownsAccess(server, p) {
		return refuse(Unauthorized, "%s: server %d has no right to write", p, server)
	}
	w, before := d.newWriter(server, p), d.firmware
	var r Result
	switch p.Level() {
	case lwm2m.LevelObjectInstance:
		r = w.writeInstance(mode, nodes)
	case lwm2m.LevelResource:
		r = w.writeResource(p, mode, nodes)
	default:
		r = w.writeResourceInstance(p, mode, nodes)
	}
	if r.Status != Changed {
		d.firmware = before
		return r
	}
	return w.finish(d.commit(d.tree.with(p.Object(), w.instance), w.touched(p), r))
}

// touched is where values changed: at a path, or in its whole instance where a
// write moves more than it names.
func (w *writer) touched(p lwm2m.Path) lwm2m.Path {
	if p.Object() == objectFirmware {
		return p.Cut(lwm2m.LevelObjectInstance)
	}
	return p
}

// finish adds the effects of the writer to a result.
func (w *writer) finish(r Result) Result {
	r.Effects = append(r.Effects, w.effects...)
	return r
}

// reachForWrite is reach, but a resource that the device supports need not be
// there: a write makes it.
func (d *Device) reachForWrite(server uint16, p lwm2m.Path) Result {
	r := d.reach(server, p)
	if r.Status == NotFound && p.Level() == lwm2m.LevelResource {
		if above := d.reach(server, p.Parent()); above.Status == 0 && d.supports(server, p.Object(), p.Resource()) {
			return above
		}
	}
	return r
}

// ownsAccess says whether a server may change an instance of object 2: only its
// owner may. Spec: Core 1.2 §8.1.
func (d *Device) ownsAccess(server uint16, p lwm2m.Path) bool {
	return p.Object() != objectAccess || server == Local || d.tree.servers() < 2 ||
		d.tree.find(p).integer(accessOwner) == int64(server)
}

// supports says whether the device has a resource in any instance of an object,
// by its profile; where that has no instance of the object, and for the device
// itself, by the definition.
func (d *Device) supports(server, objectID, resource uint16) bool {
	if o := d.tree.object(objectID); server == Local && o != nil {
		return o.definition.Resource(resource) != nil
	}
	for _, t := range [...]*tree{d.profile.tree, d.tree} {
		if o := t.object(objectID); o != nil {
			for _, in := range o.instances {
				if len(in.at(resource)) > 0 {
					return true
				}
			}
		}
	}
	o := d.profile.tree.object(objectID)
	return o != nil && len(o.instances) == 0 && o.definition.Resource(resource) != nil
}

// writer changes one object instance.
type writer struct {
	device    *Device
	server    uint16
	object    *object
	instance  *instance // as changed so far
	old       *instance
	creating  bool     // read-only resources are left aside
	composite bool     // a null deletes a resource instance
	effects   []Effect // beyond those of commit
}

func (d *Device) newWriter(server uint16, p lwm2m.Path) *writer {
	in := d.tree.find(p)
	return &writer{device: d, server: server, object: d.tree.object(p.Object()), instance: in, old: in}
}

// writeInstance writes a payload for the instance.
func (w *writer) writeInstance(mode WriteMode, nodes []lwm2m.Node) Result {
	p := lwm2m.NewPath(w.object.definition.ID, w.instance.id)
	groups, r := group(p, nodes)
	if r.Status != 0 {
		return r
	}
	if mode == Replace {
		if r := w.clear(p, groups); r.Status != 0 {
			return r
		}
	}
	for _, g := range groups {
		if !w.device.supports(w.server, p.Object(), g.path.Resource()) {
			continue
		}
		if r := w.writeGroup(g, mode); r.Status != Changed {
			return r
		}
	}
	return Result{Status: Changed}
}

// clear removes what a Replace of the instance removes: the writable resources
// that the payload does not name; a mandatory one must be named.
func (w *writer) clear(p lwm2m.Path, groups []nodeGroup) Result {
	var missing []lwm2m.Path
	next := w.instance
	for i := range w.instance.entries {
		e := &w.instance.entries[i]
		definition := w.object.definition.Resource(e.resource)
		if e.kind == resourceInstance || e.kind == executable || !w.writable(definition) || named(groups, e.resource) {
			continue
		}
		if definition.Mandatory {
			missing = append(missing, p.Child(e.resource))
		}
		next = next.with(e.resource, nil)
	}
	if len(missing) > 0 && w.server != Local {
		return refuse(BadRequest, "expected mandatory resource %s, found nothing", missing[0])
	}
	w.instance = next
	return Result{}
}

// writable says whether the writer may write a resource.
func (w *writer) writable(definition *lwm2m.Resource) bool {
	return definition != nil && (w.server == Local || definition.Operations.Has(lwm2m.Writable))
}

// writeResource writes a payload for one resource.
func (w *writer) writeResource(p lwm2m.Path, mode WriteMode, nodes []lwm2m.Node) Result {
	definition := w.object.definition.Resource(p.Resource())
	if mode == Update && !definition.Multiple && w.server != Local {
		return refuse(MethodNotAllowed, "%s: expected a multiple resource for a partial update", p)
	}
	groups, r := group(p, nodes)
	if r.Status != 0 {
		return r
	}
	if len(groups) == 0 {
		groups = []nodeGroup{{path: p}}
	}
	return w.writeGroup(groups[0], mode)
}

// writeResourceInstance writes a payload for one resource instance, which is
// there.
func (w *writer) writeResourceInstance(p lwm2m.Path, mode WriteMode, nodes []lwm2m.Node) Result {
	if mode == Update {
		return refuse(MethodNotAllowed, "%s: expected a whole value, found a partial update", p)
	}
	groups, r := group(p, nodes)
	if r.Status != 0 {
		return r
	}
	if len(groups) != 1 || len(groups[0].nodes) != 1 {
		return refuse(BadRequest, "%s: expected one value, found %d", p, len(nodes))
	}
	return w.writeGroup(groups[0], Update)
}

// writeGroup writes the nodes of one resource.
func (w *writer) writeGroup(g nodeGroup, mode WriteMode) Result {
	definition := w.object.definition.Resource(g.path.Resource())
	switch {
	case definition == nil:
		return refuse(NotFound, "no resource %s", g.path)
	case !w.writable(definition) && w.creating:
		return Result{Status: Changed}
	case !w.writable(definition):
		return refuse(MethodNotAllowed, "%s is not writable", g.path)
	case definition.Operations == lwm2m.Executable:
		return refuse(MethodNotAllowed, "%s is executable only", g.path)
	case definition.Multiple:
		return w.writeMultiple(g, definition, mode)
	}
	if len(g.nodes) != 1 || !g.nodes[0].HasValue() || g.nodes[0].Path() != g.path {
		return refuse(BadRequest, "%s: expected one value, found %d nodes", g.path, len(g.nodes))
	}
	e := entry{resource: g.path.Resource(), kind: single}
	if old := w.old.one(e.resource); old != nil {
		e.behaviour = old.behaviour
	}
	if r := w.put(&e, &g.nodes[0], definition); r.Status != 0 {
		return r
	}
	if w.steersFirmware(g.path) {
		return w.writeFirmware(g.path, e.value)
	}
	w.instance = w.instance.with(e.resource, []entry{e})
	return Result{Status: Changed}
}

// writeMultiple writes the instances of a multiple resource.
func (w *writer) writeMultiple(g nodeGroup, definition *lwm2m.Resource, mode WriteMode) Result {
	id := g.path.Resource()
	entries := []entry{{resource: id, kind: multiple}}
	if mode == Update {
		entries = append(entries[:0:0], w.instance.at(id)...)
		if len(entries) == 0 {
			entries = []entry{{resource: id, kind: multiple}}
		}
	}
	for i := range g.nodes {
		n := &g.nodes[i]
		p := n.Path()
		if n.Kind() == lwm2m.KindEmpty && p.Level() == lwm2m.LevelResource {
			continue
		}
		if p.Level() != lwm2m.LevelResourceInstance || p.ResourceInstance() > lwm2m.MaxID {
			return refuse(BadRequest, "%s: expected a resource instance of a multiple resource", p)
		}
		if w.composite && n.HasValue() && n.Value().Type() == lwm2m.None {
			entries = dropResourceInstance(entries, p.ResourceInstance())
			continue
		}
		e := entry{resource: id, instance: p.ResourceInstance(), kind: resourceInstance}
		if r := w.put(&e, n, definition); r.Status != 0 {
			return r
		}
		entries = append(dropResourceInstance(entries, e.instance), e)
	}
	if len(entries)-1 > MaxResourceInstances {
		return refuse(InternalServerError, "%s: room for %d instances", g.path, MaxResourceInstances)
	}
	w.instance = w.instance.with(id, entries)
	return Result{Status: Changed}
}

// dropResourceInstance returns the entries of a resource without an instance.
func dropResourceInstance(entries []entry, id uint16) []entry {
	for i := range entries {
		if entries[i].kind == resourceInstance && entries[i].instance == id {
			return append(entries[:i:i], entries[i+1:]...)
		}
	}
	return entries
}

// put checks a value and puts it in an entry.
func (w *writer) put(e *entry, n *lwm2m.Node, definition *lwm2m.Resource) Result {
	p := n.Path()
	if !n.HasValue() || n.Value().Type() == lwm2m.None {
		return refuse(BadRequest, "%s: expected a value, found none", p)
	}
	v, reason := conform(n.Value(), definition.Type)
	if reason == "" {
		reason = w.device.tree.check(v, p, definition, w.device.Version())
	}
	if reason != "" {
		return refuse(BadRequest, "%s: %s", p, reason)
	}
	e.value = v
	e.behaviour = overridden(e.behaviour, v, w.device.clock.Now())
	return Result{}
}
