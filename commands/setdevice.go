package commands

// deviceSettings are the settings of simulated devices.
func deviceSettings() []setting {
	return []setting{{
		name: "offline", help: "on cuts the simulated device off from its servers; what it would notify it stores, and tells once it is off", quiet: "off",
		get: func(env *Env) string {
			c, err := env.ownClient()
			return onOff(err == nil && c.Offline())
		},
		set: func(env *Env, value string) error {
			if value != "on" && value != "off" {
				return usage("set offline: expected on or off, found %q", value)
			}
			c, err := env.ownClient()
			if err == nil {
				c.SetOffline(value == "on")
			}
			return err
		},
	}}
}
