package commands

import (
	"context"

	"lwcon/session"
)

// cancelCommand cancels.
func cancelCommand() *Command {
	return &Command{
		Name: "cancel", Group: GroupServer, Roles: ServerRole,
		Summary: "end an observation",
		Help:    "With --passive the device is not told: its next notification is answered with RST.",
		Spec:    "Core 1.2 §6.4.2, RFC 7641 §3.6",
		Parameters: []Parameter{
			{Name: "path", Kind: KindPath, Positional: true, Required: true, Summary: "what is observed", Complete: completeObserved},
			{Name: "passive", Kind: KindSwitch, Summary: "forget it and answer the next notification with RST"},
		},
		Examples: []string{"cancel /3303/0/5700", "cancel /3303/0/5700 --passive"},
		Run: func(ctx context.Context, env *Env, args Args, _ Emit) (Result, error) {
			return env.operate(ctx, "cancel", args, func(t *target) (*session.Result, error) {
				return session.Cancel(ctx, t.endpoint, t.path, session.CancelOptions{Passive: args.Switch("passive")})
			})
		},
	}
}

// completeObserved offers the paths that are observed.
func completeObserved(env *Env, _ Args, _ string) []Completion {
	if env.roles()&ServerRole == 0 {
		return nil
	}
	e, err := env.Sessions.Server().Find(env.Endpoint)
	if err != nil {
		return nil
	}
	var found []Completion
	for _, o := range e.Observations() {
		found = append(found, Completion{Text: o.Path.String()})
	}
	return found
}
