package commands

import (
	"context"
	"runtime"
)

// Version is what lwcon says of itself.
//
//	{"command":"version","version":"0.1.0","go":"go1.26.8","platform":"linux/amd64","lwm2m":["1.0","1.1"]}
type Version struct {
	Version  string
	Go       string
	Platform string
}

// AppendJSON appends the version as one JSON object.
func (v *Version) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", "version")
	o.text("version", v.Version)
	o.text("go", v.Go)
	o.text("platform", v.Platform)
	return o.end()
}

// versionCommand tells the version.
func versionCommand() *Command {
	return &Command{
		Name: "version", Group: GroupCommon, Summary: "show the version of lwcon", Passive: true,
		Examples: []string{"version"},
		Run: func(_ context.Context, env *Env, _ Args, _ Emit) (Result, error) {
			return &Version{env.Version, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}, nil
		},
	}
}
