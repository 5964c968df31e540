package commands

import "context"

// Done is a result with nothing more to say than what was done.
//
//	{"command":"use","endpoint":"dev1","message":"commands are for dev1"}
type Done struct {
	Command  string
	Endpoint string // "" if no device is concerned
	Message  string // one line, lower case
}

// AppendJSON appends what was done as one JSON object.
func (d *Done) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", d.Command)
	o.optional("endpoint", d.Endpoint)
	o.text("message", d.Message)
	return o.end()
}

// forgetCommand drops a registration.
func forgetCommand() *Command {
	return &Command{
		Name: "forget", Group: GroupServer, Roles: ServerRole,
		Summary: "drop the registration of a device without telling it",
		Help:    "The device learns it when its next Update is answered with 4.04, and has to register anew.",
		Spec:    "Core 1.2 §6.2.2",
		Parameters: []Parameter{
			{Name: "client", Kind: KindEndpoint, Positional: true, Summary: "the device; else that of --endpoint or use"},
		},
		Examples: []string{"forget dev1"},
		Run: func(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
			name := env.Endpoint
			if args.Has("client") {
				name = args.Text("client")
			}
			e, err := env.Sessions.Server().Find(name)
			if err != nil {
				return nil, err
			}
			env.Sessions.Server().Forget(e)
			return &Done{"forget", e.Name(), "the registration is dropped; its next Update is answered 4.04"}, nil
		},
	}
}
