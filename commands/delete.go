package commands

import (
	"context"

	"lwcon/session"
)

// deleteCommand deletes.
func deleteCommand() *Command {
	return &Command{
		Name: "delete", Group: GroupServer, Roles: ServerRole,
		Summary:    "delete an instance of an object",
		Spec:       "Core 1.2 §6.3.7",
		Parameters: []Parameter{pathParameter("the instance, from 1.2 on also a resource instance", 0), nonParameter()},
		Examples:   []string{"delete /3303/2", "delete /3/0/11/1"},
		Run: func(ctx context.Context, env *Env, args Args, _ Emit) (Result, error) {
			return env.operate(ctx, "delete", args, func(t *target) (*session.Result, error) {
				return session.Delete(ctx, t.endpoint, t.path, t.options)
			})
		},
	}
}
