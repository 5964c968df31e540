package commands

import "context"

// useCommand chooses the device that commands are for.
func useCommand() *Command {
	return &Command{
		Name: "use", Group: GroupCommon, Roles: ServerRole, Passive: true,
		Summary: "choose the device that the commands after it are for",
		Parameters: []Parameter{
			{Name: "client", Kind: KindEndpoint, Positional: true, Summary: "its name, an alias, a unique part or a glob; none: the only one registered"},
		},
		Examples: []string{"use dev1", "use"},
		Run: func(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
			if !args.Has("client") {
				env.use("")
				return &Done{"use", "", "commands are for the only device that is registered"}, nil
			}
			e, err := env.Sessions.Server().Find(args.Text("client"))
			if err != nil {
				return nil, err
			}
			env.use(e.Name())
			return &Done{"use", e.Name(), "commands are for this device"}, nil
		},
	}
}
