package commands

import "time"

// serverSettings are the settings of the server role.
func serverSettings() []setting {
	return []setting{
		{
			name: "reobserve", help: "on observes again, when a device registers anew, what its new Register has ended",
			get: func(env *Env) string {
				if env.Sessions != nil && env.Sessions.Server().Reobserves() {
					return "on"
				}
				return "off"
			},
			set: func(env *Env, value string) error {
				if env.Sessions == nil || value != "on" && value != "off" {
					return usage("set reobserve: expected on or off, found %q", value)
				}
				env.Sessions.Server().SetReobserve(value == "on")
				return nil
			},
		},
		{
			name: "awake-time", help: "how long a device in queue mode is taken to be awake after its last message; default is 93s",
			get: func(env *Env) string {
				if env.Sessions == nil {
					return "default"
				}
				return shortDuration(env.Sessions.Server().AwakeTime())
			},
			set: setAwakeTime,
		},
	}
}

// setAwakeTime sets the awake time of the server.
func setAwakeTime(env *Env, value string) error {
	d, ok := time.Duration(0), true
	if value != "default" {
		d, ok = parseDuration(value)
	}
	if env.Sessions == nil || !ok {
		return usage("set awake-time: expected a duration such as 10s, or default, found %q", value)
	}
	env.Sessions.Server().SetAwakeTime(d)
	return nil
}
