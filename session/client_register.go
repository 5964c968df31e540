package session

import (
	"context"
	"errors"
	"strconv"
	"time"

	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session/coap"
	"lwcon/session/device"
)

// updateMargin is how much of the lifetime an Update leaves.
const updateMargin = coap.ExchangeLifetime

// Register registers the device with the server, which ends all observations,
// and keeps it registered from then on: an Update before the lifetime ends, a
// new Register where the server has forgotten it. A refusal is a Result; the
// client tries again later, as after an error.
//
//	POST /rd?ep=NAME&lt=SECONDS&lwm2m=VERSION&b=BINDING&Q, Content-Format 40, object list
//	2.01 with Location-Path
//
// Spec: Core 1.2 §6.2.1.
func (n *Connection) Register(ctx context.Context) (*Result, error) {
	r, err := n.registerAlone(ctx)
	n.client.goOn()
	return r, err
}

// registerAlone is Register, which leaves those in the order behind it alone.
func (n *Connection) registerAlone(ctx context.Context) (*Result, error) {
	n.interfaceLock.Lock()
	defer n.interfaceLock.Unlock()
	return n.register(ctx)
}

func (n *Connection) register(ctx context.Context) (*Result, error) {
	c := n.client
	if _, err := n.open(ctx); err != nil {
		err := n.operation("register").failed(err, nil)
		n.happened(EventRegister, nil, nil, err, n.failed(false))
		return nil, err
	}
	c.mu.Lock()
	n.dropObservers(n.offline) // not after the answer: the server can observe at once
	if n.state == ClientAway || n.state == ClientIdle {
		n.state = ClientTrying // it listens again: requests can overtake the answer
	}
	c.mu.Unlock()
	g := c.device.Registration(n.account.ShortServerID)
	m := coap.NewRequest(coap.POST, "/rd")
	m.AddQuery("ep=" + g.Endpoint)
	m.AddQuery("lt=" + seconds(g.Lifetime))
	m.AddQuery("lwm2m=" + g.Version.String())
	m.AddQuery("b=" + string(g.Binding))
	if g.Queue && g.Version >= lwm2m.V1_1 {
		m.AddQuery("Q")
	}
	wrong := c.device.Misbehave("register", lwm2m.Path{})
	if err := listing(m, omitted(g.Links, wrong)); err != nil {
		return nil, err
	}
	r, x, err := n.ask(ctx, "register", m, wrong)
	if err == nil {
		r.Deviations = append(r.Deviations, n.withoutProtocol()...)
	}
	if err == nil && r.Code == Created {
		n.registered(g, joined(x.Response.LocationPath()))
		n.happened(EventRegister, r, x, nil, 0)
	} else {
		n.happened(EventRegister, r, x, err, n.failed(err == nil))
	}
	return r, err
}

// withoutProtocol is the deviation of a server that has not agreed on the protocol.
func (n *Connection) withoutProtocol() []lwm2m.Deviation {
	n.client.mu.Lock()
	endpoint, server := n.endpoint, n.server
	n.client.mu.Unlock()
	if endpoint == nil {
		return nil
	}
	return withoutProtocol(endpoint.Link(), server)
}

// seconds writes a lifetime as it travels.
func seconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) }

// listing gives a message the object list as its body.
func listing(m *coap.Message, links []lwm2m.Link) error {
	body, err := formats.EncodeLinks(links)
	if err != nil {
		return err
	}
	m.SetContentFormat(uint16(lwm2m.FormatLink))
	m.Payload = body
	return nil
}

