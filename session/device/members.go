package device

import (
	"time"

	"lwcon/lwm2m"
)

// resolve brings the members of an observation up to date with the objects and
// attributes of the device. Members that stay keep what they remember; if any
// came or went, that is a change of its own.
func (o *Observation) resolve(now time.Time) {
	d := o.device
	first := o.tree == nil
	old := o.members
	o.members = make([]member, 0, max(len(old), 1))
	defaults := d.defaults(o.server)
	o.group = o.groupSteering(defaults)
	kept, hint := 0, 0
	for _, p := range d.spread(o.server, o.paths) {
		if closed(p.Object()) && o.server != Local {
			continue
		}
		d.tree.walk(p, func(object *object, in *instance, e *entry) {
			m, ok := o.newMember(object, in, e, defaults)
			if !ok {
				return
			}
			if was := findMember(old, &m, &hint); was != nil {
				m.notified, m.seen, m.evaluated, m.pending = was.notified, was.seen, was.evaluated, was.pending
				kept++
			} else {
				m.seen = d.valueOf(e, m.object, m.instance, now)
				m.notified, m.evaluated = m.seen, now
			}
			o.members = append(o.members, m)
		})
	}
	if !first && (kept != len(old) || kept != len(o.members)) {
		o.came = true
	}
	o.tree, o.revision = d.tree, d.revision
}

// newMember makes the member of an entry, if it is a value that the observer may
// read.
func (o *Observation) newMember(ob *object, in *instance, e *entry, defaults lwm2m.Attributes) (member, bool) {
	if e.kind != single && e.kind != resourceInstance {
		return member{}, false
	}
	definition := ob.definition.Resource(e.resource)
	readable := definition == nil || definition.Operations.Has(lwm2m.Readable)
	if o.server != Local && (!readable || !o.device.tree.may(o.server, rightRead, ob.definition.ID, in.id)) {
		return member{}, false
	}
	set := o.attributes(e.path(ob.definition.ID, in.id), defaults)
	return member{
		object: ob.definition.ID, instance: in.id, entry: e,
		steering: newSteering(set, e.value.Type()),
	}, true
}

// findMember finds the member of the same path. As both lists are mostly in the
// same order, it begins at the hint, which it moves on.
func findMember(members []member, m *member, hint *int) *member {
	for range members {
		*hint %= len(members)
		c := &members[*hint]
		*hint++
		if c.object == m.object && c.instance == m.instance &&
			c.entry.resource == m.entry.resource && c.entry.instance == m.entry.instance {
			return c
		}
	}
	return nil
}

// attributes returns what holds at a path, nearest first: the parameters of the
// observation, which displace all that is attached; what is attached, from the
// path upwards; the defaults of the server's account. In a composite
// observation parameters displace only what can be attached to objects.
func (o *Observation) attributes(p lwm2m.Path, defaults lwm2m.Attributes) lwm2m.Attributes {
	set := o.device.inherited(o.server, p)
	if !o.parameters.Empty() {
		for a := lwm2m.PMin; a <= lwm2m.HQMax; a++ {
			if !o.composite || !a.ResourceOnly() {
				set = set.Apply(lwm2m.Attributes{}.Unset(a))
			}
		}
		set = o.parameters.Under(set)
	}
	set = set.Under(defaults)
	for a := lwm2m.PMin; a <= lwm2m.HQMax; a++ {
		if _, ignored := o.ignored.Get(a); ignored {
			set = set.Apply(lwm2m.Attributes{}.Unset(a))
		}
	}
	return set
}

// groupSteering is what holds for the observed paths themselves: of several the
// greatest pmin and the least pmax.
func (o *Observation) groupSteering(defaults lwm2m.Attributes) steering {
	var group steering
	for i, p := range o.paths {
		s := newSteering(o.attributes(p, defaults), lwm2m.None)
		if i == 0 {
			group = s
			continue
		}
		group.pmin = max(group.pmin, s.pmin)
		group.con = max(group.con, s.con)
		if s.pmax > 0 && (group.pmax == 0 || s.pmax < group.pmax) {
			group.pmax = s.pmax
		}
	}
	return group
}

// defaults returns the attributes that the account of a server in object 1
// gives where none are attached: /1/x/2, /1/x/3 and /1/x/26.
func (d *Device) defaults(server uint16) lwm2m.Attributes {
	var set lwm2m.Attributes
	in := d.tree.account(server)
	for _, of := range [...]struct {
		resource  uint16
		attribute lwm2m.Attribute
	}{{serverPMin, lwm2m.PMin}, {serverPMax, lwm2m.PMax}, {serverNotifyMode, lwm2m.Con}} {
		if x := in.integer(of.resource); x >= 0 {
			set = set.Set(of.attribute, float64(x))
		}
	}
	return set
}
