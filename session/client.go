package session

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"lwcon/lwm2m"
	"lwcon/session/clock"
	"lwcon/session/coap"
	"lwcon/session/device"
	"lwcon/session/transport"
)

// How a client is made up:
//
//	Client ──> device.Device       what it is: objects, accounts, decisions
//	   └─────> Connection, one for each device.Account, kept in step by reconcile
//	              └─> coap.Endpoint over a link of its own, opened by the first Register
//
// A request comes in at Connection.serve, which answers by the device with the
// short server id of its account. What follows from it (device.Effect) goes to
// Client.follow, which has the connections concerned act. Client.begin puts the
// device in service: the servers in the order of object 1, and where there is
// none, or one fails for good, Client.bootstrap. The same method is asked by the
// Bootstrap-Request Trigger, /1/x/9. A connection whose account is that of a
// bootstrap server takes no part in registrations.

// ClientConfig is what a Client is made of. Device and Dial are required.
type ClientConfig struct {
	Device *device.Device
	// Dial opens the link towards the server of an account. The client closes it
	// in the end, and dials anew after a connection was lost.
	Dial       func(ctx context.Context, a device.Account) (transport.Link, transport.Address, error)
	Clock      clock.Clock     // nil: the machine's
	Log        *Log            // nil: a new one
	Exchanges  *coap.Log       // nil: a new one
	Parameters coap.Parameters // of the message layer
	Seed       uint64          // of message ids; 0: the machine's
	Tap        coap.Tap        // is shown each message that passes; may be nil
	// Awake is how long a device in queue mode stays awake after a message, unless
	// its profile says it; 0: the longest that an answer can take.
	Awake time.Duration
	// Hub is shared with other clients; Dial then returns no link, only where the
	// server is on that of the hub. nil: the client has a CoAP endpoint of its own.
	Hub *Hub
	// Happened is told of each event in place of the log; nil: the log is.
	Happened func(Event)
	// Asked is told of each request to a server and how it ended; may be nil.
	Asked func(kind EventKind, r *Result, err error)
	// UpdateEvery is the time between Updates, NotifyEvery that between notifications
	// of an observation, in place of what lifetime and attributes say; 0: they say it.
	UpdateEvery, NotifyEvery time.Duration
	// DialHost makes a link to another host, which a Package URI names; nil is UDP.
	DialHost func(ctx context.Context, address string) (transport.Link, transport.Address, error)
}

// Client is an LwM2M client: a simulated device that is registered with one or
// several servers, answers them and notifies them. It is safe for concurrent
// use.
type Client struct {
	device *device.Device
	config ClientConfig
	clock  clock.Clock
	log    *Log

	// Life is over when the context ends; what the client does by itself runs
	// under it.
	life context.Context
	end  context.CancelFunc
	work sync.WaitGroup // what the client does by itself and is not done with

	mu          sync.Mutex // guards what is below, and the connections
	closed      bool
	rebooting   bool
	booting     *booting      // the bootstrap under way, nil if there is none
	boots       int           // bootstraps since the last Register that was accepted
	connections []*Connection // one for each account, in their order
}

// ClientState is where a Client, or one of its connections, is in its life.
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

// NewClient makes a client that is not registered yet, and has opened no link.
func NewClient(c ClientConfig) (*Client, error) {
	if c.DialHost == nil {
		c.DialHost = dialUDP
	}
	if c.Clock == nil {
		c.Clock = clock.Real()
	}
	if c.Log == nil && c.Happened == nil {
		c.Log = NewLog()
	}
	if c.Exchanges == nil {
		c.Exchanges = coap.NewLog(0)
	}
	if c.Seed == 0 {
		c.Seed = randomSeed()
	}
	if c.Parameters.MaxBody == 0 {
		c.Parameters.MaxBody = device.MaxPackage
	}
	client := &Client{device: c.Device, config: c, clock: c.Clock, log: c.Log}
	client.life, client.end = context.WithCancel(context.Background())
	client.reconcile()
	return client, nil
}

// Linked is a Dial for a client of one server, whose link is there already. It
// can be dialled once.
func Linked(link transport.Link, server transport.Address) func(context.Context, device.Account) (transport.Link, transport.Address, error) {
	return func(context.Context, device.Account) (transport.Link, transport.Address, error) {
		if link == nil {
			return nil, server, &coap.TransportError{Peer: server, Cause: ErrClosed}
		}
		l := link
		link = nil
		return l, server, nil
	}
}

// Device returns the simulated device.
func (c *Client) Device() *device.Device { return c.device }

// Log returns the log of events.
func (c *Client) Log() *Log { return c.log }

// Exchanges returns the log of exchanges.
func (c *Client) Exchanges() *coap.Log { return c.config.Exchanges }

// Connections returns the connections, one for each account of the device in
// its order, those of bootstrap servers last.
func (c *Client) Connections() []*Connection {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.connections)
}

