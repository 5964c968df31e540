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
			nonParameter(),
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
	return env.observe(ctx, "observe", args, emit, func(t *target) (*session.Result, error) {
		own, err := parseAttributes(args.Texts("attribute"))
		if err != nil {
			return nil, err
		}
		t.attributes = own
		return session.Observe(ctx, t.endpoint, t.path, session.ObserveOptions{
			RequestOptions: t.options, Accept: args.Format("accept"), Attributes: own,
		})
	})
}

// observe begins an observation, and follows it where the command is to go on.
func (env *Env) observe(ctx context.Context, command string, args Args, emit Emit, begin func(*target) (*session.Result, error)) (Result, error) {
	t, err := env.target(ctx, args)
	if err != nil {
		return nil, err
	}
	events := env.Sessions.Log().Reader(env.Sessions.Log().End())
	observed, err := begin(t)
	r, err := answered(command, observed, sendError(t.reason(env, err)))
	r = t.composed(command, r)
	if err != nil || !env.Follow && !args.Has("count") && !args.Has("for") || observed.Observation == 0 {
		return r, err
	}
	if err := emit(r); err != nil {
		return nil, err
	}
	number := observed.Observation
	err = env.follow(ctx, events, args, emit, func(e *session.Event) (take, last bool) {
		n := e.Notification
		mine := n != nil && n.Observation == number && !e.Simulated
		gone := e.Endpoint == t.endpoint.Name() && !e.Simulated && (e.Kind == session.EventDeregister || e.Kind == session.EventExpired)
		return mine || gone, mine && n.Ended || gone
	})
	return nil, closing(err, env.cancelQuietly(ctx, t.endpoint, number))
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
func (env *Env) cancelQuietly(ctx context.Context, e *session.Endpoint, number uint64) error {
	for _, o := range e.Observations() {
		if o.Number != number {
			continue
		}
		ending, cancel := env.within(context.WithoutCancel(ctx), cancelTimeout)
		defer cancel()
		_, err := cancelObservation(ending, e, o.Path, o.Paths, session.CancelOptions{})
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
