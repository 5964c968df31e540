package commands

import (
	"context"

	"lwcon/lwm2m"
	"lwcon/session"
)

// createCommand creates.
func createCommand() *Command {
	return &Command{
		Name: "create", Group: GroupServer, Roles: ServerRole,
		Summary: "make an instance of an object",
		Help:    "Without --instance the device chooses the id, and answers it.",
		Spec:    "Core 1.2 §6.3.6",
		Parameters: []Parameter{
			pathParameter("the object", 0),
			{Name: "value", Kind: KindAssignment, Word: "ID=VALUE", Positional: true, Repeated: true, Summary: "its resources", Complete: completeValues((*Env).places, 0)},
			{Name: "instance", Kind: KindCount, Summary: "the id of the instance, 0 to 65534"},
			writeFormatParameter(),
			typeParameter(),
			nonParameter(),
		},
		Examples: []string{"create /3303 --instance 2 5700=21.5", "create /1 0=2 1=300 7=U"},
		Run: func(ctx context.Context, env *Env, args Args, _ Emit) (Result, error) {
			return env.operate(ctx, "create", args, func(t *target) (*session.Result, error) {
				return t.create(ctx, env, args)
			})
		},
	}
}

// create makes an instance of the target's object.
func (t *target) create(ctx context.Context, env *Env, args Args) (*session.Result, error) {
	instance := t.path.Child(lwm2m.AnyID)
	switch {
	case t.path.Level() == lwm2m.LevelObjectInstance && !args.Has("instance"):
		instance = t.path
	case t.path.Level() != lwm2m.LevelObject:
		return nil, usage("create %s: expected the path of an object such as /3303", t.path)
	case args.Count("instance") > lwm2m.MaxID:
		return nil, usage("create %s: expected an instance 0 to %d, found %d", t.path, lwm2m.MaxID, args.Count("instance"))
	case args.Has("instance"):
		instance = t.path.Child(uint16(args.Count("instance")))
	}
	a, err := t.assigning(env, instance, args.Texts("type"))
	if err != nil {
		return nil, err
	}
	nodes, err := a.nodes(args.Texts("value"))
	if err != nil {
		return nil, err
	}
	if len(nodes) == 0 {
		nodes = []lwm2m.Node{lwm2m.NewNode(lwm2m.KindEmpty, instance, lwm2m.Value{}, lwm2m.Span{}, 0)}
	}
	return session.Create(ctx, t.endpoint, instance.Parent(), nodes, session.CreateOptions{
		RequestOptions: t.options, Format: args.Format("format"),
	})
}
