package session

import (
	"slices"
	"time"

	"lwcon/session/device"
)

// rebootTime is how long a simulated device is silent while it reboots.
const rebootTime = time.Second

// follow does what follows from an operation after its answer has been sent.
func (c *Client) follow(e device.Effect) {
	switch e.Kind {
	case device.EffectValues:
		c.changed(e.Path)
	case device.EffectLifetime:
		c.soon(e.Server, updateScope{lifetime: true})
	case device.EffectBinding:
		c.soon(e.Server, updateScope{binding: true})
	case device.EffectObjects:
		c.soon(e.Server, updateScope{objects: true})
	case device.EffectUpdate:
		c.soon(e.Server, updateScope{})
	case device.EffectReboot, device.EffectFactoryReset:
		c.reboot()
	case device.EffectDisable:
		c.disable(e.Server, e.Duration)
	case device.EffectContinue:
		c.proceed(e)
	case device.EffectDownload:
		c.aside(func() { c.download(e) })
	case device.EffectBootstrap:
		c.aside(func() { c.bootstrap(bootstrapByTrigger) })
	case device.EffectAccounts:
		c.aside(func() { c.adopt() })
	}
}

// proceed lets the device end what takes it a time.
func (c *Client) proceed(e device.Effect) {
	c.clock.AfterFunc(e.Duration, func() {
		c.start(func() { c.followAll(c.device.Continue(e.Path)) })
	})
}

// soon sends an Update by the side to a server, to all if it is 0.
func (c *Client) soon(server uint16, scope updateScope) {
	for _, n := range c.of(server) {
		n.soon(scope)
	}
}

// reboot is silent towards all servers for a time and then registers anew.
func (c *Client) reboot() {
	connections := c.Connections()
	c.mu.Lock()
	c.rebooting = true
	for _, n := range connections {
		n.cutOff(true)
	}
	c.mu.Unlock()
	c.aside(func() {
		for _, n := range connections {
			n.disconnect()
		}
	})
	c.clock.AfterFunc(rebootTime, func() {
		c.start(func() {
			c.mu.Lock()
			c.rebooting = false
			c.mu.Unlock()
			c.reconcile()
			_, _ = c.Register(c.life)
		})
	})
}

// disable de-registers from a server, is silent for a time and then registers
// anew. Spec: Core 1.2 §E.2, Disable.
func (c *Client) disable(server uint16, d time.Duration) {
	for _, n := range c.of(server) {
		c.aside(func() {
			_, _ = n.deregister(c.life, true)
			c.mu.Lock()
			n.cutOff(false)
			c.mu.Unlock()
			n.disconnect()
			c.mu.Lock()
			defer c.mu.Unlock()
			n.after(d, func() { _, _ = n.Register(c.life) })
		})
	}
}

// adopt takes over changed accounts of the device in service: what is new
// registers.
func (c *Client) adopt() {
	c.mu.Lock()
	rebooting := c.rebooting
	c.mu.Unlock()
	if rebooting {
		return // it does so when it is back
	}
	inService := c.State() != ClientIdle
	made := c.reconcile()
	made = slices.DeleteFunc(made, func(n *Connection) bool { return n.account.Bootstrap })
	if !inService || len(made) == 0 {
		return
	}
	_, _ = c.inTurn(c.life, made)
}
