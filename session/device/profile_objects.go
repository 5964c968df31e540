package device

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"lwcon/lwm2m"
	"lwcon/session/internal/yamlread"
)

// MaxProfileInstances is the most object instances of a profile.
const MaxProfileInstances = 10_000

// id reads a key that is an id.
func (l *loader) id(key *yaml.Node, what string) (uint16, bool) {
	n, err := strconv.ParseUint(key.Value, 10, 16)
	if err != nil || n > lwm2m.MaxID {
		l.Fail(key, "%s: expected an id from 0 to %d, found %q", what, lwm2m.MaxID, key.Value)
		return 0, false
	}
	return uint16(n), true
}

// objects reads the objects: ids of objects, of instances, of resources.
func (l *loader) objects(n *yaml.Node) {
	l.places = make(map[lwm2m.Path]*yaml.Node)
	l.Mapping(n, "objects", func(key, value *yaml.Node) {
		id, ok := l.id(key, "objects")
		if !ok {
			return
		}
		definition := l.definition(id, value)
		if definition == nil {
			l.Fail(key, "object %d: no definition is known; load one with --objects", id)
			return
		}
		if l.profile.tree.object(id) != nil { // "3" and "03"
			l.Fail(key, "object %d comes twice", id)
			return
		}
		l.profile.tree = l.profile.tree.withObject(definition)
		if !yamlread.IsNull(value) {
			l.instancesOf(definition, value)
		}
	})
	if l.Failures() == 0 {
		l.complete(n)
	}
	for _, link := range l.links {
		if reason := l.profile.tree.dangling(link.link); reason != "" {
			l.Fail(link.at, "%s: %s", link.path, reason)
		}
	}
}

// implied returns the definition of an object in the version that goes without
// saying, or the nearest.
func (l *loader) implied(id uint16) *lwm2m.Object {
	if l.registry == nil {
		return nil
	}
	return l.registry.Object(id, lwm2m.ImpliedVersion(id, l.profile.Version))
}

// definition returns the definition of an object that has all resources of the
// profile: of the implied version, else of the newest.
func (l *loader) definition(id uint16, instances *yaml.Node) *lwm2m.Object {
	implied := l.implied(id)
	if implied == nil {
		return nil
	}
	newest := l.registry.Object(id, 0)
	for _, in := range yamlread.Values(instances) {
		for _, key := range yamlread.Keys(in) {
			r, err := strconv.ParseUint(key.Value, 10, 16)
			if err == nil && implied.Resource(uint16(r)) == nil && newest.Resource(uint16(r)) != nil {
				return newest
			}
		}
	}
	return implied
}

// instancesOf reads the instances of an object.
func (l *loader) instancesOf(definition *lwm2m.Object, n *yaml.Node) {
	l.Mapping(n, fmt.Sprintf("object %d", definition.ID), func(key, value *yaml.Node) {
		id, ok := l.id(key, fmt.Sprintf("object %d", definition.ID))
		if !ok {
			return
		}
		p := lwm2m.NewPath(definition.ID, id)
		switch l.instances++; {
		case l.instances > MaxProfileInstances:
			l.Fail(key, "expected at most %d object instances, found more", MaxProfileInstances)
			return
		case !definition.Multiple && id != 0:
			l.Fail(key, "%s: expected 0, the one instance of object %d (%s)", p, definition.ID, definition.Name)
			return
		case l.profile.tree.find(p) != nil:
			l.Fail(key, "%s comes twice", p)
			return
		}
		l.places[p] = key
		in := &instance{id: id}
		if !yamlread.IsNull(value) {
			l.Mapping(value, p.String(), func(key, value *yaml.Node) { l.resource(definition, in, p, key, value) })
		}
		slices.SortStableFunc(in.entries, compareEntries)
		l.profile.tree = l.profile.tree.with(definition.ID, in)
	})
}

// resource reads one resource into an instance.
func (l *loader) resource(object *lwm2m.Object, in *instance, p lwm2m.Path, key, value *yaml.Node) {
	id, ok := l.id(key, p.String())
	if !ok {
		return
	}
	p = p.Child(id)
	definition := object.Resource(id)
	if definition == nil {
		l.Fail(key, "%s: object %d (%s) %s has no such resource; the nearest is %s",
			p, object.ID, object.Name, object.Version, nearestResource(object, id))
		return
	}
	for i := range in.entries {
		if in.entries[i].resource == id {
			l.Fail(key, "%s comes twice", p)
			return
		}
	}
	switch {
	case definition.Operations == lwm2m.Executable:
		if x := l.execution(value, p); x != nil {
			in.entries = append(in.entries, entry{resource: id, kind: executable, execution: x})
		}
	case definition.Multiple:
		in.entries = append(in.entries, entry{resource: id, kind: multiple})
		l.resourceInstances(definition, in, p, value)
	default:
		e := entry{resource: id}
		if l.value(&e, definition, p, value) {
			in.entries = append(in.entries, e)
		}
	}
}

