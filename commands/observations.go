package commands

import (
	"context"
	"time"

	"lwcon/lwm2m"
	"lwcon/session"
)

// Observations is what is observed.
//
//	{"command":"observations","observations":[{"observe":12,"endpoint":"dev1","path":"/3303/0/5700",
//	 "since":"…","count":4,"last":"…","values":[…]}]}
type Observations struct{ List []Observed }

// Observed is one observation as it stands.
type Observed struct {
	Number   uint64
	Endpoint string
	Path     lwm2m.Path   // the root of a composite one
	Paths    []lwm2m.Path // of a composite one; else nil
	Began    time.Time
	Count    int       // notifications
	At       time.Time // of the newest, or of the first answer
	Last     *session.Notification
	Age      time.Duration // since At
	// Attributes are those in force as far as they are known, and Deviations
	// how often the device departed from them.
	Attributes lwm2m.Attributes
	Deviations int
}

// AppendJSON appends the observations as one JSON object.
func (l *Observations) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", "observations")
	o.list("observations", len(l.List), func(i int, in *object) {
		x := &l.List[i]
		in.unsigned("observe", x.Number)
		in.text("endpoint", x.Endpoint)
		in.text("path", x.Path.String())
		if len(x.Paths) > 0 {
			in.paths("observed", x.Paths)
		}
		in.moment("since", x.Began)
		in.integer("count", int64(x.Count))
		if !x.Attributes.Empty() {
			in.attributes(x.Attributes)
		}
		if x.Deviations > 0 {
			in.integer("departures", int64(x.Deviations))
		}
		if x.Last != nil {
			in.moment("last", x.At)
			in.seconds("age", x.Age)
			if x.Last.Response.Tree != nil {
				in.tree(x.Last.Response.Tree)
			}
		}
	})
	return o.end()
}

// observationsCommand lists what is observed.
func observationsCommand() *Command {
	return &Command{
		Name: "observations", Group: GroupServer, Roles: ServerRole, Passive: true,
		Summary:  "list what is observed, of one device with --endpoint or of all",
		Spec:     "Core 1.2 §6.4",
		Examples: []string{"observations", "observations -e dev1"},
		Run: func(_ context.Context, env *Env, _ Args, _ Emit) (Result, error) {
			endpoints, err := env.chosenEndpoints()
			if err != nil {
				return nil, err
			}
			now := env.clock().Now()
			l := &Observations{}
			for _, e := range endpoints {
				for _, o := range e.Observations() {
					s := o.State()
					l.List = append(l.List, Observed{
						Number: o.Number, Endpoint: o.Endpoint, Path: o.Path, Paths: o.Paths, Began: o.Began,
						Count: s.Count, At: s.At, Last: s.Last, Age: now.Sub(s.At),
						Attributes: s.Attributes, Deviations: s.Deviations,
					})
				}
			}
			return l, nil
		},
	}
}
