package commands

import (
	"context"
	"errors"

	"lwcon/session"
)

// sendCommand sends values of our device to its servers.
func sendCommand() *Command {
	return &Command{
		Name: "send", Group: GroupClient, Roles: ClientRole,
		Summary: "send the simulated device's values to its server without being asked, from LwM2M 1.1 on",
		Help:    "A server mutes Send unless /1/x/23 is false there; --force sends all the same.",
		Spec:    "Core 1.2 §6.4.5",
		Parameters: []Parameter{
			{Name: "path", Kind: KindPath, Positional: true, Required: true, Repeated: true, Summary: "what to send", Complete: completeOwnPaths},
			serverParameter(),
			{Name: "format", Kind: KindFormat, Summary: "the format of the values: senml-cbor, senml-json or from 1.2 on lwm2m-cbor", Default: "senml-cbor"},
			{Name: "force", Kind: KindSwitch, Summary: "send even to a server that has muted it"},
		},
		Examples: []string{"send /3303/0", "send /3303/0/5700 /3/0/9 --format senml-json --force"},
		Run: func(ctx context.Context, env *Env, args Args, _ Emit) (Result, error) {
			c, err := env.client()
			if err != nil {
				return nil, err
			}
			o := session.SendOptions{Force: args.Switch("force")}
			if f := args.Format("format"); f != nil {
				o.Format = *f
			}
			for _, word := range args.Texts("path") {
				p, err := env.path(word, env.ownDefinitions(c))
				if err != nil {
					return nil, err
				}
				o.Paths = append(o.Paths, p)
			}
			r, err := env.asClient(ctx, c, "send", args, func(ctx context.Context, of clientOrConnection) (*session.Result, error) {
				return of.Send(ctx, o)
			})
			if errors.Is(err, session.ErrMuted) {
				e := failure(UsageError, "%v", err)
				e.Err = err
				return nil, e.hinting("put /1/x/23 false allows it, --force sends all the same")
			}
			return r, err
		},
	}
}
