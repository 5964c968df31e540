package device

import (
	"slices"
	"strconv"

	"lwcon/lwm2m"
)

// Bootstrap is what a bootstrap server makes of a device, until it is finished. It
// works on a copy: the device stays as it is until Finish or Pack has found the
// copy consistent, and where that does not come to pass it has lost nothing. It is
// safe for concurrent use. Spec: Core 1.2 §6.1.
type Bootstrap struct {
	device  *Device
	tree    *tree
	account Account         // of the bootstrap server that acts
	touched map[uint16]bool // objects that were written or deleted
}

// BeginBootstrap begins a bootstrap by the bootstrap server of an account.
func (d *Device) BeginBootstrap(a Account) *Bootstrap {
	d.mu.Lock()
	defer d.mu.Unlock()
	return &Bootstrap{device: d, tree: d.tree, account: a, touched: map[uint16]bool{}}
}

// own says whether an instance belongs to the account of the bootstrap server.
func (b *Bootstrap) own(object, instance uint16) bool {
	return object == objectSecurity && instance == b.account.Security ||
		object == objectOSCORE && b.account.OSCORE != NoInstance && instance == b.account.OSCORE
}

// Discover lists the objects and instances, of one object or of all, with the
// version of the enabler: the short server ids of instances of the objects 0, 1 and
// 21, and the URIs of servers; the account of the bootstrap server has neither.
//
//	2.05    4.00 below object level    4.04 no such object
//
// Spec: Core 1.2 §6.1.7.2.
func (b *Bootstrap) Discover(p lwm2m.Path) Result {
	b.device.mu.Lock()
	defer b.device.mu.Unlock()
	if p.Level() > lwm2m.LevelObject {
		return refuse(BadRequest, "%s: expected / or an object", p)
	}
	if p.Level() == lwm2m.LevelObject && b.tree.object(p.Object()) == nil {
		return refuse(NotFound, "no object %d", p.Object())
	}
	v := b.device.Version()
	links := []lwm2m.Link{{Target: "/", Attributes: []lwm2m.LinkAttribute{
		{Name: "lwm2m", Value: v.String(), HasValue: true, Quoted: v < lwm2m.V1_1},
	}}}
	for _, o := range b.tree.objects {
		if p.Level() == lwm2m.LevelRoot || o.definition.ID == p.Object() {
			links = append(links, b.links(o)...)
		}
	}
	return Result{Status: Content, Links: links}
}

// links are those of an object and its instances.
func (b *Bootstrap) links(o *object) []lwm2m.Link {
	var links []lwm2m.Link
	v, id := b.device.Version(), o.definition.ID
	if ver := announced(o.definition, v); ver != 0 || len(o.instances) == 0 {
		l := lwm2m.Link{Target: lwm2m.NewPath(id).String()}
		if ver != 0 {
			l.Attributes = []lwm2m.LinkAttribute{{Name: "ver", Value: ver.String(), HasValue: true, Quoted: v < lwm2m.V1_1}}
		}
		links = append(links, l)
	}
	for _, in := range o.instances {
		l := lwm2m.Link{Target: lwm2m.NewPath(id, in.id).String()}
		if server := b.serverOf(id, in); server > 0 {
			l.Attributes = append(l.Attributes, lwm2m.LinkAttribute{Name: "ssid", Value: strconv.FormatInt(server, 10), HasValue: true})
		}
		if uri := in.text(securityURI); id == objectSecurity && uri != "" && !b.own(id, in.id) && v >= lwm2m.V1_1 {
			l.Attributes = append(l.Attributes, lwm2m.LinkAttribute{Name: "uri", Value: uri, HasValue: true, Quoted: true})
		}
		links = append(links, l)
	}
	return links
}

// serverOf is the short server id that an instance is of, 0 if it is of none.
func (b *Bootstrap) serverOf(object uint16, in *instance) int64 {
	switch {
	case b.own(object, in.id):
		return 0
	case object == objectSecurity:
		return max(in.integer(securityServerID), 0)
	case object == objectServer:
		return max(in.integer(serverID), 0)
	case object == objectOSCORE:
		for _, a := range b.tree.accounts() {
			if a.OSCORE == in.id {
				return int64(a.ShortServerID)
			}
		}
	}
	return 0
}

// Read returns what object 1 or 2 holds, or an instance of them.
//
//	2.05    4.01 another object    4.04 not there    4.05 in LwM2M 1.0, or below an instance
//
// Spec: Core 1.2 §6.1.7.3.
func (b *Bootstrap) Read(p lwm2m.Path) Result {
	d := b.device
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.Version() < lwm2m.V1_1:
		return refuse(MethodNotAllowed, "no Bootstrap-Read in LwM2M 1.0")
	case p.Level() == lwm2m.LevelRoot || p.Level() > lwm2m.LevelObjectInstance:
		return refuse(MethodNotAllowed, "%s: expected an object or an instance", p)
	case p.Object() != objectServer && p.Object() != objectAccess:
		return refuse(Unauthorized, "%s: expected object 1 or 2", p)
	}
	o := b.tree.object(p.Object())
	if o == nil || p.Level() == lwm2m.LevelObjectInstance && o.instance(p.ObjectInstance()) == nil {
		return refuse(NotFound, "%s is not there", p)
	}
	r := reader{device: d, server: Local, now: d.clock.Now()}
	for _, in := range o.instances {
		if p.Level() == lwm2m.LevelObject || in.id == p.ObjectInstance() {
			r.instance(o, in)
		}
	}
	return Result{Status: Content, Nodes: r.nodes}
}

// Delete removes an instance, those of an object, or all. The account of the
// bootstrap server and the Device object stay, and so do the objects of a single
// instance: they are part of the device.
//
//	2.02    4.00 what stays in any case, or is not there
//
// Spec: Core 1.2 §6.1.7.5.
func (b *Bootstrap) Delete(p lwm2m.Path) Result {
	b.device.mu.Lock()
	defer b.device.mu.Unlock()
	o := b.tree.object(p.Object())
	switch {
	case p.Level() == lwm2m.LevelRoot:
		for _, o := range b.tree.objects {
			b.empty(o)
		}
		return Result{Status: Deleted}
	case p.Level() > lwm2m.LevelObjectInstance:
		return refuse(BadRequest, "%s: expected /, an object or an instance", p)
	case o == nil:
		return refuse(BadRequest, "no object %d", p.Object())
	case p.Object() == objectDevice:
		return refuse(BadRequest, "%s is part of the device", p)
	case p.Level() == lwm2m.LevelObject:
		b.empty(o)
	case o.instance(p.ObjectInstance()) == nil:
		return refuse(BadRequest, "%s is not there", p)
	case b.own(p.Object(), p.ObjectInstance()):
		return refuse(BadRequest, "%s is the account of the bootstrap server", p)
	default:
		b.touched[p.Object()] = true
		b.tree = b.tree.without(p.Object(), p.ObjectInstance())
	}
	return Result{Status: Deleted}
}

// empty removes the instances of an object that can go.
func (b *Bootstrap) empty(o *object) {
	id := o.definition.ID
	if !o.definition.Multiple {
		return
	}
	kept := slices.DeleteFunc(slices.Clone(o.instances), func(in *instance) bool { return !b.own(id, in.id) })
	if len(kept) == len(o.instances) {
		return
	}
	b.touched[id] = true
	b.tree = b.tree.change(id, func(o *object) { o.instances = kept })
}
