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
	return c.followed(c.device.Write(device.Local, p, mode, nodes))
}

// Add gives the device what it did not have, as device.Add does.
func (c *Client) Add(p lwm2m.Path, nodes []lwm2m.Node) device.Result {
	return c.followed(c.device.Add(p, nodes))
}

// AddObject makes the device support an object that it did not have.
func (c *Client) AddObject(definition *lwm2m.Object) device.Result {
	return c.followed(c.device.AddObject(definition))
}

// Remove takes something from the device, as device.Remove does.
func (c *Client) Remove(p lwm2m.Path) device.Result { return c.followed(c.device.Remove(p)) }

func (c *Client) followed(r device.Result) device.Result {
	c.followAll(r)
	return r
}
