package device

import (
	"errors"
	"sync"
	"time"

	"lwcon/lwm2m"
	"lwcon/session/clock"
)

// Local stands, in place of a short server id, for the device itself: it may
// read and write all there is, read-only resources and the objects 0 and 21
// included. No server can have the id 0.
const Local uint16 = 0

// Config says which device to make.
type Config struct {
	Profile  *Profile    // what the device is; required
	Clock    clock.Clock // nil: the clock of the machine
	Seed     uint64      // of all that is random; devices of one seed behave alike
	Endpoint string      // "": that of the profile
}

// Device is one simulated device. It is safe for concurrent use.
type Device struct {
	profile  *Profile
	clock    clock.Clock
	seed     uint64
	endpoint string

	mu         sync.Mutex
	tree       *tree
	start      time.Time
	attributes []attached // by server, then path
	revision   uint64     // counts changes of attributes
	drawn      uint64     // random values so far
	rules      []Rule     // of misbehaviour; those of the profile until they are changed
	matches    []uint32   // per rule: how often it matched
	firmware   firmware
}

// New makes a device that starts its life now.
func New(c Config) (*Device, error) {
	if c.Profile == nil {
		return nil, errors.New("device: expected a profile, found none")
	}
	d := &Device{profile: c.Profile, clock: c.Clock, seed: c.Seed, endpoint: c.Endpoint, tree: c.Profile.tree}
	if d.clock == nil {
		d.clock = clock.Real()
	}
	if d.endpoint == "" {
		d.endpoint = c.Profile.Endpoint
	}
	d.start = d.clock.Now()
	d.setRules(c.Profile.Rules)
	return d, nil
}

// Profile returns the profile that the device was made from.
func (d *Device) Profile() *Profile { return d.profile }

// Endpoint returns the endpoint client name.
func (d *Device) Endpoint() string { return d.endpoint }

// Version returns the version of the enabler that the device plays.
func (d *Device) Version() lwm2m.Version { return d.profile.Version }

// valueOf returns what an entry of an object instance is worth now.
func (d *Device) valueOf(e *entry, objectID, instanceID uint16, now time.Time) lwm2m.Value {
	if e.behaviour == nil {
		return e.value
	}
	return e.behaviour.value(e.value.Type(), d.moment(e, objectID, instanceID, now))
}

// moment returns where in the life of an entry now is.
func (d *Device) moment(e *entry, objectID, instanceID uint16, now time.Time) moment {
	key := uint64(objectID)<<48 | uint64(instanceID)<<32 | uint64(e.resource)<<16 | uint64(e.instance)
	m := moment{now: now, since: max(now.Sub(d.start), 0), seed: d.seed}
	m.seed = m.random(key)
	return m
}

// NextChange returns the next time at which the value of a behaviour at or
// below one of the paths may change; false if none does by itself.
func (d *Device) NextChange(now time.Time, paths ...lwm2m.Path) (time.Time, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var first time.Duration
	found := false
	for _, p := range paths {
		d.tree.walk(p, func(o *object, in *instance, e *entry) {
			if e.behaviour == nil {
				return
			}
			at, ok := e.behaviour.next(d.moment(e, o.definition.ID, in.id, now))
			if ok && (!found || at < first) {
				first, found = at, true
			}
		})
	}
	return d.start.Add(first), found
}

// walk calls f for every entry at or below a path, in ascending order.
func (t *tree) walk(p lwm2m.Path, f func(*object, *instance, *entry)) {
	if p.Prefix() != "" {
		return
	}
	for _, o := range t.objects {
		if p.Level() >= lwm2m.LevelObject && o.definition.ID != p.Object() {
			continue
		}
		for _, in := range o.instances {
			if p.Level() >= lwm2m.LevelObjectInstance && in.id != p.ObjectInstance() {
				continue
			}
			in.walk(p, func(e *entry) { f(o, in, e) })
		}
	}
}

// walk calls f for every entry of the instance that lies at or below a path.
func (in *instance) walk(p lwm2m.Path, f func(*entry)) {
	entries := in.entries
	if p.Level() >= lwm2m.LevelResource {
		entries = in.at(p.Resource())
	}
	for i := range entries {
		e := &entries[i]
		if p.Level() < lwm2m.LevelResourceInstance || e.kind == resourceInstance && e.instance == p.ResourceInstance() {
			f(e)
		}
	}
}
