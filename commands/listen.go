package commands

import "context"

// Listening is what can be entered in a device now.
//
//	{"command":"listen","uris":["coap://192.0.2.1:5683"]}
type Listening struct {
	Command string
	URIs    []string
}

// AppendJSON appends the addresses as one JSON object.
func (l *Listening) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", l.Command)
	o.texts("uris", l.URIs)
	return o.end()
}

// listenCommand opens one more address.
func listenCommand() *Command {
	return &Command{
		Name: "listen", Group: GroupCommon,
		Summary: "be a server at one more address",
		Help:    "A host that is left out means all local addresses, IPv4 and IPv6; port 0 any free one.",
		Parameters: []Parameter{
			{Name: "uri", Kind: KindURI, Positional: true, Default: DefaultListen, Summary: "coap://HOST:PORT, coaps://, coap+tcp:// or coaps+tcp://"},
			{Name: "role", Kind: KindEnum, Values: []string{"server", "bootstrap"}, Default: "server", Summary: "what to be there"},
		},
		Examples: []string{"listen", "listen coap://127.0.0.1:0", "listen coap://:5783 --role bootstrap"},
		Run: func(ctx context.Context, env *Env, args Args, _ Emit) (Result, error) {
			s, err := env.sessions("listen")
			if err != nil {
				return nil, err
			}
			open := s.Listen
			if args.Text("role") == "bootstrap" {
				open = s.ListenBootstrap
			}
			l, err := open(ctx, args.Text("uri"))
			if err != nil {
				return nil, err
			}
			return &Listening{"listen", l.URIs()}, nil
		},
	}
}

// sessions are those that are open; without any the command cannot run.
func (env *Env) sessions(command string) (*Sessions, error) {
	if env.Sessions == nil {
		return nil, usage("%s: there are no sessions here to add to", command)
	}
	return env.Sessions, nil
}
