package commands

import (
	"context"

	"lwcon/lwm2m"
	"lwcon/session"
	"lwcon/session/device"
)

// Own is what the simulated device itself has, or what it said to a change.
//
//	{"command":"get","endpoint":"sim-thermo","path":"/3303/0/5700","values":[…]}
//	{"command":"put","endpoint":"sim-thermo","path":"/3303/0/5700","code":"4.04","diagnostic":"…"}
type Own struct {
	Command  string
	Endpoint string
	Path     lwm2m.Path
	Status   device.Status
	Reason   string // why it was refused
	Nodes    []lwm2m.Node
}

// Refused says whether the device refused.
func (w *Own) Refused() bool { return !w.Status.Success() }

// AppendJSON appends the outcome as one JSON object.
func (w *Own) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", w.Command)
	o.text("endpoint", w.Endpoint)
	o.text("path", w.Path.String())
	o.text("code", session.Code(w.Status).String())
	o.optional("diagnostic", w.Reason)
	if w.Nodes != nil {
		o.values(&lwm2m.Tree{Nodes: w.Nodes})
	}
	return o.end()
}

// getCommand shows the device's own values.
func getCommand() *Command {
	return &Command{
		Name: "get", Group: GroupClient, Roles: ClientRole, Passive: true,
		Summary:    "show the simulated device's own values, those that no server may read too",
		Parameters: []Parameter{ownPathParameter()},
		Examples:   []string{"get /3303/0/5700", "get /1/0"},
		Run: func(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
			c, p, err := env.own(args)
			if err != nil {
				return nil, err
			}
			r := c.Get(p)
			return &Own{"get", c.Device().Endpoint(), p, r.Status, r.Reason, r.Nodes}, nil
		},
	}
}

// putCommand changes the device's own values.
func putCommand() *Command {
	return &Command{
		Name: "put", Group: GroupClient, Roles: ClientRole,
		Summary: "change the simulated device's own values, as though it had measured them",
		Help:    "Read-only values change too. Servers that observe them are notified.",
		Parameters: []Parameter{
			ownPathParameter(),
			{Name: "value", Kind: KindValue, Word: "VALUE | ID=VALUE", Positional: true, Required: true, Repeated: true, Summary: "what it is to be", Complete: completeValues((*Env).ownPlaces, 0)},
		},
		Examples: []string{"put /3303/0/5700 23.5", "put /3/0 9=15 13=1700000000"},
		Run: func(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
			c, p, err := env.own(args)
			if err != nil {
				return nil, err
			}
			t := &target{path: p, definitions: env.ownDefinitions(c)}
			nodes, err := t.valueNodes(env, args.Texts("value"), nil)
			if err != nil {
				return nil, err
			}
			mode := device.Replace
			if p.Level() == lwm2m.LevelObjectInstance {
				mode = device.Update
			}
			r := c.Put(p, mode, nodes)
			return &Own{"put", c.Device().Endpoint(), p, r.Status, r.Reason, nil}, nil
		},
	}
}

// ownPathParameter is a path of the simulated device.
func ownPathParameter() Parameter {
	return Parameter{Name: "path", Kind: KindPath, Positional: true, Required: true, Summary: "where", Complete: completeOwnPaths}
}

// own finds our device and the path of the arguments.
func (env *Env) own(args Args) (*session.Client, lwm2m.Path, error) {
	c, err := env.client()
	if err != nil {
		return nil, lwm2m.Path{}, err
	}
	p, err := env.path(args.Text("path"), env.ownDefinitions(c))
	return c, p, err
}

// ownDefinitions are those of our device's version.
func (env *Env) ownDefinitions(c *session.Client) lwm2m.Definitions {
	if env.Definitions == nil {
		return nil
	}
	return versioned{env.Definitions, c.Device().Version()}
}
