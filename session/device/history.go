package device

import (
	"time"

	"lwcon/lwm2m"
)

// Limits of what an observation keeps while its server cannot be reached; the
// oldest values are dropped first.
const (
	// DefaultHistory is how many values of one path are kept where no hqmax
	// says it.
	DefaultHistory = 16
	// MaxHistory is how many values are kept in all.
	MaxHistory = 1000
)

// Keep takes a due notification as sent, but keeps what it says for later, with
// the time; it is for a server that cannot be reached now. It keeps nothing if
// /1/x/6 of the server is false. Of each path, hqmax values are kept.
// Spec: Core 1.2 §6.4.3, §7.3.
func (o *Observation) Keep(now time.Time) {
	d := o.device
	d.mu.Lock()
	defer d.mu.Unlock()
	r := o.read(now)
	if o.tree != d.tree || o.revision != d.revision {
		o.resolve(now)
	}
	o.sent(now)
	if in := d.tree.account(o.server); in != nil {
		if e := in.one(serverStoring); e != nil && !e.value.Bool() {
			return
		}
	}
	defaults := d.defaults(o.server)
	at := float64(now.UnixMilli()) / 1000
	for i := range r.Nodes {
		n := r.Nodes[i]
		if !n.HasValue() {
			continue
		}
		most := DefaultHistory
		if x, ok := o.attributes(n.Path(), defaults).Get(lwm2m.HQMax); ok {
			most = int(min(x, MaxHistory))
		}
		o.history = dropOldest(append(o.history, n.WithMore(&lwm2m.More{Time: at, HasTime: true})), n.Path(), most)
	}
	if over := len(o.history) - MaxHistory; over > 0 {
		o.history = append([]lwm2m.Node(nil), o.history[over:]...)
	}
}

// dropOldest drops the first values of a path beyond most.
func dropOldest(nodes []lwm2m.Node, p lwm2m.Path, most int) []lwm2m.Node {
	count := 0
	for i := len(nodes) - 1; i >= 0; i-- {
		if nodes[i].Path() != p {
			continue
		}
		if count++; count > most {
			nodes = append(nodes[:i], nodes[i+1:]...)
		}
	}
	return nodes
}

// Kept returns what Keep kept, oldest first, each value with its time in
// seconds since 1970, and forgets it.
func (o *Observation) Kept() []lwm2m.Node {
	o.device.mu.Lock()
	defer o.device.mu.Unlock()
	kept := o.history
	o.history = nil
	return kept
}
