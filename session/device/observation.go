package device

import (
	"slices"
	"time"

	"lwcon/lwm2m"
)

// Observation decides when one observation of one server is due for a
// notification. It does not wait by itself: its carrier asks Due, sends what
// Notify gives or keeps it by Keep, and asks again at the time that Due told and
// whenever an operation had EffectValues. It is safe for concurrent use.
//
// Spec: Core 1.2 §6.4, §7.3.
type Observation struct {
	device     *Device
	server     uint16
	paths      []lwm2m.Path
	composite  bool
	parameters lwm2m.Attributes

	// Guarded by device.mu.
	members   []member // what is observed, in ascending order of path
	tree      *tree    // that members are of
	revision  uint64   // of the attributes that members have
	came      bool     // something came or went since the last notification
	group     steering // of the observed paths themselves: for members that came or went
	notified  time.Time
	confirmed time.Time
	ignored   lwm2m.Attributes // as set: attributes that the device does not heed
	history   []lwm2m.Node
}

// member is one value under observation.
type member struct {
	object, instance uint16
	entry            *entry
	steering         steering
	notified         lwm2m.Value // what the last notification said
	seen             lwm2m.Value // what the last evaluation found
	evaluated        time.Time
	pending          bool // it triggered and was not sent yet
}

// Notification is what an Observation has to say.
type Notification struct {
	// Result is that of the read: Content with nodes; an error ends the
	// observation.
	Result
	Confirmable bool // send it as CON
}

// confirmEvery is how long a device goes at most without a confirmable
// notification. Spec: RFC 7641 §4.5.
const confirmEvery = 24 * time.Hour

// Observe begins an observation of an object, object instance, resource or
// resource instance. The result is that of a Read; unless it is 2.05 there is
// no observation. Parameters, from LwM2M 1.2 on, hold instead of all attributes
// that the server wrote; a set value only.
//
//	4.00 parameters before 1.2, or wrong ones; else as Read
//
// Spec: Core 1.2 §6.4.1.
func (d *Device) Observe(server uint16, p lwm2m.Path, parameters lwm2m.Attributes) (*Observation, Result) {
	return d.observe(&Observation{server: server, paths: []lwm2m.Path{p}, parameters: parameters})
}

// ObserveComposite begins an observation of several paths, as Observe does of
// one; the result is that of a ReadComposite. Parameters can be those of object
// level only. Spec: Core 1.2 §6.4.4.
func (d *Device) ObserveComposite(server uint16, paths []lwm2m.Path, parameters lwm2m.Attributes) (*Observation, Result) {
	return d.observe(&Observation{server: server, paths: slices.Clone(paths), composite: true, parameters: parameters})
}

func (d *Device) observe(o *Observation) (*Observation, Result) {
	o.device = d
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.clock.Now()
	r := o.read(now)
	if r.Status != Content {
		return nil, r
	}
	if bad := o.checkParameters(); bad.Status != 0 {
		return nil, bad
	}
	o.confirmed = now
	o.resolve(now)
	o.sent(now)
	return o, r
}

// checkParameters says what is wrong with the parameters, with Status 0 if
// nothing is.
func (o *Observation) checkParameters() Result {
	switch {
	case o.parameters.Empty():
		return Result{}
	case o.device.Version() < lwm2m.V1_2:
		return refuse(BadRequest, "expected no parameters of an observation before LwM2M 1.2")
	}
	at := lwm2m.Path{}
	if !o.composite {
		at = o.paths[0]
	}
	return o.device.checkAttributes(at, o.parameters)
}

// read gathers what a notification says.
func (o *Observation) read(now time.Time) Result {
	if o.composite {
		return o.device.readComposite(o.server, o.paths, now)
	}
	return o.device.read(o.server, o.paths[0], now)
}

// Paths returns what is observed.
func (o *Observation) Paths() []lwm2m.Path { return slices.Clone(o.paths) }

// Server returns the short server id of the observer.
func (o *Observation) Server() uint16 { return o.server }

// Ignore makes the device not heed attributes in this observation, and heed all
// others; names that are none are passed over.
func (o *Observation) Ignore(names ...string) {
	o.device.mu.Lock()
	defer o.device.mu.Unlock()
	o.ignored = lwm2m.Attributes{}
	for _, name := range names {
		if a, ok := lwm2m.ParseAttribute(name); ok {
			o.ignored = o.ignored.Set(a, 1)
		}
	}
	o.resolve(o.device.clock.Now())
}

