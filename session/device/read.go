package device

import (
	"time"

	"lwcon/lwm2m"
)

// Read returns what a server may read at and below a path of an object, object
// instance, resource or resource instance: the readable resources, each node
// with its definition; an instance with nothing readable and an empty multiple
// resource as nodes without value. An object without instances is a 2.05 with
// no nodes.
//
//	4.01 object 0, 21 or 23, or no right    4.04 not there
//	4.05 the root, or a resource that is not readable
//
// Spec: Core 1.2 §6.3.1.
func (d *Device) Read(server uint16, p lwm2m.Path) Result {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.read(server, p, d.clock.Now())
}

func (d *Device) read(server uint16, p lwm2m.Path, now time.Time) Result {
	if r := d.reach(server, p); r.Status != 0 {
		return r
	}
	reader := reader{device: d, server: server, now: now}
	if p.Level() >= lwm2m.LevelResource {
		in := d.tree.find(p)
		definition := d.tree.object(p.Object()).definition.Resource(p.Resource())
		if !d.tree.may(server, rightRead, p.Object(), p.ObjectInstance()) {
			return refuse(Unauthorized, "%s: server %d has no right to read", p, server)
		}
		if !reader.readable(definition) || in.at(p.Resource())[0].kind == executable {
			return refuse(MethodNotAllowed, "%s is not readable", p)
		}
		reader.resource(p.Object(), in, in.at(p.Resource()), p)
		return Result{Status: Content, Nodes: reader.nodes}
	}
	denied := 0
	o := d.tree.object(p.Object())
	for _, in := range o.instances {
		if p.Level() == lwm2m.LevelObjectInstance && in.id != p.ObjectInstance() {
			continue
		}
		if !d.tree.may(server, rightRead, p.Object(), in.id) {
			denied++
			continue
		}
		reader.instance(o, in)
	}
	if denied > 0 && len(reader.nodes) == 0 {
		return refuse(Unauthorized, "%s: server %d has no right to read", p, server)
	}
	return Result{Status: Content, Nodes: reader.nodes}
}

// reach says why a server cannot reach what a path names, with Status 0 if it
// can: the root, a gateway's device, a closed object, or nothing there.
func (d *Device) reach(server uint16, p lwm2m.Path) Result {
	switch {
	case p.Prefix() != "":
		return refuse(NotFound, "%s: no device behind this one", p)
	case p.Level() == lwm2m.LevelRoot:
		return refuse(MethodNotAllowed, "expected an object, found the root")
	case closed(p.Object()) && server != Local:
		return refuse(Unauthorized, "object %d belongs to the bootstrap interface", p.Object())
	case p.Level() == lwm2m.LevelResourceInstance && d.Version() < lwm2m.V1_1 && server != Local:
		return refuse(MethodNotAllowed, "%s: no paths of resource instances in LwM2M 1.0", p)
	}
	o := d.tree.object(p.Object())
	if o == nil {
		return refuse(NotFound, "no object %d", p.Object())
	}
	if p.Level() == lwm2m.LevelObject {
		return Result{}
	}
	in := o.instance(p.ObjectInstance())
	if in == nil {
		return refuse(NotFound, "no object instance %s", p.Cut(lwm2m.LevelObjectInstance))
	}
	if p.Level() == lwm2m.LevelObjectInstance {
		return Result{}
	}
	return in.reach(p)
}

// reach says why a resource or resource instance is not there, with Status 0 if
// it is.
func (in *instance) reach(p lwm2m.Path) Result {
	entries := in.at(p.Resource())
	if len(entries) == 0 {
		return refuse(NotFound, "no resource %s", p.Cut(lwm2m.LevelResource))
	}
	if p.Level() == lwm2m.LevelResource {
		return Result{}
	}
	if entries[0].kind != multiple {
		return refuse(MethodNotAllowed, "%s has no resource instances", p.Parent())
	}
	for i := range entries {
		if entries[i].kind == resourceInstance && entries[i].instance == p.ResourceInstance() {
			return Result{}
		}
	}
	return refuse(NotFound, "no resource instance %s", p)
}

// reader gathers the nodes of a read.
type reader struct {
	device *Device
	server uint16
	now    time.Time
	nodes  []lwm2m.Node
}

// readable says whether the reader may see values of a resource.
func (r *reader) readable(definition *lwm2m.Resource) bool {
	return r.server == Local || definition == nil || definition.Operations.Has(lwm2m.Readable)
}

// instance adds the readable resources of an object instance.
func (r *reader) instance(o *object, in *instance) {
	before := len(r.nodes)
	for i := 0; i < len(in.entries); {
		entries := in.at(in.entries[i].resource)
		i += len(entries)
		definition := o.definition.Resource(entries[0].resource)
		if entries[0].kind != executable && r.readable(definition) {
			r.resource(o.definition.ID, in, entries, lwm2m.NewPath(o.definition.ID, in.id, entries[0].resource))
		}
	}
	if len(r.nodes) == before {
		p := lwm2m.NewPath(o.definition.ID, in.id)
		r.nodes = append(r.nodes, lwm2m.NewNode(lwm2m.KindEmpty, p, lwm2m.Value{}, lwm2m.Span{}, 0))
	}
}

// resource adds what of a resource lies at or below a path.
func (r *reader) resource(objectID uint16, in *instance, entries []entry, p lwm2m.Path) {
	definition := r.device.tree.object(objectID).definition.Resource(entries[0].resource)
	if len(entries) == 1 && entries[0].kind == multiple {
		node := lwm2m.NewNode(lwm2m.KindEmpty, p, lwm2m.Value{}, lwm2m.Span{}, 0)
		r.nodes = append(r.nodes, node.WithDefinition(definition))
		return
	}
	for i := range entries {
		e := &entries[i]
		if e.kind == multiple || p.Level() == lwm2m.LevelResourceInstance && e.instance != p.ResourceInstance() {
			continue
		}
		v := r.device.valueOf(e, objectID, in.id, r.now)
		node := lwm2m.NewNode(lwm2m.KindValue, e.path(objectID, in.id), v, lwm2m.Span{}, 0)
		r.nodes = append(r.nodes, node.WithDefinition(definition))
	}
}
