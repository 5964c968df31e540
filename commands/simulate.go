package commands

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"lwcon/lwm2m"
	"lwcon/session/crowd"
	"lwcon/session/device"
	"lwcon/session/transport"
)

// Simulated is how a crowd of simulated devices stands: an event each second, and the
// result in the end.
//
//	{"event":"simulate","time":"…","seconds":3.0,"devices":100,"registered":100,"silent":0,"registers":100,
//	 "updates":3,"deregisters":0,"sends":0,"notifications":12,"served":5,"unserved":0,"errors":0,"timeouts":0,
//	 "rate":33.3,"p50-ms":1.2,"p90-ms":2,"p99-ms":4.1,"max-ms":5}
type Simulated struct {
	crowd.Report
	Final bool // the result of the command
}

// AppendJSON appends it as one JSON object.
func (s *Simulated) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	if s.Final {
		o.text("command", "simulate")
	} else {
		o.text("event", "simulate")
		o.moment("time", s.Time)
	}
	o.number("seconds", s.Elapsed.Seconds())
	o.integer("devices", int64(s.Devices))
	o.integer("registered", s.Registered)
	o.integer("silent", s.Silent)
	for _, n := range [...]struct {
		name  string
		value uint64
	}{
		{"registers", s.Registers},
		{"updates", s.Updates},
		{"deregisters", s.Deregisters},
		{"sends", s.Sends},
		{"notifications", s.Notifications},
		{"served", s.Served},
		{"unserved", s.Unserved},
		{"errors", s.Errors},
		{"timeouts", s.Timeouts},
	} {
		o.unsigned(n.name, n.value)
	}
	o.number("rate", s.Rate)
	for _, l := range [...]struct {
		name  string
		value time.Duration
	}{{"p50-ms", s.P50}, {"p90-ms", s.P90}, {"p99-ms", s.P99}, {"max-ms", s.Max}} {
		o.number(l.name, float64(l.value)/float64(time.Millisecond))
	}
	if s.First != nil {
		o.text("failure", s.First.Error())
	}
	return o.end()
}

// AppendText appends it as one line.
func (s *Simulated) AppendText(b []byte) []byte {
	b = fmt.Appendf(b, "simulate  %s  %d of %d registered", s.Elapsed.Round(100*time.Millisecond), s.Registered, s.Devices)
	if s.Final {
		b = fmt.Appendf(b, ", %d registered and %d left in all", s.Registers, s.Deregisters)
	}
	b = fmt.Appendf(b, "  %.0f/s  updates %d  served %d  notifications %d", s.Rate, s.Updates, s.Served, s.Notifications)
	for _, n := range [...]struct {
		name  string
		value uint64
	}{{"sends", s.Sends}, {"silent", uint64(max(s.Silent, 0))}, {"answered 5.03", s.Unserved}, {"errors", s.Errors}, {"timeouts", s.Timeouts}} {
		if n.value > 0 {
			b = fmt.Appendf(b, "  %s %d", n.name, n.value)
		}
	}
	if s.Max > 0 {
		b = fmt.Appendf(b, "  p50 %s  p90 %s  p99 %s  max %s", latencyText(s.P50), latencyText(s.P90), latencyText(s.P99), latencyText(s.Max))
	}
	b = append(b, '\n')
	if s.Final && s.First != nil {
		b = fmt.Appendf(b, "  the first error: %v\n", s.First)
	}
	return b
}

// latencyText is a latency in few digits.
func latencyText(d time.Duration) time.Duration {
	switch {
	case d > time.Second:
		return d.Round(10 * time.Millisecond)
	case d > 10*time.Millisecond:
		return d.Round(100 * time.Microsecond)
	}
	return d.Round(time.Microsecond)
}

// Refused says whether something failed.
func (s *Simulated) Refused() bool { return s.Errors > 0 }