// nearestResource returns the resource whose id is nearest, "5700 (Sensor
// Value)".
func nearestResource(o *lwm2m.Object, id uint16) string {
	best := -1
	for i := range o.Resources {
		if best < 0 || distance(o.Resources[i].ID, id) < distance(o.Resources[best].ID, id) {
			best = i
		}
	}
	if best < 0 {
		return "none"
	}
	return fmt.Sprintf("%d (%s)", o.Resources[best].ID, o.Resources[best].Name)
}

func distance(a, b uint16) int { return max(int(a)-int(b), int(b)-int(a)) }

// resourceInstances reads the instances of a multiple resource: a mapping by id,
// or a list that is counted from 0.
func (l *loader) resourceInstances(definition *lwm2m.Resource, in *instance, p lwm2m.Path, n *yaml.Node) {
	add := func(at *yaml.Node, id uint16, value *yaml.Node) {
		for i := range in.entries {
			if e := &in.entries[i]; e.kind == resourceInstance && e.resource == definition.ID && e.instance == id {
				l.Fail(at, "%s comes twice", p.Child(id))
				return
			}
		}
		if id >= MaxResourceInstances && len(in.at(definition.ID)) > MaxResourceInstances {
			l.Fail(at, "%s: expected at most %d instances, found more", p, MaxResourceInstances)
			return
		}
		e := entry{resource: definition.ID, instance: id, kind: resourceInstance}
		if l.value(&e, definition, p.Child(id), value) {
			in.entries = append(in.entries, e)
		}
	}
	if n.Kind == yaml.SequenceNode {
		for i, item := range n.Content {
			if item = l.Resolve(item); item == nil || i >= MaxResourceInstances {
				return
			}
			add(item, uint16(i), item)
		}
		return
	}
	if n.Kind != yaml.MappingNode {
		l.Fail(n, "%s (%s): expected instances of a multiple resource such as {0: …}, found %s", p, definition.Name, l.Describe(n))
		return
	}
	l.Mapping(n, p.String(), func(key, value *yaml.Node) {
		if id, ok := l.id(key, p.String()); ok {
			add(key, id, value)
		}
	})
}

// value reads one value or the behaviour that makes it.
func (l *loader) value(e *entry, definition *lwm2m.Resource, p lwm2m.Path, n *yaml.Node) bool {
	switch n.Kind {
	case yaml.MappingNode:
		e.value = zero(definition.Type)
		e.behaviour = l.behaviour(n, definition, p)
		return e.behaviour != nil
	case yaml.ScalarNode:
		v, ok := l.typed(n, definition, p)
		e.value = v
		return ok
	}
	l.Fail(n, "%s (%s): expected a value of type %s or a behaviour, found %s", p, definition.Name, definition.Type, l.Describe(n))
	return false
}

// typed reads a scalar as a value of the type of a resource.
func (l *loader) typed(n *yaml.Node, definition *lwm2m.Resource, p lwm2m.Path) (lwm2m.Value, bool) {
	var s string
	if !l.Text(n, p.String(), &s) {
		return lwm2m.Value{}, false
	}
	v, err := lwm2m.ParseValue(definition.Type, s)
	if octets, forced := forcedOctets(s); forced && definition.Type == lwm2m.Opaque {
		v, err = lwm2m.OpaqueValue(octets), nil
	}
	if err != nil {
		l.Fail(n, "%s (%s): %v", p, definition.Name, err)
		return v, false
	}
	if reason := outside(v, definition.Range); reason != "" {
		l.Fail(n, "%s (%s): %s", p, definition.Name, reason)
		return v, false
	}
	if v.Type() == lwm2m.ObjectLink {
		l.links = append(l.links, placedLink{n, p, v.Link()})
	}
	return v, true
}

// forcedOctets reads octets whose writing is stated: "hex:", "base64:" or
// "text:".
func forcedOctets(s string) (octets string, ok bool) {
	kind, rest, _ := strings.Cut(s, ":")
	var b []byte
	var err error
	switch kind {
	case "hex":
		b, err = hex.DecodeString(rest)
	case "base64":
		b, err = base64.StdEncoding.DecodeString(rest)
	case "text":
		b = []byte(rest)
	default:
		return "", false
	}
	return string(b), err == nil
}
