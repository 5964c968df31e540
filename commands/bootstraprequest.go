package commands

import (
	"context"
)

// bootstrapRequestCommand has our device ask its bootstrap server.
func bootstrapRequestCommand() *Command {
	return &Command{
		Name: "bootstrap-request", Group: GroupClient, Roles: ClientRole,
		Summary: "have the simulated device ask its bootstrap server, and register with what it is given",
		Help: `The device needs an account of a bootstrap server, an instance of object 0 whose resource 1 is true; the built-in profile
bootstrap has no other. From 1.2 on it asks for a pack first, and where that is refused for a sequence. What it is given it takes over
at a Finish only, if it fits together; else, and without a Finish within 247 s, it stays what it was. The result is that of the
Register behind it.`,
		Spec:     "Core 1.2 §6.1.4",
		Examples: []string{"bootstrap-request"},
		Run: func(ctx context.Context, env *Env, _ Args, _ Emit) (Result, error) {
			c, err := env.client()
			if err != nil {
				return nil, err
			}
			limited, cancel := env.limited(ctx)
			defer cancel()
			r, err := c.Bootstrap(limited)
			return answered("register", r, err)
		},
	}
}
