package device

import (
	"slices"

	"lwcon/lwm2m"
)

// Instances returns what the device has: its objects and their instances, in
// ascending order, those that no server may see too.
func (d *Device) Instances() []lwm2m.Path {
	d.mu.Lock()
	defer d.mu.Unlock()
	var list []lwm2m.Path
	for _, o := range d.tree.objects {
		p := lwm2m.NewPath(o.definition.ID)
		list = append(list, p)
		for _, in := range o.instances {
			list = append(list, p.Child(in.id))
		}
	}
	return list
}

// Add gives the device what it did not have: at the path of an object its next
// instance, of an object instance that one, with the nodes as its values; a
// resource or resource instance of one value; an executable resource, which needs
// none. The object must be there: see AddObject.
//
//	2.01 done    4.00 it is there, type or range    4.04 not defined
func (d *Device) Add(p lwm2m.Path, nodes []lwm2m.Node) Result {
	switch p.Level() {
	case lwm2m.LevelObject, lwm2m.LevelObjectInstance:
		if len(nodes) == 0 && p.Level() == lwm2m.LevelObjectInstance {
			nodes = []lwm2m.Node{lwm2m.NewNode(lwm2m.KindEmpty, p, lwm2m.Value{}, lwm2m.Span{}, 0)}
		}
		return d.Create(Local, p.Cut(lwm2m.LevelObject), nodes)
	}
	if r := d.addable(p); r.Status != 0 {
		return r
	}
	if len(nodes) == 0 {
		return d.addExecutable(p)
	}
	mode := Replace
	if p.Level() == lwm2m.LevelResourceInstance {
		mode = Update
	}
	r := d.Write(Local, p.Cut(lwm2m.LevelResource), mode, nodes)
	if r.Status == Changed {
		r.Status = Created
	}
	return r
}

// addable says why nothing can be added at a path, with Status 0 if it can.
func (d *Device) addable(p lwm2m.Path) Result {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r := d.reach(Local, p.Cut(lwm2m.LevelObjectInstance)); r.Status != 0 {
		return r
	}
	if d.tree.object(p.Object()).definition.Resource(p.Resource()) == nil {
		return refuse(NotFound, "object %d has no resource %d", p.Object(), p.Resource())
	}
	if d.reach(Local, p).Status == 0 {
		return refuse(BadRequest, "%s exists", p)
	}
	return Result{}
}

// addExecutable adds a resource that does what the specification says.
func (d *Device) addExecutable(p lwm2m.Path) Result {
	d.mu.Lock()
	defer d.mu.Unlock()
	definition := d.tree.object(p.Object()).definition.Resource(p.Resource())
	if p.Level() != lwm2m.LevelResource || definition.Operations != lwm2m.Executable {
		return refuse(BadRequest, "%s: expected a value of type %s, found none", p, definition.Type)
	}
	in := d.tree.find(p).with(p.Resource(), fallback(p.Object(), definition))
	return d.commit(d.tree.with(p.Object(), in), p, Result{Status: Created})
}

// Remove takes away what is at a path of any level below the root. With an
// instance of object 0 the account goes: the instance of object 1 with its short
// server id, its entries in object 2, and its attributes; what it owned there
// goes to the server with most rights to write and delete.
//
//	2.02 done    4.04 not there
//
// Spec: Core 1.2 §6.1.7.
func (d *Device) Remove(p lwm2m.Path) Result {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r := d.reach(Local, p); r.Status != 0 {
		return r
	}
	next := d.tree
	switch p.Level() {
	case lwm2m.LevelObject:
		next = next.withoutObject(p.Object())
	case lwm2m.LevelObjectInstance:
		if p.Object() == objectSecurity {
			gone := next.accountOf(next.find(p))
			next = next.withoutAccount(gone)
			if !gone.Bootstrap {
				d.attributes = slices.DeleteFunc(d.attributes, func(a attached) bool { return a.server == gone.ShortServerID })
			}
		}
		next = next.without(p.Object(), p.ObjectInstance()).disowned(p)
	case lwm2m.LevelResource:
		next = next.with(p.Object(), next.find(p).with(p.Resource(), nil))
	default:
		in := next.find(p)
		next = next.with(p.Object(), in.with(p.Resource(), dropResourceInstance(in.at(p.Resource()), p.ResourceInstance())))
	}
	d.detach(p)
	return d.commit(next, p, Result{Status: Deleted})
}

// withoutObject returns the tree without an object.
func (t *tree) withoutObject(id uint16) *tree {
	return &tree{objects: slices.DeleteFunc(slices.Clone(t.objects), func(o *object) bool { return o.definition.ID == id })}
}

// withoutAccount returns the tree without what an account leaves behind in the
// objects 1 and 2. Spec: Core 1.2 §6.1.7.
func (t *tree) withoutAccount(a Account) *tree {
	if a.Bootstrap || a.Server == NoInstance {
		return t
	}
	t = t.without(objectServer, a.Server)
	o := t.object(objectAccess)
	if o == nil {
		return t
	}
	for _, in := range o.instances {
		entries := dropResourceInstance(in.at(accessRights), a.ShortServerID)
		next := in.with(accessRights, entries)
		if in.integer(accessOwner) == int64(a.ShortServerID) {
			heir := next.heir()
			if heir == 0 {
				heir = anyInstance // nobody is left who may: it is the bootstrap server's
			}
			next = next.with(accessOwner, []entry{{resource: accessOwner, value: lwm2m.IntegerValue(int64(heir))}})
		}
		t = t.with(objectAccess, next)
	}
	return t
}

// heir returns the server with the greatest sum of the rights to write and
// delete of an instance of object 2, of several the one of the lowest id; 0 if
// it speaks of none.
func (in *instance) heir() uint16 {
	best, most := uint16(0), -1
	for _, e := range in.at(accessRights) {
		if e.kind != resourceInstance || e.instance == 0 {
			continue
		}
		if sum := int(e.value.Int()) & int(rightWrite|rightDelete); sum > most {
			best, most = e.instance, sum
		}
	}
	return best
}
