package commands

import (
	"context"
	"slices"

	"lwcon/lwm2m"
	"lwcon/session"
)

// cancelCommand cancels.
func cancelCommand() *Command {
	return &Command{
		Name: "cancel", Group: GroupServer, Roles: ServerRole,
		Summary: "end an observation",
		Help: `With --passive the device is not told: its next notification is answered with RST. Several paths, or the one of a
composite observation of one path, end a composite observation: the same paths in the same order.`,
		Spec: "Core 1.2 §6.4.2, RFC 7641 §3.6",
		Parameters: []Parameter{
			{Name: "path", Kind: KindPath, Positional: true, Required: true, Repeated: true, Summary: "what is observed", Complete: completeObserved},
			{Name: "passive", Kind: KindSwitch, Summary: "forget it and answer the next notification with RST"},
		},
		Examples: []string{"cancel /3303/0/5700", "cancel /3303/0/5700 --passive", "cancel /3/0/9 /3303/0/5700"},
		Run: func(ctx context.Context, env *Env, args Args, _ Emit) (Result, error) {
			return env.operate(ctx, "cancel", args, func(t *target) (*session.Result, error) {
				o := session.CancelOptions{Passive: args.Switch("passive")}
				paths, err := t.paths(env, args)
				if err != nil {
					return nil, err
				}
				if len(paths) > 1 || !env.observationOf(t) && t.observesComposite(paths) {
					return session.CancelComposite(ctx, t.endpoint, paths, o)
				}
				return session.Cancel(ctx, t.endpoint, t.path, o)
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
		if len(o.Paths) == 0 {
			found = append(found, Completion{Text: o.Path.String()})
		}
		for _, p := range o.Paths {
			found = append(found, Completion{Text: p.String(), Summary: "of a composite observation"})
		}
	}
	return found
}

// observesComposite says whether there is a composite observation of a list of
// paths.
func (t *target) observesComposite(paths []lwm2m.Path) bool {
	return slices.ContainsFunc(t.endpoint.Observations(), func(o *session.Observation) bool { return slices.Equal(o.Paths, paths) })
}
