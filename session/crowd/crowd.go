package crowd

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"lwcon/lwm2m"
	"lwcon/session"
	"lwcon/session/clock"
	"lwcon/session/coap"
	"lwcon/session/device"
	"lwcon/session/transport"
)

// Limits of a crowd.
const (
	// MaxDevices is how many devices there can be.
	MaxDevices = 1_000_000
	// maxAtOnce is how many devices wait for the answer to a Register or De-register at
	// a time: a server that is slower than the rate slows it down.
	maxAtOnce = 1_000
	// leaveTime is how long the De-registers may take in the end.
	leaveTime = 30 * time.Second
)

// Config says which crowd to make. Profile, Count and one of Lanes and Dial are
// required.
type Config struct {
	Profile *device.Profile // what each device is
	Names   Names
	Count   int
	Rate    float64       // Registers a second; 0: as fast as the server answers
	Jitter  time.Duration // each device begins up to so much later

	Update time.Duration // between Updates; 0: by the lifetime
	Notify time.Duration // between notifications of an observation; 0: by its attributes
	Sends  []Send        // what each device sends by itself

	Misbehaving float64 // share of the devices that play the rules of the profile, 0 to 1; negative: all do
	Silent      float64 // share of those that answer nothing once registered

	// Lanes are the local ends of the devices, one each; with Sockets above 0 so many
	// that they share.
	Lanes   transport.Lanes
	Sockets int
	// Dial opens a link of its own for each device where there are no Lanes.
	Dial func(ctx context.Context, a device.Account, endpoint string) (transport.Link, transport.Address, error)

	Clock      clock.Clock     // nil: the machine's
	Exchanges  *coap.Log       // nil: a small one
	Parameters coap.Parameters // of the message layer
	Seed       uint64          // of all that is random
	Tap        coap.Tap        // is shown each message that passes; may be nil
}

// Send is what a device sends by itself, and how often.
type Send struct {
	Path  lwm2m.Path
	Every time.Duration
}

// exchangeLog is how many octets of messages a crowd keeps for details.
const exchangeLog = 4 << 20

// Crowd is a crowd of simulated devices. It is safe for concurrent use.
type Crowd struct {
	config  Config
	hub     *session.Hub // nil where each device has a link of its own
	plain   *device.Profile
	started time.Time
	random  *rand.Rand // of Run alone

	registered, silent                      atomic.Int64
	registers, updates, deregisters, sends  atomic.Uint64
	notifications, served, errors, timeouts atomic.Uint64

	mu        sync.Mutex
	latencies Latencies // of all
	interval  Latencies // since the last Report
	reported  time.Time
	before    Report
	clients   []*session.Client
	lanes     []transport.Address // shared ones
	failure   error               // the first
	timers    []clock.Timer
	over      bool
}

// New makes a crowd that has not begun. It takes over Lanes.
func New(c Config) (*Crowd, error) {
	switch {
	case c.Profile == nil:
		return nil, errors.New("crowd: expected a profile, found none")
	case c.Count < 1 || c.Count > MaxDevices:
		return nil, errors.New("crowd: expected 1 to 1,000,000 devices")
	case c.Lanes == nil && c.Dial == nil:
		return nil, errors.New("crowd: expected a way to the server, found none")
	}
	if c.Clock == nil {
		c.Clock = clock.Real()
	}
	if c.Exchanges == nil {
		c.Exchanges = coap.NewLog(exchangeLog)
	}
	plain := *c.Profile
	plain.Rules = nil
	crowd := &Crowd{config: c, plain: &plain, random: rand.New(rand.NewPCG(c.Seed, 0))}
	if c.Lanes == nil {
		return crowd, nil
	}
	var err error
	crowd.hub, err = session.NewHub(session.HubConfig{
		Link: c.Lanes, Clock: c.Clock, Exchanges: c.Exchanges, Parameters: c.Parameters, Seed: c.Seed, Tap: c.Tap,
	})
	return crowd, err
}

// Run registers the devices and keeps them until ctx ends; then those that are
// registered leave. The error is that of the first Register if none succeeded.
func (c *Crowd) Run(ctx context.Context) error {
	c.mu.Lock()
	c.started = c.config.Clock.Now()
	c.reported = c.started
	c.mu.Unlock()
	// What is under way when ctx ends may come to its end: a Register that is given up
	// leaves a registration behind.
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	defer context.AfterFunc(ctx, func() { c.config.Clock.AfterFunc(leaveTime, end) })()
	var registering sync.WaitGroup
	room := make(chan struct{}, maxAtOnce)
	for i := range c.config.Count {
		if !c.until(ctx, c.start(i)) {
			break
		}
		select {
		case room <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		misbehaves := c.config.Misbehaving < 0 || c.random.Float64() < c.config.Misbehaving
		silent := c.random.Float64() < c.config.Silent
		registering.Go(func() {
			defer func() { <-room }()
			c.begin(life, i, misbehaves, silent)
		})
	}
	registering.Wait()
	if c.registers.Load() == 0 && ctx.Err() == nil {
		c.leave()
		return c.first()
	}
	<-ctx.Done()
	c.leave()
	return nil
}

// start is when device i begins.
func (c *Crowd) start(i int) time.Time {
	at := c.started
	if c.config.Rate > 0 {
		at = at.Add(time.Duration(float64(i) / c.config.Rate * float64(time.Second)))
	}
	if c.config.Jitter > 0 {
		at = at.Add(time.Duration(c.random.Int64N(int64(c.config.Jitter))))
	}
	return at
}

// until waits for a time; false if ctx ended first.
func (c *Crowd) until(ctx context.Context, at time.Time) bool {
	wait := at.Sub(c.config.Clock.Now())
	if wait <= 0 {
		return ctx.Err() == nil
	}
	timer := c.config.Clock.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C():
		return true
	case <-ctx.Done():
		return false
	}
}

