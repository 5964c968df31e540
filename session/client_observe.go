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
	timer  clock.Timer
	told   []lwm2m.Node // by the last confirmable notification
	toldAt time.Time
	next   time.Time // of a client that notifies at a rate; of the goroutine that looks
	over   bool
	former bool // the registration that it was of is over; it only keeps
}

// observe begins an observation of the path. Spec: Core 1.2 §6.4.1.
func (q *served) observe() {
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
	o.relation = q.request.AcceptObserve(func(coap.EndReason) { n.forget(o) })
	if o.relation == nil {
		return
	}
	o.heed()
	n.succeed(o)
	c.mu.Lock()
	n.observers = append(n.observers, o)
	c.mu.Unlock()
	q.observer = o
}

// heed has the observation, and the message layer below it, not heed what the
// rules of misbehaviour say. A server that does not acknowledge is taken for out
// of reach where notifications are to be stored.
func (o *observer) heed() {
	device := o.of.client.device
	var ignored []string
	for _, p := range o.observation.Paths() {
		ignored = append(ignored, device.Ignored(p)...)
	}
	o.observation.Ignore(ignored...)
	var reasons []coap.EndReason
	if slices.Contains(ignored, "cancel") {
		reasons = append(reasons, coap.EndedByRequest)
	}
	if slices.Contains(ignored, "reset") {
		reasons = append(reasons, coap.EndedByReset)
	}
	if device.Stores(o.of.account.ShortServerID) {
		reasons = append(reasons, coap.EndedByTimeout)
	}
	o.relation.Keep(o.unheard, reasons...)
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
	if q.request.Message.Code == coap.FETCH {
		paths, ok := q.list()
		if !ok {
			return
		}
		q.result = q.client.device.ReadComposite(q.server(), paths)
	} else {
		q.result = q.client.device.Read(q.server(), q.path)
	}
	q.content()
}

// changed has the observers that something may concern look again.
func (c *Client) changed(p lwm2m.Path) {
	c.mu.Lock()
	var watching []*observer
	for _, n := range c.connections {
		watching = append(watching, n.observers...)
		watching = append(watching, n.former...)
	}
	c.mu.Unlock()
	for _, o := range watching {
		if slices.ContainsFunc(o.observation.Paths(), func(of lwm2m.Path) bool { return p.Contains(of) || of.Contains(p) }) {
			o.look()
		}
	}
}

// look sends a notification if one is due, or keeps it while the server cannot be
// reached, and looks again when the next can be.
func (o *observer) look() {
	c := o.of.client
	now := c.clock.Now()
	c.mu.Lock()
	keeps := o.former || o.of.offline
	c.mu.Unlock()
	if !keeps {
		if n, ok := o.observation.Stored(now); ok {
			o.send(now, n, o.formatOfTimes())
		}
	}
	due, next := o.due(now)
	if due {
		if keeps {
			if !o.observation.Keep(now) {
				return // it is gone, which is told when the server is back
			}
		} else {
			o.send(now, o.observation.Notify(now), o.format)
		}
		_, next = o.due(now)
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

// due says whether a notification is due, and when to ask again: by the attributes,
// or as often as the client is to notify whatever they say.
func (o *observer) due(now time.Time) (due bool, next time.Time) {
	every := o.of.client.config.NotifyEvery
	if every <= 0 {
		return o.observation.Due(now)
	}
	if o.next.IsZero() {
		o.next = now.Add(every)
	}
	if now.Before(o.next) {
		return false, o.next
	}
	o.next = now.Add(every)
	return true, o.next
}

// formatOfTimes is the format for values with their times: that of the
// observation if it has room for them. Spec: Core 1.2 §6.4.3.
func (o *observer) formatOfTimes() lwm2m.ContentFormat {
	switch o.format.Canonical() {
	case lwm2m.FormatSenMLJSON, lwm2m.FormatSenMLCBOR, lwm2m.FormatJSON:
		return o.format
	}
	if o.of.client.device.Version() < lwm2m.V1_1 {
		return lwm2m.FormatJSON
	}
	return lwm2m.FormatSenMLCBOR
}

// send sends a notification, as the rules of misbehaviour have it.
func (o *observer) send(now time.Time, n device.Notification, f lwm2m.ContentFormat) {
	c := o.of.client
	m := coap.NewResponse(coap.Code(n.Status))
	if n.Status == device.Content {
		encoded, err := c.encoded(f, o.path, n.Nodes)
		if err == nil {
			m = encoded
		} else {
			m = coap.NewResponse(InternalServerError)
			m.Payload = []byte(diagnostic(err.Error()))
		}
	}
	wrong := o.misbehave()
	switch {
	case wrong == nil:
		o.out(now, m, n, f)
	case wrong.Drop:
	case wrong.HasToken:
		m = spoilt(m, wrong)
		m.Type, m.Token = coap.NonConfirmable, []byte(wrong.Token)
		m.Options.SetUint(coap.Observe, uint64(now.Unix()&0xffffff))
		o.of.raw(m)
	case wrong.Delay > 0:
		m = spoilt(m, wrong)
		c.clock.AfterFunc(wrong.Delay, func() { c.start(func() { o.out(c.clock.Now(), m, n, f) }) })
	default:
		o.out(now, spoilt(m, wrong), n, f)
	}
}

// misbehave counts a notification against the rules; that of the first path that
// meets one holds.
func (o *observer) misbehave() *device.Action {
	var wrong *device.Action
	for _, p := range o.observation.Paths() {
		if met := o.of.client.device.Misbehave("notify", p); wrong == nil {
			wrong = met
		}
	}
	return wrong
}

// out gives a notification to the message layer; an error ends the observation.
func (o *observer) out(now time.Time, m *coap.Message, n device.Notification, f lwm2m.ContentFormat) {
	c := o.of.client
	o.of.heard(now)
	if n.Confirmable {
		c.mu.Lock()
		o.told, o.toldAt = n.Nodes, now
		c.mu.Unlock()
	}
	number, err := o.relation.Notify(m, n.Confirmable)
	if err != nil {
		o.of.forget(o)
		return
	}
	o.of.append(Event{
		Kind: EventNotification, Time: now, Exchange: number,
		Notification: &Notification{
			Path: o.path, Confirmable: n.Confirmable, Fresh: true, Ended: !m.Code.IsSuccess(),
			Response: Response{
				Code: m.Code, Format: f, HasFormat: true, Payload: m.Payload,
				Tree: &lwm2m.Tree{Format: f, At: o.path, Payload: string(m.Payload), Nodes: n.Nodes},
			},
		},
	})
	if !m.Code.IsSuccess() {
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
