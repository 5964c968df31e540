package session

import (
	"slices"
	"time"

	"lwcon/lwm2m"
	"lwcon/session/transport"
)

// Registration is what a client said of itself in its Register and the Updates
// since, as it stood at one moment: an Update makes a new one. It is not
// changed once made, and gives the definitions of the objects in the versions
// that the client registered. Spec: Core 1.2 §6.2.
type Registration struct {
	Endpoint   string
	Version    lwm2m.Version          // of the enabler
	Queue      bool                   // queue mode, announced either way
	Restored   bool                   // taken up again after a restart of the program
	Security   transport.SecurityMode // how the client proved who it is
	Lifetime   time.Duration          // 0 is infinite
	Binding    lwm2m.Binding
	SMS        string                // MSISDN
	Profiles   string                // pid, as sent
	Extra      []string              // query items that are none of LwM2M's, as sent
	Location   string                // "/rd/4Kf0"
	Address    transport.Address     // where the client is
	Raw        string                // the object list as sent
	Formats    []lwm2m.ContentFormat // announced by ct
	Root       string                // the alternate path, "" or "/lwm2m"
	Registered time.Time
	Updated    time.Time
	Exchange   uint64
	Deviations []lwm2m.Deviation

	registry lwm2m.Registry
	// objects holds the versions that objects announced, id << 16 | version, and
	// behind them the instances, object id << 16 | instance id or lwm2m.AnyID for
	// none, ascending. Together they are one small allocation.
	objects  []uint32
	versions int // how many of objects are versions
}

// Instances returns what the client registered: a path of an object instance
// for each, a path of an object where it has no instance; ascending.
func (r *Registration) Instances() []lwm2m.Path {
	instances := r.objects[r.versions:]
	paths := make([]lwm2m.Path, len(instances))
	for i, id := range instances {
		paths[i] = lwm2m.NewPath(uint16(id >> 16))
		if uint16(id) != lwm2m.AnyID {
			paths[i] = paths[i].Child(uint16(id))
		}
	}
	return paths
}

// HasObject says whether an object is registered, with instances or without.
func (r *Registration) HasObject(id uint16) bool {
	return slices.ContainsFunc(r.objects[r.versions:], func(i uint32) bool { return uint16(i>>16) == id })
}

// ObjectVersion returns the version of an object by the Register: as announced,
// else what the version of the enabler implies, 1.0 for objects that are not
// core. Spec: Core 1.2 §7.2.2.
func (r *Registration) ObjectVersion(id uint16) lwm2m.Version {
	for _, v := range r.objects[:r.versions] {
		if uint16(v>>16) == id {
			return lwm2m.Version(v)
		}
	}
	return lwm2m.ImpliedVersion(id, r.Version)
}

// Object returns the definition of an object in the registered version. It
// makes a Registration lwm2m.Definitions.
func (r *Registration) Object(id uint16) *lwm2m.Object {
	if r.registry == nil {
		return nil
	}
	return r.registry.Object(id, r.ObjectVersion(id))
}

// Expires returns when the registration ends unless the client updates it;
// false if never.
func (r *Registration) Expires() (time.Time, bool) {
	return r.Updated.Add(r.Lifetime), r.Lifetime > 0
}

// Announces says whether the client announced a content format; false also if
// it announced none at all.
func (r *Registration) Announces(f lwm2m.ContentFormat) bool { return slices.Contains(r.Formats, f) }
