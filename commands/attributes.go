package commands

import (
	"context"

	"lwcon/lwm2m"
	"lwcon/session"
)

// attributesCommand writes attributes, or shows them.
func attributesCommand() *Command {
	return &Command{
		Name: "attributes", Group: GroupServer, Roles: ServerRole,
		Summary: "set or unset the attributes that steer notifications, or show them",
		Help:    "NAME=NUMBER sets, NAME! unsets; without any the device is asked by a Discover.",
		Spec:    "Core 1.2 §5.1.2, §6.3.4",
		Parameters: []Parameter{
			pathParameter("the object, instance or resource", lwm2m.Readable),
			{
				Name: "attribute", Kind: KindAttribute, Word: "NAME=NUMBER | NAME!", Positional: true, Repeated: true,
				Summary: listed(lwm2m.AttributeNames()), Complete: completeAttributes,
			},
			nonParameter(),
		},
		Examples: []string{"attributes /3303/0/5700 pmin=5 gt=30", "attributes /3303/0/5700 gt!", "attributes /3303/0/5700"},
		Run: func(ctx context.Context, env *Env, args Args, _ Emit) (Result, error) {
			set, err := parseAttributes(args.Texts("attribute"))
			if err != nil {
				return nil, err
			}
			misplaced := ""
			r, err := env.operate(ctx, "attributes", args, func(t *target) (*session.Result, error) {
				at := lwm2m.AttributePlace{Path: t.path, Definitions: t.definitions}
				misplaced = at.Misplaced(set)
				if set.Empty() {
					return session.Discover(ctx, t.endpoint, t.path, session.DiscoverOptions{RequestOptions: t.options})
				}
				return session.WriteAttributes(ctx, t.endpoint, t.path, set, t.options)
			})
			if a, ok := r.(*Answer); ok {
				a.Sent = set
				if !set.Empty() {
					a.Misplaced = misplaced
				}
			}
			return r, err
		},
	}
}

// completeAttributes offers the names of attributes.
func completeAttributes(*Env, Args, string) []Completion {
	var found []Completion
	for _, name := range lwm2m.AttributeNames() {
		found = append(found, Completion{Text: name + "=", More: true})
	}
	return found
}
