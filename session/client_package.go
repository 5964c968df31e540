package session

import (
	"lwcon/session/coap"
	"lwcon/session/device"
)

// block shows the device a block of what the server writes, before the message
// layer puts it to the others: object 5 is Downloading from the first one on.
func (n *Connection) block(r *coap.Request, b coap.Block) *coap.Message {
	c := n.client
	p, err := addressed(r.Message)
	writes := r.Message.Code == coap.PUT || r.Message.Code == coap.POST
	if err != nil || !writes || r.Peer != n.Server() || n.account.Bootstrap {
		return nil
	}
	total, _ := r.Message.Size1()
	result := c.device.Receive(n.account.ShortServerID, p, device.PackageBlock{
		Offset: b.Offset(), Size: int64(len(r.Message.Payload)), Total: int64(total), More: b.More,
	})
	c.followAll(result)
	switch {
	case result.Mute:
		r.Ignore()
		return coap.NewResponse(InternalServerError) // which is not sent any more
	case result.Status == 0:
		return nil
	}
	answer := coap.NewResponse(coap.Code(result.Status))
	answer.Payload = []byte(diagnostic(result.Reason))
	if answer.Code == coap.RequestEntityTooLarge {
		space := c.device.Profile().Firmware.Space
		if space == 0 {
			space = device.MaxPackage
		}
		answer.Options.SetUint(coap.Size1, space)
	}
	return answer
}

// followAll follows all effects of a result.
func (c *Client) followAll(r device.Result) {
	for _, e := range r.Effects {
		c.follow(e)
	}
}
