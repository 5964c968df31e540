package commands

import (
	"context"
	"strings"

	"lwcon/lwm2m"
	"lwcon/session"
)

// pathsParameter is a list of paths of any objects.
func pathsParameter(summary string) Parameter {
	p := pathParameter(summary, lwm2m.Readable)
	p.Repeated = true
	return p
}

// bodyFormatParameter is the format of a composite request's body.
func bodyFormatParameter() Parameter {
	return Parameter{Name: "format", Kind: KindFormat, Summary: "send the request in this format, instead of one that the device announced"}
}

// readCompositeCommand reads several paths at once.
func readCompositeCommand() *Command {
	return &Command{
		Name: "read-composite", Aliases: []string{"rc"}, Group: GroupServer, Roles: ServerRole,
		Summary:    "read several paths of any objects at once, from LwM2M 1.1 on",
		Help:       "What the device does not have is missing in the answer, which is no error.",
		Spec:       "Core 1.2 §6.3.8",
		Parameters: []Parameter{pathsParameter("what to read"), acceptParameter(), bodyFormatParameter(), nonParameter()},
		Examples:   []string{"read-composite /3/0/0 /3303/0", "rc Device/0/Manufacturer /1/0/1 --accept senml-json"},
		Run: func(ctx context.Context, env *Env, args Args, _ Emit) (Result, error) {
			return env.operate(ctx, "read-composite", args, func(t *target) (*session.Result, error) {
				return session.ReadComposite(ctx, t.endpoint, t.paths, t.composite(args))
			})
		},
	}
}

// composite are the options of a composite operation.
func (t *target) composite(args Args) session.CompositeOptions {
	return session.CompositeOptions{RequestOptions: t.options, Format: args.Format("format"), Accept: args.Format("accept")}
}

// writeCompositeCommand writes values of any objects at once.
func writeCompositeCommand() *Command {
	return &Command{
		Name: "write-composite", Aliases: []string{"wc"}, Group: GroupServer, Roles: ServerRole,
		Summary: "write values of any objects at once, all of them or none, from LwM2M 1.1 on",
		Help:    "PATH! writes a null, which deletes a resource instance.",
		Spec:    "Core 1.2 §6.3.9",
		Parameters: []Parameter{
			{Name: "value", Kind: KindAssignment, Positional: true, Required: true, Repeated: true, Summary: "what to write where", Complete: completePaths(lwm2m.Writable)},
			bodyFormatParameter(), typeParameter(), nonParameter(),
		},
		Examples: []string{"write-composite /3/0/14=+02:00 /1/0/1=600", "wc Device/0/UTCOffset=+01:00"},
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
				for i := range nodes {
					t.paths = append(t.paths, nodes[i].Path())
				}
				return session.WriteComposite(ctx, t.endpoint, nodes, t.composite(args))
			})
		},
	}
}

// observeCompositeCommand observes several paths as one.
func observeCompositeCommand() *Command {
	return &Command{
		Name: "observe-composite", Aliases: []string{"oc"}, Group: GroupServer, Roles: ServerRole, Stream: true,
		Summary: "ask to be notified of changes of any of several paths, from LwM2M 1.1 on",
		Help: `Each notification carries all of them. At the prompt and in a scenario the observation goes on until cancel with the
same paths. As one shot the notifications follow until --count, --for or Ctrl-C, and the observation is cancelled.`,
		Spec: "Core 1.2 §6.4.3",
		Parameters: append([]Parameter{
			pathsParameter("what to observe"),
			{Name: "attribute", Kind: KindAttribute, Repeated: true, Summary: "hold for this observation alone, from 1.2 on: pmin, pmax, epmin, epmax, con; among the paths without the flag", Complete: completeAttributes},
			acceptParameter(), bodyFormatParameter(), nonParameter(),
		}, streamParameters()...),
		Examples: []string{"observe-composite /3/0/9 /3303/0/5700", "oc /3/0 /3303/0/5700 pmin=5 --count 3"},
		Run: func(ctx context.Context, env *Env, args Args, emit Emit) (Result, error) {
			return env.observe(ctx, "observe-composite", args, emit, func(t *target) (*session.Result, error) {
				o := t.composite(args)
				var err error
				if o.Attributes, err = parseAttributes(args.Texts("attribute")); err != nil {
					return nil, err
				}
				t.attributes = o.Attributes
				return session.ObserveComposite(ctx, t.endpoint, t.paths, o)
			})
		},
	}
}

// composed notes in the answer of a composite operation which paths it was for.
func (t *target) composed(command string, r Result) Result {
	if a, ok := r.(*Answer); ok && (strings.HasSuffix(command, "-composite") || command == "cancel" && a.Path == (lwm2m.Path{})) {
		a.Paths = t.paths
	}
	if a, ok := r.(*Answer); ok && !t.attributes.Empty() {
		a.Sent = t.attributes
	}
	return r
}
