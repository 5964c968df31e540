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
