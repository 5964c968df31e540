package device

import (
	"fmt"

	"lwcon/lwm2m"
)

// inconsistency says what does not fit together in the accounts of a device, ""
// if it all does: a device that took it over could reach no server.
// Spec: Core 1.2 §6.1.7.1, §E.1, §E.2.
func (t *tree) inconsistency() string {
	servers := map[int64]uint16{}
	if o := t.object(objectServer); o != nil {
		for _, in := range o.instances {
			p := lwm2m.NewPath(objectServer, in.id)
			for _, id := range [...]uint16{serverID, serverLifetime, serverStoring, serverBinding} {
				if in.one(id) == nil {
					return fmt.Sprintf("%s is mandatory and missing", p.Child(id))
				}
			}
			id := in.integer(serverID)
			if other, twice := servers[id]; twice {
				return fmt.Sprintf("/1/%d and /1/%d have the short server id %d", other, in.id, id)
			}
			servers[id] = in.id
		}
	}
	secured := map[int64]uint16{}
	if o := t.object(objectSecurity); o != nil {
		for _, in := range o.instances {
			if reason := t.insecure(in); reason != "" {
				return reason
			}
			if e := in.one(securityBootstrap); e != nil && e.value.Bool() {
				continue
			}
			id := in.integer(securityServerID)
			if !paired(servers, id) {
				return fmt.Sprintf("/0/%d/10 is %d, and no instance of object 1 has it", in.id, id)
			}
			if other, twice := secured[id]; twice {
				return fmt.Sprintf("/0/%d and /0/%d have the short server id %d", other, in.id, id)
			}
			secured[id] = in.id
		}
	}
	if len(servers) == 0 {
		return "no server: object 1 is empty"
	}
	for _, in := range t.object(objectServer).instances {
		if id := in.integer(serverID); !paired(secured, id) {
			return fmt.Sprintf("/1/%d/0 is %d, and no instance of object 0 has it", in.id, id)
		}
	}
	return ""
}

func paired(instances map[int64]uint16, id int64) bool {
	_, ok := instances[id]
	return ok
}

// insecure says what an instance of object 0 lacks, "" if nothing.
func (t *tree) insecure(in *instance) string {
	p := lwm2m.NewPath(objectSecurity, in.id)
	for _, id := range [...]uint16{securityURI, securityBootstrap, securityMode} {
		if in.one(id) == nil {
			return fmt.Sprintf("%s is mandatory and missing", p.Child(id))
		}
	}
	var need []uint16
	switch SecurityMode(in.integer(securityMode)) {
	case ModePSK:
		need = []uint16{securityIdentity, securitySecret}
	case ModeRPK, ModeCertificate:
		need = []uint16{securityIdentity, securityServerKey, securitySecret}
	}
	for _, id := range need {
		if in.text(id) == "" {
			return fmt.Sprintf("%s is empty, security mode %d needs it", p.Child(id), in.integer(securityMode))
		}
	}
	e := in.one(securityOSCORE)
	if e == nil || e.value.Link() == lwm2m.NullLink {
		return ""
	}
	if link := e.value.Link(); t.object(link.Object).instance(link.Instance) == nil {
		return fmt.Sprintf("%s links to %s, which is not there", p.Child(securityOSCORE), link)
	}
	return ""
}
