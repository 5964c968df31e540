package session

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session/coap"
	"lwcon/session/device"
	"lwcon/session/transport"
)

// bootstrapCause is why a client asks its bootstrap server.
type bootstrapCause uint8

const (
	bootstrapWithoutServers bootstrapCause = iota // it knows no other server
	bootstrapAfterFailure                         // a server refused it, or could not be reached
	bootstrapByTrigger                            // a server executed /1/x/9, or somebody asked for it
)

// Times of a bootstrap.
const (
	// bootstrapLimit is how long the Finish may take. Spec: Core 1.2 §6.1.
	bootstrapLimit = coap.ExchangeLifetime
	// firstBootstrapRetry is how much longer a device waits after a bootstrap that led
	// to no registration; each time twice as long, up to maxBootstrapRetry.
	firstBootstrapRetry = time.Minute
	maxBootstrapRetry   = time.Hour
)

// booting is a bootstrap under way; what is below the line is guarded by client.mu.
type booting struct {
	of   *Connection // of the bootstrap server
	done chan struct{}
	now  func() // ends the wait before it
	wait chan struct{}

	phase    *device.Bootstrap // nil until the server may act
	finished chan struct{}     // closed by a Finish that succeeded
	outcome  outcome           // of the Register behind it, or why it failed
}

// bootstrap begins a bootstrap by the side; false if the device knows no bootstrap
// server that could be asked. One that is under way goes on.
func (c *Client) bootstrap(cause bootstrapCause) bool { return c.beginBootstrap(cause) != nil }

// Bootstrap asks the bootstrap server, and waits until the device is registered with
// the servers that it was given. The result is that of the Register; the error says
// why it did not come to that. What has not come about when ctx ends goes on by
// itself.
//
//	GET /bspack?ep=NAME&acc=/0/x, Accept 112    from 1.2 on; else, or where it is refused
//	POST /bs?ep=NAME&pct=112
//	2.04, then the requests of the server up to its Finish
//
// Spec: Core 1.2 §6.1.4.
func (c *Client) Bootstrap(ctx context.Context) (*Result, error) {
	return c.awaitBootstrap(ctx, bootstrapByTrigger)
}

func (c *Client) awaitBootstrap(ctx context.Context, cause bootstrapCause) (*Result, error) {
	op := &operationOfClient{"bootstrap-request", c.device.Endpoint()}
	b := c.beginBootstrap(cause)
	if b == nil {
		return nil, op.failed(ErrNoServer, nil)
	}
	select {
	case <-b.done:
		return b.outcome.result, b.outcome.err
	case <-ctx.Done():
		return nil, op.failed(ctx.Err(), nil)
	}
}

// beginBootstrap begins a bootstrap unless one is under way; nil if there is no
// bootstrap server to ask.
func (c *Client) beginBootstrap(cause bootstrapCause) *booting {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.booting != nil {
		if cause == bootstrapByTrigger {
			c.booting.now()
		}
		return c.booting
	}
	var of *Connection
	for _, n := range c.connections {
		if n.account.Bootstrap && n.account.URI != "" && of == nil {
			of = n
		}
	}
	if of == nil || c.closed {
		return nil
	}
	b := &booting{of: of, done: make(chan struct{}), wait: make(chan struct{}), finished: make(chan struct{})}
	b.now = sync.OnceFunc(func() { close(b.wait) })
	c.booting = b
	c.aside(func() { c.runBootstrap(b, cause) })
	return b
}

// runBootstrap is the whole bootstrap, and the Register behind it. Where it fails
// the device is what it was before.
func (c *Client) runBootstrap(b *booting, cause bootstrapCause) {
	defer close(b.done)
	if cause != bootstrapByTrigger {
		c.holdOff(b)
	}
	err := c.request(b)
	c.endBootstrap(b)
	if err != nil {
		b.outcome.err = err
		var said *OperationError
		if !errors.As(err, &said) {
			b.outcome.err = (&operationOfClient{"bootstrap-request", c.device.Endpoint()}).failed(err, nil)
		}
		c.bootstrapEnded(fmt.Sprintf("failed: %v; the device is what it was before", err))
		if len(c.of(0)) == 0 && c.life.Err() == nil {
			c.bootstrap(bootstrapWithoutServers) // one with servers goes on with those
		}
		return
	}
	c.bootstrapEnded("finished; the device registers with what it was given")
	c.limitAccount(b.of.account)
	c.reconcile()
	c.changed(lwm2m.Path{})
	if servers := c.of(0); len(servers) > 0 {
		b.outcome.result, b.outcome.err = c.inTurn(c.life, servers)
	}
}

// request asks for a pack, where the version has it, or for a sequence, and
// waits for its end.
func (c *Client) request(b *booting) error {
	b.of.interfaceLock.Lock()
	defer b.of.interfaceLock.Unlock()
	defer b.of.hangUp()
	if _, err := b.of.open(c.life); err != nil {
		return err
	}
	if c.device.Version() >= lwm2m.V1_2 {
		if done, err := c.askPack(b); done || err != nil {
			return err
		}
	}
	return c.askSequence(b)
}

