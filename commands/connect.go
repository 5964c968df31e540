package commands

import (
	"context"

	"lwcon/session"
	"lwcon/session/device"
)

// connectCommand makes a client.
func connectCommand() *Command {
	return &Command{
		Name: "connect", Group: GroupCommon,
		Summary: "be a simulated device that registers with a server",
		Spec:    "Core 1.2 §6.2.1",
		Parameters: []Parameter{
			{Name: "uri", Kind: KindURI, Positional: true, Required: true, Summary: "the server: coap://HOST:PORT, coaps://, coap+tcp:// or coaps+tcp://"},
			{Name: "profile", Kind: KindFile, Word: "PROFILE", Positional: true, Default: "minimal", Summary: "what the device is: a built-in profile or a file", Complete: completeProfiles},
			{Name: "client", Kind: KindText, Word: "NAME", Summary: "the endpoint name to register with, instead of the profile's"},
		},
		Examples: []string{"connect coap://127.0.0.1:5683", "connect coap://192.0.2.9 thermometer --client sim-1"},
		Run: func(ctx context.Context, env *Env, args Args, _ Emit) (Result, error) {
			s, err := env.sessions("connect")
			if err != nil {
				return nil, err
			}
			c, err := s.Connect(ctx, Connection{
				URI: args.Text("uri"), Profile: env.profileName(args.Text("profile")), Endpoint: args.Text("client"),
			})
			if err != nil {
				return nil, err
			}
			limited, cancel := env.limited(ctx)
			defer cancel()
			r, err := c.Register(limited)
			return answered("connect", r, err)
		},
	}
}

// profileName is where a profile is: a built-in one, or a file relative to the
// environment's directory.
func (env *Env) profileName(name string) string {
	if _, ok := device.Source(name); ok {
		return name
	}
	return env.fileName(name)
}

// limited ends a context after the environment's timeout.
func (env *Env) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	if env.Timeout <= 0 {
		return ctx, func() {}
	}
	return env.within(ctx, env.Timeout)
}

// completeProfiles offers the built-in profiles.
func completeProfiles(*Env, Args, string) []Completion { return plain(device.Profiles()) }

// closeCommand closes what listen and connect opened.
func closeCommand() *Command {
	return &Command{
		Name: "close", Group: GroupCommon,
		Summary: "stop listening at an address, or end a simulated device",
		Parameters: []Parameter{
			{Name: "what", Word: "URI | NAME", Positional: true, Required: true, Summary: "an address that status lists, or the endpoint name of a device of connect", Complete: completeOpen},
		},
		Examples: []string{"close coap://127.0.0.1:5683", "close sim-1"},
		Run: func(ctx context.Context, env *Env, args Args, _ Emit) (Result, error) {
			s, err := env.sessions("close")
			if err != nil {
				return nil, err
			}
			what := args.Text("what")
			for _, c := range s.Clients() {
				if c.Device().Endpoint() == what {
					return &Done{"close", what, "the device de-registered and is gone"}, s.Disconnect(ctx, c)
				}
			}
			var known []string
			for _, l := range s.Server().Listeners() {
				for _, uri := range l.URIs() {
					if uri == what {
						return &Done{"close", "", "no more listening at " + listed(l.URIs())}, l.Close()
					}
					known = append(known, uri)
				}
			}
			return nil, usage("close %q: expected %s%s", what, listed(append(known, clientNames(s)...)), nearest(what, known))
		},
	}
}

// clientNames are the endpoint names of our simulated devices.
func clientNames(s *Sessions) []string {
	var names []string
	for _, c := range s.Clients() {
		names = append(names, c.Device().Endpoint())
	}
	return names
}

// completeOpen offers what can be closed.
func completeOpen(env *Env, _ Args, _ string) []Completion {
	if env.Sessions == nil {
		return nil
	}
	return plain(append(env.Sessions.URIs(), clientNames(env.Sessions)...))
}

// ownClient is client, where there may be no sessions.
func (env *Env) ownClient() (*session.Client, error) {
	s, err := env.sessions("set")
	if err != nil || len(s.Clients()) == 0 {
		return nil, failure(NoPeerError, "no simulated device is connected").hinting("connect URI PROFILE makes one")
	}
	return env.client()
}

// client is our simulated device that a command of the client role is for: that
// of the environment's endpoint, or the only one.
func (env *Env) client() (*session.Client, error) {
	clients := env.Sessions.Clients()
	for _, c := range clients {
		if c.Device().Endpoint() == env.Endpoint {
			return c, nil
		}
	}
	if len(clients) == 1 && env.Endpoint == "" {
		return clients[0], nil
	}
	return nil, failure(NoPeerError, "device %q: expected one of %s", env.Endpoint, listed(clientNames(env.Sessions)))
}