// simulateCommand makes a crowd.
func simulateCommand() *Command {
	return &Command{
		Name: "simulate", Group: GroupTools, Stream: true,
		Summary: "be a crowd of simulated devices before a server",
		Help: `Each device has a socket of its own, and is served, observed and bootstrapped as any other. A line a second tells how many
are registered, what the server asked, and how long it took to answer. The crowd stays until --for or Ctrl-C and then
de-registers. With --sockets N the devices share N sockets: for Register, Update and Send load only, since nobody can tell
which of them a request of the server means; it is answered 5.03 and counted.
--misbehave makes a share of the devices play the misbehave rules of the profile; without it all do. --silent makes a share
answer nothing any more once they are registered. --notify has each observation notify at that rate, whatever its attributes say.`,
		Spec: "Core 1.2 §6.2.1",
		Parameters: []Parameter{
			{Name: "connect", Kind: KindURI, Required: true, Summary: "the server: coap://HOST:PORT, coaps://, coap+tcp:// or coaps+tcp://"},
			{Name: "device", Kind: KindFile, Word: "PROFILE", Default: "thermometer", Summary: "what each device is: a built-in profile or a file", Complete: completeProfiles},
			{Name: "count", Kind: KindCount, Default: "100", Summary: "how many devices"},
			{Name: "rate", Kind: KindText, Word: "NUMBER", Default: "100", Summary: "Registers a second; 0 as fast as the server answers"},
			{Name: "name", Kind: KindText, Word: "PATTERN", Default: "sim-{0..}", Summary: "the endpoint names: sim-{0..}, sim-{0001..}"},
			{Name: "jitter", Kind: KindDuration, Summary: "each device begins up to so much later"},
			{Name: "update", Kind: KindDuration, Summary: "the time between Updates, instead of what the lifetime says"},
			{Name: "notify", Kind: KindDuration, Summary: "the time between notifications of an observation, instead of what its attributes say"},
			{Name: "send", Kind: KindText, Word: "PATH=DURATION", Repeated: true, Summary: "what each device sends by itself, and how often"},
			{Name: "misbehave", Kind: KindText, Word: "SHARE", Summary: "the share of devices that misbehave by the profile, such as 10%"},
			{Name: "silent", Kind: KindText, Word: "SHARE", Summary: "the share of devices that go silent once registered, such as 5%"},
			{Name: "sockets", Kind: KindCount, Summary: "share so many sockets"},
			{Name: "seed", Kind: KindCount, Summary: "of all that is random: the same one makes the same crowd"},
			{Name: "for", Kind: KindDuration, Summary: "leave after this time"},
		},
		Examples: []string{
			"simulate --connect coap://127.0.0.1:5683 --count 1000 --rate 200",
			"simulate --connect coap://127.0.0.1 --device thermometer --count 50 --name dev-{001..} --notify 10s --for 5m",
			"simulate --connect coap://127.0.0.1 --count 100000 --rate 5000 --sockets 100 --send /3303/0/5700=30s",
		},
		Run: runSimulate,
	}
}

func runSimulate(ctx context.Context, env *Env, args Args, emit Emit) (Result, error) {
	s, err := env.sessions("simulate")
	if err != nil {
		return nil, err
	}
	config, err := s.crowdOf(ctx, env, args)
	if err != nil {
		return nil, err
	}
	c, err := crowd.New(config)
	if err != nil {
		return nil, failure(ConfigError, "simulate: %v", err)
	}
	limited, cancel := context.WithCancel(ctx)
	defer cancel()
	if args.Has("for") {
		timer := env.clock().AfterFunc(args.Duration("for"), cancel)
		defer timer.Stop()
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Run(limited) }()
	err = env.tell(c, ended, emit)
	total := &Simulated{c.Total(), true}
	if err != nil && total.Registers == 0 {
		e := *Classify(err)
		e.Message = "simulate: no device could register: " + e.Message
		return total, &e
	}
	return total, err
}

// tell emits how a crowd stands each second until it has ended.
func (env *Env) tell(c *crowd.Crowd, ended <-chan error, emit Emit) error {
	tick := env.clock().NewTimer(time.Second)
	defer tick.Stop()
	var failed error
	for {
		select {
		case err := <-ended:
			return errors.Join(failed, err)
		case <-tick.C():
			tick.Reset(time.Second)
			if failed == nil {
				failed = emit(&Simulated{c.Report(), false})
			}
		}
	}
}

