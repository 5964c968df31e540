package session

import (
	"context"
	"strconv"
	"time"

	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session/coap"
	"lwcon/session/device"
)

// The times of a client's life. Spec: Core 1.1 §6.2.1, LwM2M Server object.
const (
	retryTimer   = 60 * time.Second      // after a failed Register, doubled each time
	retryCount   = 5                     // so often
	retryPause   = 24 * time.Hour        // then this pause
	updateMargin = coap.ExchangeLifetime // an Update leaves this much of the lifetime
)

// Register registers the client with its server, which ends all observations,
// and keeps it registered from then on: an Update before the lifetime ends, a new Register where the server
// has forgotten it. A refusal is a Result; the client tries again later, as
// after an error.
//
//	POST /rd?ep=NAME&lt=SECONDS&lwm2m=VERSION&b=BINDING&Q, Content-Format 40, object list
//	2.01 with Location-Path
//
// Spec: Core 1.2 §6.2.1.
func (c *Client) Register(ctx context.Context) (*Result, error) {
	c.interfaceLock.Lock()
	defer c.interfaceLock.Unlock()
	c.mu.Lock()
	c.dropObservers() // not after the answer: the server can observe at once
	back := c.state == ClientAway
	if back {
		c.state = ClientTrying // it listens again: requests can overtake the answer
	}
	c.mu.Unlock()
	if back {
		c.coap.Forget(c.server) // what it ignored while it was away is new to it
	}
	g := c.device.Registration(c.ssid)
	m := coap.NewRequest(coap.POST, "/rd")
	m.AddQuery("ep=" + g.Endpoint)
	m.AddQuery("lt=" + seconds(g.Lifetime))
	m.AddQuery("lwm2m=" + g.Version.String())
	m.AddQuery("b=" + string(g.Binding))
	if g.Queue && g.Version >= lwm2m.V1_1 {
		m.AddQuery("Q")
	}
	if err := listing(m, g.Links); err != nil {
		return nil, err
	}
	r, x, err := c.ask(ctx, "register", m)
	if err == nil && r.Code == Created {
		c.registered(g, joined(x.Response.LocationPath()))
	} else {
		c.failed()
	}
	if err == nil {
		c.happened(EventRegister, x, r.Deviations)
	}
	return r, err
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

// ask sends a request of the registration interface.
func (c *Client) ask(ctx context.Context, operation string, m *coap.Message) (*Result, *coap.Exchange, error) {
	op := &operationOfClient{name: operation, endpoint: c.device.Endpoint()}
	x, err := c.coap.Do(ctx, c.server, m, coap.RequestOptions{})
	if err != nil {
		return nil, x, op.failed(err, x)
	}
	return op.result(x), x, nil
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
func (c *Client) registered(g device.Registration, location string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.location, c.attempts = location, 0
	if c.state != ClientClosed {
		c.state = ClientRegistered
	}
	c.keepAlive(g.Lifetime)
}

// keepAlive has an Update sent before the lifetime ends; c.mu is held. A
// lifetime of 0 has no end.
func (c *Client) keepAlive(lifetime time.Duration) {
	if lifetime <= 0 {
		c.stopTimer()
		return
	}
	wait := lifetime / 2
	if lifetime > 2*updateMargin {
		wait = lifetime - updateMargin
	}
	c.after(wait, func() { _, _ = c.Update(c.life) })
}

// failed has another Register follow: after a minute, then after twice as long
// each time, after five times a day later. Spec: Core 1.1 §6.2.1.3.
func (c *Client) failed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == ClientClosed {
		return
	}
	c.state, c.location = ClientTrying, ""
	wait := retryTimer << c.attempts
	if c.attempts++; c.attempts > retryCount {
		c.attempts, wait = 0, retryPause
	}
	c.after(wait, func() { _, _ = c.Register(c.life) })
}

// Update tells the server that the client is still there, with all that can
// have changed: lifetime, binding, object list. Where the server does not know
// the registration any more, the client registers anew.
//
//	POST LOCATION?lt=SECONDS&b=BINDING, Content-Format 40, object list
//	2.04
//
// Spec: Core 1.2 §6.2.2.
func (c *Client) Update(ctx context.Context) (*Result, error) {
	return c.update(ctx, updateScope{lifetime: true, binding: true, objects: true})
}

// updateScope says what an Update carries; with nothing it only refreshes.
type updateScope struct{ lifetime, binding, objects bool }

func (c *Client) update(ctx context.Context, scope updateScope) (*Result, error) {
	c.interfaceLock.Lock()
	location := c.Location()
	if location == "" {
		c.interfaceLock.Unlock()
		op := &operationOfClient{"update", c.device.Endpoint()}
		return nil, op.failed(ErrNotRegistered, nil)
	}
	g := c.device.Registration(c.ssid)
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
			c.interfaceLock.Unlock()
			return nil, err
		}
	}
	r, x, err := c.ask(ctx, "update", m)
	c.interfaceLock.Unlock()
	switch {
	case err == nil && r.Code == Changed:
		c.mu.Lock()
		if c.location == location { // it may have rebooted meanwhile
			c.keepAlive(g.Lifetime)
		}
		c.mu.Unlock()
		c.happened(EventUpdate, x, r.Deviations)
	case ctx.Err() == nil && c.Location() == location:
		// 4.04, another refusal or no answer: only a new Register mends it.
		if _, again := c.Register(ctx); again != nil && err == nil {
			err = again
		}
	}
	return r, err
}

// Deregister ends the registration; the client stays silent until Register.
//
//	DELETE LOCATION
//	2.02
//
// Spec: Core 1.2 §6.2.3.
func (c *Client) Deregister(ctx context.Context) (*Result, error) {
	c.interfaceLock.Lock()
	defer c.interfaceLock.Unlock()
	location := c.Location()
	if location == "" {
		op := &operationOfClient{"deregister", c.device.Endpoint()}
		return nil, op.failed(ErrNotRegistered, nil)
	}
	r, x, err := c.ask(ctx, "deregister", coap.NewRequest(coap.DELETE, location))
	c.mu.Lock()
	c.location = ""
	if c.state == ClientRegistered {
		c.state = ClientIdle
	}
	c.stopTimer()
	c.dropObservers()
	c.mu.Unlock()
	if err == nil {
		c.happened(EventDeregister, x, r.Deviations)
	}
	return r, err
}
