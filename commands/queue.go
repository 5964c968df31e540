package commands

import (
	"context"
	"sync/atomic"
	"time"

	"lwcon/session"
	"lwcon/session/clock"
)

// Queue is what waits for devices that sleep, in the order in which it will go.
//
//	{"command":"queue","queue":[{"number":3,"endpoint":"dev1","operation":"read","path":"/3/0","place":1,"since":"…"}]}
type Queue struct{ List []session.Queued }

// AppendJSON appends the queue as one JSON object.
func (q *Queue) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", "queue")
	o.list("queue", len(q.List), func(i int, in *object) { in.queued(&q.List[i]) })
	return o.end()
}

// queued writes a request that waits.
func (o *object) queued(q *session.Queued) {
	o.unsigned("number", q.Number)
	o.text("endpoint", q.Endpoint)
	o.text("operation", q.Operation)
	o.text("path", q.Path.String())
	o.integer("place", int64(q.Place))
	o.moment("since", q.Since)
	if q.Missed > 0 {
		o.integer("missed", int64(q.Missed))
	}
}

// Waits tells on the way of a command that its device sleeps, and where its
// request stands in the queue.
//
//	{"event":"queued","time":"…","number":3,"endpoint":"dev1","operation":"read","path":"/3/0","place":1,"since":"…"}
type Waits struct {
	session.Queued
	Time time.Time
}

// AppendJSON appends the event as one JSON object.
func (w Waits) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("event", "queued")
	o.moment("time", w.Time)
	o.queued(&w.Queued)
	return o.end()
}

// waiting makes the options of a request tell whoever asked for it that its
// device sleeps. Where Env.Wait bounds how long the device is waited for, the
// request leaves the queue then, and overslept is true.
func (env *Env) waiting(o *session.RequestOptions) (overslept *atomic.Bool) {
	overslept = new(atomic.Bool)
	server, emit, limit := env.Sessions.Server(), env.emit, env.Wait
	var sleeps clock.Timer
	o.Queued = func(q session.Queued) {
		if emit != nil {
			_ = emit(Waits{q, env.clock().Now()}) // who does not listen still gets the result
		}
		if limit > 0 {
			if sleeps != nil {
				sleeps.Stop()
			}
			sleeps = env.clock().AfterFunc(limit, func() {
				overslept.Store(true)
				if !server.Drop(q.Number) {
					overslept.Store(false) // it is under way
				}
			})
		}
	}
	return overslept
}

// queueCommand lists what waits.
func queueCommand() *Command {
	return &Command{
		Name: "queue", Group: GroupServer, Roles: ServerRole, Passive: true,
		Summary:  "list the requests that wait for devices in queue mode to wake up",
		Help:     "They go out one after the other when the device sends something. queue drop N takes one out.",
		Spec:     "Core 1.2 §6.5",
		Examples: []string{"queue", "queue -e dev1"},
		Run: func(_ context.Context, env *Env, _ Args, _ Emit) (Result, error) {
			endpoints, err := env.chosenEndpoints()
			if err != nil {
				return nil, err
			}
			q := &Queue{}
			for _, e := range endpoints {
				q.List = append(q.List, e.Queue()...)
			}
			return q, nil
		},
	}
}

// chosenEndpoints are the device of --endpoint, else all, also after use.
func (env *Env) chosenEndpoints() ([]*session.Endpoint, error) {
	server := env.Sessions.Server()
	if env.Endpoint == "" || env.used {
		return server.Endpoints(), nil
	}
	e, err := server.Find(env.Endpoint)
	if err != nil {
		return nil, err
	}
	return []*session.Endpoint{e}, nil
}

// queueDropCommand takes a request out of the queue.
func queueDropCommand() *Command {
	return &Command{
		Name: "queue drop", Group: GroupServer, Roles: ServerRole,
		Summary: "take a request out of the queue before it is sent",
		Spec:    "Core 1.2 §6.5",
		Parameters: []Parameter{
			{Name: "number", Kind: KindCount, Positional: true, Required: true, Summary: "its number in the list of queue", Complete: completeQueued},
		},
		Examples: []string{"queue drop 3"},
		Run: func(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
			number := args.Text("number")
			if !env.Sessions.Server().Drop(uint64(args.Count("number"))) {
				return nil, usage("queue drop %s: no such request waits", number).hinting("queue lists them")
			}
			return &Done{Command: "queue drop", Message: "request " + number + " will not be sent"}, nil
		},
	}
}

// completeQueued offers the numbers of what waits.
func completeQueued(env *Env, _ Args, _ string) []Completion {
	var found []Completion
	if env.roles()&ServerRole == 0 {
		return nil
	}
	for _, e := range env.Sessions.Server().Endpoints() {
		for _, q := range e.Queue() {
			found = append(found, Completion{Text: formatCount(q.Number), Summary: q.Operation + " " + q.Path.String() + " of " + q.Endpoint})
		}
	}
	return found
}
