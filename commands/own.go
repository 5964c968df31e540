package commands

import (
	"context"
	"strings"

	"lwcon/lwm2m"
	"lwcon/session"
)

// Instances are the objects and object instances of our simulated device, those
// that it tells no server too.
//
//	{"command":"instances","endpoint":"sim-thermo","objects":[{"object":3,"name":"Device","version":"1.1","instances":["/3/0"]}]}
type Instances struct {
	Endpoint string
	Objects  []OwnObject
}

// OwnObject is one object of a simulated device.
type OwnObject struct {
	ID        uint16
	Name      string
	Version   lwm2m.Version
	Instances []lwm2m.Path
}

// AppendJSON appends the objects as one JSON object.
func (l *Instances) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", "instances")
	o.text("endpoint", l.Endpoint)
	o.list("objects", len(l.Objects), func(i int, in *object) {
		of := &l.Objects[i]
		in.integer("object", int64(of.ID))
		in.optional("name", of.Name)
		in.text("version", of.Version.String())
		in.paths("instances", of.Instances)
	})
	return o.end()
}

// instancesCommand lists what our device has.
func instancesCommand() *Command {
	return &Command{
		Name: "instances", Group: GroupClient, Roles: ClientRole, Passive: true,
		Summary:    "list the simulated device's objects and their instances",
		Parameters: []Parameter{{Name: "path", Kind: KindPath, Positional: true, Summary: "of one object", Complete: completeOwnPaths}},
		Examples:   []string{"instances", "instances /3303"},
		Run: func(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
			c, err := env.client()
			if err != nil {
				return nil, err
			}
			within := lwm2m.Path{}
			if args.Has("path") {
				if within, err = env.path(args.Text("path"), env.ownDefinitions(c)); err != nil {
					return nil, err
				}
			}
			return ownInstances(c, within), nil
		},
	}
}

// ownInstances lists what a device has at and below a path.
func ownInstances(c *session.Client, within lwm2m.Path) *Instances {
	l := &Instances{Endpoint: c.Device().Endpoint()}
	for _, p := range c.Device().Instances() {
		switch {
		case !within.Contains(p) && !p.Contains(within):
		case p.Level() == lwm2m.LevelObject:
			of := OwnObject{ID: p.Object()}
			if d := c.Device().Object(p.Object()); d != nil {
				of.Name, of.Version = d.Name, d.Version
			}
			l.Objects = append(l.Objects, of)
		default:
			of := &l.Objects[len(l.Objects)-1]
			of.Instances = append(of.Instances, p)
		}
	}
	return l
}

// addCommand gives our device what it did not have.
func addCommand() *Command {
	return &Command{
		Name: "add", Group: GroupClient, Roles: ClientRole,
		Summary: "give the simulated device an object instance, a resource or a resource instance",
		Help: `The path of an object adds its next instance, and the object itself where the device has none; mandatory resources
that are not named get the lowest value in their range. The servers learn of it by an Update.`,
		Parameters: []Parameter{
			ownPathParameter(),
			{Name: "value", Kind: KindValue, Word: "VALUE | ID=VALUE", Positional: true, Repeated: true, Summary: "what it is to be", Complete: completeValues((*Env).ownPlaces, 0)},
		},
		Examples: []string{"add /3303 5700=21.5", "add /3303/7", "add /3/0/17 thermometer", "add /3/0/22/0 3303:0"},
		Run: func(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
			c, p, err := env.own(args)
			if err != nil {
				return nil, err
			}
			nodes, err := env.added(c, p, args.Texts("value"))
			if err != nil {
				return nil, err
			}
			if d := c.Device().Object(p.Object()); d == nil {
				if d = env.definition(c, p.Object()); d == nil {
					return nil, usage("add %s: no definition of object %d is known", p, p.Object()).hinting("load one with --objects")
				}
				c.AddObject(d)
			}
			r := c.Add(p, nodes)
			where := p
			if r.Made.Level() > 0 {
				where = r.Made
			}
			return &Own{"add", c.Device().Endpoint(), where, r.Status, r.Reason, nil}, nil
		},
	}
}

// definition is that of an object in the version that goes without saying for
// our device.
func (env *Env) definition(c *session.Client, id uint16) *lwm2m.Object {
	if env.Definitions == nil {
		return nil
	}
	return env.Definitions.Object(id, lwm2m.ImpliedVersion(id, c.Device().Version()))
}

// added reads the values of what is added at a path.
func (env *Env) added(c *session.Client, p lwm2m.Path, words []string) ([]lwm2m.Node, error) {
	if len(words) == 0 {
		return nil, nil
	}
	at := p
	if p.Level() == lwm2m.LevelObject {
		at = p.Child(lwm2m.AnyID)
	}
	t := &target{path: at, definitions: env.ownDefinitions(c)}
	if p.Level() >= lwm2m.LevelResource && !strings.Contains(words[0], "=") {
		return t.valueNodes(env, words, nil)
	}
	a, err := t.assigning(env, at, nil)
	if err != nil {
		return nil, err
	}
	return a.nodes(words)
}

// removeCommand takes something from our device.
func removeCommand() *Command {
	return &Command{
		Name: "remove", Group: GroupClient, Roles: ClientRole,
		Summary: "take an object, an object instance, a resource or a resource instance from the simulated device",
		Help: `With an instance of object 0 the account goes: its instance of object 1 and its entries of object 2 too. The servers
learn of it by an Update.`,
		Spec:       "Core 1.2 §6.1.7",
		Parameters: []Parameter{ownPathParameter()},
		Examples:   []string{"remove /3303/1", "remove /3/0/22"},
		Run: func(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
			c, p, err := env.own(args)
			if err != nil {
				return nil, err
			}
			r := c.Remove(p)
			return &Own{"remove", c.Device().Endpoint(), p, r.Status, r.Reason, nil}, nil
		},
	}
}
