package device

import (
	"slices"

	"lwcon/lwm2m"
)

// Finish ends the bootstrap: the device becomes what was made of it, if that is
// consistent. After a refusal the server may correct it and finish again.
//
//	2.04    4.06 inconsistent
//
// Spec: Core 1.2 §6.1.7.1.
func (b *Bootstrap) Finish() Result {
	b.device.mu.Lock()
	defer b.device.mu.Unlock()
	return b.finish()
}

func (b *Bootstrap) finish() Result {
	d := b.device
	b.unbootstrap()
	if reason := b.tree.inconsistency(); reason != "" {
		return refuse(NotAcceptable, "%s", reason)
	}
	next := d.tree
	for _, o := range b.tree.objects {
		if !b.touched[o.definition.ID] {
			continue
		}
		if next.object(o.definition.ID) == nil {
			next = next.withObject(o.definition)
		}
		next = next.change(o.definition.ID, func(into *object) { into.instances = o.instances })
	}
	return d.commit(next, lwm2m.Path{}, Result{Status: Changed})
}

// Pack does all at once: for each object of the nodes the instances are replaced,
// but for the account of the bootstrap server, and the bootstrap is finished.
//
//	2.04    4.00 what cannot be written    4.06 inconsistent
//
// Spec: Core 1.2 §6.1.5.
func (b *Bootstrap) Pack(nodes []lwm2m.Node) Result {
	b.device.mu.Lock()
	defer b.device.mu.Unlock()
	byObject := map[uint16][]lwm2m.Node{}
	var order []uint16
	for _, n := range nodes {
		if n.Path().Level() < lwm2m.LevelObjectInstance {
			return refuse(BadRequest, "expected paths of instances, found %s", n.Path())
		}
		id := n.Path().Object()
		if byObject[id] == nil {
			order = append(order, id)
		}
		byObject[id] = append(byObject[id], n)
		if b.own(id, n.Path().ObjectInstance()) {
			return refuse(BadRequest, "%s is the account of the bootstrap server", n.Path().Cut(lwm2m.LevelObjectInstance))
		}
	}
	for _, id := range order {
		if o := b.tree.object(id); o != nil {
			b.empty(o)
		}
		if r := b.write(lwm2m.NewPath(id), byObject[id]); r.Status != Changed {
			return r
		}
	}
	return b.finish()
}

// unbootstrap takes away what belonged to servers whose instance of object 0 is
// gone, unless it was written anew: the instance of object 1, and the rights in
// object 2. Spec: Core 1.2 §6.1.7.5.
func (b *Bootstrap) unbootstrap() {
	before := b.device.tree
	for _, a := range before.accounts() {
		in := b.tree.find(lwm2m.NewPath(objectServer, a.Server))
		if a.Bootstrap || in == nil || b.tree.secures(a.ShortServerID) || in != before.find(lwm2m.NewPath(objectServer, a.Server)) {
			continue
		}
		b.touched[objectServer], b.touched[objectAccess] = true, true
		b.tree = b.tree.without(objectServer, a.Server).disinherit(a.ShortServerID)
	}
}

// secures says whether an instance of object 0 is of a server.
func (t *tree) secures(server uint16) bool {
	o := t.object(objectSecurity)
	return o != nil && slices.ContainsFunc(o.instances, func(in *instance) bool { return in.integer(securityServerID) == int64(server) })
}

// disinherit is the tree without the rights of a server in object 2: what it owned
// goes to the server that may write and delete most, and is gone where none may.
func (t *tree) disinherit(server uint16) *tree {
	o := t.object(objectAccess)
	if o == nil {
		return t
	}
	for _, in := range o.instances {
		rights := dropResourceInstance(slices.Clone(in.at(accessRights)), server)
		next := in.with(accessRights, rights)
		if in.integer(accessOwner) == int64(server) {
			heir := heirOf(rights)
			if heir == 0 {
				t = t.without(objectAccess, in.id)
				continue
			}
			next = next.with(accessOwner, []entry{{resource: accessOwner, value: lwm2m.IntegerValue(int64(heir))}})
		}
		t = t.with(objectAccess, next)
	}
	return t
}

// heirOf is the server with most of the rights to write and to delete, 0 if there is
// none.
func heirOf(rights []entry) uint16 {
	var heir uint16
	most := -1
	for _, e := range rights {
		if e.kind != resourceInstance || e.instance == 0 {
			continue
		}
		sum := int(e.value.Int()) & int(rightWrite|rightDelete)
		if sum > most {
			heir, most = e.instance, sum
		}
	}
	return heir
}

// Purge removes the account of a bootstrap server whose time is over, /0/x/12.
// Spec: Core 1.2 §E.1.
func (d *Device) Purge(a Account) Result {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := lwm2m.NewPath(objectSecurity, a.Security)
	if in := d.tree.find(p); in == nil || d.tree.accountOf(in) != a {
		return refuse(NotFound, "%s is not there any more", p)
	}
	next := d.tree.without(objectSecurity, a.Security)
	if a.OSCORE != NoInstance {
		next = next.without(objectOSCORE, a.OSCORE)
	}
	return d.commit(next, p, Result{Status: Deleted})
}
