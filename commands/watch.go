package commands

import (
	"context"
	"math"
	"time"

	"lwcon/lwm2m"
	"lwcon/session"
)

// Watched is a number that a watched resource has now, beside what it was since
// the watch began.
//
//	{"event":"watch","time":"…","endpoint":"dev1","path":"/3303/0/5700","value":21.5,"count":7,
//	 "min":20.9,"mean":21.2,"max":21.6,"rate":0.5}
type Watched struct {
	Time     time.Time
	Endpoint string
	Path     lwm2m.Path
	// Observation is the number of the observation that is watched.
	Observation uint64
	Name        string // of the resource, "" if unknown
	Units       string // of the resource, "" if it has none
	Value       float64
	Count       int     // values so far, this one too
	Min         float64 // least so far
	Mean        float64 // of all values
	Max         float64 // greatest so far
	Rate        float64 // values a second, 0 before the second
	// History are the newest values, oldest first, for a plot.
	History []float64
}

// maxHistory is how many values a watch remembers for its plot.
const maxHistory = 400

// AppendJSON appends the event as one JSON object.
func (w *Watched) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("event", "watch")
	o.moment("time", w.Time)
	o.text("endpoint", w.Endpoint)
	o.text("path", w.Path.String())
	o.unsigned("observe", w.Observation)
	o.number("value", w.Value)
	o.integer("count", int64(w.Count))
	o.number("min", w.Min)
	o.number("mean", w.Mean)
	o.number("max", w.Max)
	o.number("rate", w.Rate)
	return o.end()
}

// watchCommand plots a number.
func watchCommand() *Command {
	return &Command{
		Name: "watch", Group: GroupServer, Roles: ServerRole, Stream: true,
		Summary: "follow a number: its values beside min, mean, max and rate",
		Help: `The resource is observed for as long as it is watched. At the prompt its values are plotted live; as one shot, in a pipe
and on a plain terminal each is a line. It ends with --count, --for or Ctrl-C.`,
		Spec: "Core 1.2 §6.4.1",
		Parameters: append([]Parameter{
			pathParameter("a resource that is a number", lwm2m.Readable),
			acceptParameter(), nonParameter(),
		}, streamParameters()...),
		Examples: []string{"watch /3303/0/5700", "watch Temperature/0/SensorValue --for 1m"},
		Run:      runWatch,
	}
}

func runWatch(ctx context.Context, env *Env, args Args, emit Emit) (Result, error) {
	t, err := env.target(ctx, args)
	if err != nil {
		return nil, err
	}
	if t.path.Level() < lwm2m.LevelResource {
		return nil, usage("watch %s: expected the path of a resource", t.path)
	}
	w := &watch{env: env, path: t.path, endpoint: t.endpoint.Name(), definition: lwm2m.FindResource(t.definitions, t.path), emit: emit}
	events := env.Sessions.Log().Reader(env.Sessions.Log().End())
	begun := env.observationOf(t)
	observed, err := session.Observe(ctx, t.endpoint, t.path, session.ObserveOptions{RequestOptions: t.options, Accept: args.Format("accept")})
	r, err := answered("watch", observed, t.reason(env, err))
	if err != nil || observed.Observation == 0 {
		return r, err
	}
	w.observation = observed.Observation
	if err := w.take(&observed.Response, env.clock().Now()); err != nil {
		return r, err
	}
	err = env.follow(ctx, events, args, func(e Event) error {
		h, ok := e.(Happened)
		if !ok || h.Notification == nil {
			return emit(e)
		}
		if !h.Notification.Response.Code.IsSuccess() {
			return emit(e)
		}
		return w.take(&h.Notification.Response, h.Time)
	}, func(e *session.Event) (take, last bool) {
		n := e.Notification
		mine := n != nil && n.Observation == observed.Observation && n.Fresh
		gone := e.Endpoint == w.endpoint && (e.Kind == session.EventDeregister || e.Kind == session.EventExpired)
		return mine || gone, mine && n.Ended || gone
	})
	if begun {
		return nil, err // it was observed before: it goes on
	}
	return nil, closing(err, env.cancelQuietly(ctx, t.endpoint, observed.Observation))
}

// observationOf says whether the target's path is observed.
func (env *Env) observationOf(t *target) bool {
	for _, o := range t.endpoint.Observations() {
		if o.Path == t.path && len(o.Paths) == 0 {
			return true
		}
	}
	return false
}

// watch is a watch under way.
type watch struct {
	env        *Env
	path       lwm2m.Path
	endpoint   string
	definition *lwm2m.Resource
	emit       Emit

	observation uint64
	first       time.Time
	count       int
	sum         float64
	min         float64
	max         float64
	history     []float64
}

// take takes the numbers of an answer or a notification in.
func (w *watch) take(r *session.Response, at time.Time) error {
	if r.Tree == nil {
		return nil
	}
	for i := range r.Tree.Nodes {
		n := &r.Tree.Nodes[i]
		x, ok := n.Value().Number()
		if !w.path.Contains(n.Path()) || !n.HasValue() {
			continue
		}
		if !ok {
			return usage("watch %s: expected a number, found %s", n.Path(), n.Value().Type())
		}
		if err := w.emit(w.add(x, at)); err != nil {
			return err
		}
	}
	return nil
}

// add counts a number.
func (w *watch) add(x float64, at time.Time) *Watched {
	if w.count == 0 {
		w.first, w.min, w.max = at, x, x
	}
	w.count++
	w.sum += x
	w.min, w.max = math.Min(w.min, x), math.Max(w.max, x)
	if len(w.history) >= maxHistory {
		w.history = w.history[1:]
	}
	w.history = append(w.history, x)
	seen := &Watched{
		Time: at, Endpoint: w.endpoint, Path: w.path, Observation: w.observation, Value: x, Count: w.count,
		Min: w.min, Mean: w.sum / float64(w.count), Max: w.max,
		History: append([]float64(nil), w.history...),
	}
	if w.definition != nil {
		seen.Name, seen.Units = w.definition.Name, w.definition.Units
	}
	if passed := at.Sub(w.first).Seconds(); passed > 0 {
		seen.Rate = float64(w.count-1) / passed
	}
	return seen
}
