package objects

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"lwcon/lwm2m"
)

// Compact writes a name of the registry as it stands in a path: nothing but its
// letters and digits. "UTC Offset" is UTCOffset, "On/Off" is OnOff.
func Compact(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, name)
}

// sameName compares two names without case and without anything but letters and
// digits.
func sameName(a, b string) bool { return strings.EqualFold(Compact(a), Compact(b)) }

// UnknownNameError tells that no object, or no resource of an object, has a name.
type UnknownNameError struct {
	Name   string
	Object *lwm2m.Object // whose resource it should be; nil: it should be an object
	Known  []string      // the names that would do, compact
}

func (e *UnknownNameError) Error() string {
	if e.Object == nil {
		return fmt.Sprintf("%s: no object has this name", e.Name)
	}
	return fmt.Sprintf("%s: no resource of /%d %s %s has this name", e.Name, e.Object.ID, e.Object.Name, e.Object.Version)
}

// AmbiguousNameError tells that several objects, or several resources of one
// object, have a name.
type AmbiguousNameError struct {
	Name   string
	Object *lwm2m.Object // whose resources they are; nil: they are objects
	IDs    []uint16      // ascending
}

func (e *AmbiguousNameError) Error() string {
	ids := make([]string, len(e.IDs))
	for i, id := range e.IDs {
		ids[i] = fmt.Sprint(id)
	}
	what := "objects"
	if e.Object != nil {
		what = fmt.Sprintf("resources of /%d %s", e.Object.ID, e.Object.Name)
	}
	return fmt.Sprintf("%s: expected one id, found the %s %s of this name", e.Name, what, strings.Join(ids, ", "))
}

// Resolver reads paths in which the names of objects and resources may stand for
// their ids. Only Registry is needed.
type Resolver struct {
	Registry    *Registry
	Definitions lwm2m.Definitions        // the objects in the versions of the device; nil: the newest
	Registered  func(object uint16) bool // what the device registered; nil: nobody knows
}

// Path reads a path such as "Device/0/UTCOffset", "3/0/UTC Offset" or
// "/dev1/Temperature/0/5700". What lwm2m.ParsePath reads is what it says there:
// a leading "/" before a word that is no number makes it the prefix of a
// gateway, and only what makes no path that way is tried as a name. Of several
// such words the second can be a name; where nothing has it, and no device is known,
// whose paths need none, they are an alternate path. The error is an
// *lwm2m.PathError, *UnknownNameError or *AmbiguousNameError.
func (r Resolver) Path(text string) (lwm2m.Path, error) {
	path, err := lwm2m.ParsePath(text)
	alternate := path
	if several := strings.Contains(path.Prefix(), "/"); err == nil && !several {
		return path, nil
	} else if several && r.Registered != nil {
		err = &lwm2m.PathError{Text: text, Offset: 1, Reason: "expected ids or names behind one gateway prefix, as the alternate path of a device is put before its paths by itself"}
	}
	named, rooted := strings.CutPrefix(text, "/")
	path, nameErr := r.namedPath(named)
	prefix, rest, more := strings.Cut(named, "/")
	var unknown *UnknownNameError
	if rooted && more && errors.As(nameErr, &unknown) && unknown.Object == nil {
		if gateway, err := lwm2m.ParsePath("/" + prefix); err == nil && gateway.Level() == lwm2m.LevelRoot {
			path, nameErr = r.namedPath(rest)
			path = path.WithPrefix(prefix)
		}
	}
	switch {
	case nameErr == nil:
		return path, nil
	case err == nil:
		return alternate, nil
	case nameErr == errNoName:
		return lwm2m.Path{}, err
	}
	return lwm2m.Path{}, nameErr
}

// errNoName says that what is wrong with a path has nothing to do with names.
var errNoName = errors.New("no name in the path")

// namedPath replaces the names in a path by ids.
func (r Resolver) namedPath(text string) (lwm2m.Path, error) {
	segments := strings.Split(strings.TrimSuffix(text, "/"), "/")
	if isName(segments[0]) {
		id, err := r.Object(segments[0])
		if err != nil {
			return lwm2m.Path{}, err
		}
		segments[0] = fmt.Sprint(id)
	}
	object, err := lwm2m.ParsePath(segments[0])
	if err != nil || object.Level() != lwm2m.LevelObject {
		return lwm2m.Path{}, errNoName
	}
	if len(segments) > 2 && isName(segments[2]) {
		id, err := r.Resource(object.Object(), segments[2])
		if err != nil {
			return lwm2m.Path{}, err
		}
		segments[2] = fmt.Sprint(id)
	}
	path, err := lwm2m.ParsePath(strings.Join(segments, "/"))
	if err != nil {
		return lwm2m.Path{}, errNoName
	}
	return path, nil
}

// isName says whether a segment is a name rather than an id, "*" or a slip in one.
func isName(segment string) bool { return strings.ContainsFunc(segment, unicode.IsLetter) }

// Object returns the id of the object of a name, that of its newest version.
// Where several share the name, the one that the device registered is meant.
func (r Resolver) Object(name string) (uint16, error) {
	ids := r.Registry.named(name)
	if len(ids) > 1 && r.Registered != nil {
		if registered := slices.DeleteFunc(slices.Clone(ids), func(id uint16) bool { return !r.Registered(id) }); len(registered) > 0 {
			ids = registered
		}
	}
	switch len(ids) {
	case 0:
		return 0, &UnknownNameError{Name: name, Known: r.Registry.names()}
	case 1:
		return ids[0], nil
	}
	return 0, &AmbiguousNameError{Name: name, IDs: ids}
}

// named returns the ids of the objects of a name, ascending.
func (r *Registry) named(name string) []uint16 {
	var ids []uint16
	for _, b := range r.table.all() {
		if sameName(b.name, name) {
			ids = append(ids, b.id)
		}
	}
	for _, o := range r.extra {
		if i, found := slices.BinarySearch(ids, o.ID); !found && sameName(o.Name, name) {
			ids = slices.Insert(ids, i, o.ID)
		}
	}
	return ids
}

// names returns the names of all objects, compact.
func (r *Registry) names() []string {
	var names []string
	for _, b := range r.table.all() {
		names = append(names, Compact(b.name))
	}
	for _, o := range r.extra {
		names = append(names, Compact(o.Name))
	}
	return names
}

// Resource returns the id of the resource of a name.
func (r Resolver) Resource(object uint16, name string) (uint16, error) {
	o := r.definition(object)
	if o == nil {
		return 0, &UnknownNameError{Name: name, Object: &lwm2m.Object{ID: object, Name: "(unknown object)"}}
	}
	var ids []uint16
	var known []string
	for _, resource := range o.Resources {
		if sameName(resource.Name, name) {
			ids = append(ids, resource.ID)
		}
		known = append(known, Compact(resource.Name))
	}
	switch len(ids) {
	case 0:
		return 0, &UnknownNameError{Name: name, Object: o, Known: known}
	case 1:
		return ids[0], nil
	}
	return 0, &AmbiguousNameError{Name: name, Object: o, IDs: ids}
}

// definition returns an object as the device has it, else in its newest version.
func (r Resolver) definition(object uint16) *lwm2m.Object {
	if r.Definitions != nil {
		if o := r.Definitions.Object(object); o != nil {
			return o
		}
	}
	return r.Registry.Latest(object)
}