// ask sends a request of the client, over a link that is dialled if there is
// none.
func (n *Connection) ask(ctx context.Context, operation string, m *coap.Message, wrong *device.Action) (*Result, *coap.Exchange, error) {
	op := n.operation(operation)
	if wrong != nil {
		bend(m, wrong)
		if wrong.Drop || !n.client.pause(ctx, wrong.Delay) {
			return nil, nil, op.failed(ErrSilenced, nil)
		}
	}
	endpoint, err := n.open(ctx)
	if err != nil {
		return nil, nil, op.failed(err, nil)
	}
	if n.Cut() {
		return nil, nil, op.failed(ErrOffline, nil)
	}
	n.heard(n.client.clock.Now())
	x, err := endpoint.Do(ctx, n.Server(), m, coap.RequestOptions{})
	if err != nil {
		return nil, x, op.failed(err, x)
	}
	n.heard(n.client.clock.Now())
	if x.Response.Code.IsSuccess() {
		n.reached()
	}
	return op.result(x), x, nil
}

// operation names a request of the client.
func (n *Connection) operation(name string) *operationOfClient {
	return &operationOfClient{name: name, endpoint: n.client.device.Endpoint()}
}

// operationOfClient is a request of the registration interface on its way to a
// Result.
type operationOfClient struct{ name, endpoint string }

func (op *operationOfClient) failed(err error, x *coap.Exchange) error {
	e := &OperationError{Operation: op.name, Endpoint: op.endpoint, Err: err}
	if x != nil {
		e.Exchange = x.Number
	}
	return e
}

func (op *operationOfClient) result(x *coap.Exchange) *Result {
	return &Result{
		Operation: op.name, Endpoint: op.endpoint, Duration: x.Duration, Exchange: x.Number,
		Response: Response{Code: x.Response.Code, Payload: x.Response.Payload, Deviations: fromMessage(x.Deviations)},
	}
}

// registered takes note of a registration: an Update follows before the lifetime
// ends.
func (n *Connection) registered(g device.Registration, location string) {
	c := n.client
	c.mu.Lock()
	defer c.mu.Unlock()
	if n.state == ClientClosed {
		return
	}
	n.state, n.location, n.failures, c.boots = ClientRegistered, location, 0, 0
	n.keepAlive(g.Lifetime)
}

// keepAlive has an Update sent before the lifetime ends; client.mu is held. A
// lifetime of 0 has no end.
func (n *Connection) keepAlive(lifetime time.Duration) {
	if lifetime <= 0 {
		n.stopTimer()
		return
	}
	wait := lifetime / 2
	if lifetime > 2*updateMargin {
		wait = lifetime - updateMargin
	}
	if every := n.client.config.UpdateEvery; every > 0 {
		wait = every
	}
	n.after(wait, func() { _, _ = n.Update(n.client.life) })
}

// failed has another Register follow, as object 1 says; where there is to be
// none, or the server refused the device, the bootstrap server is asked.
// It returns when the next Register follows. Spec: Core 1.2 §6.2.1.1.
func (n *Connection) failed(refused bool) time.Duration {
	c := n.client
	retry := c.device.Retry(n.account.ShortServerID)
	c.mu.Lock()
	if n.state == ClientClosed || n.cut {
		c.mu.Unlock()
		return 0
	}
	n.state, n.location = ClientTrying, ""
	n.failures++
	wait, more := retry.Wait(n.failures)
	if !more {
		n.failures = 0
	}
	n.after(wait, func() { _, _ = n.Register(c.life) })
	c.mu.Unlock()
	if retry.Bootstrap && (refused || !more) {
		c.bootstrap(bootstrapAfterFailure)
	}
	return wait
}

// Update tells the server that the device is still there, with all that can
// have changed: lifetime, binding, object list. Where the server does not know
// the registration any more, the client registers anew.
//
//	POST LOCATION?lt=SECONDS&b=BINDING, Content-Format 40, object list
//	2.04
//
// Spec: Core 1.2 §6.2.2.
func (n *Connection) Update(ctx context.Context) (*Result, error) {
	return n.update(ctx, updateScope{lifetime: true, binding: true, objects: true})
}

// updateScope says what an Update carries; with nothing it only refreshes.
type updateScope struct{ lifetime, binding, objects bool }

