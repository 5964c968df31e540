package device

import (
	"slices"
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
// /1/x/6 of the server is false. Of each path, hqmax values are kept. False means
// that what is observed is gone. Spec: Core 1.2 §6.4.3, §7.3.
func (o *Observation) Keep(now time.Time) bool {
	d := o.device
	d.mu.Lock()
	defer d.mu.Unlock()
	r := o.read(now)
	if r.Status != Content {
		return false
	}
	if o.tree != d.tree || o.revision != d.revision {
		o.resolve(now)
	}
	o.sent(now)
	o.store(r.Nodes, now)
	return true
}

// KeepSent keeps what a notification said that did not arrive.
func (o *Observation) KeepSent(nodes []lwm2m.Node, sent time.Time) {
	o.device.mu.Lock()
	defer o.device.mu.Unlock()
	o.store(nodes, sent)
}

// store puts values into the history, as far as it holds them.
func (o *Observation) store(nodes []lwm2m.Node, now time.Time) {
	d := o.device
	if !d.tree.stores(o.server) {
		return
	}
	defaults := d.defaults(o.server)
	at := float64(now.UnixMilli()) / 1000
	for _, n := range nodes {
		if !n.HasValue() || hasTime(&n) {
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

// hasTime says whether a node came from a history.
func hasTime(n *lwm2m.Node) bool {
	more := n.More()
	return more != nil && more.HasTime
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

// Stored returns what Keep kept as one notification, as Kept does; false if
// there is nothing.
func (o *Observation) Stored(now time.Time) (Notification, bool) {
	kept := o.Kept()
	if len(kept) == 0 {
		return Notification{}, false
	}
	o.device.mu.Lock()
	defer o.device.mu.Unlock()
	n := Notification{Result: Result{Status: Content, Nodes: kept}, Confirmable: o.confirmable(now)}
	if n.Confirmable {
		o.confirmed = now
	}
	return n, true
}

// Inherit takes over what an earlier observation of the same paths by the same
// server kept; false if it is another one.
func (o *Observation) Inherit(from *Observation) bool {
	if from == o || from.server != o.server || from.composite != o.composite || !slices.Equal(from.paths, o.paths) {
		return false
	}
	kept := from.Kept()
	o.device.mu.Lock()
	defer o.device.mu.Unlock()
	o.history = append(kept, o.history...)
	return true
}

// Stores says whether the account of a server lets notifications be stored while
// it cannot be reached, /1/x/6. Spec: Core 1.2 §E.2.
func (d *Device) Stores(server uint16) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.tree.stores(server)
}

func (t *tree) stores(server uint16) bool { return t.account(server).says(serverStoring, true) }
