package session

import (
	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session/coap"
	"lwcon/session/device"
)

// serveBootstrap answers a request of the bootstrap server, while it may act.
// Spec: Core 1.2 §6.1.7, Transport 1.2 §6.4.2.
func (n *Connection) serveBootstrap(r *coap.Request) {
	q := &served{from: n, client: n.client, request: r}
	phase, b := n.phase()
	switch {
	case r.Peer != n.Server() || phase == nil:
		q.refuse(device.Unauthorized, "no bootstrap is under way")
	case joined(r.Message.Path()) == "/bs":
		q.operation = "bs-finish"
		q.misbehave(lwm2m.Path{})
		q.bootstrapFinish(phase)
	case q.bootstrapKnown():
		q.misbehave(q.path)
		q.bootstrapDo(phase)
	}
	finished := q.operation == "bs-finish" && q.result.Status == device.Changed
	q.finish()
	if finished {
		n.client.bootstrapDone(b)
	}
}

// phase is what the bootstrap server makes of the device now, nil while it may not
// act.
func (n *Connection) phase() (*device.Bootstrap, *booting) {
	c := n.client
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.booting == nil || c.booting.of != n {
		return nil, nil
	}
	return c.booting.phase, c.booting
}

// bootstrapDone ends the wait for the Finish.
func (c *Client) bootstrapDone(b *booting) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if b.phase != nil {
		b.phase = nil
		close(b.finished)
	}
}

// bootstrapKnown reads the path of a request and which operation it is; else it
// holds the refusal.
func (q *served) bootstrapKnown() bool {
	m := q.request.Message
	p, err := addressed(m)
	if err != nil || p.Prefix() != "" || tooDeep(m) {
		q.refuse(device.BadRequest, "expected /object/instance/resource")
		return false
	}
	q.path = p
	accept, accepting := m.Accept()
	switch {
	case m.Code == coap.GET && (accepting && lwm2m.ContentFormat(accept) == lwm2m.FormatLink || p.Level() == lwm2m.LevelRoot):
		q.operation = "bs-discover"
	case m.Code == coap.GET:
		q.operation = "bs-read"
	case m.Code == coap.PUT:
		q.operation = "bs-write"
	case m.Code == coap.DELETE:
		q.operation = "bs-delete"
	default:
		q.refuse(device.MethodNotAllowed, "no operation of the bootstrap interface")
		return false
	}
	return true
}

// bootstrapDo does what is asked.
func (q *served) bootstrapDo(phase *device.Bootstrap) {
	switch q.operation {
	case "bs-discover":
		q.result = phase.Discover(q.path)
		if q.result.Status != device.Content {
			return
		}
		q.answer = coap.NewResponse(Content)
		if err := listing(q.answer, q.result.Links); err != nil {
			q.refuse(device.InternalServerError, err.Error())
		}
	case "bs-read":
		q.result = phase.Read(q.path)
		q.content()
	case "bs-write":
		if q.bootstrapBody() {
			q.result = phase.Write(q.path, q.payload.Nodes)
		}
	case "bs-delete":
		q.result = phase.Delete(q.path)
	}
}

// bootstrapBody decodes what is to be written; else it holds the refusal.
func (q *served) bootstrapBody() bool {
	m := q.request.Message
	number, ok := m.ContentFormat()
	f := lwm2m.ContentFormat(number)
	if !ok || !q.client.takes(f, q.path) {
		q.refuse(device.UnsupportedContentFormat, "content format "+f.String())
		return false
	}
	tree, err := decoded(f, m.Payload, formats.Options{At: q.path, Definitions: q.client.device, Write: true})
	q.payload = tree
	if err != nil {
		q.refuse(device.BadRequest, err.Error())
	}
	return err == nil
}

// bootstrapFinish takes over what the bootstrap server made of the device, if that
// is consistent.
func (q *served) bootstrapFinish(phase *device.Bootstrap) {
	if q.request.Message.Code != coap.POST {
		q.refuse(device.MethodNotAllowed, "expected POST")
		return
	}
	q.result = phase.Finish()
	q.result.Effects = nil // what follows, the end of the bootstrap sees to
}
