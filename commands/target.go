package commands

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"lwcon/lwm2m"
	"lwcon/session"
)

// target is what a command of the server role is for: a device and a path.
type target struct {
	endpoint    *session.Endpoint
	definitions lwm2m.Definitions // of the device's objects, nil if nothing is known
	path        lwm2m.Path        // the first of paths; the root if there is none
	paths       []lwm2m.Path
	attributes  lwm2m.Attributes // of an Observe
	options     session.RequestOptions
	overslept   *atomic.Bool // the request left the queue since the device did not wake
}

// target finds the device that the environment names, waiting for it if need
// be, and the paths of the arguments.
func (env *Env) target(ctx context.Context, args Args) (*target, error) {
	e, err := env.device(ctx)
	if err != nil {
		return nil, err
	}
	g := e.Registration()
	if g == nil {
		return nil, failure(NoPeerError, "endpoint %q: not registered any more", e.Name())
	}
	t := &target{endpoint: e, definitions: g}
	for _, word := range args.Texts("path") {
		p, err := env.path(word, g)
		if err != nil {
			return nil, err
		}
		t.paths = append(t.paths, p)
	}
	if len(t.paths) > 0 {
		t.path = t.paths[0]
	}
	if scheme := e.Scheme(); args.Has("message-id") && streams(scheme) {
		return nil, usage("message-id: %s speaks %s, whose messages have no id", Quote(e.Name()), scheme)
	}
	t.options, err = env.requestOptions(args)
	t.overslept = env.waiting(&t.options)
	return t, err
}

// reason says why an operation failed: that its device did not wake, if so.
func (t *target) reason(env *Env, err error) error {
	if errors.Is(err, session.ErrDropped) && t.overslept != nil && t.overslept.Load() {
		why := "is asleep and did not wake"
		if t.endpoint.Away() {
			why = "has no connection and did not make one"
		}
		return failure(TimeoutError, "%s %s within %v", Quote(t.endpoint.Name()), why, env.Wait).
			hinting("--wait DURATION waits longer")
	}
	return err
}

// device finds the device that commands are for, and waits up to Env.Wait for
// it to register.
func (env *Env) device(ctx context.Context) (*session.Endpoint, error) {
	server := env.Sessions.Server()
	events := env.Sessions.Log().Reader(env.Sessions.Log().End())
	if env.Wait <= 0 {
		return server.Find(env.Endpoint)
	}
	e, err := found(server, env.Endpoint)
	if err == nil || ambiguous(err) {
		return e, err
	}
	waiting, cancel := env.within(ctx, env.Wait)
	defer cancel()
	for {
		event, _, wait := events.Next(waiting)
		if wait != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return nil, failure(NoPeerError, "%v; waited %v", err, env.Wait).
				hinting("is the device entered with one of these: %s", listed(env.Sessions.URIs()))
		}
		env.followHandshake(&event)
		if event.Kind != session.EventRegister && event.Kind != session.EventUpdate {
			continue
		}
		if e, err = found(server, env.Endpoint); err == nil || ambiguous(err) {
			return e, err
		}
	}
}

// followHandshake tells of a handshake that failed, perhaps why the device that is
// waited for does not come, where nobody else shows events.
func (env *Env) followHandshake(e *session.Event) {
	if e.Kind == session.EventHandshake && env.Follow && env.emit != nil {
		_ = env.emit(Happened{*e}) // who does not listen still gets the result
	}
}

// found finds a device that can be reached or will wake up; for one that has yet to
// connect, as for none, it has an error that says so.
func found(server *session.Server, pattern string) (*session.Endpoint, error) {
	e, err := server.Find(pattern)
	if err == nil && e.Away() {
		why := "is registered, but its connection is gone"
		if g := e.Registration(); g != nil && g.Restored {
			why = "is known of a former run, but has not connected to this one"
		}
		err = fmt.Errorf("endpoint %q %s", e.Name(), why)
	}
	return e, err
}

// ambiguous says whether an error is that of a name that means several
// devices: waiting does not help.
func ambiguous(err error) bool {
	e, ok := err.(*session.FindError)
	return ok && len(e.Matches) > 1
}

// within ends a context after a time of the environment's clock.
func (env *Env) within(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	limited, cancel := context.WithCancelCause(ctx)
	timer := env.clock().AfterFunc(d, func() { cancel(context.DeadlineExceeded) })
	return limited, func() {
		timer.Stop()
		cancel(context.Canceled)
	}
}
