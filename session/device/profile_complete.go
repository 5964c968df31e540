package device

import (
	"gopkg.in/yaml.v3"

	"lwcon/lwm2m"
)

// complete adds what every device has and a profile need not say: object 1 with
// one account, the mandatory resources whose value is clear. It fails for a
// mandatory object or resource that only the profile can tell.
func (l *loader) complete(n *yaml.Node) {
	l.completeServers()
	if l.profile.tree.find(lwm2m.NewPath(objectDevice, 0)) == nil {
		l.Fail(n, "objects: expected object 3 (Device), found none; write 3: {0: {}}")
	}
	for _, o := range l.profile.tree.objects {
		for _, in := range o.instances {
			p := lwm2m.NewPath(o.definition.ID, in.id)
			at := l.places[p]
			if at == nil {
				at = n
			}
			l.completeInstance(o, in, p, at)
		}
	}
}

// completeServers adds object 1 with one account where the profile has none, but
// for a device that knows a bootstrap server only; and object 0, with an instance
// for each account.
func (l *loader) completeServers() {
	t := l.profile.tree
	l.profile.access, l.profile.oscore = l.implied(objectAccess), l.implied(objectOSCORE)
	security, server := l.implied(objectSecurity), l.implied(objectServer)
	if security == nil || server == nil {
		return
	}
	factory := len(t.accounts()) > 0 // of bootstrap servers, as there is no object 1 yet
	if t.object(objectServer) == nil {
		t = t.withObject(server)
		if !factory {
			t = t.with(objectServer, &instance{})
		}
	}
	if t.object(objectSecurity) == nil {
		t = t.withObject(security)
		for _, in := range t.object(objectServer).instances {
			t = t.with(objectSecurity, &instance{id: in.id, entries: []entry{
				{resource: securityBootstrap, value: lwm2m.BooleanValue(false)},
				{resource: securityMode, value: lwm2m.IntegerValue(int64(ModeNone))},
				{resource: securityServerID, value: lwm2m.IntegerValue(max(in.integer(serverID), 1))},
			}})
		}
	}
	l.profile.tree = t
}

// completeInstance adds the mandatory resources that are missing.
func (l *loader) completeInstance(o *object, in *instance, p lwm2m.Path, at *yaml.Node) {
	next := in
	for i := range o.definition.Resources {
		definition := &o.definition.Resources[i]
		if !definition.Mandatory || len(in.at(definition.ID)) > 0 {
			continue
		}
		entries := l.usual(o, definition)
		if entries == nil {
			l.Fail(at, "%s: mandatory resource %d (%s) is missing; write %d: with a value of type %s",
				p, definition.ID, definition.Name, definition.ID, definition.Type)
			continue
		}
		next = next.with(definition.ID, entries)
	}
	if next != in {
		l.profile.tree = l.profile.tree.with(p.Object(), next)
	}
}

// usual returns what a mandatory resource is where the profile does not say it,
// nil if nobody can tell.
func (l *loader) usual(o *object, definition *lwm2m.Resource) []entry {
	profile := l.profile
	e := entry{resource: definition.ID}
	switch lwm2m.NewPath(o.definition.ID, 0, definition.ID) {
	case lwm2m.NewPath(objectServer, 0, serverID):
		if len(o.instances) > 1 {
			return nil
		}
		e.value = lwm2m.IntegerValue(1)
	case lwm2m.NewPath(objectServer, 0, serverLifetime):
		e.value = lwm2m.IntegerValue(int64(profile.Lifetime.Seconds()))
	case lwm2m.NewPath(objectServer, 0, serverStoring):
		e.value = lwm2m.BooleanValue(true)
	case lwm2m.NewPath(objectServer, 0, serverBinding):
		e.value = lwm2m.StringValue(string(profile.Binding))
	case lwm2m.NewPath(objectDevice, 0, deviceBinding):
		e.value = lwm2m.StringValue(string(profile.announcedBinding()))
	case lwm2m.NewPath(objectDevice, 0, deviceErrors):
		return []entry{
			{resource: definition.ID, kind: multiple},
			{resource: definition.ID, kind: resourceInstance, value: lwm2m.IntegerValue(0)},
		}
	default:
		if definition.Operations != lwm2m.Executable && definition.Operations.Has(lwm2m.Readable) && o.definition.ID != objectFirmware {
			return nil
		}
		return fallback(o.definition.ID, definition)
	}
	return []entry{e}
}

// announcedBinding is the binding as the device tells it: in 1.0 queue mode is a
// letter of it.
func (p *Profile) announcedBinding() lwm2m.Binding {
	if p.Version == lwm2m.V1_0 && p.Queue && !p.Binding.Queue() {
		return p.Binding + "Q"
	}
	return p.Binding
}
