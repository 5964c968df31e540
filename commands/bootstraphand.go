package commands

import (
	"context"

	"lwcon/lwm2m"
	"lwcon/session"
)

// byHandHelp is what all of these commands have in common.
const byHandHelp = `It is for a device that asked for a bootstrap and has not been told that it is finished, or the next that asks.`

// bsDiscoverCommand asks what a device has.
func bsDiscoverCommand() *Command {
	return byHand(&Command{
		Name: "bs-discover", Summary: "ask a device in its bootstrap which objects and instances it has",
		Spec: "Core 1.2 §6.1.7.2",
		Parameters: []Parameter{
			{Name: "path", Kind: KindPath, Positional: true, Default: "/", Summary: "/ for all, or an object"},
		},
		Examples: []string{"bs-discover", "bs-discover /0"},
	}, func(ctx context.Context, t *bootstrapTarget) (*session.Result, error) {
		return session.BootstrapDiscover(ctx, t.client, t.path, t.options)
	})
}

// bsReadCommand reads what a device has of the objects 1 and 2.
func bsReadCommand() *Command {
	return byHand(&Command{
		Name: "bs-read", Summary: "read object 1 or 2 of a device in its bootstrap, or an instance of them",
		Spec: "Core 1.2 §6.1.7.3",
		Parameters: []Parameter{
			{Name: "path", Kind: KindPath, Positional: true, Default: "/1", Summary: "/1, /2 or an instance"},
			acceptParameter(),
		},
		Examples: []string{"bs-read /1", "bs-read /1/0 --accept tlv"},
	}, func(ctx context.Context, t *bootstrapTarget) (*session.Result, error) {
		return session.BootstrapRead(ctx, t.client, t.path, session.ReadOptions{RequestOptions: t.options, Accept: t.args.Format("accept")})
	})
}

// bsWriteCommand writes to a device.
func bsWriteCommand() *Command {
	return byHand(&Command{
		Name: "bs-write", Summary: "write an object, an instance or a resource of a device in its bootstrap",
		Help: "Values are relative to the path: 0=coap://… for an instance, 0/0=… for an object. What the path holds is overwritten.",
		Spec: "Core 1.2 §6.1.7.4",
		Parameters: []Parameter{
			{Name: "path", Kind: KindPath, Positional: true, Required: true, Summary: "an object, an instance or a resource"},
			{Name: "values", Kind: KindValue, Word: "VALUE | ID=VALUE", Positional: true, Required: true, Repeated: true, Summary: "the value of a resource, or those below the path"},
			{Name: "format", Kind: KindFormat, Summary: "content format of the body; else that which the device takes"},
			{Name: "type", Kind: KindType, Word: "[PATH=]TYPE", Repeated: true, Summary: "the type of values, instead of that of the definition"},
		},
		Examples: []string{"bs-write /1/0 0=1 1=300 6=false 7=U", "bs-write /0/1/0 coap://192.0.2.1:5683", "bs-write /1 0/0=1 0/1=300 1/0=2 1/1=60"},
	}, func(ctx context.Context, t *bootstrapTarget) (*session.Result, error) {
		nodes, err := t.nodes()
		if err != nil {
			return nil, err
		}
		return session.BootstrapWrite(ctx, t.client, t.path, nodes, session.WriteOptions{RequestOptions: t.options, Format: t.args.Format("format")})
	})
}

// bsDeleteCommand deletes of a device.
func bsDeleteCommand() *Command {
	return byHand(&Command{
		Name: "bs-delete", Summary: "delete an instance of a device in its bootstrap, those of an object, or all",
		Help: "Devices keep the account of the bootstrap server and /3/0 in any case.",
		Spec: "Core 1.2 §6.1.7.5",
		Parameters: []Parameter{
			{Name: "path", Kind: KindPath, Positional: true, Required: true, Summary: "/ for all, an object or an instance"},
		},
		Examples: []string{"bs-delete /", "bs-delete /0"},
	}, func(ctx context.Context, t *bootstrapTarget) (*session.Result, error) {
		return session.BootstrapDelete(ctx, t.client, t.path, t.options)
	})
}

// bsFinishCommand ends a bootstrap.
func bsFinishCommand() *Command {
	return byHand(&Command{
		Name: "bs-finish", Summary: "tell a device that its bootstrap is finished",
		Spec:     "Core 1.2 §6.1.7.1",
		Examples: []string{"bs-finish"},
	}, func(ctx context.Context, t *bootstrapTarget) (*session.Result, error) {
		return session.BootstrapFinish(ctx, t.client, t.options)
	})
}

// bootstrapTarget is what a command by hand is for.
type bootstrapTarget struct {
	env     *Env
	client  *session.BootstrapClient
	path    lwm2m.Path
	args    Args
	options session.RequestOptions
}

// byHand completes a command that is one operation of the bootstrap interface.
func byHand(c *Command, do func(context.Context, *bootstrapTarget) (*session.Result, error)) *Command {
	c.Group, c.Roles = GroupBootstrap, BootstrapRole
	if c.Help != "" {
		c.Help += "\n"
	}
	c.Help += byHandHelp
	c.Run = func(ctx context.Context, env *Env, args Args, _ Emit) (Result, error) {
		client, err := env.bootstrapping(ctx, false, false)
		if err != nil {
			return nil, err
		}
		if client.Running() {
			return nil, usage("%s: the bootstrap of %s is under way by itself", c.Name, Quote(client.Name())).
				hinting("set stop-before discover leaves it to the commands by hand")
		}
		t := &bootstrapTarget{env: env, client: client, args: args, options: session.RequestOptions{Timeout: env.Timeout}}
		if word := args.Text("path"); word != "" && word != "/" {
			if t.path, err = env.path(word, client.Definitions()); err != nil {
				return nil, err
			}
		}
		r, err := do(ctx, t)
		return answered(c.Name, r, sendError(err))
	}
	return c
}

// nodes reads what is to be written.
func (t *bootstrapTarget) nodes() ([]lwm2m.Node, error) {
	definitions := t.client.Definitions()
	typeOf, err := t.env.types(t.args.Texts("type"), definitions)
	if err != nil {
		return nil, err
	}
	a := assigning{t.env, t.path, definitions, typeOf}
	words := t.args.Texts("values")
	r := lwm2m.FindResource(definitions, t.path)
	switch {
	case t.path.Level() < lwm2m.LevelObject:
		return nil, usage("bs-write %s: expected an object, an instance or a resource", t.path)
	case t.path.Level() < lwm2m.LevelResource || t.path.Level() == lwm2m.LevelResource && r != nil && r.Multiple:
		return a.nodes(words)
	case len(words) != 1:
		return nil, usage("bs-write %s: expected one value, found %d", t.path, len(words))
	}
	n, err := a.valueNode(t.path, words[0])
	return []lwm2m.Node{n}, err
}
