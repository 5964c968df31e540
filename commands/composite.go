package commands

import (
	"context"

	"lwcon/lwm2m"
	"lwcon/session"
)

// pathsParameter is the list of paths of a composite operation.
func pathsParameter(summary string, allowed lwm2m.Operations) Parameter {
	p := pathParameter(summary, allowed)
	p.Repeated = true
	return p
}

// compositeParameters are what all composite operations take.
func compositeParameters() []Parameter {
	return []Parameter{
		{Name: "format", Kind: KindFormat, Summary: "send the request in this format: senml-cbor, senml-json, from 1.2 on senml-etch-cbor and senml-etch-json"},
		acceptParameter(), nonParameter(), forceParameter(),
	}
}

// compositeOptions are the options of a composite operation.
func (t *target) compositeOptions(args Args) session.CompositeOptions {
	return session.CompositeOptions{RequestOptions: t.options, Format: args.Format("format"), Accept: args.Format("accept")}
}

// paths reads the paths of the arguments.
func (t *target) paths(env *Env, args Args) ([]lwm2m.Path, error) {
	words := args.Texts("path")
	list := make([]lwm2m.Path, 0, len(words))
	for _, w := range words {
		p, err := env.path(w, t.definitions)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// withPaths notes in an answer which paths a composite operation was for.
func withPaths(r Result, paths []lwm2m.Path) Result {
	if a, ok := r.(*Answer); ok {
		a.Paths = paths
	}
	return r
}

// readCompositeCommand reads several paths at once.
func readCompositeCommand() *Command {
	return &Command{
		Name: "read-composite", Aliases: []string{"rc"}, Group: GroupServer, Roles: ServerRole,
		Summary: "read several paths of any objects with one request",
		Help:    "What the device does not have is missing in the answer; / reads all that it has. From LwM2M 1.1 on.",
		Spec:    "Core 1.2 §6.3.8",
		Parameters: append([]Parameter{
			pathsParameter("what to read", lwm2m.Readable),
		}, compositeParameters()...),
		Examples: []string{"read-composite /3/0/0 /3303/0", "rc Device/0/Manufacturer /1/0/1 --accept senml-json"},
		Run: func(ctx context.Context, env *Env, args Args, _ Emit) (Result, error) {
			var paths []lwm2m.Path
			r, err := env.operate(ctx, "read-composite", args, func(t *target) (*session.Result, error) {
				var err error
				if paths, err = t.paths(env, args); err != nil {
					return nil, err
				}
				return session.ReadComposite(ctx, t.endpoint, paths, t.compositeOptions(args))
			})
			return withPaths(r, paths), err
		},
	}
}

// writeCompositeCommand writes values of several objects at once.
func writeCompositeCommand() *Command {
	return &Command{
		Name: "write-composite", Aliases: []string{"wc"}, Group: GroupServer, Roles: ServerRole,
		Summary: "write values of any objects with one request: all of them or none",
		Help: `Each word is PATH=VALUE. PATH! is a null, which deletes a resource instance: in senml-etch-json, senml-etch-cbor and
lwm2m-cbor. From LwM2M 1.1 on.`,
		Spec: "Core 1.2 §6.3.9",
		Parameters: []Parameter{
			{Name: "value", Kind: KindAssignment, Word: "PATH=VALUE", Positional: true, Required: true, Repeated: true, Summary: "what to write where", Complete: completeAssigned},
			{Name: "format", Kind: KindFormat, Summary: "send the values in this format: senml-cbor, senml-json, from 1.2 on senml-etch-cbor, senml-etch-json, lwm2m-cbor"},
			typeParameter(), nonParameter(), forceParameter(),
		},
		Examples: []string{"write-composite /3/0/14=+02:00 /1/0/1=600", "wc Device/0/UTCOffset=+01:00 --format senml-json"},
		Run: func(ctx context.Context, env *Env, args Args, _ Emit) (Result, error) {
			return env.operate(ctx, "write-composite", args, func(t *target) (*session.Result, error) {
				a, err := t.assigning(env, lwm2m.Path{}, args.Texts("type"))
				if err != nil {
					return nil, err
				}
				nodes, err := a.nodes(args.Texts("value"))
				if err != nil {
					return nil, err
				}
				return session.WriteComposite(ctx, t.endpoint, nodes, t.compositeOptions(args))
			})
		},
	}
}

// completeAssigned offers writable paths before the "=".
func completeAssigned(env *Env, soFar Args, prefix string) []Completion {
	return completePaths(lwm2m.Writable)(env, soFar, prefix)
}

// observeCompositeCommand observes several paths at once.
func observeCompositeCommand() *Command {
	return &Command{
		Name: "observe-composite", Aliases: []string{"oc"}, Group: GroupServer, Roles: ServerRole, Stream: true,
		Summary: "ask to be notified of changes of any of several paths",
		Help: `Each notification carries all of them. The observation goes on as that of observe does; cancel with the same paths
ends it. From LwM2M 1.1 on.`,
		Spec: "Core 1.2 §6.4.3",
		Parameters: append(append([]Parameter{
			pathsParameter("what to observe", lwm2m.Readable),
			{Name: "attribute", Kind: KindAttribute, Repeated: true, Summary: "hold for this observation alone, from 1.2 on: pmin, pmax, epmin, epmax, con", Complete: completeAttributes},
		}, compositeParameters()...), streamParameters()...),
		Examples: []string{"observe-composite /3/0/9 /3303/0/5700", "oc /3/0 /3303/0/5700 --attribute pmin=5 --count 3"},
		Run: func(ctx context.Context, env *Env, args Args, emit Emit) (Result, error) {
			t, err := env.target(ctx, args)
			if err != nil {
				return nil, err
			}
			paths, err := t.paths(env, args)
			if err != nil {
				return nil, err
			}
			o := t.compositeOptions(args)
			if o.Attributes, err = parseAttributes(args.Texts("attribute")); err != nil {
				return nil, err
			}
			return env.observing(ctx, t, args, emit, observing{
				command: "observe-composite", paths: paths, attributes: o.Attributes,
				begin: func() (*session.Result, error) { return session.ObserveComposite(ctx, t.endpoint, paths, o) },
			})
		},
	}
}
