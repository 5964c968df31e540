package commands

import (
	"context"
	"slices"
	"strings"

	"lwcon/lwm2m"
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
			{Name: "path", Kind: KindPath, Positional: true, Required: true, Repeated: true, Summary: "what is observed; of a composite observation all its paths", Complete: completeObserved},
			{Name: "passive", Kind: KindSwitch, Summary: "forget it and answer the next notification with RST"},
		},
		Examples: []string{"cancel /3303/0/5700", "cancel /3303/0/5700 --passive", "cancel /3/0/9 /3303/0/5700"},
		Run: func(ctx context.Context, env *Env, args Args, _ Emit) (Result, error) {
			return env.operate(ctx, "cancel", args, func(t *target) (*session.Result, error) {
				return cancelObservation(ctx, t.endpoint, t.path, t.paths, session.CancelOptions{Passive: args.Switch("passive")})
			})
		},
	}
}

// cancelObservation cancels the observation of one path, or of several as one.
func cancelObservation(ctx context.Context, e *session.Endpoint, p lwm2m.Path, paths []lwm2m.Path, o session.CancelOptions) (*session.Result, error) {
	for _, x := range e.Observations() {
		if len(x.Paths) > 0 && slices.Equal(x.Paths, paths) {
			return session.CancelComposite(ctx, e, paths, o)
		}
	}
	if len(paths) > 1 {
		return nil, usage("cancel %s: expected the paths of one composite observation in their order", listedPaths(paths)).
			hinting("observations lists what is observed")
	}
	return session.Cancel(ctx, e, p, o)
}

// listedPaths writes paths one after the other.
func listedPaths(paths []lwm2m.Path) string {
	var words []string
	for _, p := range paths {
		words = append(words, p.String())
	}
	return strings.Join(words, " ")
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