// Due says whether a notification is due now, and if not, when to ask again at
// the latest; the zero time stands for never, unless something is written.
func (o *Observation) Due(now time.Time) (notify bool, next time.Time) {
	o.device.mu.Lock()
	defer o.device.mu.Unlock()
	if o.tree != o.device.tree || o.revision != o.device.revision {
		o.resolve(now)
	}
	if len(o.members) == 0 && !o.composite && o.device.reach(o.server, o.paths[0]).Status != 0 {
		return true, now // it is gone, which Notify will tell
	}
	var wake alarm
	for i := range o.members {
		m := &o.members[i]
		m.evaluate(o, now, &wake)
		if m.pending && wake.passed(now, o.notified.Add(o.floor(&m.steering))) {
			notify = true
		}
		if m.steering.pmax > 0 && wake.passed(now, o.notified.Add(max(m.steering.pmax, o.floor(&m.steering)))) {
			notify = true
		}
	}
	if o.came && wake.passed(now, o.notified.Add(o.group.pmin)) {
		notify = true
	}
	if len(o.members) == 0 && o.group.pmax > 0 && wake.passed(now, o.notified.Add(max(o.group.pmax, o.group.pmin))) {
		notify = true
	}
	if notify {
		return true, now
	}
	return false, wake.at
}

// floor is the least time between two notifications for a member: its own pmin;
// in a composite observation not below the greatest pmin of the observed paths.
func (o *Observation) floor(s *steering) time.Duration {
	if o.composite {
		return max(s.pmin, o.group.pmin)
	}
	return s.pmin
}

// alarm is the earliest of several times; zero if there is none.
type alarm struct{ at time.Time }

func (a *alarm) set(t time.Time) {
	if a.at.IsZero() || t.Before(a.at) {
		a.at = t
	}
}

// passed says whether a time has come, and sets the alarm if it has not.
func (a *alarm) passed(now, t time.Time) bool {
	if now.Before(t) {
		a.set(t)
		return false
	}
	return true
}

// evaluate looks at the value of a member, unless epmin forbids it now, and
// remembers whether it triggers.
func (m *member) evaluate(o *Observation, now time.Time, wake *alarm) {
	d := o.device
	due := !now.Before(m.evaluated.Add(m.steering.epmin))
	if due {
		v := d.valueOf(m.entry, m.object, m.instance, now)
		if v != m.seen || v != m.notified {
			m.pending = m.pending || m.steering.triggers(m.notified, m.seen, v)
			m.seen, m.evaluated = v, now
		}
		if m.steering.epmax > 0 && !now.Before(m.evaluated.Add(m.steering.epmax)) {
			m.evaluated = now
		}
	}
	if m.pending {
		return // whatever comes, it is sent when pmin is over
	}
	if m.steering.epmax > 0 {
		wake.set(m.evaluated.Add(m.steering.epmax))
	}
	allowed := m.evaluated.Add(m.steering.epmin)
	if !due {
		wake.set(allowed) // something may have changed meanwhile
		return
	}
	if m.entry.behaviour == nil {
		return
	}
	if since, ok := m.entry.behaviour.next(d.moment(m.entry, m.object, m.instance, now)); ok {
		if at := d.start.Add(since); at.After(allowed) {
			allowed = at
		}
		wake.set(allowed)
	}
}

// Notify returns what a notification says now and takes it as sent: the times
// of pmin and pmax begin anew.
func (o *Observation) Notify(now time.Time) Notification {
	d := o.device
	d.mu.Lock()
	defer d.mu.Unlock()
	n := Notification{Result: o.read(now)}
	if o.tree != d.tree || o.revision != d.revision {
		o.resolve(now)
	}
	n.Confirmable = o.confirmable(now)
	if n.Confirmable {
		o.confirmed = now
	}
	o.sent(now)
	return n
}

// confirmable says whether the next notification is to be a CON: one member
// with con=1 is enough, and so is a day without.
func (o *Observation) confirmable(now time.Time) bool {
	if len(o.members) == 0 && o.group.con == 1 || !now.Before(o.confirmed.Add(confirmEvery)) {
		return true
	}
	for i := range o.members {
		if o.members[i].steering.con == 1 {
			return true
		}
	}
	return false
}

// sent notes that a notification of the present values is out.
func (o *Observation) sent(now time.Time) {
	o.notified, o.came = now, false
	for i := range o.members {
		m := &o.members[i]
		v := o.device.valueOf(m.entry, m.object, m.instance, now)
		if m.evaluated.IsZero() || v != m.seen {
			m.evaluated = now
		}
		m.notified, m.seen, m.pending = v, v, false
	}
}
