package commands

import (
	"io"
	"sync/atomic"
	"time"

	"lwcon/lwm2m/objects"
	"lwcon/session/clock"
)

// Env is what a command sees of the face that runs it. Each prompt and each
// scenario has its own; any number can share one set of sessions. One Env runs
// one command at a time.
type Env struct {
	Table       Table                        // what help and completion speak of
	Sessions    *Sessions                    // nil while none is open
	Definitions *objects.Registry            // nil: nothing is known
	Version     string                       // of lwcon
	Clock       clock.Clock                  // nil: the machine's
	Endpoint    string                       // the device that commands are for; "" while exactly one is registered
	Timeout     time.Duration                // how long to wait for an answer; 0: what the link says
	Wait        time.Duration                // how long to wait for the device to register; 0: not at all
	Follow      bool                         // streaming commands go on, as in one-shot mode
	Directory   string                       // what the name of a @FILE is relative to; "": the working directory
	Input       io.Reader                    // what "-" reads; nil: nothing
	Request     RequestDefaults              // how requests are sent whose flags do not say
	Profiles    func(config string) []string // the profiles of lwcon.yaml, that of --config if it is given; nil: none is known
	Trace       string                       // how much of the wire the face shows, a Trace level; "" is TraceOff
	Full        *atomic.Bool                 // whether the face shows long values whole; nil: it cannot
	emit        Emit                         // of the running command
	used        bool                         // Endpoint was chosen by use
	exchange    uint64                       // number of that of the newest answer
	base        *Env                         // the environment that this one is a copy of for one command, nil if none
	since       uint64                       // number of the newest event when the last command that was not Passive began
	sinceTime   time.Time                    // when that was
}

// with returns the environment changed by the flags of one command.
func (env *Env) with(flags Args) *Env {
	if len(flags.given) == 0 {
		return env
	}
	scoped := *env
	scoped.base = env
	if flags.Has("endpoint") {
		scoped.Endpoint, scoped.used = flags.Text("endpoint"), false
	}
	if flags.Has("timeout") {
		scoped.Timeout = flags.Duration("timeout")
	}
	if flags.Has("wait") {
		scoped.Wait = flags.Duration("wait")
	}
	return &scoped
}

// mark notes where the log of events stands now: a wait counts from there.
func (env *Env) mark() {
	env.sinceTime = env.clock().Now()
	if env.Sessions != nil {
		env.since = env.Sessions.Log().End()
	}
}

// roles are the roles that are open.
func (env *Env) roles() Role {
	if env.Sessions == nil {
		return 0
	}
	return env.Sessions.Roles()
}

// clock is the clock of the environment.
func (env *Env) clock() clock.Clock {
	if env.Clock != nil {
		return env.Clock
	}
	return clock.Real()
}

// root is the environment itself, or what it is a copy of: where settings stay.
func (env *Env) root() *Env {
	if env.base != nil {
		return env.base
	}
	return env
}

// use makes commands be for a device from now on.
func (env *Env) use(endpoint string) {
	for _, e := range [...]*Env{env, env.root()} {
		e.Endpoint, e.used = endpoint, true
	}
}

// setTrace sets how much of the wire the face shows.
func (env *Env) setTrace(level string) { env.Trace, env.root().Trace = level, level }
