package commands

import (
	"context"

	"lwcon/lwm2m"
	"lwcon/session"
)

// readCommand reads.
func readCommand() *Command {
	return &Command{
		Name: "read", Aliases: []string{"r"}, Group: GroupServer, Roles: ServerRole,
		Summary: "read an object, an instance, a resource or a resource instance",
		Spec:    "Core 1.2 §6.3.1",
		Parameters: []Parameter{
			pathParameter("what to read", lwm2m.Readable),
			acceptParameter(),
			nonParameter(),
		},
		Examples: []string{"read /3/0", "read Device/0/UTCOffset", "read /3/0 --accept tlv"},
		Run: func(ctx context.Context, env *Env, args Args, _ Emit) (Result, error) {
			return env.operate(ctx, "read", args, func(t *target) (*session.Result, error) {
				return session.Read(ctx, t.endpoint, t.path, session.ReadOptions{
					RequestOptions: t.options, Accept: args.Format("accept"),
				})
			})
		},
	}
}

// pathParameter is the path that an operation is for. It takes ids and names,
// and offers the resources of the device that allow one of some operations.
func pathParameter(summary string, allowed lwm2m.Operations) Parameter {
	return Parameter{
		Name: "path", Kind: KindPath, Positional: true, Required: true, Summary: summary,
		Complete: completePaths(allowed),
	}
}

// acceptParameter is the format that an answer is asked for in.
func acceptParameter() Parameter {
	return Parameter{Name: "accept", Kind: KindFormat, Summary: "ask for the answer in this format"}
}

// nonParameter sends a request as a Non-confirmable message.
func nonParameter() Parameter {
	return Parameter{Name: "non", Kind: KindSwitch, Summary: "send a Non-confirmable message"}
}
