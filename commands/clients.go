package commands

import (
	"context"

	"lwcon/session"
)

// Clients is who is registered, by name.
//
//	{"command":"clients","clients":[{"event":"register",…}]}
type Clients struct {
	Registrations []*session.Registration
	States        []ClientState // how each of them stands, in the same order
	Detail        bool          // one client was asked for by name: show its list as sent
}

// AppendJSON appends the clients as one JSON object.
func (c *Clients) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", "clients")
	o.list("clients", len(c.Registrations), func(i int, in *object) {
		g := c.Registrations[i]
		in.text("event", session.EventRegister.String())
		in.moment("time", g.Registered)
		in.text("endpoint", g.Endpoint)
		in.registration(g)
		if i < len(c.States) {
			in.state(&c.States[i])
		}
		in.deviations(g.Deviations)
		in.unsigned("exchange", g.Exchange)
	})
	return o.end()
}

// clientsCommand lists who is registered.
func clientsCommand() *Command {
	return &Command{
		Name: "clients", Group: GroupServer, Roles: ServerRole, Passive: true,
		Summary: "list the registered devices, or all that one said in its Register",
		Help: `Each is shown with whether it sleeps, what waits for it, whether it was taken up again after a restart (restored) and
whether its registration ends soon.`,
		Spec: "Core 1.2 §6.2",
		Parameters: []Parameter{
			{Name: "client", Kind: KindEndpoint, Positional: true, Summary: "one device: its name, an alias, a unique part or a glob"},
		},
		Examples: []string{"clients", "clients dev1"},
		Run: func(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
			server := env.Sessions.Server()
			found := server.Endpoints()
			if args.Has("client") {
				e, err := server.Find(args.Text("client"))
				if err != nil {
					return nil, err
				}
				found = []*session.Endpoint{e}
			}
			c := &Clients{Detail: args.Has("client")}
			for _, e := range found {
				if g := e.Registration(); g != nil {
					c.Registrations = append(c.Registrations, g)
					c.States = append(c.States, stateOf(e, g, env.clock().Now()))
				}
			}
			return c, nil
		},
	}
}
