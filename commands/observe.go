package commands

import (
	"context"
	"time"

	"lwcon/lwm2m"
	"lwcon/session"
)

// observeCommand observes.
func observeCommand() *Command {
	return &Command{
		Name: "observe", Aliases: []string{"o"}, Group: GroupServer, Roles: ServerRole, Stream: true,
		Summary: "ask to be notified of changes",
		Help: `At the prompt and in a scenario the observation goes on until cancel. As one shot the notifications follow until
--count, --for or Ctrl-C, and the observation is cancelled.`,
		Spec: "Core 1.2 §6.4.1",
		Parameters: append([]Parameter{
			pathParameter("what to observe", lwm2m.Readable),
			{
				Name: "attribute", Kind: KindAttribute, Word: "NAME=NUMBER", Positional: true, Repeated: true,
				Summary: "hold for this observation alone, in place of all others; from 1.2 on", Complete: completeAttributes,
			},
			acceptParameter(),
			nonParameter(), forceParameter(),
		}, streamParameters()...),
		Examples: []string{"observe /3303/0/5700", "observe Temperature/0/SensorValue", "observe /3303/0/5700 --count 3", "observe /3303/0/5700 pmin=5 pmax=60"},
		Run:      runObserve,
	}
}

// streamParameters end a streaming command.
func streamParameters() []Parameter {
	return []Parameter{
		{Name: "count", Kind: KindCount, Summary: "end after so many"},
		{Name: "for", Kind: KindDuration, Summary: "end after this time"},
	}
}

func runObserve(ctx context.Context, env *Env, args Args, emit Emit) (Result, error) {
	t, err := env.target(ctx, args)
	if err != nil {
		return nil, err
	}
	own, err := parseAttributes(args.Texts("attribute"))
	if err != nil {
		return nil, err
	}
	return env.observing(ctx, t, args, emit, observing{
		command: "observe", attributes: own,
		begin: func() (*session.Result, error) {
			return session.Observe(ctx, t.endpoint, t.path, session.ObserveOptions{
				RequestOptions: t.options, Accept: args.Format("accept"), Attributes: own,
			})
		},
	})
}

// observing is an observation to begin and to follow.
type observing struct {
	command    string
	paths      []lwm2m.Path // of a composite one
	attributes lwm2m.Attributes
	begin      func() (*session.Result, error)
}

// observing begins an observation. Where a stream is asked for it follows the
// notifications and cancels in the end.
func (env *Env) observing(ctx context.Context, t *target, args Args, emit Emit, o observing) (Result, error) {
	events := env.Sessions.Log().Reader(env.Sessions.Log().End())
	observed, err := o.begin()
	r, err := answered(o.command, observed, sendError(t.reason(env, err)))
	if a, ok := r.(*Answer); ok {
		a.Paths, a.Sent = o.paths, o.attributes
	}
	if err != nil || !env.Follow && !args.Has("count") && !args.Has("for") || observed.Observation == 0 {
		return r, err
	}
	if err := emit(r); err != nil {
		return nil, err
	}
	number := observed.Observation
	err = env.follow(ctx, events, args, emit, func(e *session.Event) (take, last bool) {
		n := e.Notification
		mine := n != nil && n.Observation == number
		gone := e.Endpoint == t.endpoint.Name() && (e.Kind == session.EventDeregister || e.Kind == session.EventExpired)
		return mine || gone, mine && n.Ended || gone
	})
	return nil, closing(err, env.cancelQuietly(ctx, t.endpoint, t.path, o.paths, number))
}

// closing joins the error of a stream with that of its end: the first counts.
func closing(err, end error) error {
	if err != nil {
		return err
	}
	return end
}

// cancelTimeout is how long the end of a stream waits for the answer to its
// Cancel.
const cancelTimeout = 5 * time.Second

// cancelQuietly cancels an observation that is still the same, even where the
// command itself was interrupted.
func (env *Env) cancelQuietly(ctx context.Context, e *session.Endpoint, p lwm2m.Path, paths []lwm2m.Path, number uint64) error {
	for _, o := range e.Observations() {
		if o.Number != number {
			continue
		}
		ending, cancel := env.within(context.WithoutCancel(ctx), cancelTimeout)
		defer cancel()
		if len(paths) > 0 {
			_, err := session.CancelComposite(ending, e, paths, session.CancelOptions{})
			return err
		}
		_, err := session.Cancel(ending, e, p, session.CancelOptions{})
		return err
	}
	return nil
}

// follow emits the events that choose takes, until --count of them, --for, the
// one that choose calls the last, or the end of ctx.
func (env *Env) follow(ctx context.Context, events *session.Reader, args Args, emit Emit, choose func(*session.Event) (take, last bool)) error {
	limited, cancel := ctx, context.CancelFunc(func() {})
	if args.Has("for") {
		limited, cancel = env.within(ctx, args.Duration("for"))
	}
	defer cancel()
	count := 0
	for !args.Has("count") || count < args.Count("count") {
		e, lost, err := events.Next(limited)
		if err != nil {
			return ctx.Err() // nil where --for is over
		}
		if lost > 0 {
			if err := emit(Lost{lost, env.clock().Now()}); err != nil {
				return err
			}
		}
		take, last := choose(&e)
		if take {
			if err := emit(Happened{e}); err != nil {
				return err
			}
			count++
		}
		if last {
			return nil
		}
	}
	return nil
}

// Lost tells that events were forgotten before they could be shown.
//
//	{"event":"lost","time":"…","count":12}
type Lost struct {
	Count uint64
	Time  time.Time
}

// AppendJSON appends the event as one JSON object.
func (l Lost) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("event", "lost")
	o.moment("time", l.Time)
	o.unsigned("count", l.Count)
	return o.end()
}
