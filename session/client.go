package session

import (
	"context"
	"sync"
	"time"

	"lwcon/lwm2m"
	"lwcon/session/clock"
	"lwcon/session/coap"
	"lwcon/session/device"
	"lwcon/session/transport"
)

// ClientConfig is what a Client is made of. Device, Link and Server are
// required.
type ClientConfig struct {
	Device        *device.Device
	Link          transport.Link    // the client closes it in the end
	Server        transport.Address // where the LwM2M server is
	ShortServerID uint16            // which account of object 1 it is; 0: the first
	Clock         clock.Clock       // nil: the machine's
	Log           *Log              // nil: a new one
	Exchanges     *coap.Log         // nil: a new one
	Parameters    coap.Parameters   // of the message layer
	Seed          uint64            // of message ids; 0: the machine's
	Tap           coap.Tap          // is shown each message that passes; may be nil
	// Dial makes a link to another host, which a Package URI names; nil is UDP.
	Dial func(ctx context.Context, address string) (transport.Link, transport.Address, error)
}

// Client is an LwM2M client: a simulated device that is registered with one
// server, answers it and notifies it. It is safe for concurrent use.
type Client struct {
	device *device.Device
	server transport.Address
	ssid   uint16
	clock  clock.Clock
	log    *Log
	coap   *coap.Endpoint
	dial   func(context.Context, string) (transport.Link, transport.Address, error)

	// Life is over when the context ends; what the client does by itself runs
	// under it.
	life context.Context
	end  context.CancelFunc
	work sync.WaitGroup // what the client does by itself and is not done with

	interfaceLock sync.Mutex // one Register, Update or De-register at a time

	mu        sync.Mutex
	state     ClientState
	location  string // "/rd/4Kf0", "" while not registered
	attempts  int    // failed Registers in a row
	timer     clock.Timer
	observers []*observer
}

// ClientState is where a Client is in its life.
type ClientState uint8

// The states of a Client.
const (
	ClientIdle       ClientState = iota // not registered, and not trying to be
	ClientTrying                        // the last Register failed; another follows
	ClientRegistered                    //
	ClientAway                          // disabled, or rebooting
	ClientClosed                        //
)

// String returns the state in a word.
func (s ClientState) String() string {
	return [...]string{"idle", "trying", "registered", "away", "closed"}[min(s, ClientClosed)]
}

// NewClient makes a client that is not registered yet.
func NewClient(c ClientConfig) (*Client, error) {
	client := &Client{device: c.Device, server: c.Server, ssid: c.ShortServerID, clock: c.Clock, log: c.Log, dial: c.Dial}
	if client.dial == nil {
		client.dial = dialUDP
	}
	if client.clock == nil {
		client.clock = clock.Real()
	}
	if client.log == nil {
		client.log = NewLog()
	}
	if servers := c.Device.Servers(); client.ssid == 0 && len(servers) > 0 {
		client.ssid = servers[0]
	}
	if c.Seed == 0 {
		c.Seed = randomSeed()
	}
	client.life, client.end = context.WithCancel(context.Background())
	ready := make(chan struct{})
	endpoint, err := coap.NewEndpoint(coap.Config{
		Link: c.Link, Clock: client.clock, Parameters: c.Parameters, Log: c.Exchanges,
		Random: source(c.Seed, 0), Tap: c.Tap,
		Handler: func(r *coap.Request) {
			<-ready // requests can come in before NewEndpoint has returned
			client.serve(r)
		},
		OnBlock: func(r *coap.Request, b coap.Block) *coap.Message {
			<-ready
			return client.block(r, b)
		},
	})
	if err != nil {
		client.end()
		return nil, err
	}
	client.coap = endpoint
	close(ready)
	return client, nil
}

// Device returns the simulated device.
func (c *Client) Device() *device.Device { return c.device }

// Log returns the log of events.
func (c *Client) Log() *Log { return c.log }

// Server returns the address of the server.
func (c *Client) Server() transport.Address { return c.server }

// State returns where the client is in its life.
func (c *Client) State() ClientState {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state
}

// Location returns where the server keeps the registration, "" while there is
// none.
func (c *Client) Location() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.location
}

// Close ends the client: with a registration, it is de-registered first, as far
// as ctx allows.
func (c *Client) Close(ctx context.Context) error {
	c.mu.Lock()
	registered := c.state == ClientRegistered
	c.stopTimer()
	c.mu.Unlock()
	var failed error
	if registered {
		_, failed = c.Deregister(ctx)
	}
	c.mu.Lock()
	c.state = ClientClosed
	c.stopTimer()
	c.dropObservers()
	c.mu.Unlock()
	c.end()
	err := c.coap.Close()
	c.work.Wait()
	if failed != nil {
		return failed
	}
	return err
}

// after makes the client do something by itself once d has passed, in place of
// what it was going to do; c.mu is held.
func (c *Client) after(d time.Duration, do func()) {
	c.stopTimer()
	if c.state == ClientClosed {
		return
	}
	c.timer = c.clock.AfterFunc(d, func() { c.start(do) })
}

// start runs what the client does by itself, unless it is closed.
func (c *Client) start(do func()) {
	c.mu.Lock()
	if c.state == ClientClosed {
		c.mu.Unlock()
		return
	}
	c.work.Add(1)
	c.mu.Unlock()
	defer c.work.Done()
	do()
}

// stopTimer forgets what the client was going to do; c.mu is held.
func (c *Client) stopTimer() {
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
}

// happened logs what the client did by itself.
func (c *Client) happened(kind EventKind, x *coap.Exchange, deviations []lwm2m.Deviation) {
	e := Event{Kind: kind, Time: c.clock.Now(), Endpoint: c.device.Endpoint(), Deviations: deviations}
	if x != nil {
		e.Exchange = x.Number
	}
	c.append(e)
}

// append puts an event of the client into the log.
func (c *Client) append(e Event) {
	e.Simulated = true
	c.log.Append(e)
}
