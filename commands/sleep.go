package commands

import (
	"context"
	"time"
)

// sleepCommand lets time pass.
func sleepCommand() *Command {
	return &Command{
		Name: "sleep", Group: GroupCommon, Passive: true,
		Summary: "let time pass",
		Parameters: []Parameter{
			{Name: "duration", Kind: KindDuration, Positional: true, Required: true, Summary: "how long"},
		},
		Examples: []string{"sleep 500ms", "sleep 3m"},
		Run: func(ctx context.Context, env *Env, args Args, _ Emit) (Result, error) {
			d := args.Duration("duration")
			timer := env.clock().NewTimer(d)
			defer timer.Stop()
			select {
			case <-timer.C():
				return &Done{"sleep", "", "slept " + shortDuration(d)}, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		},
	}
}

// shortDuration writes a duration without needless zeros: 3m, 1.5s.
func shortDuration(d time.Duration) string {
	s := d.String()
	for _, zero := range [...]string{"m0s", "h0m"} {
		if n := len(s) - len(zero); n >= 0 && s[n:] == zero {
			s = s[:n+1]
		}
	}
	return s
}
