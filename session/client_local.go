package session

import (
	"lwcon/lwm2m"
	"lwcon/session/device"
)

// Get returns what the device itself has at and below a path: what no server may
// read too.
func (c *Client) Get(p lwm2m.Path) device.Result { return c.device.Read(device.Local, p) }

// Put changes the device's own values, read-only ones too, as though what it
// measures had changed: observers are notified, and the server is told where
// the lifetime or the objects change. The modes are those of device.Write.
func (c *Client) Put(p lwm2m.Path, mode device.WriteMode, nodes []lwm2m.Node) device.Result {
	r := c.device.Write(device.Local, p, mode, nodes)
	for _, e := range r.Effects {
		c.follow(e)
	}
	return r
}
