package commands

import (
	"context"

	"lwcon/session"
)

// eventNames are the names of the events that a session can have.
func eventNames() []string {
	var names []string
	for k := session.EventRegister; k.String() != "unknown"; k++ {
		names = append(names, k.String())
	}
	return names
}

// eventsCommand shows events.
func eventsCommand() *Command {
	return &Command{
		Name: "events", Group: GroupCommon, Roles: AnyRole, Passive: true, Stream: true,
		Summary: "show what happened: registrations, notifications, requests",
		Help: `At the prompt the newest events of the log are shown. As one shot, and with --count or --for, the events to come follow
until --count, --for or Ctrl-C.`,
		Parameters: append([]Parameter{
			{Name: "kind", Kind: KindEnum, Values: eventNames(), Positional: true, Repeated: true, Summary: "these kinds only"},
			{Name: "last", Kind: KindCount, Default: "20", Summary: "so many of those that were"},
		}, streamParameters()...),
		Examples: []string{"events", "events register update --last 5", "events notification --count 3"},
		Run: func(ctx context.Context, env *Env, args Args, emit Emit) (Result, error) {
			chosen := func(e *session.Event) bool { return env.chosen(e, args.Texts("kind")) }
			log := env.Sessions.Log()
			if !env.Follow && !args.Has("count") && !args.Has("for") {
				return nil, showPast(log, args.Count("last"), emit, chosen)
			}
			past := 0
			if args.Has("last") {
				past = args.Count("last")
			}
			events := log.Reader(log.End())
			if err := showPast(log, past, emit, chosen); err != nil {
				return nil, err
			}
			return nil, env.follow(ctx, events, args, emit, func(e *session.Event) (take, last bool) { return chosen(e), false })
		},
	}
}

// chosen says whether an event is of the environment's device and of one of
// some kinds; none means all.
func (env *Env) chosen(e *session.Event, kinds []string) bool {
	if !env.Sessions.Shows(e) {
		return false
	}
	if env.Endpoint != "" && e.Endpoint != env.Endpoint {
		if found, err := env.Sessions.Server().Find(env.Endpoint); err != nil || found.Name() != e.Endpoint {
			return false
		}
	}
	for _, k := range kinds {
		if e.Kind.String() == k {
			return true
		}
	}
	return len(kinds) == 0
}

// showPast emits the newest events of those that were.
func showPast(log *session.Log, last int, emit Emit, chosen func(*session.Event) bool) error {
	var newest []session.Event
	for r := log.Reader(0); ; {
		e, _, ok := r.TryNext()
		if !ok {
			break
		}
		if chosen(&e) {
			newest = append(newest, e)
		}
	}
	for i := max(len(newest)-last, 0); i < len(newest); i++ {
		if err := emit(Happened{newest[i]}); err != nil {
			return err
		}
	}
	return nil
}
