package session

import (
	"slices"
	"strings"
	"time"

	"lwcon/lwm2m"
	"lwcon/session/clock"
	"lwcon/session/coap"
	"lwcon/session/device"
)

// maxObservers is how many observations of one server there can be; one more is
// answered 5.03.
const maxObservers = 1000

// observer is an observation that the server began.
type observer struct {
	of          *Connection
	path        lwm2m.Path          // the root of a composite one
	format      lwm2m.ContentFormat // of all its notifications
	observation *device.Observation
	relation    *coap.Relation

	// Guarded by client.mu.
	timer clock.Timer
	over  bool
}

// observe begins an observation of the path. Spec: Core 1.2 §6.4.1.
func (q *served) observe() {
	q.operation = "observe"
	q.begin(func(parameters lwm2m.Attributes) (*device.Observation, device.Result) {
		return q.client.device.Observe(q.server(), q.path, parameters)
	})
}

// begin begins the observation that a device makes.
func (q *served) begin(make func(lwm2m.Attributes) (*device.Observation, device.Result)) {
	c, n := q.client, q.from
	parameters, bad := q.parameters()
	if bad {
		return
	}
	c.mu.Lock()
	full := len(n.observers) >= maxObservers
	c.mu.Unlock()
	if full {
		q.refuse(device.ServiceUnavailable, "too many observations")
		return
	}
	observation, result := make(parameters)
	q.result = result
	q.content()
	if observation == nil || q.result.Status != device.Content {
		return
	}
	format, _ := q.answer.ContentFormat()
	o := &observer{of: n, path: q.path, format: lwm2m.ContentFormat(format), observation: observation}
	if wrong := c.device.Misbehave("notify", q.path); wrong != nil {
		observation.Ignore(wrong.Ignore...)
	}
	o.relation = q.request.AcceptObserve(func(coap.EndReason) { n.forget(o) })
	if o.relation == nil {
		return
	}
	c.mu.Lock()
	n.observers = append(n.observers, o)
	c.mu.Unlock()
	q.observer = o
}

// parameters reads the attributes in the query of an Observe (1.2).
func (q *served) parameters() (a lwm2m.Attributes, bad bool) {
	queries := q.request.Message.Queries()
	if len(queries) == 0 {
		return a, false
	}
	q.detail = strings.Join(queries, "&")
	a, ok := q.attributes()
	return a, !ok
}

// cancel answers the end of an observation with the present value; the message
// layer has ended the relation. Spec: Core 1.2 §6.4.2.
func (q *served) cancel() {
	q.operation = "cancel"
	q.request.AcceptObserve(nil)
	q.result = q.client.device.Read(q.server(), q.path)
	q.content()
}

// changed has the observers that something may concern look again.
func (c *Client) changed(p lwm2m.Path) {
	c.mu.Lock()
	var watching []*observer
	for _, n := range c.connections {
		watching = append(watching, n.observers...)
	}
	c.mu.Unlock()
	for _, o := range watching {
		if slices.ContainsFunc(o.observation.Paths(), func(of lwm2m.Path) bool { return p.Contains(of) || of.Contains(p) }) {
			o.look()
		}
	}
}

// look sends a notification if one is due, and looks again when the next can
// be.
func (o *observer) look() {
	c := o.of.client
	now := c.clock.Now()
	due, next := o.observation.Due(now)
	if due {
		o.notify(now)
		_, next = o.observation.Due(now)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if o.over || next.IsZero() {
		return
	}
	wait := max(next.Sub(now), 0)
	if o.timer == nil {
		o.timer = c.clock.AfterFunc(wait, func() { c.start(o.look) })
	} else {
		o.timer.Reset(wait)
	}
}

// notify sends a notification; an error ends the observation.
func (o *observer) notify(now time.Time) {
	c := o.of.client
	n := o.observation.Notify(now)
	m := coap.NewResponse(coap.Code(n.Status))
	if n.Status == device.Content {
		encoded, err := c.encoded(o.format, o.path, n.Nodes)
		if err == nil {
			m = encoded
		} else {
			m = coap.NewResponse(InternalServerError)
			m.Payload = []byte(diagnostic(err.Error()))
		}
	}
	if wrong := c.device.Misbehave("notify", o.path); wrong != nil && wrong.Drop {
		return
	}
	number, err := o.relation.Notify(m, n.Confirmable)
	if err != nil {
		o.of.forget(o)
		return
	}
	c.append(Event{
		Kind: EventNotification, Time: now, Endpoint: c.device.Endpoint(), Exchange: number,
		Notification: &Notification{
			Path: o.path, Confirmable: n.Confirmable, Fresh: true, Ended: !n.Status.Success(),
			Response: Response{
				Code: m.Code, Format: o.format, HasFormat: true, Payload: m.Payload,
				Tree: &lwm2m.Tree{Format: o.format, At: o.path, Payload: string(m.Payload), Nodes: n.Nodes},
			},
		},
	})
	if !n.Status.Success() {
		o.of.forget(o)
	}
}

// forget takes an observer off the list.
func (n *Connection) forget(o *observer) {
	n.client.mu.Lock()
	defer n.client.mu.Unlock()
	n.observers = slices.DeleteFunc(n.observers, func(other *observer) bool { return other == o })
	o.stop()
}

// stop ends an observer; client.mu is held.
func (o *observer) stop() {
	o.over = true
	if o.timer != nil {
		o.timer.Stop()
	}
}

// dropObservers ends all observations without a word; client.mu is held.
func (n *Connection) dropObservers() {
	for _, o := range n.observers {
		o.stop()
		o.relation.End()
	}
	n.observers = nil
}
