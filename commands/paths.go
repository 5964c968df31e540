package commands

import "lwcon/lwm2m"

// path reads a path by ids or names. The definitions are those of the device,
// nil for those of the environment.
func (env *Env) path(text string, d lwm2m.Definitions) (lwm2m.Path, error) {
	p, err := lwm2m.ParsePath(text)
	if err != nil {
		return p, usage("%v", err)
	}
	return p, nil
}
