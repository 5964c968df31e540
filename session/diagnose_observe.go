package session

import (
	"fmt"
	"time"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// crossing is how long after the end of an observation a notification may still
// have been on its way.
const crossing = 5 * time.Second

// diagnoseObserve looks at the first answer of an observation.
func (op *operation) diagnoseObserve(r *Result) {
	if d := op.definition(); d != nil && !d.Operations.Has(lwm2m.Readable) && r.Observation != 0 {
		r.note(ruleObserveUnreadable, op.path, "observed, though its operations are %s; expected 4.05", d.Operations)
	}
}

// complete notes a notification that lacks what the first answer had: of an
// object, an instance or a list of paths all values come, not only those that
// changed. server.mu is held. Spec: Core 1.2 §6.4.2.
func (o *Observation) complete(r *Response) {
	if r.Tree == nil || len(r.Tree.Nodes) >= len(o.members) || r.Err != nil {
		return
	}
	there := make(map[lwm2m.Path]bool, len(r.Tree.Nodes))
	for i := range r.Tree.Nodes {
		there[r.Tree.Nodes[i].Path()] = true
	}
	for _, p := range o.members {
		if !there[p] {
			r.note(ruleNotifyPartial, p, "%d of the %d values of the first answer; missing is %s", len(there), len(o.members), p)
			return
		}
	}
}

// sequence follows the Observe option of the notifications of an observation.
type sequence struct {
	last   uint32
	known  bool
	steady int // notifications in a row whose number was one more than the one before
}

const (
	steadyEnough = 3  // so many steps of one, and a client is taken to count by one
	longestGap   = 16 // a longer one is a client that began to count anew
)

// gap notes a hole in the numbers of a client that counts by one and notifies by
// NON: a notification was lost, and nothing repairs that before the next.
// server.mu is held. RFC 7641 §4.4.
func (o *Observation) gap(n *Notification) {
	q := &o.sequence
	step := (n.Sequence - q.last) & 0xffffff
	lost := q.known && q.steady >= steadyEnough && step > 1 && step <= longestGap && !n.Confirmable && n.Skipped == 0
	switch {
	case q.known && step == 1:
		q.steady++
	default:
		q.steady = 0
	}
	q.last, q.known = n.Sequence, true
	if lost {
		n.Response.note(ruleNotifyLost, o.Path, "number %d after %d: %d Non-confirmable notifications did not arrive", n.Sequence, (n.Sequence-step)&0xffffff, step-1)
	}
}

// burst is how long after the first one the stored notifications of a client that
// was offline come.
const burst = 2 * time.Second

// stored notes a notification that follows another at once when a client comes
// back, and says no time: what had been stored cannot be told from what is new,
// or be put in order. server.mu is held. Spec: Core 1.1 Appendix E.2.
func (o *Observation) stored(n *Notification, offline bool, received time.Time) {
	if offline {
		o.returned = received
		return
	}
	if o.returned.IsZero() || !n.Response.Code.IsSuccess() || n.Response.Tree == nil {
		return
	}
	within := received.Sub(o.returned) <= burst
	o.returned = time.Time{}
	for i := range n.Response.Tree.Nodes {
		if _, timed := n.Response.Tree.Nodes[i].Time(); timed {
			return
		}
	}
	if within {
		n.Response.note(ruleStoredUntimed, o.Path, "a second notification at once after a time offline, and neither says when its value was taken")
	}
}

// overlap says what was done to a path that contains that of an observation since
// it last notified; "" for nothing. server.mu is held.
func (o *Observation) overlap() string {
	if len(o.Paths) > 0 {
		return ""
	}
	e := o.operation.endpoint
	for _, other := range o.server.observations[e] {
		if other != o && len(other.Paths) == 0 && other.Path.Level() < o.Path.Level() && other.Path.Contains(o.Path) && other.Began.After(o.at) {
			return fmt.Sprintf("%s was observed", other.Path)
		}
	}
	if k := e.known.Load(); k != nil && k.wroteAt.After(o.at) && k.wrote.Level() < o.Path.Level() && k.wrote.Contains(o.Path) {
		return fmt.Sprintf("%s was written", k.wrote)
	}
	return ""
}

// memberPaths are the paths that the first answer of an observation holds.
func memberPaths(r *Response) []lwm2m.Path {
	if r.Tree == nil {
		return nil
	}
	list := make([]lwm2m.Path, 0, min(len(r.Tree.Nodes), maxKnown))
	for i := range r.Tree.Nodes[:min(len(r.Tree.Nodes), maxKnown)] {
		list = append(list, r.Tree.Nodes[i].Path())
	}
	return list
}

// afterEnd takes note of a notification that came after its observation had
// ended. One can have been on its way, and was answered with RST; a client that
// goes on has not understood.
func (o *Observation) afterEnd(n coap.Notification) {
	s := o.server
	s.mu.Lock()
	o.strays++
	tolerated := o.strays == 1 && (o.told.IsZero() || n.Received.Sub(o.told) < crossing)
	s.mu.Unlock()
	if tolerated {
		return
	}
	how := "an RST"
	if !o.told.IsZero() {
		how = "the cancellation was answered"
	}
	d := Response{}
	d.note(ruleNotifyAfterEnd, o.Path, "a notification after %s", how)
	s.log.Append(Event{
		Kind: EventDeviation, Time: n.Received, Endpoint: o.Endpoint, Exchange: n.Number, Deviations: d.Deviations,
	})
}
