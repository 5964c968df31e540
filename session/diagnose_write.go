package session

import "lwcon/lwm2m"

// learnWritten takes note of values that the client said it took, so that the
// next Read can show whether it did.
func (op *operation) learnWritten(code Code, nodes []lwm2m.Node) {
	if code != Changed {
		return
	}
	s := op.endpoint.server
	s.mu.Lock()
	defer s.mu.Unlock()
	k := op.endpoint.knowing()
	k.wrote, k.wroteAt = op.path, s.clock.Now()
	for i := range nodes {
		n := &nodes[i]
		p := n.Path()
		d := lwm2m.FindResource(op.registration, p)
		if d == nil || !d.Operations.Has(lwm2m.Readable) || d.Type == lwm2m.Time || n.Value().Type() != d.Type {
			continue // it is not read back, runs by itself, or was wrong on purpose
		}
		if _, there := k.written[p]; there || len(k.written) < maxKnown {
			k.written[p] = n.Value()
		}
		if p.Object() == 1 && p.Resource() == resourceMuteSend {
			k.muted = muteOff
			if n.Value().Bool() {
				k.muted = muteOn
			}
		}
	}
}

// checkWritten notes values that are read back other than they were written.
// Each is looked at once: later it may have changed for a reason.
func (op *operation) checkWritten(r *Result) {
	s := op.endpoint.server
	s.mu.Lock()
	defer s.mu.Unlock()
	k := op.endpoint.known.Load()
	if k == nil || len(k.written) == 0 {
		return
	}
	for i := range r.Tree.Nodes {
		n := &r.Tree.Nodes[i]
		p := n.Path()
		wrote, there := k.written[p]
		if !there {
			continue
		}
		delete(k.written, p)
		if n.Kind() == lwm2m.KindValue && !same(n.Value(), wrote) {
			r.note(ruleNotWritten, p, "the Write of %s was answered 2.04, the Read gives %s",
				printable(wrote.String()), printable(n.Value().String()))
		}
	}
}

// same compares values as formats carry them: a float may have lost digits.
func same(a, b lwm2m.Value) bool {
	if a.Type() == lwm2m.Float && b.Type() == lwm2m.Float {
		return float32(a.Float()) == float32(b.Float())
	}
	return a == b
}
