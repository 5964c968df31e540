package commands

import (
	"context"

	"lwcon/session"
)

// registerCommand registers our device.
func registerCommand() *Command {
	return clientCommand("register", "register the simulated device with its servers", "Core 1.2 §6.2.1",
		func(ctx context.Context, of clientOrConnection) (*session.Result, error) { return of.Register(ctx) })
}

// updateCommand updates the registration of our device.
func updateCommand() *Command {
	return clientCommand("update", "send an Update of the registration", "Core 1.2 §6.2.2",
		func(ctx context.Context, of clientOrConnection) (*session.Result, error) { return of.Update(ctx) })
}

// deregisterCommand ends the registration of our device.
func deregisterCommand() *Command {
	return clientCommand("deregister", "end the registration of the simulated device", "Core 1.2 §6.2.3",
		func(ctx context.Context, of clientOrConnection) (*session.Result, error) { return of.Deregister(ctx) })
}

// clientCommand is a request of the registration interface.
func clientCommand(name, summary, spec string, do func(context.Context, clientOrConnection) (*session.Result, error)) *Command {
	return &Command{
		Name: name, Group: GroupClient, Roles: ClientRole, Summary: summary, Spec: spec,
		Help:       "With several servers it concerns all of them; what is shown is the answer of the first, or of the first that refused.",
		Parameters: []Parameter{serverParameter()},
		Examples:   []string{name, name + " --server 101"},
		Run: func(ctx context.Context, env *Env, args Args, _ Emit) (Result, error) {
			c, err := env.client()
			if err != nil {
				return nil, err
			}
			return env.asClient(ctx, c, name, args, do)
		},
	}
}

// serverParameter chooses one of the servers of a simulated device.
func serverParameter() Parameter {
	return Parameter{Name: "server", Kind: KindCount, Word: "SSID", Summary: "the short server id of the one server that it concerns", Complete: completeServers}
}

// clientOrConnection is a simulated device towards all of its servers, or towards
// one.
type clientOrConnection interface {
	Register(ctx context.Context) (*session.Result, error)
	Update(ctx context.Context) (*session.Result, error)
	Deregister(ctx context.Context) (*session.Result, error)
	Send(ctx context.Context, o session.SendOptions) (*session.Result, error)
}

// asClient has our device do something towards its servers, or that of --server.
// In one-shot mode the device has to register before it can do anything else.
func (env *Env) asClient(ctx context.Context, c *session.Client, name string, args Args, do func(context.Context, clientOrConnection) (*session.Result, error)) (Result, error) {
	var of clientOrConnection = c
	if args.Has("server") {
		n := c.Connection(uint16(args.Count("server")))
		if n == nil || args.Count("server") > session.MaxShortServerID {
			return nil, usage("%s --server %d: expected one of %s", name, args.Count("server"), listed(serverIDs(c)))
		}
		of = n
	}
	limited, cancel := env.limited(ctx)
	defer cancel()
	if env.Follow && name != "register" && c.State() == session.ClientIdle {
		if r, err := of.Register(limited); err != nil || r.Code.Class() >= 4 {
			return answered("register", r, err)
		}
	}
	r, err := do(limited, of)
	return answered(name, r, err)
}
