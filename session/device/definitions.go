package device

import "lwcon/lwm2m"

// Object returns the definition of an object that the device has, in the
// version that it has; nil for others. It makes a Device lwm2m.Definitions.
func (d *Device) Object(id uint16) *lwm2m.Object {
	d.mu.Lock()
	defer d.mu.Unlock()
	if o := d.tree.object(id); o != nil {
		return o.definition
	}
	return nil
}

// AddObject makes the device support an object that it did not have, without
// instances; Create with Local makes those.
//
//	2.01 done    4.00 the device has it, or no definition
func (d *Device) AddObject(definition *lwm2m.Object) Result {
	d.mu.Lock()
	defer d.mu.Unlock()
	if definition == nil {
		return refuse(BadRequest, "expected the definition of an object, found none")
	}
	if d.tree.object(definition.ID) != nil {
		return refuse(BadRequest, "the device has object %d", definition.ID)
	}
	return d.commit(d.tree.withObject(definition), lwm2m.NewPath(definition.ID), Result{Status: Created})
}
