package scenarios

import (
	"context"
	"path"
	"slices"

	"lwcon/commands"
	"lwcon/scenarios/report"
	"lwcon/session/clock"
)

// Config is what a Runner is made of. Env is required.
type Config struct {
	// Env is copied for each scenario: its Sessions, Definitions, Clock, and as
	// Endpoint the device to be tested, "" while exactly one is registered.
	Env *commands.Env
	// Vars override vars of the scenarios.
	Vars map[string]string
	// ShortServerID is that of lwcon in the device's object 1, ${server.ssid}; 0
	// is 1.
	ShortServerID uint16
	// Simulate starts for each scenario the device that it names.
	Simulate bool
	// Start makes a simulated device and registers it; nil: a client of the
	// sessions over loopback. It is for tests over memory links.
	Start func(ctx context.Context, env *commands.Env, profile string) (Simulated, error)
	// AllowAllSkipped makes a run in which everything was skipped a success.
	AllowAllSkipped bool
}

// Simulated is a simulated device for one scenario.
type Simulated struct {
	Endpoint string
	Stop     func(ctx context.Context) error
}

// Runner runs scenarios, one after the other.
type Runner struct {
	config Config
	clock  clock.Clock
}

// NewRunner makes a runner.
func NewRunner(c Config) *Runner {
	if c.ShortServerID == 0 {
		c.ShortServerID = 1
	}
	if c.Start == nil {
		c.Start = startOnLoopback
	}
	r := &Runner{config: c, clock: c.Env.Clock}
	if r.clock == nil {
		r.clock = clock.Real()
	}
	return r
}

// job is one scenario, or one case of it, for one device.
type job struct {
	scenario *Scenario
	c        Case
	endpoint string // "" while exactly one is registered
}

// id is the id of the scenario, with the case.
func (j job) id() string {
	if j.c.Name == "" {
		return j.scenario.ID
	}
	return j.scenario.ID + "[" + j.c.Name + "]"
}

// jobs are the scenarios with all their cases.
func (r *Runner) jobs(all []*Scenario) []job {
	var jobs []job
	for _, s := range all {
		for _, c := range s.Cases {
			jobs = append(jobs, job{s, c, r.config.Env.Endpoint})
		}
	}
	return jobs
}

// Run runs scenarios with all their cases. It emits a report.Step for each step
// and a report.Scenario at the end of each. Once ctx is over, the teardown of the
// scenario that runs is still done, and the rest is SKIP with the reason aborted;
// the result is then complete, and the error that of ctx. Another error is one of
// emit.
func (r *Runner) Run(ctx context.Context, all []*Scenario, emit commands.Emit) (*report.Run, error) {
	started := r.clock.Now()
	result := &report.Run{AllowAllSkipped: r.config.AllowAllSkipped}
	for _, j := range r.jobs(all) {
		t := r.trial(j, emit)
		t.run(ctx)
		if t.emitted != nil {
			return result, t.emitted
		}
		result.Count(t.done.Verdict)
	}
	result.Duration = r.clock.Now().Sub(started)
	return result, ctx.Err()
}

// trial begins a job: its environment is its own.
func (r *Runner) trial(j job, emit commands.Emit) *trial {
	s := j.scenario
	env := *r.config.Env
	env.Table, env.Directory, env.Follow = s.table, s.Directory, false
	t := &trial{
		runner: r, job: j, env: &env, emit: emit, target: j.endpoint,
		variables:     map[string]any{},
		last:          map[string]any{},
		subscriptions: map[string]*subscription{},
	}
	t.done = report.Scenario{ID: j.id(), Title: s.Title, File: s.File, Tags: s.Tags, ETS: s.ETS}
	return t
}

// startOnLoopback makes a client of the sessions that registers with their server.
func startOnLoopback(ctx context.Context, env *commands.Env, profile string) (Simulated, error) {
	uris := env.Sessions.URIs()
	uri := ""
	if len(uris) > 0 {
		uri = uris[0]
	}
	if i := slices.IndexFunc(uris, func(u string) bool { local, _ := path.Match("*://127.*", u); return local }); i >= 0 {
		uri = uris[i]
	}
	c, err := env.Sessions.Connect(ctx, commands.Connection{URI: uri, Profile: profile})
	if err != nil {
		return Simulated{}, err
	}
	stop := func(ctx context.Context) error { return env.Sessions.Disconnect(ctx, c) }
	if _, err := c.Register(ctx); err != nil {
		_ = stop(ctx) // the first error is the one to tell
		return Simulated{}, err
	}
	return Simulated{Endpoint: c.Device().Endpoint(), Stop: stop}, nil
}
