package commands

import (
	"context"
	"errors"
	"time"

	"lwcon/lwm2m"
	"lwcon/session"
)

// Bootstrapped is how the bootstrap of a device went.
//
//	{"command":"bootstrap","endpoint":"dev1","phase":"finished","code":"2.04","ms":41.5,"steps":[
//	 {"step":"bs-write","stage":"write","path":"/0/1","code":"2.04","ms":3.2,"values":[…],"exchange":7}]}
//
// A sequence that stopped as it was told to says before which stage in "stopped";
// one that failed says why in "verdict".
type Bootstrapped struct{ *session.BootstrapReport }

// Refused says whether the bootstrap failed, or the device refused its Finish.
func (b *Bootstrapped) Refused() bool {
	return b.Phase == session.BootstrapFailed || b.Code().Class() >= 4
}

// AppendJSON appends the outcome as one JSON object.
func (b *Bootstrapped) AppendJSON(bytes []byte) []byte {
	o := beginObject(bytes)
	o.text("command", "bootstrap")
	o.text("endpoint", b.Endpoint)
	o.text("phase", b.Phase.String())
	if b.Stopped != session.StageNone {
		o.text("stopped", b.Stopped.String())
	}
	if c := b.Code(); c != 0 {
		o.text("code", c.String())
	}
	o.optional("verdict", b.Verdict)
	o.milliseconds("ms", b.Duration)
	o.list("steps", len(b.Steps), func(i int, in *object) {
		in.step(b.Steps[i])
		in.deviations(b.Steps[i].Deviations)
		if x := b.Steps[i].Exchange; x != 0 {
			in.unsigned("exchange", x)
		}
	})
	return o.end()
}

// step writes what a bootstrap server did to a device.
func (o *object) step(s *session.BootstrapStep) {
	o.text("step", s.Operation)
	if s.Stage != session.StageNone {
		o.text("stage", s.Stage.String())
	}
	o.text("path", s.Path.String())
	if s.Code != 0 {
		o.text("code", s.Code.String())
	}
	if s.Err != nil {
		o.text("failure", s.Err.Error())
	}
	o.milliseconds("ms", s.Duration)
	if s.Tree != nil {
		o.tree(s.Tree)
	}
	if len(s.Notes) > 0 {
		o.texts("notes", s.Notes)
	}
	if s.Last {
		o.boolean("last", true)
	}
}

// asked writes a Bootstrap-Request.
func (o *object) asked(a *session.BootstrapAsked) {
	o.text("address", a.Address.String())
	o.text("security", a.Security.String())
	o.boolean("pack", a.Pack)
	if a.Format != nil {
		o.text("format", a.Format.String())
	}
	o.text("code", a.Code.String())
	o.optional("account", a.Account)
	o.optional("reason", a.Reason)
	if a.Again {
		o.boolean("again", true)
	}
}

// bootstrapCommand runs the sequence.
func bootstrapCommand() *Command {
	return &Command{
		Name: "bootstrap", Group: GroupBootstrap, Roles: BootstrapRole, Passive: true,
		Summary: "bootstrap the next device that asks, and show each step",
		Help: `The steps are: discover (what the device has, and where the account of the bootstrap server itself is, which is never
overwritten), delete and write (what the account says), check (Discover, and from 1.1 on Bootstrap-Read of object 1), finish.
The account is that of the device in lwcon.yaml, else the default there, else that of lwcon's own server; or what stands on the
line. A device that asked since the command before is not missed; one whose sequence stopped goes on.
Where no such command waits, the sequence begins by itself: set stop-before discover leaves all to the commands by hand.
A device bootstraps when it starts without a server, or by execute /1/0/9.`,
		Spec: "Core 1.2 §6.1",
		Parameters: []Parameter{
			{Name: "values", Kind: KindAssignment, Positional: true, Repeated: true, Summary: "what to write, instead of the account: /0/0/0=coap://… /0/0/10=1 /1/0/0=1"},
			{Name: "remove", Kind: KindPath, Repeated: true, Summary: "what to delete before, with values on the line"},
			{Name: "stop-before", Kind: KindEnum, Values: session.StageNames(), Summary: "stop before this step; what follows is done by hand, or by bootstrap again"},
		},
		Examples: []string{
			"bootstrap", "bootstrap --stop-before finish",
			"bootstrap --remove /0 --remove /1 /0/0/0=coap://192.0.2.1:5683 /0/0/1=false /0/0/2=3 /0/0/10=1 /1/0/0=1 /1/0/1=300 /1/0/6=false /1/0/7=U",
		},
		Run: runBootstrap,
	}
}

