package session

import (
	"slices"
	"time"

	"lwcon/session/coap"
)

// maxFormer is how many observations of an ended registration go on keeping
// values.
const maxFormer = 100

// SetOffline cuts the device off from all its servers, as though its network were
// gone: it sends nothing and hears nothing, and what it would notify it stores
// where /1/x/6 lets it. Back again it sends an Update, and then what it stored.
// Spec: Core 1.2 §6.4.3, §E.2.
func (c *Client) SetOffline(offline bool) {
	for _, n := range c.of(0) {
		c.mu.Lock()
		was := n.cut
		n.cut = offline
		n.offline = n.offline || offline
		c.mu.Unlock()
		if was && !offline {
			n.probe()
		}
	}
}

// Offline says whether the device is cut off by SetOffline.
func (c *Client) Offline() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.connections, func(n *Connection) bool { return n.cut })
}

// probe finds out by an Update whether the server can be reached again.
func (n *Connection) probe() { n.soon(updateScope{}) }

// Cut says whether nothing passes, by SetOffline.
func (n *Connection) Cut() bool {
	n.client.mu.Lock()
	defer n.client.mu.Unlock()
	return n.cut
}

// unheard is told that a confirmable notification was not acknowledged: what it
// said is stored, and the server taken for out of reach until it answers an
// Update or a Register.
func (o *observer) unheard(reason coap.EndReason) {
	if reason != coap.EndedByTimeout {
		return
	}
	n := o.of
	c := n.client
	retry := c.orderOf(n)
	c.mu.Lock()
	told, at := o.told, o.toldAt
	o.told = nil
	first := !n.offline && n.state == ClientRegistered
	if first {
		n.offline = true
		n.after(retry.Timer, func() { _, _ = n.update(c.life, updateScope{}) })
	}
	c.mu.Unlock()
	o.observation.KeepSent(told, at)
}

// reached notes that the server answered: what was stored can be told. The lock
// of the client is not held.
func (n *Connection) reached() {
	c := n.client
	c.mu.Lock()
	back := n.offline && !n.cut
	if back {
		n.offline = false
	}
	watching := slices.Clone(n.observers)
	c.mu.Unlock()
	if !back {
		return
	}
	for _, o := range watching {
		o.look()
	}
}

// dropObservers ends all observations without a word; client.mu is held. Where
// the server could not be reached, or will not be, they go on keeping values for
// those that take their place.
func (n *Connection) dropObservers(keep bool) {
	stores := keep && n.client.device.Stores(n.account.ShortServerID)
	for _, o := range n.observers {
		o.relation.End()
		if stores && n.keepFormer(o) {
			continue
		}
		o.stop()
	}
	n.observers = nil
}

// keepFormer makes an observer one that only keeps, in place of an earlier one of
// the same paths; false if there are too many. client.mu is held.
func (n *Connection) keepFormer(o *observer) bool {
	n.former = slices.DeleteFunc(n.former, func(earlier *observer) bool {
		same := o.observation.Inherit(earlier.observation)
		if same {
			earlier.stop()
		}
		return same
	})
	if len(n.former) >= maxFormer {
		return false
	}
	o.former = true
	n.former = append(n.former, o)
	return true
}

// dropFormer forgets what was stored; client.mu is held.
func (n *Connection) dropFormer() {
	for _, o := range n.former {
		o.stop()
	}
	n.former = nil
}

// succeed gives an observation what earlier ones of the same paths stored.
func (n *Connection) succeed(o *observer) {
	c := n.client
	c.mu.Lock()
	former := slices.Clone(n.former)
	c.mu.Unlock()
	for _, of := range former {
		if !o.observation.Inherit(of.observation) {
			continue
		}
		c.mu.Lock()
		of.stop()
		n.former = slices.DeleteFunc(n.former, func(other *observer) bool { return other == of })
		c.mu.Unlock()
	}
}

// heard notes that a message passed: in queue mode the device stays awake for a
// time after the last one.
func (n *Connection) heard(now time.Time) {
	n.client.mu.Lock()
	defer n.client.mu.Unlock()
	n.last = now
}

// Asleep says whether the device sleeps towards the server, in queue mode.
func (n *Connection) Asleep() bool { return n.asleep(n.client.clock.Now()) }

// asleep says whether the device sleeps: in queue mode it does once nothing has
// passed for its awake time. It hears nothing then, and wakes by what it has to
// say itself. Spec: Core 1.2 §6.5.
func (n *Connection) asleep(now time.Time) bool {
	c := n.client
	if !c.device.Queues(n.account.ShortServerID) {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return n.state == ClientRegistered && now.Sub(n.last) > c.awakeTime()
}

// awakeTime is how long the device stays awake after a message.
func (c *Client) awakeTime() time.Duration {
	switch {
	case c.device.Profile().Awake > 0:
		return c.device.Profile().Awake
	case c.config.Awake > 0:
		return c.config.Awake
	}
	return c.config.Parameters.TransmitWait()
}

// away says whether the server is taken for out of reach.
func (n *Connection) away() bool {
	n.client.mu.Lock()
	defer n.client.mu.Unlock()
	return n.offline
}