// with returns a scope that carries what either does.
func (u updateScope) with(v updateScope) updateScope {
	return updateScope{u.lifetime || v.lifetime, u.binding || v.binding, u.objects || v.objects}
}

func (n *Connection) update(ctx context.Context, scope updateScope) (*Result, error) {
	c := n.client
	n.interfaceLock.Lock()
	location := n.Location()
	if location == "" {
		n.interfaceLock.Unlock()
		return nil, n.operation("update").failed(ErrNotRegistered, nil)
	}
	g := c.device.Registration(n.account.ShortServerID)
	wrong := c.device.Misbehave("update", lwm2m.Path{})
	g.Links = omitted(g.Links, wrong)
	m, err := updateMessage(location, g, scope)
	if err != nil {
		n.interfaceLock.Unlock()
		return nil, err
	}
	r, x, err := n.ask(ctx, "update", m, wrong)
	n.interfaceLock.Unlock()
	switch {
	case err == nil && r.Code == Changed:
		c.mu.Lock()
		if n.location == location { // it may have rebooted meanwhile
			n.keepAlive(g.Lifetime)
		}
		c.mu.Unlock()
		n.happened(EventUpdate, r, x, nil, 0)
	case errors.Is(err, ErrSilenced) || errors.Is(err, ErrOffline):
		c.mu.Lock()
		n.keepAlive(g.Lifetime)
		c.mu.Unlock()
	case ctx.Err() == nil && n.Location() == location:
		n.happened(EventUpdate, r, x, err, 0)
		// 4.04, another refusal or no answer: only a new Register mends it.
		if _, again := n.Register(ctx); again != nil && err == nil {
			err = again
		}
	}
	return r, err
}

// updateMessage makes an Update.
func updateMessage(location string, g device.Registration, scope updateScope) (*coap.Message, error) {
	m := coap.NewRequest(coap.POST, location)
	if scope.lifetime {
		m.AddQuery("lt=" + seconds(g.Lifetime))
	}
	if scope.binding {
		m.AddQuery("b=" + string(g.Binding))
		if g.Queue && g.Version >= lwm2m.V1_1 {
			m.AddQuery("Q")
		}
	}
	if scope.objects {
		if err := listing(m, g.Links); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// soon sends an Update by the side, one for all that changes until it is sent.
func (n *Connection) soon(scope updateScope) {
	c := n.client
	c.mu.Lock()
	defer c.mu.Unlock()
	if n.location == "" {
		return // what changed, the next Register tells
	}
	n.pending = n.pending.with(scope)
	if n.updating {
		return
	}
	n.updating = true
	c.aside(func() {
		c.mu.Lock()
		scope := n.pending
		n.pending, n.updating = updateScope{}, false
		c.mu.Unlock()
		_, _ = n.update(c.life, scope)
	})
}

// Deregister ends the registration; the client stays silent until Register.
//
//	DELETE LOCATION
//	2.02
//
// Spec: Core 1.2 §6.2.3.
func (n *Connection) Deregister(ctx context.Context) (*Result, error) {
	return n.deregister(ctx, false)
}

func (n *Connection) deregister(ctx context.Context, disabled bool) (*Result, error) {
	c := n.client
	n.interfaceLock.Lock()
	defer n.interfaceLock.Unlock()
	location := n.Location()
	if location == "" {
		return nil, n.operation("deregister").failed(ErrNotRegistered, nil)
	}
	r, x, err := n.ask(ctx, "deregister", coap.NewRequest(coap.DELETE, location), c.device.Misbehave("deregister", lwm2m.Path{}))
	c.mu.Lock()
	n.location = ""
	if n.state == ClientRegistered {
		n.state = ClientIdle
	}
	n.stopTimer()
	n.dropObservers(disabled)
	if !disabled {
		n.dropFormer()
	}
	c.mu.Unlock()
	n.happened(EventDeregister, r, x, err, 0)
	return r, err
}
