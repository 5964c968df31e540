package commands

import (
	"errors"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session"
)

// path reads a path by ids or names. The definitions are those of the device,
// nil for the newest; where two objects share a name, the one that the device
// registered is meant.
func (env *Env) path(text string, d lwm2m.Definitions) (lwm2m.Path, error) {
	if env.Definitions == nil {
		p, err := lwm2m.ParsePath(text)
		if err != nil {
			return p, usage("%v", err)
		}
		return p, nil
	}
	p, err := env.resolver(d).Path(text)
	if err != nil {
		return p, pathError(text, err)
	}
	return p, nil
}

// child reads one segment below a path: an id, "*", or at the level of resources
// a name.
func (env *Env) child(parent lwm2m.Path, segment string, d lwm2m.Definitions) (lwm2m.Path, error) {
	if p, err := lwm2m.ParsePath(segment); err == nil && p.Level() == 1 && p.Prefix() == "" {
		return parent.Child(p.ID(1)), nil
	}
	if parent.Level() != lwm2m.LevelObjectInstance || env.Definitions == nil {
		return parent, usage("path %s: expected an id below %s, found %q", segment, parent, segment)
	}
	id, err := env.resolver(d).Resource(parent.Object(), segment)
	if err != nil {
		return parent, pathError(segment, err)
	}
	return parent.Child(id), nil
}

// resolver reads names by definitions, which may be a registration.
func (env *Env) resolver(d lwm2m.Definitions) objects.Resolver {
	r := objects.Resolver{Registry: env.Definitions, Definitions: d}
	if g, ok := d.(*session.Registration); ok && g != nil {
		r.Registered = g.HasObject
	}
	return r
}

// pathError says what is wrong with a path, and offers the nearest name.
func pathError(text string, err error) *Error {
	var unknown *objects.UnknownNameError
	if errors.As(err, &unknown) {
		return usage("path %q: %v%s", text, err, nearest(unknown.Name, unknown.Known)).
			hinting("objects %s searches the definitions", Quote(unknown.Name))
	}
	var syntax *lwm2m.PathError
	if errors.As(err, &syntax) {
		return usage("%v", err)
	}
	return usage("path %q: %v", text, err)
}
