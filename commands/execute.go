package commands

import (
	"context"

	"lwcon/lwm2m"
	"lwcon/session"
)

// executeCommand executes.
func executeCommand() *Command {
	return &Command{
		Name: "execute", Aliases: []string{"x"}, Group: GroupServer, Roles: ServerRole,
		Summary: "start the action of an executable resource",
		Help:    "Arguments are a digit, or a digit and a value: 0=x 1 sends 0='x',1.",
		Spec:    "Core 1.2 §6.3.5",
		Parameters: []Parameter{
			pathParameter("the resource to execute", lwm2m.Executable),
			{Name: "argument", Word: "ID[=VALUE]", Positional: true, Repeated: true, Summary: "arguments"},
			{Name: "arguments", Word: "RAW", Summary: "send these arguments as they are"},
			nonParameter(),
		},
		Examples: []string{"execute /3/0/4", "execute Device/0/Reboot", "execute /5/0/2 0=x 1", "execute /5/0/2 --arguments \"0='x', 1\""},
		Run: func(ctx context.Context, env *Env, args Args, _ Emit) (Result, error) {
			arguments, err := executeArguments(args.Texts("argument"))
			if err != nil {
				return nil, err
			}
			if args.Has("arguments") {
				if arguments != "" {
					return nil, usage("execute: expected arguments or --arguments, found both")
				}
				arguments = args.Text("arguments")
			}
			return env.operate(ctx, "execute", args, func(t *target) (*session.Result, error) {
				return session.Execute(ctx, t.endpoint, t.path, arguments, t.options)
			})
		},
	}
}