// crowdOf reads what the command says of a crowd, and opens its lanes.
func (s *Sessions) crowdOf(ctx context.Context, env *Env, args Args) (crowd.Config, error) {
	uri := args.Text("connect")
	scheme, err := schemeOf("simulate", uri)
	if err != nil {
		return crowd.Config{}, err
	}
	c := crowd.Config{
		Count: args.Count("count"), Jitter: args.Duration("jitter"), Update: args.Duration("update"), Notify: args.Duration("notify"),
		Sockets: args.Count("sockets"), Clock: s.clock, Parameters: s.parameters, Seed: uint64(args.Count("seed")), Tap: s.passClient, Misbehaving: -1,
	}
	if c.Count < 1 || c.Count > crowd.MaxDevices {
		return c, usage("simulate --count %d: expected 1 to %d", c.Count, crowd.MaxDevices)
	}
	if c.Seed == 0 {
		c.Seed = s.seed
	}
	profile, err := device.Load(env.profileName(args.Text("device")), s.definitions)
	if err != nil {
		return c, failure(ConfigError, "%v", err)
	}
	c.Profile = profile.At(uri)
	if c.Names, err = crowd.ParseNames(args.Text("name")); err != nil {
		return c, usage("simulate: %v", err)
	}
	if c.Rate, err = strconv.ParseFloat(args.Text("rate"), 64); err != nil || !(c.Rate >= 0) {
		return c, usage("simulate --rate %q: expected a number of Registers a second", args.Text("rate"))
	}
	if c.Sends, err = sendsOf(args.Texts("send")); err != nil {
		return c, err
	}
	for name, share := range map[string]*float64{"misbehave": &c.Misbehaving, "silent": &c.Silent} {
		if args.Has(name) {
			if *share, err = parseShare(args.Text(name)); err != nil {
				return c, usage("simulate --%s: %v", name, err)
			}
		}
	}
	return c, s.lanesOf(ctx, &c, scheme, uri)
}

// sendsOf reads PATH=DURATION.
func sendsOf(texts []string) ([]crowd.Send, error) {
	var sends []crowd.Send
	for _, text := range texts {
		where, every, _ := strings.Cut(text, "=")
		p, err := lwm2m.ParsePath(where)
		d, wrong := time.ParseDuration(every)
		if err != nil || wrong != nil || d <= 0 {
			return nil, usage("simulate --send %q: expected a path and how often, such as /3303/0/5700=30s", text)
		}
		sends = append(sends, crowd.Send{Path: p, Every: d})
	}
	return sends, nil
}

// lanesOf gives a crowd its way to the server: a socket for each device, or as many as
// they share. The limits of the machine are told before they bite.
func (s *Sessions) lanesOf(ctx context.Context, c *crowd.Config, scheme, uri string) error {
	sockets := c.Count
	if c.Sockets > 0 {
		sockets = min(c.Sockets, c.Count)
	}
	if err := crowd.MachineLimits().Check(sockets); err != nil {
		var limit *crowd.LimitError
		e := failure(ConfigError, "simulate: %v", err)
		if errors.As(err, &limit) {
			e.Hint = limit.Cure
		}
		return e
	}
	if scheme != "coap" {
		if c.Sockets > 0 {
			return usage("simulate --sockets: expected coap:// with it, found %s://", scheme)
		}
		c.Dial = func(ctx context.Context, a device.Account, endpoint string) (transport.Link, transport.Address, error) {
			return s.dial(ctx, "simulate", uri, s.security(a, endpoint))
		}
		return nil
	}
	lanes, err := transport.DialSockets(ctx, uri)
	if err != nil {
		e := failure(TransportError, "simulate %s: %v", uri, err)
		e.Err = err
		return e
	}
	c.Lanes = crowdLanes{s.wrap(lanes), lanes}
	return nil
}

// crowdLanes are lanes whose link is tapped and can be harmed.
type crowdLanes struct {
	transport.Link
	lanes *transport.Sockets
}

// Server implements transport.Lanes.
func (l crowdLanes) Server() transport.Address { return l.lanes.Server() }

// Open implements transport.Lanes.
func (l crowdLanes) Open() (transport.Address, error) { return l.lanes.Open() }
