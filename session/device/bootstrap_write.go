package device

import (
	"slices"

	"lwcon/lwm2m"
)

// Write writes an object, an instance or a resource, whatever is there and whoever
// may write it. What it names as an instance is replaced. Resources that the object
// does not have are left aside.
//
//	2.04
//	4.00 no such object, the root, a type or range that does not fit
//
// Spec: Core 1.2 §6.1.7.4.
func (b *Bootstrap) Write(p lwm2m.Path, nodes []lwm2m.Node) Result {
	b.device.mu.Lock()
	defer b.device.mu.Unlock()
	return b.write(p, nodes)
}

func (b *Bootstrap) write(p lwm2m.Path, nodes []lwm2m.Node) Result {
	if p.Level() == lwm2m.LevelRoot || p.Level() > lwm2m.LevelResource {
		return refuse(BadRequest, "%s: expected an object, an instance or a resource", p)
	}
	next, o := b.withObject(p.Object())
	if o == nil {
		return refuse(BadRequest, "no object %d", p.Object())
	}
	byInstance, r := instancesOf(p, nodes)
	if r.Status != 0 {
		return r
	}
	for _, in := range byInstance {
		old := o.instance(in.id)
		if old == nil && len(next.object(p.Object()).instances) >= MaxInstances {
			return refuse(InternalServerError, "%s: room for %d instances", p, MaxInstances)
		}
		if !o.definition.Multiple && in.id != 0 {
			return refuse(BadRequest, "%s: expected instance 0 of an object of one, found %d", p, in.id)
		}
		made := b.fresh(o, in.id, old)
		if p.Level() == lwm2m.LevelResource && old != nil {
			made = old
		}
		made, r := b.fill(o, made, in.nodes)
		if r.Status != 0 {
			return r
		}
		next = next.with(p.Object(), made)
	}
	b.touched[p.Object()] = true
	b.tree = next
	return Result{Status: Changed}
}

// withObject is the tree with an object, and the object: those of the bootstrap
// interface come into being when they are written. The object is nil where the device
// does not have it.
func (b *Bootstrap) withObject(id uint16) (*tree, *object) {
	if o := b.tree.object(id); o != nil {
		return b.tree, o
	}
	definition := map[uint16]*lwm2m.Object{objectAccess: b.device.profile.access, objectOSCORE: b.device.profile.oscore}[id]
	if definition == nil {
		return b.tree, nil
	}
	next := b.tree.withObject(definition)
	return next, next.object(id)
}

// instanceNodes are the nodes of one instance.
type instanceNodes struct {
	id    uint16
	nodes []lwm2m.Node
}

// instancesOf parts a payload by instance, in ascending order.
func instancesOf(p lwm2m.Path, nodes []lwm2m.Node) ([]instanceNodes, Result) {
	var parts []instanceNodes
	if p.Level() >= lwm2m.LevelObjectInstance {
		parts = []instanceNodes{{id: p.ObjectInstance()}}
	}
	for _, n := range nodes {
		q := n.Path()
		if !p.Contains(q) || q.Level() < lwm2m.LevelObjectInstance || q.ObjectInstance() > lwm2m.MaxID {
			return nil, refuse(BadRequest, "expected paths of instances below %s, found %s", p, q)
		}
		i, found := slices.BinarySearchFunc(parts, q.ObjectInstance(), func(in instanceNodes, id uint16) int { return int(in.id) - int(id) })
		if !found {
			parts = slices.Insert(parts, i, instanceNodes{id: q.ObjectInstance()})
		}
		parts[i].nodes = append(parts[i].nodes, n)
	}
	return parts, Result{}
}

// fresh is an instance that holds nothing but what can be executed in it: what its
// predecessor had, else what is mandatory, and of object 1 all that makes a server a
// full one.
func (b *Bootstrap) fresh(o *object, id uint16, old *instance) *instance {
	made := &instance{id: id}
	for i := range o.definition.Resources {
		r := &o.definition.Resources[i]
		if r.Operations != lwm2m.Executable {
			continue
		}
		had := old.at(r.ID)
		switch {
		case len(had) > 0:
			made = made.with(r.ID, had)
		case r.Mandatory || o.definition.ID == objectServer:
			made = made.with(r.ID, fallback(o.definition.ID, r))
		}
	}
	return made
}

// fill puts values into an instance.
func (b *Bootstrap) fill(o *object, in *instance, nodes []lwm2m.Node) (*instance, Result) {
	p := lwm2m.NewPath(o.definition.ID, in.id)
	groups, r := group(p, nodes)
	if r.Status != 0 {
		return nil, r
	}
	for _, g := range groups {
		definition := o.definition.Resource(g.path.Resource())
		if definition == nil || definition.Operations == lwm2m.Executable {
			continue
		}
		entries, r := b.entries(g, definition)
		if r.Status != 0 {
			return nil, r
		}
		in = in.with(definition.ID, entries)
	}
	return in, Result{}
}

// entries are the entries of one resource.
func (b *Bootstrap) entries(g nodeGroup, definition *lwm2m.Resource) ([]entry, Result) {
	var entries []entry
	if definition.Multiple {
		entries = []entry{{resource: definition.ID, kind: multiple}}
	}
	for i := range g.nodes {
		n := &g.nodes[i]
		if definition.Multiple && n.Kind() == lwm2m.KindEmpty {
			continue
		}
		e := entry{resource: definition.ID, kind: single}
		if definition.Multiple {
			if n.Path().Level() != lwm2m.LevelResourceInstance {
				return nil, refuse(BadRequest, "%s: expected resource instances", g.path)
			}
			e.kind, e.instance = resourceInstance, n.Path().ResourceInstance()
		} else if n.Path().Level() != lwm2m.LevelResource {
			return nil, refuse(BadRequest, "%s: expected one value", g.path)
		}
		v, reason := b.fitting(n, definition)
		if reason != "" {
			return nil, refuse(BadRequest, "%s: %s", n.Path(), reason)
		}
		e.value = v
		entries = append(entries, e)
	}
	return entries, Result{}
}

// fitting is the value of a node in the type of its resource; the reason is "" if it
// fits. Links may lead to what is written later.
func (b *Bootstrap) fitting(n *lwm2m.Node, definition *lwm2m.Resource) (lwm2m.Value, string) {
	if !n.HasValue() || n.Value().Type() == lwm2m.None {
		return lwm2m.Value{}, "expected a value, found none"
	}
	v, reason := conform(n.Value(), definition.Type)
	switch {
	case reason != "":
		return v, reason
	case v.Type() != lwm2m.Opaque || len(v.Text()) > 0: // no key at all is of no length
		reason = outside(v, definition.Range)
	}
	if reason == "" && n.Path().Object() == objectServer && n.Path().Resource() == serverBinding {
		reason = checkBinding(lwm2m.Binding(v.Text()), b.device.Version())
	}
	return v, reason
}
