package commands

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
)

// places is what completion knows of a device, or of none: which instances
// there are, and what objects mean.
type places struct {
	instances   []lwm2m.Path // objects and object instances, ascending
	definitions lwm2m.Definitions
}

// places are those of the device that commands are for. Without one they are
// all known objects.
func (env *Env) places() places {
	if env.roles()&ServerRole != 0 {
		if e, err := env.Sessions.Server().Find(env.Endpoint); err == nil {
			if g := e.Registration(); g != nil {
				return places{g.Instances(), g}
			}
		}
	}
	return env.known()
}

// known are the places of no device: every object of the definitions, without
// instances.
func (env *Env) known() places {
	if env.Definitions == nil {
		return places{}
	}
	p := places{definitions: versioned{registry: env.Definitions}}
	for _, id := range env.Definitions.IDs() {
		p.instances = append(p.instances, lwm2m.NewPath(id))
	}
	return p
}

// ownPlaces are those of our simulated device.
func (env *Env) ownPlaces() places {
	if env.Sessions == nil {
		return env.known()
	}
	c, err := env.client()
	if err != nil {
		return env.known()
	}
	p := places{definitions: env.ownDefinitions(c)}
	for _, l := range c.Device().Registration(0).Links {
		if path, ok := l.Path(); ok {
			p.instances = append(p.instances, path)
		}
	}
	return p
}

// completePaths offers paths of the device whose resources allow one of some
// operations; 0 allows all.
func completePaths(allowed lwm2m.Operations) func(*Env, Args, string) []Completion {
	return func(env *Env, _ Args, prefix string) []Completion {
		return env.places().complete(env, prefix, allowed)
	}
}

// completeOwnPaths offers paths of our simulated device.
func completeOwnPaths(env *Env, _ Args, prefix string) []Completion {
	return env.ownPlaces().complete(env, prefix, 0)
}

// completeKnownPaths offers paths by the definitions alone.
func completeKnownPaths(env *Env, _ Args, prefix string) []Completion {
	return env.known().complete(env, prefix, 0)
}

// complete offers the next segment of a path that begins with prefix, by ids,
// or by names where a letter was typed.
func (p places) complete(env *Env, prefix string, allowed lwm2m.Operations) []Completion {
	cut := strings.LastIndexByte(prefix, '/') + 1
	parent, segment := prefix[:cut], prefix[cut:]
	named := segment != "" && (segment[0] < '0' || segment[0] > '9')
	if parent == "" || parent == "/" {
		if !named {
			parent = "/"
		}
		return p.completeObjects(parent, named)
	}
	at, err := env.path(strings.TrimSuffix(parent, "/"), p.definitions)
	if err != nil {
		return nil
	}
	switch at.Level() {
	case lwm2m.LevelObject:
		return p.completeInstances(parent, at, allowed)
	case lwm2m.LevelObjectInstance:
		return p.completeResources(parent, at, named, allowed)
	}
	return nil
}

// completeObjects offers objects.
func (p places) completeObjects(parent string, named bool) []Completion {
	var found []Completion
	last := -1
	for _, path := range p.instances {
		id := path.Object()
		if int(id) == last {
			continue
		}
		last = int(id)
		c := Completion{Text: parent + strconv.Itoa(int(id)), More: true}
		if o := p.object(id); o != nil {
			c.Summary = o.Name
			if named {
				c.Text, c.Summary = parent+objects.Compact(o.Name), lwm2m.NewPath(id).String()
			}
		}
		c.Text += "/"
		found = append(found, c)
	}
	return found
}

// completeInstances offers the instances of an object that are there.
func (p places) completeInstances(parent string, at lwm2m.Path, allowed lwm2m.Operations) []Completion {
	var found []Completion
	for _, path := range p.instances {
		if path.Level() == lwm2m.LevelObjectInstance && path.Object() == at.Object() {
			found = append(found, Completion{Text: parent + strconv.Itoa(int(path.ObjectInstance()))})
		}
	}
	o := p.object(at.Object())
	if len(found) == 0 && o != nil && !o.Multiple {
		found = append(found, Completion{Text: parent + "0", Summary: o.Name})
	}
	for i := range found {
		if allowed == lwm2m.Executable {
			found[i].Text += "/"
			found[i].More = true
		}
	}
	return found
}

// completeResources offers the resources of an instance by the definition, with
// name, type and unit.
func (p places) completeResources(parent string, at lwm2m.Path, named bool, allowed lwm2m.Operations) []Completion {
	o := p.object(at.Object())
	if o == nil {
		return nil
	}
	var found []Completion
	for i := range o.Resources {
		r := &o.Resources[i]
		if allowed != 0 && r.Operations&allowed == 0 {
			continue
		}
		text, name := strconv.Itoa(int(r.ID)), r.Name
		if named {
			text, name = objects.Compact(r.Name), at.Child(r.ID).String()
		}
		found = append(found, Completion{Text: parent + text, Summary: describeResource(name, r)})
	}
	return found
}

// describeResource is a resource in a few words: "Sensor Value, float, Cel, R".
func describeResource(name string, r *lwm2m.Resource) string {
	words := []string{name}
	if r.Type != lwm2m.None {
		words = append(words, r.Type.String())
	}
	if r.Units != "" {
		words = append(words, r.Units)
	}
	if r.Multiple {
		words = append(words, "multiple")
	}
	return fmt.Sprintf("%s, %s", strings.Join(words, ", "), r.Operations)
}

// object is a definition, nil if it is not known.
func (p places) object(id uint16) *lwm2m.Object {
	if p.definitions == nil {
		return nil
	}
	return p.definitions.Object(id)
}

// completeValues offers what can stand behind the path of a write: true and
// false, the values of an enumeration, ID= of the resources of an instance.
func completeValues(places func(*Env) places, allowed lwm2m.Operations) func(*Env, Args, string) []Completion {
	return func(env *Env, soFar Args, prefix string) []Completion {
		p := places(env)
		at, err := env.path(soFar.Text("path"), p.definitions)
		if err != nil {
			return nil
		}
		if at.Level() < lwm2m.LevelResource {
			if at.Level() == lwm2m.LevelObject {
				at = at.Child(0)
			}
			found := p.completeResources("", at, prefix != "" && (prefix[0] < '0' || prefix[0] > '9'), allowed)
			for i := range found {
				found[i].Text += "="
				found[i].More = true
			}
			return found
		}
		r := lwm2m.FindResource(p.definitions, at)
		switch {
		case r == nil:
			return nil
		case r.Type == lwm2m.Boolean:
			return plain([]string{"true", "false"})
		case strings.Contains(r.Range, ",") && !strings.Contains(r.Range, ".."):
			values := strings.Split(r.Range, ",")
			for i := range values {
				values[i] = strings.TrimSpace(values[i])
			}
			return plain(slices.Compact(values))
		}
		return nil
	}
}
