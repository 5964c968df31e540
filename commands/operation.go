package commands

import (
	"context"
	"errors"
	"strings"

	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session"
)

// operate runs one operation of the server role on the device and path of the
// arguments.
func (env *Env) operate(ctx context.Context, command string, args Args, do func(*target) (*session.Result, error)) (Result, error) {
	t, err := env.target(ctx, args)
	if err != nil {
		return nil, err
	}
	r, err := do(t)
	a, err := answered(command, r, sendError(t.reason(env, err)))
	return t.composed(command, a), err
}

// sendError makes what the values cannot be sent as a mistake of whoever asked
// for it.
func sendError(err error) error {
	var cannot *formats.EncodeError
	var unknown *formats.UnknownFormatError
	if errors.As(err, &cannot) || errors.As(err, &unknown) {
		e := usage("%v", err)
		e.Err = err
		return e
	}
	return err
}

// assigning reads PATH=VALUE words below a path of the target.
func (t *target) assigning(env *Env, at lwm2m.Path, types []string) (assigning, error) {
	typeOf, err := env.types(types, t.definitions)
	return assigning{env, at, t.definitions, typeOf}, err
}

// valueNodes reads what is written to the target's path: one value for a
// resource or resource instance, ID=VALUE words for what has parts.
func (t *target) valueNodes(env *Env, words, types []string) ([]lwm2m.Node, error) {
	a, err := t.assigning(env, t.path, types)
	if err != nil {
		return nil, err
	}
	r := lwm2m.FindResource(t.definitions, t.path)
	single := t.path.Level() == lwm2m.LevelResourceInstance ||
		t.path.Level() == lwm2m.LevelResource && (r == nil && len(words) == 1 || r != nil && !r.Multiple)
	switch {
	case t.path.Level() < lwm2m.LevelObjectInstance:
		return nil, usage("write %s: expected the path of an instance or a resource", t.path)
	case !single:
		return a.nodes(words)
	case len(words) != 1:
		return nil, usage("write %s: expected one value, found %d", t.path, len(words)).
			hinting("a value with blanks needs quotes: %s", Quote(strings.Join(words, " ")))
	}
	n, err := a.valueNode(t.path, words[0])
	return []lwm2m.Node{n}, err
}
