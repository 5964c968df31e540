package formats_test

import "lwcon/lwm2m"

// definitions are those that tests and benchmarks decode with: the Server,
// Access Control and Device objects, a temperature sensor, and one object with a
// resource of each type.
type definitions map[uint16]*lwm2m.Object

func (d definitions) Object(id uint16) *lwm2m.Object { return d[id] }

// object makes a definition of resources in the order of their ids.
func object(id uint16, name string, resources ...lwm2m.Resource) *lwm2m.Object {
	return &lwm2m.Object{ID: id, Version: lwm2m.V1_0, Name: name, Multiple: id != 3, Resources: resources}
}

// resource makes the definition of a single resource.
func resource(id uint16, name string, t lwm2m.Type) lwm2m.Resource {
	return lwm2m.Resource{ID: id, Name: name, Type: t, Operations: lwm2m.Readable | lwm2m.Writable}
}

// executable makes the definition of a resource that is executed.
func executable(id uint16, name string) lwm2m.Resource {
	return lwm2m.Resource{ID: id, Name: name, Operations: lwm2m.Executable}
}

// multiple makes the definition of a multiple resource.
func multiple(id uint16, name string, t lwm2m.Type) lwm2m.Resource {
	r := resource(id, name, t)
	r.Multiple = true
	return r
}

// within gives a resource its range.
func within(r lwm2m.Resource, text string) lwm2m.Resource {
	r.Range = text
	return r
}

var testDefinitions = definitions{
	1: object(1, "LwM2M Server",
		resource(0, "Short Server ID", lwm2m.Integer),
		resource(1, "Lifetime", lwm2m.Integer),
		resource(6, "Notification Storing", lwm2m.Boolean),
		resource(7, "Binding", lwm2m.String)),
	2: object(2, "Access Control",
		resource(0, "Object ID", lwm2m.Integer),
		resource(1, "Object Instance ID", lwm2m.Integer),
		multiple(2, "ACL", lwm2m.Integer),
		resource(3, "Access Control Owner", lwm2m.Integer)),
	3: object(3, "Device",
		resource(0, "Manufacturer", lwm2m.String),
		resource(1, "Model Number", lwm2m.String),
		resource(2, "Serial Number", lwm2m.String),
		resource(3, "Firmware Version", lwm2m.String),
		executable(4, "Reboot"),
		executable(5, "Factory Reset"),
		multiple(6, "Available Power Sources", lwm2m.Integer),
		multiple(7, "Power Source Voltage", lwm2m.Integer),
		multiple(8, "Power Source Current", lwm2m.Integer),
		within(resource(9, "Battery Level", lwm2m.Integer), "0..100"),
		resource(10, "Memory Free", lwm2m.Integer),
		within(multiple(11, "Error Code", lwm2m.Integer), "0..32"),
		executable(12, "Reset Error Code"),
		resource(13, "Current Time", lwm2m.Time),
		resource(14, "UTC Offset", lwm2m.String),
		resource(15, "Timezone", lwm2m.String),
		resource(16, "Supported Binding and Modes", lwm2m.String)),
	3303: object(3303, "Temperature",
		resource(5700, "Sensor Value", lwm2m.Float),
		resource(5701, "Sensor Units", lwm2m.String)),
	33000: object(33000, "All types",
		resource(0, "A string", lwm2m.String),
		resource(1, "An integer", lwm2m.Integer),
		resource(2, "An unsigned", lwm2m.Unsigned),
		resource(3, "A float", lwm2m.Float),
		resource(4, "A boolean", lwm2m.Boolean),
		resource(5, "An opaque", lwm2m.Opaque),
		resource(6, "A time", lwm2m.Time),
		resource(7, "A link", lwm2m.ObjectLink),
		resource(8, "Links", lwm2m.CoreLink),
		multiple(9, "Integers", lwm2m.Integer)),
	33001: object(33001, "A hundred integers", hundred()...),
}

// hundred makes the definitions of many integers.
func hundred() []lwm2m.Resource {
	var all []lwm2m.Resource
	for id := range uint16(manyMembers) {
		all = append(all, resource(id, "An integer", lwm2m.Integer))
	}
	return all
}

// deviceNodes are the 14 resources of a Device object, 17 values.
func deviceNodes() []lwm2m.Node {
	value := func(path string, v lwm2m.Value) lwm2m.Node {
		return lwm2m.NewNode(lwm2m.KindValue, lwm2m.MustParsePath(path), v, lwm2m.Span{}, 0)
	}
	return []lwm2m.Node{
		value("/3/0/0", lwm2m.StringValue("Open Mobile Alliance")),
		value("/3/0/1", lwm2m.StringValue("Lightweight M2M Client")),
		value("/3/0/2", lwm2m.StringValue("345000123")),
		value("/3/0/3", lwm2m.StringValue("1.0")),
		value("/3/0/6/0", lwm2m.IntegerValue(1)),
		value("/3/0/6/1", lwm2m.IntegerValue(5)),
		value("/3/0/7/0", lwm2m.IntegerValue(3800)),
		value("/3/0/7/1", lwm2m.IntegerValue(5000)),
		value("/3/0/8/0", lwm2m.IntegerValue(125)),
		value("/3/0/8/1", lwm2m.IntegerValue(900)),
		value("/3/0/9", lwm2m.IntegerValue(100)),
		value("/3/0/10", lwm2m.IntegerValue(15)),
		value("/3/0/11/0", lwm2m.IntegerValue(0)),
		value("/3/0/13", lwm2m.TimeValue(1367491215)),
		value("/3/0/14", lwm2m.StringValue("+02:00")),
		value("/3/0/15", lwm2m.StringValue("Europe/Berlin")),
		value("/3/0/16", lwm2m.StringValue("U")),
	}
}