// begin makes device i and registers it.
func (c *Crowd) begin(ctx context.Context, i int, misbehaves, silent bool) {
	client, err := c.client(i, misbehaves)
	if err != nil {
		c.fail(err)
		return
	}
	r, err := client.Register(ctx)
	if err != nil || r.Code != session.Created {
		return // counted, and tried again by the client itself
	}
	if silent {
		c.goSilent(client)
		return
	}
	for _, s := range c.config.Sends {
		c.every(s.Every, func() { _, _ = client.Send(ctx, session.SendOptions{Paths: []lwm2m.Path{s.Path}, Force: true}) })
	}
}

// client makes device i.
func (c *Crowd) client(i int, misbehaves bool) (*session.Client, error) {
	profile := c.config.Profile
	if !misbehaves {
		profile = c.plain
	}
	name := c.config.Names.Name(i)
	d, err := device.New(device.Config{Profile: profile, Clock: c.config.Clock, Seed: c.config.Seed + uint64(i) + 1, Endpoint: name})
	if err != nil {
		return nil, err
	}
	client, err := session.NewClient(session.ClientConfig{
		Device: d, Clock: c.config.Clock, Exchanges: c.config.Exchanges, Parameters: c.config.Parameters,
		Seed: c.config.Seed + uint64(i) + 1, Tap: c.config.Tap, Hub: c.hub,
		Happened: c.happened, Asked: c.asked, UpdateEvery: c.config.Update, NotifyEvery: c.config.Notify,
		Dial: func(ctx context.Context, a device.Account) (transport.Link, transport.Address, error) {
			if c.hub == nil {
				return c.config.Dial(ctx, a, name)
			}
			at, err := c.lane(i)
			return nil, at, err
		},
	})
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clients = append(c.clients, client)
	return client, nil
}

// lane returns where the server is for device i: on a lane of its own, or on the one
// that it shares.
func (c *Crowd) lane(i int) (transport.Address, error) {
	if c.config.Sockets <= 0 {
		return c.config.Lanes.Open()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	at := i % c.config.Sockets
	for len(c.lanes) <= at {
		lane, err := c.config.Lanes.Open()
		if err != nil {
			return lane, err
		}
		c.lanes = append(c.lanes, lane)
	}
	return c.lanes[at], nil
}

// goSilent has a device answer nothing any more; its server sees it expire.
func (c *Crowd) goSilent(client *session.Client) {
	c.silent.Add(1)
	c.registered.Add(-1)
	for _, n := range client.Connections() {
		if c.hub != nil && c.config.Sockets <= 0 {
			c.hub.Mute(n.Server())
		}
	}
	client.Abandon()
}

// every does something at intervals, the first time after a random part of one.
func (c *Crowd) every(d time.Duration, do func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over || d <= 0 {
		return
	}
	var timer clock.Timer
	timer = c.config.Clock.AfterFunc(time.Duration(rand.Int64N(int64(d))), func() {
		do()
		c.mu.Lock()
		defer c.mu.Unlock()
		if !c.over {
			timer.Reset(d)
		}
	})
	c.timers = append(c.timers, timer)
}

// asked counts what a device asked of the server.
func (c *Crowd) asked(kind session.EventKind, r *session.Result, err error) {
	if err != nil {
		c.errors.Add(1)
		if errors.Is(err, coap.ErrTimeout) {
			c.timeouts.Add(1)
		}
		c.fail(err)
		return
	}
	c.mu.Lock()
	c.interval.Add(r.Duration)
	c.mu.Unlock()
	if !r.Code.IsSuccess() {
		c.errors.Add(1)
		c.fail(&RefusedError{Operation: r.Operation, Endpoint: r.Endpoint, Code: r.Code})
		return
	}
	switch kind {
	case session.EventRegister:
		c.registers.Add(1)
		c.registered.Add(1)
	case session.EventUpdate:
		c.updates.Add(1)
	case session.EventDeregister:
		c.deregisters.Add(1)
		c.registered.Add(-1)
	case session.EventSend:
		c.sends.Add(1)
	}
}

// happened counts what the server asked, and notifications.
func (c *Crowd) happened(e session.Event) {
	switch e.Kind {
	case session.EventRequest:
		c.served.Add(1)
	case session.EventNotification:
		c.notifications.Add(1)
	}
}

// RefusedError tells that the server answered with an error.
type RefusedError struct {
	Operation, Endpoint string
	Code                session.Code
}

func (e *RefusedError) Error() string {
	return e.Operation + " of " + e.Endpoint + ": answered " + e.Code.String()
}

func (c *Crowd) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failure == nil && !errors.Is(err, context.Canceled) {
		c.failure = err
	}
}

func (c *Crowd) first() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failure
}

// leave de-registers all devices and closes everything.
func (c *Crowd) leave() {
	c.mu.Lock()
	c.over = true
	clients, timers := c.clients, c.timers
	c.clients, c.timers = nil, nil
	c.mu.Unlock()
	for _, t := range timers {
		t.Stop()
	}
	ctx, cancel := context.WithCancel(context.Background())
	limit := c.config.Clock.AfterFunc(leaveTime, cancel)
	defer cancel()
	defer limit.Stop()
	var leaving sync.WaitGroup
	room := make(chan struct{}, maxAtOnce)
	for _, client := range clients {
		room <- struct{}{}
		leaving.Go(func() {
			defer func() { <-room }()
			_ = client.Close(ctx) // counted by asked
		})
	}
	leaving.Wait()
	if c.hub != nil {
		_ = c.hub.Close()
	}
}
