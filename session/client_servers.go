package session

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"lwcon/session/device"
)

// Register puts the device in service: it registers with each of its servers, in
// the order and after the delays that object 1 states, or asks its bootstrap
// server where it knows no other. The result is that of the first server, or of
// the first that failed; what has not come about when ctx ends goes on by itself.
// Spec: Core 1.2 §6.2.1.1.
func (c *Client) Register(ctx context.Context) (*Result, error) {
	servers := c.of(0)
	if len(servers) == 0 {
		return c.awaitBootstrap(ctx, bootstrapWithoutServers)
	}
	return c.inTurn(ctx, servers)
}

// inTurn registers with servers: those without a place in the order each by
// itself, the others one after the other.
func (c *Client) inTurn(ctx context.Context, servers []*Connection) (*Result, error) {
	c.mu.Lock()
	for _, n := range servers {
		n.turn = turnWaits
	}
	c.mu.Unlock()
	outcomes := make([]outcome, len(servers))
	var lanes sync.WaitGroup
	var ordered []int
	for i, n := range servers {
		switch {
		case c.device.Retry(n.account.ShortServerID).Ordered:
			ordered = append(ordered, i)
		case len(servers) == 1:
			outcomes[i] = n.first(ctx)
		default:
			lanes.Go(func() { outcomes[i] = n.first(ctx) })
		}
	}
	slices.SortStableFunc(ordered, func(a, b int) int {
		return cmp.Compare(c.orderOf(servers[a]).Order, c.orderOf(servers[b]).Order)
	})
	for _, i := range ordered {
		outcomes[i] = servers[i].first(ctx)
		if !outcomes[i].registered() && c.orderOf(servers[i]).Block {
			break
		}
	}
	lanes.Wait()
	c.goOn()
	return worst(outcomes)
}

func (c *Client) orderOf(n *Connection) device.Retry { return c.device.Retry(n.account.ShortServerID) }

// outcome is how a Register ended; both nil if it did not come to it.
type outcome struct {
	result *Result
	err    error
}

func (o *outcome) registered() bool {
	return o.err == nil && o.result != nil && o.result.Code == Created
}

// worst returns the first outcome that is a failure, else the first.
func worst(outcomes []outcome) (*Result, error) {
	for i := range outcomes {
		if o := &outcomes[i]; !o.registered() && (o.result != nil || o.err != nil) {
			return o.result, o.err
		}
	}
	return outcomes[0].result, outcomes[0].err
}

// turn is where a connection is in the order of registrations.
type turn uint8

const (
	turnNone     turn = iota // it takes no part
	turnWaits                // for those before it
	turnUnderway             // its first attempt is being made
)

// first makes the first attempt to register, once the delay of the server is
// over; nothing if somebody else makes it.
func (n *Connection) first(ctx context.Context) outcome {
	c := n.client
	c.mu.Lock()
	mine, delay := n.turn == turnWaits, time.Duration(0)
	if mine {
		n.turn = turnUnderway
	}
	if n.state != ClientRegistered { // else it was asked for, and no device just started
		delay = n.delay()
	}
	c.mu.Unlock()
	if !mine {
		return outcome{}
	}
	defer n.setTurn(turnNone)
	if !c.pause(ctx, delay) {
		c.mu.Lock()
		n.after(delay, func() { _, _ = n.Register(c.life) })
		c.mu.Unlock()
		return outcome{nil, n.operation("register").failed(ctx.Err(), nil)}
	}
	r, err := n.registerAlone(ctx)
	return outcome{r, err}
}

func (n *Connection) delay() time.Duration { return n.client.orderOf(n).Delay }

func (n *Connection) setTurn(t turn) {
	n.client.mu.Lock()
	defer n.client.mu.Unlock()
	n.turn = t
}

// goOn registers with the next server in the order if its turn has come because
// one before it registered at last.
func (c *Client) goOn() {
	for _, n := range c.of(0) {
		if n.turnHasCome() {
			c.aside(func() {
				n.first(c.life)
				c.goOn()
			})
			return
		}
	}
}

// turnHasCome says whether the connection waits to register, and none that is
// before it waits too, or blocks it.
func (n *Connection) turnHasCome() bool {
	c := n.client
	mine := c.orderOf(n)
	c.mu.Lock()
	waits := n.turn == turnWaits
	c.mu.Unlock()
	if !waits || !mine.Ordered {
		return false
	}
	for _, other := range c.of(0) {
		theirs := c.orderOf(other)
		if other == n || !theirs.Ordered || theirs.Order >= mine.Order {
			continue
		}
		c.mu.Lock()
		holds := other.turn != turnNone || theirs.Block && other.state != ClientRegistered
		c.mu.Unlock()
		if holds {
			return false
		}
	}
	return true
}

// Update sends an Update to each server that the device is registered with. The
// result is that of the first, or of the first that failed.
func (c *Client) Update(ctx context.Context) (*Result, error) {
	return c.each(ctx, "update", (*Connection).Update)
}

// Deregister ends all registrations. The result is that of the first, or of the
// first that failed.
func (c *Client) Deregister(ctx context.Context) (*Result, error) {
	return c.each(ctx, "deregister", (*Connection).Deregister)
}

// each has the connections that are registered do something, one after the other.
func (c *Client) each(ctx context.Context, operation string, do func(*Connection, context.Context) (*Result, error)) (*Result, error) {
	var outcomes []outcome
	for _, n := range c.of(0) {
		if n.Location() == "" {
			continue
		}
		r, err := do(n, ctx)
		outcomes = append(outcomes, outcome{r, err})
	}
	for i := range outcomes {
		if o := &outcomes[i]; o.err != nil || !o.result.Code.IsSuccess() {
			return o.result, o.err
		}
	}
	if len(outcomes) == 0 {
		op := &operationOfClient{operation, c.device.Endpoint()}
		return nil, op.failed(ErrNotRegistered, nil)
	}
	return outcomes[0].result, outcomes[0].err
}
