package commands

import (
	"context"
	"time"

	"lwcon/session"
)

// Status is how lwcon stands.
//
//	{"command":"status","roles":["server"],"uris":["coap://192.0.2.1:5683"],"endpoint":"dev1",
//	 "clients":1,"observations":2,"exchange":17,"strict":[],"devices":[]}
type Status struct {
	Roles        []string      // that are open
	URIs         []string      // what can be entered in a device
	Bootstrap    []string      // the same, as its bootstrap server
	Endpoint     string        // that commands are for by `use`, "" if none
	Clients      int           // registered
	Observations int           // of all clients
	Exchange     uint64        // number of the newest, 0 before the first
	Timeout      time.Duration // set, 0 for that of the link
	Strict       []string      // what `set strict` holds peers to
	Devices      []DeviceState // simulated, of connect
}

// DeviceState is how a simulated device stands.
type DeviceState struct {
	Endpoint string
	State    string // "registered", …
	Server   string // address, or the URI before there is one
	SSID     uint16 // short server id, 0 of a bootstrap server
}

// AppendJSON appends the status as one JSON object.
func (s *Status) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", "status")
	o.texts("roles", s.Roles)
	o.texts("uris", s.URIs)
	if len(s.Bootstrap) > 0 {
		o.texts("bootstrap-uris", s.Bootstrap)
	}
	o.optional("endpoint", s.Endpoint)
	o.integer("clients", int64(s.Clients))
	o.integer("observations", int64(s.Observations))
	o.unsigned("exchange", s.Exchange)
	if s.Timeout > 0 {
		o.seconds("timeout", s.Timeout)
	}
	o.texts("strict", s.Strict)
	o.list("devices", len(s.Devices), func(i int, in *object) {
		in.text("endpoint", s.Devices[i].Endpoint)
		in.text("state", s.Devices[i].State)
		in.text("server", s.Devices[i].Server)
		if s.Devices[i].SSID != 0 {
			in.unsigned("ssid", uint64(s.Devices[i].SSID))
		} else {
			in.boolean("bootstrap", true)
		}
	})
	return o.end()
}

// deviceStates tells how a simulated device stands with each of its servers.
func deviceStates(c *session.Client) []DeviceState {
	var states []DeviceState
	for _, n := range c.Connections() {
		server := n.Server().String()
		if n.Server().IsZero() {
			server = n.Account().URI
		}
		state := n.State().String()
		switch {
		case n.Cut():
			state = "offline"
		case n.Asleep():
			state = "asleep"
		}
		states = append(states, DeviceState{c.Device().Endpoint(), state, server, n.Account().ShortServerID})
	}
	return states
}

// statusCommand tells how lwcon stands.
func statusCommand() *Command {
	return &Command{
		Name: "status", Group: GroupCommon, Summary: "show where lwcon listens and who is registered", Passive: true,
		Examples: []string{"status"},
		Run: func(_ context.Context, env *Env, _ Args, _ Emit) (Result, error) {
			s := &Status{Endpoint: env.Endpoint, Timeout: env.Timeout}
			if env.Sessions == nil {
				return s, nil
			}
			for r := ServerRole; r <= ClientRole; r <<= 1 {
				if env.roles()&r != 0 {
					s.Roles = append(s.Roles, r.String())
				}
			}
			s.URIs, s.Bootstrap = env.Sessions.URIs(), env.Sessions.BootstrapURIs()
			s.Exchange = env.Sessions.Exchanges().Newest()
			server := env.Sessions.Server()
			for _, e := range server.Endpoints() {
				s.Clients++
				s.Observations += len(e.Observations())
			}
			for _, c := range env.Sessions.Clients() {
				s.Devices = append(s.Devices, deviceStates(c)...)
			}
			if server.Strict() {
				s.Strict = append(s.Strict, "register")
			}
			return s, nil
		},
	}
}
