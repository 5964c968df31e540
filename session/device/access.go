package device

import "lwcon/lwm2m"

// The core objects that the device treats in a way of their own.
const (
	objectSecurity = 0
	objectServer   = 1
	objectAccess   = 2
	objectDevice   = 3
	objectFirmware = lwm2m.FirmwareObject
	objectOSCORE   = 21
	objectCOSE     = 23
)

// right is an access right of object 2. Spec: Core 1.2 §8.2, resource /2/x/2.
type right uint8

const (
	rightRead right = 1 << iota
	rightWrite
	rightExecute
	rightDelete
	rightCreate
)

// closed says whether an object belongs to the bootstrap interface alone.
func closed(object uint16) bool {
	return object == objectSecurity || object == objectOSCORE || object == objectCOSE
}

// Resources of object 2. Spec: Core 1.2 §E.3.
const (
	accessObject   = 0
	accessInstance = 1
	accessRights   = 2
	accessOwner    = 3
)

// anyInstance is the Object Instance ID of an entry of object 2 that speaks of
// the object as a whole, and the owner of entries that the bootstrap server
// made.
const anyInstance = 0xffff

// servers returns how many servers the device has an account for.
func (t *tree) servers() int {
	if o := t.object(objectServer); o != nil {
		return len(o.instances)
	}
	return 0
}

// may says whether a server has a right on an object instance. With one server
// account it has all of them, and an instance that no instance of object 2
// speaks of is open. For a Create, instanceID is anyInstance; where object 2
// speaks of the Create of no object at all, it is open too. Spec: Core 1.2 §8.
func (t *tree) may(server uint16, r right, objectID, instanceID uint16) bool {
	if server == Local || t.servers() < 2 {
		return true
	}
	o := t.object(objectAccess)
	if o == nil || len(o.instances) == 0 {
		return true
	}
	said := false // who may create something
	for _, in := range o.instances {
		if in.integer(accessObject) == int64(objectID) && in.integer(accessInstance) == int64(instanceID) {
			return in.grants(server)&r != 0
		}
		said = said || in.integer(accessInstance) == anyInstance
	}
	return r != rightCreate || !said
}

// grants returns the rights that an instance of object 2 gives to a server:
// those of its own entry; else all if it is the owner; else those of entry 0.
func (in *instance) grants(server uint16) right {
	var common right
	for _, e := range in.at(accessRights) {
		if e.kind != resourceInstance {
			continue
		}
		switch e.instance {
		case server:
			return right(e.value.Int())
		case 0:
			common = right(e.value.Int())
		}
	}
	if in.integer(accessOwner) == int64(server) {
		return rightRead | rightWrite | rightExecute | rightDelete
	}
	return common
}

// integer returns the value of a resource of type Integer that no behaviour
// moves, -1 if the instance does not have it.
func (in *instance) integer(resource uint16) int64 {
	e := in.one(resource)
	if e == nil || e.value.Type() != lwm2m.Integer {
		return -1
	}
	return e.value.Int()
}
