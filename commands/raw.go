package commands

import (
	"context"
)

// maxRaw bounds what is sent as it is: the largest datagram.
const maxRaw = 65_507

// rawCommand sends octets as they are.
func rawCommand() *Command {
	return &Command{
		Name: "raw", Group: GroupCommon, Roles: AnyRole,
		Summary: "send octets as they are and show what comes back",
		Help: `Nothing is checked and nothing repeated; over TCP the octets go into the connection. What the peer sends within
--for is shown; it is dealt with as anything that comes: a response that nothing waits for may be answered with RST.`,
		Spec: "RFC 7252 §3",
		Parameters: append(inputParameters("what to send"),
			toParameter(), patienceParameter(),
		),
		Examples: []string{"raw 40000001", "raw 44 01 12 34 a1b2c3d4 b1 33 01 30", "raw @datagram.bin --for 10s", "raw 40000001 --to coap://127.0.0.1:5683"},
		Run: func(ctx context.Context, env *Env, args Args, _ Emit) (Result, error) {
			b, _, err := env.payload(args.Texts("payload"), args.Text("input"), false)
			if err != nil {
				return nil, err
			}
			h, err := env.hand(ctx, "raw", args)
			if err != nil {
				return nil, err
			}
			defer h.close()
			if len(b) > maxRaw {
				return nil, usage("raw: expected at most %d octets, found %d", maxRaw, len(b))
			}
			return handed(h.raw(ctx, "raw", b, args.Duration("for")))
		},
	}
}
