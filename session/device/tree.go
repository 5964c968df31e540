package device

import (
	"slices"
	"sort"

	"lwcon/lwm2m"
)

// tree is all that a device holds at one moment. It is not changed once made:
// an operation makes another one that shares what stays the same, checks it,
// and puts it in place. So thousands of devices of one profile share its tree
// until they are written to, an operation is done wholly or not at all, and to
// go back is to keep the old one.
type tree struct {
	objects []*object // by ascending id
}

// object is an object that the device supports, with or without instances.
type object struct {
	definition *lwm2m.Object // never nil
	instances  []*instance   // by ascending id
}

// instance is an object instance: its resources in one sorted list, a multiple
// resource followed by its resource instances.
type instance struct {
	id      uint16
	entries []entry
}

// entry is a resource or a resource instance.
type entry struct {
	value     lwm2m.Value // what was written, or stands in the profile
	behaviour behaviour   // makes the value instead, unless nil
	execution *execution  // of an executable resource, else nil
	resource  uint16
	instance  uint16 // id of a resource instance
	kind      entryKind
}

type entryKind uint8

const (
	single           entryKind = iota // a resource with one value
	multiple                          // the head of a multiple resource, without a value
	resourceInstance                  // one value of a multiple resource
	executable                        // a resource to be executed
)

// object returns the object of an id, nil if the device has none.
func (t *tree) object(id uint16) *object {
	i := sort.Search(len(t.objects), func(i int) bool { return t.objects[i].definition.ID >= id })
	if i < len(t.objects) && t.objects[i].definition.ID == id {
		return t.objects[i]
	}
	return nil
}

// instance returns the instance of an id, nil if there is none.
func (o *object) instance(id uint16) *instance {
	if o == nil {
		return nil
	}
	i, ok := o.search(id)
	if !ok {
		return nil
	}
	return o.instances[i]
}

func (o *object) search(id uint16) (int, bool) {
	i := sort.Search(len(o.instances), func(i int) bool { return o.instances[i].id >= id })
	return i, i < len(o.instances) && o.instances[i].id == id
}

// find returns the instance at the first two ids of a path, nil if there is
// none.
func (t *tree) find(p lwm2m.Path) *instance { return t.object(p.Object()).instance(p.ObjectInstance()) }

// at returns the entries of a resource: its one value, or the head of a
// multiple resource and all instances behind it. It is empty if the instance
// does not have the resource.
func (in *instance) at(resource uint16) []entry {
	if in == nil {
		return nil
	}
	from := sort.Search(len(in.entries), func(i int) bool { return in.entries[i].resource >= resource })
	to := from
	for to < len(in.entries) && in.entries[to].resource == resource {
		to++
	}
	return in.entries[from:to:to]
}

// one returns the only value, or executable, of a resource; nil if it has none
// or is a multiple resource.
func (in *instance) one(resource uint16) *entry {
	if e := in.at(resource); len(e) == 1 && e[0].kind != multiple {
		return &e[0]
	}
	return nil
}

// path returns the path of an entry of an instance of an object.
func (e *entry) path(object, instance uint16) lwm2m.Path {
	if e.kind == resourceInstance {
		return lwm2m.NewPath(object, instance, e.resource, e.instance)
	}
	return lwm2m.NewPath(object, instance, e.resource)
}

// compareEntries orders entries by resource, the head first, then by resource
// instance.
func compareEntries(a, b entry) int {
	if a.resource != b.resource {
		return int(a.resource) - int(b.resource)
	}
	if a.kind != b.kind {
		return int(a.kind) - int(b.kind)
	}
	return int(a.instance) - int(b.instance)
}

// with returns the instance with the entries of a resource replaced; without
// entries the resource is gone.
func (in *instance) with(resource uint16, entries []entry) *instance {
	kept := make([]entry, 0, len(in.entries)+len(entries))
	for _, e := range in.entries {
		if e.resource != resource {
			kept = append(kept, e)
		}
	}
	kept = append(kept, entries...)
	slices.SortStableFunc(kept, compareEntries)
	return &instance{id: in.id, entries: kept}
}

// with returns the tree with an instance put into an object that it has, in
// place of the one of the same id.
func (t *tree) with(objectID uint16, in *instance) *tree {
	return t.change(objectID, func(o *object) {
		i, ok := o.search(in.id)
		o.instances = slices.Clone(o.instances)
		if ok {
			o.instances[i] = in
		} else {
			o.instances = slices.Insert(o.instances, i, in)
		}
	})
}

// without returns the tree without an instance.
func (t *tree) without(objectID, instanceID uint16) *tree {
	return t.change(objectID, func(o *object) {
		if i, ok := o.search(instanceID); ok {
			o.instances = slices.Delete(slices.Clone(o.instances), i, i+1)
		}
	})
}

// withObject returns the tree with an object that it did not have, empty.
func (t *tree) withObject(definition *lwm2m.Object) *tree {
	i := sort.Search(len(t.objects), func(i int) bool { return t.objects[i].definition.ID >= definition.ID })
	return &tree{objects: slices.Insert(slices.Clone(t.objects), i, &object{definition: definition})}
}

// change returns the tree with one object changed by f, which gets a copy.
func (t *tree) change(objectID uint16, f func(*object)) *tree {
	next := &tree{objects: slices.Clone(t.objects)}
	for i, o := range next.objects {
		if o.definition.ID == objectID {
			c := *o
			f(&c)
			next.objects[i] = &c
		}
	}
	return next
}
