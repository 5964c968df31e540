package session

import (
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
		c.soon(updateScope{lifetime: true})
	case device.EffectBinding:
		c.soon(updateScope{binding: true})
	case device.EffectObjects:
		c.soon(updateScope{objects: true})
	case device.EffectUpdate:
		c.soon(updateScope{})
	case device.EffectReboot, device.EffectFactoryReset:
		c.leave(rebootTime)
	case device.EffectDisable:
		c.disable(e.Duration)
	case device.EffectContinue:
		c.proceed(e)
	case device.EffectDownload:
		c.aside(func() { c.download(e) })
	}
}

// proceed lets the device end what takes it a time.
func (c *Client) proceed(e device.Effect) {
	c.clock.AfterFunc(e.Duration, func() {
		c.start(func() { c.followAll(c.device.Continue(e.Path)) })
	})
}

// soon sends an Update by the side.
func (c *Client) soon(scope updateScope) {
	c.aside(func() { _, _ = c.update(c.life, scope) })
}

// aside runs something that waits for answers, which a handler must not.
func (c *Client) aside(do func()) { c.clock.AfterFunc(0, func() { c.start(do) }) }

// leave is silent for a time and then registers anew.
func (c *Client) leave(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == ClientClosed {
		return
	}
	c.state, c.location = ClientAway, ""
	c.dropObservers()
	c.after(d, func() { _, _ = c.Register(c.life) })
}

// disable de-registers, is silent for a time and then registers anew.
// Spec: Core 1.2 §E.2, Disable.
func (c *Client) disable(d time.Duration) {
	c.aside(func() {
		_, _ = c.Deregister(c.life)
		c.leave(d)
	})
}
