package commands

import (
	"context"
	"fmt"
	"slices"
	"time"

	"lwcon/lwm2m"
	"lwcon/session"
)

// Waited is how a wait ended.
//
//	{"command":"wait","for":"notification","passed":true,"ms":3012.5,"count":3,"endpoint":"dev1","events":[…]}
//
// A wait that is not over in time is an error of kind timeout. One that ended
// too early or too late, or a silence that was broken, has not passed, and says
// why in "reason".
type Waited struct {
	For      string // the state or event
	Endpoint string // "" if any would do
	Passed   bool
	Reason   string // why it has not passed
	Duration time.Duration
	Events   []session.Event // those that counted, in order
}

// Refused says whether an expectation failed.
func (w *Waited) Refused() bool { return !w.Passed }

// AppendJSON appends the outcome as one JSON object.
func (w *Waited) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", "wait")
	o.text("for", w.For)
	o.boolean("passed", w.Passed)
	o.optional("reason", w.Reason)
	o.optional("endpoint", w.Endpoint)
	o.milliseconds("ms", w.Duration)
	o.integer("count", int64(len(w.Events)))
	o.key("events")
	o.b = append(o.b, '[')
	for i := range w.Events {
		o.b = Happened{w.Events[i]}.AppendJSON(separate(o.b, i))
	}
	o.b = append(o.b, ']')
	return o.end()
}

// What a wait can be for.
const (
	waitSilence = "silence"
	waitAsleep  = "asleep"
	waitAwake   = "awake"
	waitPresent = "registered"
)

// waitTopics are all that a wait can be for: states, events, silence.
func waitTopics() []string {
	return []string{
		waitPresent, waitAsleep, waitAwake,
		"register", "update", "deregister", "send", "notification", "bootstrap-request",
		waitSilence,
	}
}

// defaultWait is how long a wait takes at most where neither --timeout nor the
// environment says: as long as --wait takes by default.
const defaultWait = 60 * time.Second

// waitCommand waits.
func waitCommand() *Command {
	return &Command{
		Name: "wait", Group: GroupCommon, Roles: AnyRole, Passive: true,
		Summary: "wait for a state or an event of a device, or for silence",
		Help: `The states registered, asleep and awake are true at once if they hold. Events count that are later than the beginning of
the last command that was no wait, so none is missed. --within and --not-before are counted from there too and
hold for the last of --count events. silence passes if nothing came for the time of --for.
--timeout ends the wait without a verdict.`,
		Parameters: []Parameter{
			{Name: "topic", Kind: KindEnum, Values: waitTopics(), Positional: true, Required: true, Summary: "what to wait for"},
			{Name: "path", Kind: KindPath, Positional: true, Summary: "count only notifications and values of this path", Complete: completeObserved},
			{Name: "count", Kind: KindCount, Default: "1", Summary: "so many events"},
			{Name: "within", Kind: KindDuration, Summary: "fail if it takes longer"},
			{Name: "not-before", Kind: KindDuration, Summary: "fail if it takes less"},
			{Name: "for", Kind: KindDuration, Summary: "how long the silence has to last"},
		},
		Examples: []string{
			"wait registered", "wait register --timeout 3m",
			"wait notification /3303/0/5700 --count 3 --timeout 10s", "wait silence /3303/0/5700 --for 20s",
		},
		Run: runWait,
	}
}

// waiting is one wait under way.
type waiting struct {
	env      *Env
	args     Args
	topic    string
	endpoint string // pattern; "" for any
	path     lwm2m.Path
	hasPath  bool
	start    time.Time
	result   *Waited
}

func runWait(ctx context.Context, env *Env, args Args, _ Emit) (Result, error) {
	w := &waiting{env: env, args: args, topic: args.Text("topic"), endpoint: env.Endpoint, start: env.clock().Now()}
	w.result = &Waited{For: w.topic, Endpoint: env.Endpoint}
	if args.Has("path") {
		p, err := env.path(args.Text("path"), w.definitions())
		if err != nil {
			return nil, err
		}
		w.path, w.hasPath = p, true
	}
	if (w.topic == waitSilence) != args.Has("for") {
		return nil, usage("wait %s: --for belongs to silence, and silence needs it", w.topic)
	}
	limit := defaultWait
	switch {
	case w.topic == waitSilence:
		limit = args.Duration("for")
	case env.Timeout > 0:
		limit = env.Timeout
	}
	limited, cancel := env.within(ctx, limit)
	defer cancel()
	err := w.run(limited)
	w.result.Duration = env.clock().Now().Sub(w.start)
	switch {
	case ctx.Err() != nil:
		return w.result, ctx.Err()
	case err == nil:
		return w.result, nil
	case w.topic == waitSilence:
		w.result.Passed = true
		return w.result, nil
	}
	return w.result, failure(TimeoutError, "wait %s: not within %v%s", w.topic, limit, w.progress())
}

