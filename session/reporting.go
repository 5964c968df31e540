package session

import (
	"fmt"
	"math"
	"time"

	"lwcon/lwm2m"
)

// How far a notification may be off its time before that is a deviation: the
// network delays one more than the other.
const (
	earlySlack    = 100 * time.Millisecond // or a tenth of pmin
	lateSlack     = 2 * time.Second        // or a tenth of pmax
	slackFraction = 10
)

// inForce returns the attributes that hold for an observation, and since when:
// those of its Observe in place of all others, else those attached to its path,
// of a composite one to all its paths. server.mu is held.
// Spec: Core 1.2 §6.4.1, §7.3.
func (o *Observation) inForce() attached {
	if !o.operation.attributes.Empty() {
		return attached{o.operation.attributes, o.Began}
	}
	k := o.operation.endpoint.known.Load()
	if len(o.Paths) == 0 {
		a := k.inForce(o.Path)
		if o.Path.Level() <= lwm2m.LevelObjectInstance {
			a.Attributes = k.loosened(o.Path, a.Attributes)
		}
		return a
	}
	var all attached
	for i, p := range o.Paths {
		one := k.inForce(p)
		for _, a := range [...]lwm2m.Attribute{lwm2m.PMin, lwm2m.PMax} {
			x, ok := one.Get(a)
			before, had := all.Get(a)
			switch {
			case ok && (i == 0 || had):
				all.Attributes = all.Set(a, min(x, orElse(before, had, x)))
			case a == lwm2m.PMin:
				all.Attributes = lwm2m.Attributes{}.Under(without(all.Attributes, a))
			case ok:
				all.Attributes = all.Set(a, x)
			}
		}
		if one.since.After(all.since) {
			all.since = one.since
		}
	}
	return all
}

// orElse is x if there is one.
func orElse(x float64, ok bool, other float64) float64 {
	if ok {
		return x
	}
	return other
}

// without returns attributes less one.
func without(s lwm2m.Attributes, a lwm2m.Attribute) lwm2m.Attributes {
	return s.Apply(lwm2m.Attributes{}.Unset(a))
}

// loosened returns the attributes of an object or instance with the shortest
// pmin of what lies below: members notify by their own.
func (k *knowledge) loosened(p lwm2m.Path, a lwm2m.Attributes) lwm2m.Attributes {
	pmin, ok := a.Get(lwm2m.PMin)
	if k == nil || !ok {
		return a
	}
	for below, set := range k.attributes {
		if x, has := set.Get(lwm2m.PMin); has && x < pmin && p.Contains(below) {
			pmin = x
		}
	}
	return a.Set(lwm2m.PMin, pmin)
}

// seconds returns an attribute that is a time.
func (a attached) seconds(name lwm2m.Attribute) (time.Duration, bool) {
	x, ok := a.Get(name)
	if !ok || x <= 0 || x > math.MaxUint32 {
		return 0, false
	}
	return time.Duration(x) * time.Second, true
}

// pmax returns the longest time without a notification; one below pmin is
// ignored. Spec: Core 1.2 §7.3.2.
func (a attached) pmax() (time.Duration, bool) {
	longest, ok := a.seconds(lwm2m.PMax)
	shortest, has := a.seconds(lwm2m.PMin)
	return longest, ok && !(has && longest < shortest)
}

// expect notes by when the next notification has to be there; server.mu is held.
func (o *Observation) expect(from time.Time) {
	o.due, o.missed = 0, false
	if longest, ok := o.inForce().pmax(); ok && !o.over {
		o.due = from.Add(longest + max(lateSlack, longest/slackFraction)).UnixNano()
	}
}

// expectAnew does so for all observations of an endpoint, whose attributes have
// changed; server.mu is held.
func (s *Server) expectAnew(e *Endpoint, now time.Time) {
	for _, o := range s.observations[e] {
		o.expect(now)
	}
	if e.registration != nil {
		s.schedule(e)
	}
}