// askPack asks for a pack; done is false where the device is to ask for a sequence
// instead.
func (c *Client) askPack(b *booting) (done bool, err error) {
	m := coap.NewRequest(coap.GET, "/bspack")
	m.AddQuery("ep=" + c.device.Endpoint())
	m.AddQuery("acc=" + lwm2m.NewPath(securityObject, b.of.account.Security).String())
	m.SetAccept(uint16(lwm2m.FormatSenMLCBOR))
	r, x, err := b.of.ask(c.life, "bootstrap-pack-request", m, c.device.Misbehave("bootstrap-pack-request", lwm2m.Path{}))
	if err != nil {
		return false, err
	}
	c.bootstrapAsked(b, x, true, r)
	number, ok := x.Response.ContentFormat()
	f := lwm2m.ContentFormat(number)
	if r.Code != Content || !ok || !c.takes(f, lwm2m.NewPath(securityObject)) {
		return false, nil
	}
	tree, err := formats.Decode(f, x.Response.Payload, formats.Options{Definitions: c.device})
	if err != nil {
		c.bootstrapEnded("the pack does not decode: " + err.Error())
		return false, nil
	}
	result := c.device.BeginBootstrap(b.of.account).Pack(tree.Nodes)
	if result.Status != device.Changed {
		c.bootstrapEnded(fmt.Sprintf("the pack is not taken: %s; a sequence is asked for", result.Reason))
		return false, nil
	}
	return true, nil
}

// askSequence asks for a sequence, and waits for its Finish.
func (c *Client) askSequence(b *booting) error {
	m := coap.NewRequest(coap.POST, "/bs")
	m.AddQuery("ep=" + c.device.Endpoint())
	if c.device.Version() >= lwm2m.V1_1 {
		m.AddQuery("pct=" + strconv.Itoa(int(lwm2m.FormatSenMLCBOR)))
	}
	c.mu.Lock()
	b.phase = c.device.BeginBootstrap(b.of.account) // before the answer, which requests can overtake
	c.mu.Unlock()
	r, x, err := b.of.ask(c.life, "bootstrap-request", m, c.device.Misbehave("bootstrap-request", lwm2m.Path{}))
	if err != nil {
		return err
	}
	c.bootstrapAsked(b, x, false, r)
	if r.Code != Changed {
		return fmt.Errorf("%w: the bootstrap server answered %s %s", ErrNotBootstrapped, r.Code, r.Code.Name())
	}
	timer := c.clock.NewTimer(bootstrapLimit)
	defer timer.Stop()
	select {
	case <-b.finished:
		return nil
	case <-timer.C():
		return ErrNoFinish
	case <-c.life.Done():
		return ErrClosed
	}
}

// endBootstrap lets the servers be heard again.
func (c *Client) endBootstrap(b *booting) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b.phase = nil
	if c.booting == b {
		c.booting = nil
	}
}

// holdOff waits before a bootstrap that the device begins by itself: as its account
// says, and longer after each that led to no registration. Spec: Core 1.2 §E.1,
// Client Hold Off Time.
func (c *Client) holdOff(b *booting) {
	wait := b.of.account.HoldOff
	c.mu.Lock()
	if c.boots > 0 {
		wait += min(firstBootstrapRetry<<min(c.boots-1, 6), maxBootstrapRetry)
	}
	c.boots++
	c.mu.Unlock()
	timer := c.clock.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C():
	case <-b.wait:
	case <-c.life.Done():
	}
}

// limitAccount has the account of the bootstrap server go once its time is over.
func (c *Client) limitAccount(a device.Account) {
	if a.Timeout <= 0 {
		return
	}
	c.clock.AfterFunc(a.Timeout, func() {
		c.start(func() {
			if c.device.Purge(a).Status == device.Deleted {
				c.reconcile()
				c.bootstrapEnded("the account of the bootstrap server is gone, its time is over")
			}
		})
	})
}

// bootstrapAsked logs a Bootstrap-Request of the client and its answer.
func (c *Client) bootstrapAsked(b *booting, x *coap.Exchange, pack bool, r *Result) {
	f := lwm2m.FormatSenMLCBOR
	asked := &BootstrapAsked{Address: b.of.Server(), Security: transport.NoSecurity, Pack: pack, Code: r.Code}
	if pack || c.device.Version() >= lwm2m.V1_1 {
		asked.Format = &f
	}
	if r.Code.Class() >= 4 {
		asked.Reason = printable(string(r.Payload))
	}
	b.of.append(Event{
		Kind: EventBootstrapRequest, Time: c.clock.Now(), Endpoint: c.device.Endpoint(), Exchange: x.Number,
		Bootstrap: asked, Deviations: r.Deviations,
	})
}

// bootstrapEnded logs how a bootstrap ended.
func (c *Client) bootstrapEnded(how string) {
	c.log.Append(Event{
		Kind: EventBootstrapStep, Time: c.clock.Now(), Endpoint: c.device.Endpoint(), Simulated: true,
		Step: &BootstrapStep{Operation: "bootstrap", Notes: []string{how}, Last: true},
	})
}
