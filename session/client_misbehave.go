package session

import (
	"errors"
	"slices"

	"lwcon/lwm2m"
	"lwcon/session/coap"
	"lwcon/session/device"
)

// ErrSilenced is why a request of a simulated device is not sent: a rule of
// misbehaviour drops it.
var ErrSilenced = errors.New("held back by a rule of misbehaviour")

// misbehave counts the request against the rules; the first that it meets holds.
func (q *served) misbehave(p lwm2m.Path) {
	if wrong := q.client.device.Misbehave(q.operation, p); q.wrong == nil {
		q.wrong = wrong
	}
}

// pretend makes the answer a success without anything done, where a rule says so.
func (q *served) pretend() bool {
	if !q.wrong.Ignores("effect") {
		return false
	}
	switch q.operation {
	case "write", "write-attributes", "write-composite", "execute":
		q.result.Status = device.Changed
	case "create":
		q.result.Status = device.Created
	case "delete":
		q.result.Status = device.Deleted
	default:
		return false
	}
	return true
}

// spoil alters the answer as a rule of misbehaviour says; where that takes more
// than another answer, it returns how to do it.
func (q *served) spoil(wrong *device.Action) func() {
	q.answer = spoilt(q.answer, wrong)
	switch m := *q.answer; {
	case wrong.Drop:
		return q.request.Ignore
	case wrong.Reset:
		return func() { q.raw(&coap.Message{Type: coap.Reset}) }
	case wrong.HasToken:
		m.Type, m.Token = coap.Acknowledgement, []byte(wrong.Token)
		return func() { q.raw(&m) }
	}
	return nil
}

// spoilt returns a message with the code, payload and format of a rule.
func spoilt(m *coap.Message, wrong *device.Action) *coap.Message {
	if wrong.Code != 0 {
		payload := m.Payload
		m = coap.NewResponse(coap.Code(wrong.Code))
		if m.Code.IsSuccess() {
			m.Payload = payload
		}
	}
	if wrong.HasPayload {
		m.Payload = []byte(wrong.Payload)
	}
	if wrong.HasFormat {
		m.SetContentFormat(uint16(wrong.Format))
	}
	return m
}

// raw answers with a message that the message layer would not send.
func (q *served) raw(m *coap.Message) {
	q.request.Ignore()
	m.ID = q.request.Message.ID
	q.from.raw(m)
}

// raw sends the server a message that the message layer would not send.
func (n *Connection) raw(m *coap.Message) {
	n.client.mu.Lock()
	endpoint, server := n.endpoint, n.server
	n.client.mu.Unlock()
	if endpoint == nil {
		return
	}
	b, err := coap.Build(m, endpoint.Link().Reliable())
	if err == nil {
		_, _ = endpoint.SendRaw(server, b) // that it can't be sent shows in the exchange
	}
}

// omitted returns links without those that a rule leaves out, and what is below
// them.
func omitted(links []lwm2m.Link, wrong *device.Action) []lwm2m.Link {
	if wrong == nil || len(wrong.OmitLinks) == 0 {
		return links
	}
	return slices.DeleteFunc(slices.Clone(links), func(l lwm2m.Link) bool {
		p, ok := l.Path()
		return ok && slices.ContainsFunc(wrong.OmitLinks, func(of lwm2m.Path) bool { return of.Contains(p) })
	})
}

// bend alters a request of the client as a rule has it.
func bend(m *coap.Message, wrong *device.Action) {
	if wrong.Code != 0 {
		m.Code = coap.Code(wrong.Code)
	}
	if wrong.HasPayload {
		m.Payload = []byte(wrong.Payload)
	}
	if wrong.HasFormat {
		m.SetContentFormat(uint16(wrong.Format))
	}
	if wrong.HasToken {
		m.Token = []byte(wrong.Token)
	}
}

// SetRules makes other rules of misbehaviour hold, for observations that there
// are too.
func (c *Client) SetRules(rules []device.Rule) {
	c.device.SetRules(rules)
	c.mu.Lock()
	var watching []*observer
	for _, n := range c.connections {
		watching = append(watching, n.observers...)
	}
	c.mu.Unlock()
	for _, o := range watching {
		o.heed()
		o.look()
	}
}