// overdue reports the observations of an endpoint whose notification is
// missing; server.mu is held.
func (s *Server) overdue(e *Endpoint, now time.Time) {
	for _, o := range s.observations[e] {
		if o.due == 0 || o.due > now.UnixNano() {
			continue
		}
		o.due, o.missed = 0, true
		o.deviations++
		longest, _ := o.inForce().pmax()
		found := []lwm2m.Deviation{{
			Rule: ruleNotifyLate, Path: o.Path, Offset: -1,
			Message: fmt.Sprintf("no notification for %s, pmax is %s", rounded(now.Sub(o.at)), longest),
		}}
		if what := o.overlap(); what != "" {
			found = append(found, lwm2m.Deviation{
				Rule: ruleObserveOverlap, Path: o.Path, Offset: -1,
				Message: fmt.Sprintf("no notification any more since %s", what),
			})
		}
		s.log.Append(Event{Kind: EventDeviation, Time: now, Endpoint: e.name, Deviations: found})
	}
}

// rounded is a time as people want to read it.
func rounded(d time.Duration) time.Duration { return d.Round(100 * time.Millisecond) }

// timely holds a notification against the attributes: not before pmin, not
// after pmax, not without a cause. server.mu is held.
// Spec: Core 1.2 §7.3.2.
func (o *Observation) timely(n *Notification, received time.Time) {
	a := o.inForce()
	gap := received.Sub(o.at)
	before := len(n.Response.Deviations)
	if a.since.After(o.at) || n.Skipped > 0 {
		return // what holds has changed between the two
	}
	if pmin, ok := a.seconds(lwm2m.PMin); ok && gap < pmin-max(earlySlack, pmin/slackFraction) {
		n.Response.note(ruleNotifyEarly, o.Path, "%s after the one before, pmin is %s", rounded(gap), pmin)
	}
	pmax, limited := a.pmax()
	switch late := limited && gap > pmax+max(lateSlack, pmax/slackFraction); {
	case late && !o.missed:
		n.Response.note(ruleNotifyLate, o.Path, "%s after the one before, pmax is %s", rounded(gap), pmax)
	case !limited || gap < pmax-max(earlySlack, pmax/slackFraction):
		o.caused(n, a)
	}
	o.deviations += len(n.Response.Deviations) - before
}

// caused notes a notification of one number that crosses no threshold, where
// one is set.
func (o *Observation) caused(n *Notification, a attached) {
	was, ok1 := single(&o.last.Response, o.Path)
	is, ok2 := single(&n.Response, o.Path)
	if !ok1 || !ok2 || len(o.Paths) > 0 {
		return
	}
	set := false
	for _, name := range [...]lwm2m.Attribute{lwm2m.GT, lwm2m.LT} {
		if limit, ok := a.Get(name); ok {
			set = true
			if was != is && (was-limit)*(is-limit) <= 0 {
				return
			}
		}
	}
	if step, ok := a.Get(lwm2m.ST); ok {
		const digits = 1e-6 // what a float of 4 octets loses
		set = true
		if math.Abs(is-was) >= step*(1-digits) {
			return
		}
	}
	if edge, ok := a.Get(lwm2m.Edge); ok {
		set = true
		if was != is && is == edge {
			return
		}
	}
	if set {
		n.Response.note(ruleNotifyCause, o.Path, "%s after %s crosses no threshold of %s",
			lwm2m.AppendFloat(nil, is), lwm2m.AppendFloat(nil, was), a.Attributes)
	}
}

// single returns the number that a response says of a resource; false if it
// says more or something else.
func single(r *Response, p lwm2m.Path) (float64, bool) {
	if r.Tree == nil || len(r.Tree.Nodes) != 1 || r.Tree.Nodes[0].Path() != p {
		return 0, false
	}
	return r.Tree.Nodes[0].Value().Number()
}
