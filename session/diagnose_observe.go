package session

import (
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