// MaxShortServerID is the greatest id that a server can have.
const MaxShortServerID = lwm2m.MaxID

// Connection returns the connection with a server by its short server id, nil if
// the device has no account with it.
func (c *Client) Connection(server uint16) *Connection {
	for _, n := range c.of(server) {
		if server != 0 {
			return n
		}
	}
	return nil
}

// State returns where the client is in its life: registered if it is with one of
// its servers.
func (c *Client) State() ClientState {
	c.mu.Lock()
	defer c.mu.Unlock()
	state := ClientIdle
	for _, n := range c.connections {
		switch {
		case n.account.Bootstrap:
		case n.state == ClientRegistered:
			return n.state
		case state == ClientIdle:
			state = n.state
		}
	}
	if c.closed {
		return ClientClosed
	}
	return state
}

// Close ends the client: where it is registered, it is de-registered first, as
// far as ctx allows.
func (c *Client) Close(ctx context.Context) error {
	var failed error
	for _, n := range c.Connections() {
		if n.State() != ClientRegistered || n.Cut() {
			continue
		}
		if _, err := n.Deregister(ctx); failed == nil {
			failed = err
		}
	}
	if err := c.shut(); failed == nil {
		failed = err
	}
	return failed
}

// Abandon ends the client without a word to its servers, as a device that is switched
// off does.
func (c *Client) Abandon() { _ = c.shut() } // nobody is left to tell

// shut ends the client's connections and what it does by itself.
func (c *Client) shut() error {
	c.mu.Lock()
	c.closed = true
	connections := c.connections
	c.mu.Unlock()
	c.end()
	var failed error
	for _, n := range connections {
		if err := n.close(); failed == nil {
			failed = err
		}
	}
	c.work.Wait()
	return failed
}

// reconcile keeps the connections in step with the accounts of the device: those
// whose account is gone or another are closed, without a De-register, and those
// of new accounts are made, idle. It returns the new ones.
func (c *Client) reconcile() []*Connection {
	accounts := c.device.Accounts()
	var made, gone []*Connection
	c.mu.Lock()
	before := c.connections
	c.connections = make([]*Connection, 0, len(accounts))
	for _, a := range accounts {
		i := slices.IndexFunc(before, func(n *Connection) bool { return n.account == a })
		if i >= 0 {
			c.connections = append(c.connections, before[i])
			continue
		}
		n := &Connection{client: c, account: a}
		made = append(made, n)
		c.connections = append(c.connections, n)
	}
	for _, n := range before {
		if !slices.Contains(c.connections, n) {
			gone = append(gone, n)
		}
	}
	c.mu.Unlock()
	for _, n := range gone {
		_ = n.close() // nobody is left to tell
	}
	return made
}

// of returns the connections that something concerns: that of a short server id,
// of 0 all, but never those of bootstrap servers.
func (c *Client) of(server uint16) []*Connection {
	list := c.Connections()
	return slices.DeleteFunc(list, func(n *Connection) bool {
		return n.account.Bootstrap || server != 0 && n.account.ShortServerID != server
	})
}

// start runs what the client does by itself, unless it is closed.
func (c *Client) start(do func()) {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return
	}
	c.work.Add(1)
	c.mu.Unlock()
	defer c.work.Done()
	do()
}

// aside runs something that waits for answers, which a handler must not.
func (c *Client) aside(do func()) { c.clock.AfterFunc(0, func() { c.start(do) }) }

// happened logs what the device asked of the server, and how that ended.
func (n *Connection) happened(kind EventKind, r *Result, x *coap.Exchange, err error, again time.Duration) {
	if errors.Is(err, ErrSilenced) || errors.Is(err, ErrClosed) || errors.Is(err, context.Canceled) {
		return
	}
	e := Event{Kind: kind, Time: n.client.clock.Now(), Err: err, Again: again}
	if r != nil {
		e.Code, e.Deviations = r.Code, r.Deviations
	}
	if x != nil {
		e.Exchange = x.Number
	}
	if asked := n.client.config.Asked; asked != nil {
		asked(kind, r, err)
	}
	n.append(e)
}

// append puts an event of the connection into the log.
func (n *Connection) append(e Event) {
	c := n.client
	e.Simulated, e.Endpoint = true, c.device.Endpoint()
	c.mu.Lock()
	servers := 0
	for _, other := range c.connections {
		if !other.account.Bootstrap {
			servers++
		}
	}
	c.mu.Unlock()
	if servers > 1 {
		e.Server = n.account.ShortServerID
	}
	if happened := c.config.Happened; happened != nil {
		happened(e)
		return
	}
	c.log.Append(e)
}

// pause lets a time pass; false if the context ended first.
func (c *Client) pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := c.clock.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C():
		return true
	case <-ctx.Done():
		return false
	}
}