// noDeviceAsks is how long bootstrap waits at a prompt.
const noDeviceAsks = 60 * time.Second

func runBootstrap(ctx context.Context, env *Env, args Args, emit Emit) (Result, error) {
	b := env.Sessions.Bootstrap()
	account, err := env.accountOf(args)
	if err != nil {
		return nil, err
	}
	defer env.root().mark()
	events := env.Sessions.Log().Reader(env.since)
	o := session.BootstrapOptions{Account: account, RequestOptions: session.RequestOptions{Timeout: env.Timeout}}
	o.StopBefore, _ = session.ParseBootstrapStage(args.Text("stop-before"))
	var failed error
	tell := func() {
		for env.Follow && failed == nil {
			e, _, ok := events.TryNext()
			if !ok {
				return
			}
			if e.Kind == session.EventBootstrapRequest || e.Kind == session.EventBootstrapStep {
				failed = emit(Happened{e})
			}
		}
	}
	o.Followed = func(*session.BootstrapStep) { tell() }
	c, err := env.bootstrapping(ctx, true, account == nil && o.StopBefore == session.StageNone)
	if err != nil {
		return nil, err
	}
	tell()
	report, err := b.Run(ctx, c, o)
	tell()
	if report == nil || failed != nil {
		return nil, errors.Join(err, failed)
	}
	if n := len(report.Steps); err == nil && n > 0 && report.Steps[n-1].Err != nil {
		err = report.Steps[n-1].Err
	}
	return &Bootstrapped{report}, err
}

// accountOf is the account that stands on the line, nil if none does.
func (env *Env) accountOf(args Args) (*session.BootstrapAccount, error) {
	values, removed := args.Texts("values"), args.Texts("remove")
	if len(values) == 0 {
		if len(removed) > 0 {
			return nil, usage("bootstrap --remove: expected values to write with it, found none").
				hinting("bs-delete PATH deletes by hand")
		}
		return nil, nil
	}
	a := assigning{env: env, definitions: env.newest()}
	nodes, err := a.nodes(values)
	if err != nil {
		return nil, err
	}
	account := &session.BootstrapAccount{Write: nodes}
	for _, word := range removed {
		p, err := env.path(word, a.definitions)
		if err != nil {
			return nil, err
		}
		account.Delete = append(account.Delete, p)
	}
	return account, nil
}

// newest are the newest definitions.
func (env *Env) newest() lwm2m.Definitions {
	if env.Definitions == nil {
		return nil
	}
	return versioned{env.Definitions, 0}
}

// bootstrapping is the device that asked for a bootstrap and that commands are for:
// one whose bootstrap is open, else the next that asks. missed says that one counts
// too that asked since the command before and has been dealt with since; packs that
// a Bootstrap-Pack-Request will do.
func (env *Env) bootstrapping(ctx context.Context, missed, packs bool) (*session.BootstrapClient, error) {
	b := env.Sessions.Bootstrap()
	already := func() *session.BootstrapClient {
		if c := b.Find(env.Endpoint); c != nil {
			return c
		}
		if c := b.Latest(env.Endpoint); missed && c != nil && env.askedSince(c) {
			return c
		}
		return nil
	}
	if c := already(); c != nil {
		return c, nil
	}
	limit := env.Wait
	if limit <= 0 && missed {
		limit = noDeviceAsks
	}
	reason := failure(NoPeerError, "no device%s is being bootstrapped", forName(env.Endpoint)).
		hinting("is it entered with one of these as its bootstrap server: %s; does it have no server yet, or one whose /1/0/9 was executed?", listed(env.Sessions.BootstrapURIs()))
	if limit <= 0 {
		return nil, reason
	}
	waiting, cancel := env.within(ctx, limit)
	defer cancel()
	c, err := b.Claim(waiting, env.Endpoint, packs, already)
	switch {
	case err == nil:
		return c, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	reason.Message += "; waited " + limit.String()
	return nil, reason
}

// forName is a name behind a blank, "" for none.
func forName(endpoint string) string {
	if endpoint == "" {
		return ""
	}
	return " " + Quote(endpoint)
}

// askedSince says whether a device asked since the command before began.
func (env *Env) askedSince(c *session.BootstrapClient) bool {
	events := env.Sessions.Log().Reader(env.since)
	for {
		e, _, ok := events.TryNext()
		if !ok {
			return false
		}
		if e.Kind == session.EventBootstrapRequest && e.Exchange == c.Request() {
			return true
		}
	}
}
