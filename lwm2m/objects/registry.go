package objects

import (
	"iter"
	"slices"

	"lwcon/lwm2m"
)

// Registry knows objects in all their versions: lwm2m.Registry. It is not
// changed once made, and safe for concurrent use.
type Registry struct {
	table *table
	extra []*lwm2m.Object // by ascending id and version; they come before the table's
}

// New returns the registry of the embedded objects. It costs nothing until it is
// asked.
func New() *Registry { return &Registry{table: &table{text: embedded}} }

// With returns a registry that knows these objects too. One of an id and version
// that is known already takes its place; of two given ones the later counts.
// The objects must not be changed any more.
func (r *Registry) With(objects ...*lwm2m.Object) *Registry {
	extra := slices.Clone(r.extra)
	for _, o := range objects {
		i, known := slices.BinarySearchFunc(extra, o, compareObjects)
		if known {
			extra[i] = o
		} else {
			extra = slices.Insert(extra, i, o)
		}
	}
	return &Registry{table: r.table, extra: extra}
}

func compareObjects(a, b *lwm2m.Object) int {
	if a.ID != b.ID {
		return int(a.ID) - int(b.ID)
	}
	return int(a.Version) - int(b.Version)
}

// Object returns the definition of an object in a version: that one, else the
// nearest below, else the nearest above; nil if no version is known. A version of
// 0 means the newest.
func (r *Registry) Object(id uint16, version lwm2m.Version) *lwm2m.Object {
	known := r.versions(id)
	if len(known) == 0 {
		return nil
	}
	if version == 0 {
		return known[len(known)-1]
	}
	for i := len(known) - 1; i > 0; i-- {
		if known[i].Version <= version {
			return known[i]
		}
	}
	return known[0]
}

// Latest returns the definition of an object in its newest version, nil if it is
// not known.
func (r *Registry) Latest(id uint16) *lwm2m.Object { return r.Object(id, 0) }

// Versions returns the known versions of an object, the oldest first.
func (r *Registry) Versions(id uint16) []lwm2m.Version {
	var versions []lwm2m.Version
	for _, o := range r.versions(id) {
		versions = append(versions, o.Version)
	}
	return versions
}

// versions returns an object in all its versions, the oldest first.
func (r *Registry) versions(id uint16) []*lwm2m.Object {
	var known []*lwm2m.Object
	if b := r.table.find(id); b != nil {
		known = r.table.versions(b)
	}
	extra := r.extraOf(id)
	if len(extra) == 0 {
		return known
	}
	merged := slices.Clone(extra)
	for _, o := range known {
		if i, found := slices.BinarySearchFunc(merged, o, compareObjects); !found {
			merged = slices.Insert(merged, i, o)
		}
	}
	return merged
}

// extraOf returns what With brought of an object.
func (r *Registry) extraOf(id uint16) []*lwm2m.Object {
	from, _ := slices.BinarySearchFunc(r.extra, id, func(o *lwm2m.Object, id uint16) int { return int(o.ID) - int(id) })
	to := from
	for to < len(r.extra) && r.extra[to].ID == id {
		to++
	}
	return r.extra[from:to]
}

// IDs returns the ids of all known objects in ascending order.
func (r *Registry) IDs() []uint16 {
	var ids []uint16
	for _, b := range r.table.all() {
		ids = append(ids, b.id)
	}
	for _, o := range r.extra {
		if i, found := slices.BinarySearch(ids, o.ID); !found {
			ids = slices.Insert(ids, i, o.ID)
		}
	}
	return ids
}

// All returns every object in its newest version, by ascending id.
func (r *Registry) All() iter.Seq[*lwm2m.Object] {
	return func(yield func(*lwm2m.Object) bool) {
		for _, id := range r.IDs() {
			if !yield(r.Latest(id)) {
				return
			}
		}
	}
}
