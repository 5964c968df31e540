package session

import (
	"context"
	"errors"
	"fmt"

	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session/coap"
	"lwcon/session/device"
)

// SendOptions say what a Send carries and how.
type SendOptions struct {
	Paths  []lwm2m.Path
	Format lwm2m.ContentFormat // 0: SenML CBOR
	Force  bool                // to a server that has muted it too
}

// Send sends values to each server that the device is registered with, without
// being asked. The result is that of the first, or of the first that failed.
func (c *Client) Send(ctx context.Context, o SendOptions) (*Result, error) {
	return c.each(ctx, "send", func(n *Connection, ctx context.Context) (*Result, error) { return n.Send(ctx, o) })
}

// Send sends values to the server without being asked. ErrMuted: /1/x/23 is not
// false, so that the server wants none.
//
//	POST /dp, Content-Format 112, values
//	2.04
//
// Spec: Core 1.2 §6.4.5. From 1.1 on.
func (n *Connection) Send(ctx context.Context, o SendOptions) (*Result, error) {
	c := n.client
	if o.Format == lwm2m.FormatText {
		o.Format = lwm2m.FormatSenMLCBOR
	}
	op := n.operation("send")
	switch {
	case c.device.Version() < lwm2m.V1_1:
		return nil, op.failed(errors.New("expected LwM2M 1.1 or later, the device is of 1.0"), nil)
	case o.Format.Since() > c.device.Version() || !sendable(o.Format):
		return nil, op.failed(fmt.Errorf("no values are sent as %s in LwM2M %s", o.Format, c.device.Version()), nil)
	case n.Location() == "":
		return nil, op.failed(ErrNotRegistered, nil)
	case !o.Force && c.device.Mutes(n.account.ShortServerID):
		return nil, op.failed(ErrMuted, nil)
	}
	read := c.device.ReadComposite(n.account.ShortServerID, o.Paths)
	if !read.Status.Success() {
		return nil, op.failed(errors.New(read.Reason), nil)
	}
	body, err := formats.Encode(o.Format, read.Nodes, formats.Options{Definitions: c.device})
	if err != nil {
		return nil, op.failed(err, nil)
	}
	m := coap.NewRequest(coap.POST, "/dp")
	m.SetContentFormat(uint16(o.Format))
	m.Payload = body
	r, x, err := n.ask(ctx, "send", m, n.misbehaveSending(o.Paths))
	n.happened(EventSend, r, x, err, 0)
	return r, err
}

// sendable says whether a Send can be of a format. Spec: Core 1.2 §7.4.
func sendable(f lwm2m.ContentFormat) bool {
	return f == lwm2m.FormatSenMLCBOR || f == lwm2m.FormatSenMLJSON || f == lwm2m.FormatLwM2MCBOR
}

// misbehaveSending counts a Send against the rules; that of the first path that
// meets one holds.
func (n *Connection) misbehaveSending(paths []lwm2m.Path) *device.Action {
	var wrong *device.Action
	for _, p := range paths {
		if met := n.client.device.Misbehave("send", p); wrong == nil {
			wrong = met
		}
	}
	return wrong
}
