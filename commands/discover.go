package commands

import (
	"context"

	"lwcon/session"
)

// discoverCommand discovers.
func discoverCommand() *Command {
	return &Command{
		Name: "discover", Aliases: []string{"d"}, Group: GroupServer, Roles: ServerRole,
		Summary: "ask which instances, resources and attributes there are",
		Spec:    "Core 1.2 §6.3.2",
		Parameters: []Parameter{
			pathParameter("where to look", 0),
			{Name: "depth", Kind: KindCount, Summary: "how many levels down, 0 to 3; from LwM2M 1.2 on"},
			nonParameter(),
		},
		Examples: []string{"discover /3", "discover /3303/0", "discover /3 --depth 1"},
		Run: func(ctx context.Context, env *Env, args Args, _ Emit) (Result, error) {
			var depth *int
			if args.Has("depth") {
				n := args.Count("depth")
				depth = &n
			}
			return env.operate(ctx, "discover", args, func(t *target) (*session.Result, error) {
				return session.Discover(ctx, t.endpoint, t.path, session.DiscoverOptions{RequestOptions: t.options, Depth: depth})
			})
		},
	}
}