// progress says how far a wait for several events came.
func (w *waiting) progress() string {
	if n := len(w.result.Events); n > 0 || w.args.Count("count") > 1 {
		return fmt.Sprintf(" (%d of %d)", n, w.args.Count("count"))
	}
	return ""
}

// definitions are those of the device, if it is there.
func (w *waiting) definitions() lwm2m.Definitions {
	if e := w.device(); e != nil && e.Registration() != nil {
		return e.Registration()
	}
	return nil
}

// device is the one that the wait is for, nil if it is not there.
func (w *waiting) device() *session.Endpoint {
	e, err := w.env.Sessions.Server().Find(w.endpoint)
	if err != nil {
		return nil
	}
	return e
}

// run waits; the error is that of the context.
func (w *waiting) run(ctx context.Context) error {
	log := w.env.Sessions.Log()
	now := log.Reader(log.End())
	switch w.topic {
	case waitPresent, waitAsleep, waitAwake:
		for !w.holds() {
			e, _, err := now.Next(ctx)
			if err != nil {
				return err
			}
			w.env.followHandshake(&e)
		}
		w.result.Passed = true
		return nil
	}
	events := log.Reader(w.env.since)
	for {
		e, _, err := events.Next(ctx)
		if err != nil {
			return err
		}
		if !w.counts(&e) {
			w.env.followHandshake(&e)
			continue
		}
		w.result.Events = append(w.result.Events, e)
		if w.topic == waitSilence {
			w.result.Reason = fmt.Sprintf("expected silence, found %s after %v", e.Kind, e.Time.Sub(w.start).Round(time.Millisecond))
			return nil
		}
		if len(w.result.Events) >= max(w.args.Count("count"), 1) {
			w.judge(e.Time.Sub(w.env.sinceTime))
			return nil
		}
	}
}

// judge compares the time that it took with --within and --not-before.
func (w *waiting) judge(took time.Duration) {
	within, notBefore := w.args.Duration("within"), w.args.Duration("not-before")
	took = took.Round(time.Millisecond)
	switch {
	case within > 0 && took > within:
		w.result.Reason = fmt.Sprintf("expected within %v, found after %v", within, took)
	case took < notBefore:
		w.result.Reason = fmt.Sprintf("expected not before %v, found after %v", notBefore, took)
	default:
		w.result.Passed = true
	}
}

// holds says whether the state that is waited for is there.
func (w *waiting) holds() bool {
	if w.env.roles()&ServerRole == 0 {
		return w.topic != waitAsleep && slices.ContainsFunc(w.env.Sessions.Clients(), func(c *session.Client) bool {
			return c.State() == session.ClientRegistered
		})
	}
	e := w.device()
	if e == nil {
		// Several devices make a name ambiguous, yet some are registered.
		return w.topic != waitAsleep && w.endpoint == "" && len(w.env.Sessions.Server().Endpoints()) > 0
	}
	switch {
	case e.Registration() == nil:
		return false
	case w.topic == waitPresent:
		return true
	}
	return e.Asleep() == (w.topic == waitAsleep)
}

// counts says whether an event is one that the wait is for.
func (w *waiting) counts(e *session.Event) bool {
	if !w.env.Sessions.Shows(e) || w.endpoint != "" && !w.meant(e.Endpoint) {
		return false
	}
	switch {
	case w.topic == waitSilence && slices.Contains([]session.EventKind{session.EventExpired, session.EventMoved, session.EventDeviation}, e.Kind):
		return false
	case e.Failed():
		return false
	case w.topic == waitSilence:
		if e.Time.Before(w.start) {
			return false
		}
	case e.Kind.String() != w.topic:
		return false
	}
	n := e.Notification
	if n != nil && !n.Fresh {
		return false
	}
	return !w.hasPath || n != nil && (w.path.Contains(n.Path) || n.Path.Contains(w.path))
}

// meant says whether a name is that of the device waited for.
func (w *waiting) meant(name string) bool {
	if name == w.endpoint {
		return true
	}
	if e := w.device(); e != nil {
		return e.Name() == name
	}
	return false
}
