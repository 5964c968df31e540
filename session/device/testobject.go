package device

import (
	"strconv"

	"lwcon/lwm2m"
)

// The test objects, which have resources of every type and executables that act
// on all of them at once.
const (
	objectTest10 = 3441 // LwM2M v1.0 Test Object
	objectTest11 = 3442 // LwM2M v1.1 Test Object
)

// Resources of the test objects.
const (
	testKeepArguments = 3
	testArguments     = 4
)

// actOnTestObject resets the values of an instance to those of the profile (of
// one that was created, to zero), sets them to zero or empties them, makes
// them random, or notes the arguments of the Execute.
func (d *Device) actOnTestObject(a act, p lwm2m.Path, arguments []lwm2m.Argument) Result {
	in := d.tree.find(p)
	object := d.tree.object(p.Object()).definition
	at := p.Cut(lwm2m.LevelObjectInstance)
	next := &instance{id: in.id}
	switch a {
	case actKeepArguments:
		next = in.with(testArguments, argumentEntries(arguments))
	default:
		for i := range in.entries {
			e := in.entries[i]
			definition := object.Resource(e.resource)
			if definition != nil && definition.Operations.Has(lwm2m.Writable) && (e.kind == single || e.kind == resourceInstance) {
				if a != actRandomizeValues && e.kind == resourceInstance {
					continue
				}
				e.behaviour, e.value = nil, zero(definition.Type)
				if a == actRandomizeValues {
					e.value = d.randomValue(definition.Type)
				}
			}
			next.entries = append(next.entries, e)
		}
	}
	if first := d.profile.tree.find(p); a == actResetValues && first != nil {
		next = first
	}
	return d.commit(d.tree.with(p.Object(), next), at, Result{Status: Changed})
}

// argumentEntries makes the list of arguments as a multiple resource: by id, what
// was sent.
func argumentEntries(arguments []lwm2m.Argument) []entry {
	entries := []entry{{resource: testArguments, kind: multiple}}
	for _, a := range arguments {
		id := uint16(a.ID)
		entries = append(dropResourceInstance(entries, id), entry{
			resource: testArguments, instance: id, kind: resourceInstance, value: lwm2m.StringValue(a.Value),
		})
	}
	return entries
}

// randomValue makes up a value of a type, by the seed of the device and how many
// it made before.
func (d *Device) randomValue(t lwm2m.Type) lwm2m.Value {
	d.drawn++
	n := moment{seed: d.seed}.random(1<<63 | d.drawn)
	switch t {
	case lwm2m.Float:
		return lwm2m.FloatValue(float64(int32(n)) / 1000)
	case lwm2m.Boolean:
		return lwm2m.BooleanValue(n&1 == 1)
	case lwm2m.Opaque:
		return lwm2m.OpaqueValue(strconv.FormatUint(n, 16))
	case lwm2m.ObjectLink:
		return lwm2m.ObjectLinkValue(objectDevice, 0)
	case lwm2m.CoreLink:
		return lwm2m.CoreLinkValue("</3/0>")
	case lwm2m.String:
		return lwm2m.StringValue(strconv.FormatUint(n, 36))
	}
	if t == lwm2m.Unsigned {
		return lwm2m.UnsignedValue(n >> 32)
	}
	return numeric(t, float64(int32(n)))
}
