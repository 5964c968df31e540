package device

import (
	"lwcon/lwm2m"
)

// Delete removes an object instance, with its attributes and its instance of
// object 2, or (from LwM2M 1.2) a resource instance.
//
//	2.02 done
//	4.01 object 0, 21 or 23, or no right    4.04 not there
//	4.05 another level; an instance of a mandatory object or of an object of
//	     one instance, which is part of the device; a resource instance that
//	     is not writable, or before 1.2
//
// Spec: Core 1.2 §6.3.9.
func (d *Device) Delete(server uint16, p lwm2m.Path) Result {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p.Level() == lwm2m.LevelObject || p.Level() == lwm2m.LevelResource {
		if r := d.reach(server, p.Cut(lwm2m.LevelObject)); r.Status != 0 {
			return r
		}
		return refuse(MethodNotAllowed, "%s: expected an object instance or resource instance", p)
	}
	if r := d.reach(server, p); r.Status != 0 {
		return r
	}
	if p.Level() == lwm2m.LevelResourceInstance {
		return d.deleteResourceInstance(server, p)
	}
	o := d.tree.object(p.Object())
	if server != Local && (o.definition.Mandatory || !o.definition.Multiple) {
		return refuse(MethodNotAllowed, "%s is part of the device", p)
	}
	if !d.tree.may(server, rightDelete, p.Object(), p.ObjectInstance()) || !d.ownsAccess(server, p) {
		return refuse(Unauthorized, "%s: server %d has no right to delete", p, server)
	}
	next := d.tree.without(p.Object(), p.ObjectInstance()).disowned(p)
	d.detach(p)
	return d.commit(next, p, Result{Status: Deleted})
}

func (d *Device) deleteResourceInstance(server uint16, p lwm2m.Path) Result {
	definition := d.tree.object(p.Object()).definition.Resource(p.Resource())
	in := d.tree.find(p)
	switch {
	case d.Version() < lwm2m.V1_2 && server != Local:
		return refuse(MethodNotAllowed, "%s: no Delete of resource instances before LwM2M 1.2", p)
	case server != Local && !definition.Operations.Has(lwm2m.Writable):
		return refuse(MethodNotAllowed, "%s is not writable", p)
	case !d.tree.may(server, rightDelete, p.Object(), p.ObjectInstance()):
		return refuse(Unauthorized, "%s: server %d has no right to delete", p, server)
	}
	in = in.with(p.Resource(), dropResourceInstance(in.at(p.Resource()), p.ResourceInstance()))
	d.detach(p)
	return d.commit(d.tree.with(p.Object(), in), p, Result{Status: Deleted})
}

// disowned returns the tree without the instances of object 2 that speak of a
// deleted instance.
func (t *tree) disowned(p lwm2m.Path) *tree {
	o := t.object(objectAccess)
	if o == nil || p.Object() == objectAccess {
		return t
	}
	for _, in := range o.instances {
		if in.integer(accessObject) == int64(p.Object()) && in.integer(accessInstance) == int64(p.ObjectInstance()) {
			t = t.without(objectAccess, in.id)
		}
	}
	return t
}
