package lwm2m

import "sort"

// Definitions tells what objects and resources mean: the registry, or the view
// of it for one device with the object versions that it registered.
// Implementations are safe for concurrent use.
type Definitions interface {
	// Object returns the definition of an object, nil if none is known.
	Object(id uint16) *Object
}

// Object is the definition of an object in one version. It is not changed once
// made.
type Object struct {
	ID        uint16
	Version   Version
	Name      string
	Enabler   Version // the first LwM2M version that the object needs; 0 if unknown
	Multiple  bool    // more than one instance is allowed
	Mandatory bool
	Resources []Resource // by ascending id
}

// Resource returns the definition of a resource, nil if the object has none of
// that id.
func (o *Object) Resource(id uint16) *Resource {
	if o == nil {
		return nil
	}
	if int(id) < len(o.Resources) && o.Resources[id].ID == id { // ids without gaps: the core objects
		return &o.Resources[id]
	}
	return o.search(id)
}

// search finds a resource among ids with gaps.
func (o *Object) search(id uint16) *Resource {
	i := sort.Search(len(o.Resources), func(i int) bool { return o.Resources[i].ID >= id })
	if i < len(o.Resources) && o.Resources[i].ID == id {
		return &o.Resources[i]
	}
	return nil
}

// Resource is the definition of a resource.
type Resource struct {
	ID         uint16
	Name       string
	Operations Operations
	Type       Type
	Multiple   bool // has resource instances
	Mandatory  bool
	Range      string // as in the registry, such as "0..100" or "16,32,48"
	Units      string // SenML unit, such as "Cel"
}

// Operations is the set of operations that a resource allows.
type Operations uint8

// Operations of a resource. An object 0 resource has none: only the bootstrap
// interface reaches it.
const (
	Readable Operations = 1 << iota
	Writable
	Executable
)

// String writes "R", "W", "RW", "E", or "-" for none.
func (o Operations) String() string {
	s := ""
	for i, letter := range [...]string{"R", "W", "E"} {
		if o&(1<<i) != 0 {
			s += letter
		}
	}
	if s == "" {
		return "-"
	}
	return s
}

// Has says whether all operations of p are allowed.
func (o Operations) Has(p Operations) bool { return o&p == p }

// FindResource returns the definition of the resource that a path of level
// LevelResource or LevelResourceInstance leads to, nil if it is unknown. A nil
// d knows nothing.
func FindResource(d Definitions, p Path) *Resource {
	if d == nil || p.Level() < LevelResource {
		return nil
	}
	return d.Object(p.Object()).Resource(p.Resource())
}

// Registry knows objects in all their versions. Implementations are safe for
// concurrent use.
type Registry interface {
	// Object returns the definition of an object in a version: that one, else
	// the nearest below, else the nearest above; nil if no version is known. A
	// version of 0 means the newest.
	Object(id uint16, version Version) *Object
}

// coreVersions are the versions of the core objects that belong to a version of
// the enabler and need not be announced: for 1.0, 1.1 and 1.2.
// Spec: Core 1.0, 1.1.1, 1.2 Appendix E.
var coreVersions = map[uint16][3]Version{
	0:  {V1_0, V1_1, V1_2},
	1:  {V1_0, V1_1, V1_2},
	2:  {V1_0, V1_0, V1_1},
	3:  {V1_0, V1_1, V1_2},
	4:  {V1_0, V1_2, 0x0103},
	5:  {V1_0, V1_0, V1_1},
	21: {0, V1_0, 0x0200},
}

// ImpliedVersion returns the version of an object that is meant where none is
// announced: for a core object the one that belongs to the version of the
// enabler, for all others 1.0. Spec: Core 1.1 §7.2.2.
func ImpliedVersion(object uint16, enabler Version) Version {
	versions, core := coreVersions[object]
	if !core {
		return V1_0
	}
	switch {
	case enabler >= V1_2:
		return versions[2]
	case enabler >= V1_1:
		return versions[1]
	}
	return max(versions[0], V1_0)
}
