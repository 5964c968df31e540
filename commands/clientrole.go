package commands

import (
	"context"

	"lwcon/session"
)

// registerCommand registers our device.
func registerCommand() *Command {
	return clientCommand("register", "register the simulated device with its server", "Core 1.2 §6.2.1", (*session.Client).Register)
}

// updateCommand updates the registration of our device.
func updateCommand() *Command {
	return clientCommand("update", "send an Update of the registration", "Core 1.2 §6.2.2", (*session.Client).Update)
}

// deregisterCommand ends the registration of our device.
func deregisterCommand() *Command {
	return clientCommand("deregister", "end the registration of the simulated device", "Core 1.2 §6.2.3", (*session.Client).Deregister)
}

// clientCommand is a request of the registration interface. In one-shot mode
// the device has to register before it can do anything else.
func clientCommand(name, summary, spec string, do func(*session.Client, context.Context) (*session.Result, error)) *Command {
	return &Command{
		Name: name, Group: GroupClient, Roles: ClientRole, Summary: summary, Spec: spec,
		Examples: []string{name},
		Run: func(ctx context.Context, env *Env, _ Args, _ Emit) (Result, error) {
			c, err := env.client()
			if err != nil {
				return nil, err
			}
			limited, cancel := env.limited(ctx)
			defer cancel()
			if env.Follow && name != "register" && c.State() == session.ClientIdle {
				if r, err := c.Register(limited); err != nil || r.Code.Class() >= 4 {
					return answered("register", r, err)
				}
			}
			r, err := do(c, limited)
			return answered(name, r, err)
		},
	}
}
