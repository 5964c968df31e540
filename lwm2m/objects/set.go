package objects

import "lwcon/lwm2m"

// Set is the view of a registry for one device: each object in the version that
// the device has. It is a small value, safe for concurrent use.
type Set struct {
	registry lwm2m.Registry
	enabler  lwm2m.Version
	chosen   []Choice
}

// Choice is the version of an object that a device has.
type Choice struct {
	Object  uint16
	Version lwm2m.Version
}

// NewSet returns the view for a device of a version of the enabler with the
// object versions that it announced. An object that isn't among them has the
// version that the enabler implies (lwm2m.ImpliedVersion); with an enabler of
// 0, where no device is known, the newest.
func NewSet(registry lwm2m.Registry, enabler lwm2m.Version, chosen ...Choice) Set {
	return Set{registry: registry, enabler: enabler, chosen: chosen}
}

// Object returns the definition of an object for the device, nil if it is not
// known.
func (s Set) Object(id uint16) *lwm2m.Object {
	for _, c := range s.chosen {
		if c.Object == id {
			return s.registry.Object(id, c.Version)
		}
	}
	if s.enabler == 0 {
		return s.registry.Object(id, 0)
	}
	return s.registry.Object(id, lwm2m.ImpliedVersion(id, s.enabler))
}
