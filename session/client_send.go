package session

import (
	"context"
	"fmt"

	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session/coap"
	"lwcon/session/device"
)

// Send sends values to each server that the device is registered with, without
// being asked. The result is that of the first, or of the first that failed.
func (c *Client) Send(ctx context.Context, paths []lwm2m.Path) (*Result, error) {
	return c.each(ctx, "send", func(n *Connection, ctx context.Context) (*Result, error) { return n.Send(ctx, paths) })
}

// Send sends values to the server without being asked.
//
//	POST /dp, Content-Format 112, values
//	2.04
//
// Spec: Core 1.2 §6.4.5. From 1.1 on.
func (n *Connection) Send(ctx context.Context, paths []lwm2m.Path) (*Result, error) {
	c := n.client
	read := c.device.ReadComposite(n.account.ShortServerID, paths)
	if !read.Status.Success() {
		return nil, fmt.Errorf("send: %s", read.Reason)
	}
	body, err := formats.Encode(lwm2m.FormatSenMLCBOR, read.Nodes, formats.Options{Definitions: c.device})
	if err != nil {
		return nil, fmt.Errorf("send: %w", err)
	}
	m := coap.NewRequest(coap.POST, "/dp")
	m.SetContentFormat(uint16(lwm2m.FormatSenMLCBOR))
	m.Payload = body
	r, x, err := n.ask(ctx, "send", m, n.misbehaveSending(paths))
	if err == nil {
		c.happened(EventSend, x, r.Deviations)
	}
	return r, err
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
