package device

import (
	"time"

	"lwcon/lwm2m"
)

// Registration is what a device tells a server about itself when it registers.
// Spec: Core 1.2 §6.2.1.
type Registration struct {
	Endpoint string
	Version  lwm2m.Version
	Lifetime time.Duration // of /1/x/1 of the server
	Binding  lwm2m.Binding // of /1/x/7 of the server; in 1.0 with its Q
	Queue    bool          // queue mode: from 1.1 on the flag Q, in 1.0 part of Binding
	Links    []lwm2m.Link  // the object list
}

// Registration returns what the device tells a server now.
func (d *Device) Registration(server uint16) Registration {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := Registration{
		Endpoint: d.endpoint,
		Version:  d.Version(),
		Lifetime: d.profile.Lifetime,
		Binding:  d.profile.Binding,
		Queue:    d.profile.Queue,
		Links:    d.tree.links(d.Version()),
	}
	in := d.tree.account(server)
	if s := in.integer(serverLifetime); s >= 0 {
		r.Lifetime = time.Duration(min(s, maxSeconds)) * time.Second
	}
	if e := in.one(serverBinding); e != nil {
		r.Binding = lwm2m.Binding(e.value.Text())
	}
	if r.Version == lwm2m.V1_0 && r.Queue && !r.Binding.Queue() {
		r.Binding += "Q"
	}
	return r
}

// Queues says whether the device is in queue mode towards a server.
// Spec: Core 1.2 §6.5.
func (d *Device) Queues(server uint16) bool {
	if d.profile.Queue || d.Version() != lwm2m.V1_0 {
		return d.profile.Queue
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.tree.account(server).one(serverBinding)
	return e != nil && lwm2m.Binding(e.value.Text()).Queue()
}

// Mutes says whether a server wants no Send: unless /1/x/23 is false.
// Spec: Core 1.2 §E.2.
func (d *Device) Mutes(server uint16) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.tree.account(server).says(serverMuteSend, true)
}

// account returns the instance of object 1 of a server, nil if it has none.
func (t *tree) account(server uint16) *instance {
	if o := t.object(objectServer); o != nil {
		for _, in := range o.instances {
			if in.integer(serverID) == int64(server) {
				return in
			}
		}
	}
	return nil
}

// Servers returns the short server ids of the accounts of object 1, in the order
// of their instances.
func (d *Device) Servers() []uint16 {
	d.mu.Lock()
	defer d.mu.Unlock()
	var ids []uint16
	if o := d.tree.object(objectServer); o != nil {
		for _, in := range o.instances {
			if id := in.integer(serverID); id > 0 {
				ids = append(ids, uint16(id))
			}
		}
	}
	return ids
}

// links returns the object list of a Register: objects that are the bootstrap
// interface's own left out, ver where it must be told, an object without
// instances by itself. Spec: Core 1.2 §6.2.1.
func (t *tree) links(v lwm2m.Version) []lwm2m.Link {
	var links []lwm2m.Link
	for _, o := range t.objects {
		id := o.definition.ID
		if closed(id) {
			continue
		}
		ver := announced(o.definition, v)
		if ver != 0 || len(o.instances) == 0 {
			l := lwm2m.Link{Target: lwm2m.NewPath(id).String()}
			if ver != 0 {
				l.Attributes = []lwm2m.LinkAttribute{{Name: "ver", Value: ver.String(), HasValue: true, Quoted: v < lwm2m.V1_1}}
			}
			links = append(links, l)
		}
		for _, in := range o.instances {
			links = append(links, lwm2m.Link{Target: lwm2m.NewPath(id, in.id).String()})
		}
	}
	return links
}

// announced returns the version of an object that must be told with ver in a
// version of the enabler, 0 if it goes without saying.
func announced(o *lwm2m.Object, v lwm2m.Version) lwm2m.Version {
	if o.Version == 0 || o.Version == lwm2m.ImpliedVersion(o.ID, v) {
		return 0
	}
	return o.Version
}
