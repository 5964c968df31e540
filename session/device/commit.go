package device

import (
	"slices"

	"lwcon/lwm2m"
)

// Resources of object 1 that the device acts upon. Spec: Core 1.2 §E.2.
const (
	serverID             = 0
	serverLifetime       = 1
	serverPMin           = 2
	serverPMax           = 3
	serverDisable        = 4
	serverDisableTimeout = 5
	serverStoring        = 6
	serverBinding        = 7
	serverUpdate         = 8
	serverBootstrap      = 9
	serverMuteSend       = 23
	serverNotifyMode     = 26
)

// commit puts a changed tree in place and adds to the result what follows from
// the change.
func (d *Device) commit(next *tree, p lwm2m.Path, r Result) Result {
	r.Effects = append(r.Effects, Effect{Kind: EffectValues, Path: p})
	r.Effects = append(r.Effects, serverEffects(d.tree, next)...)
	if !sameDefaults(d.tree, next) {
		r.Effects = append(r.Effects, Effect{Kind: EffectValues}) // attributes of everything
	}
	if !sameInstances(d.tree, next) {
		r.Effects = append(r.Effects, Effect{Kind: EffectObjects})
	}
	if !sameAccounts(d.tree, next) {
		r.Effects = append(r.Effects, Effect{Kind: EffectAccounts})
	}
	d.tree = next
	return r
}

// sameAccounts says whether two trees hold the same accounts.
func sameAccounts(a, b *tree) bool {
	return a.object(objectSecurity) == b.object(objectSecurity) && a.object(objectServer) == b.object(objectServer) ||
		slices.Equal(a.accounts(), b.accounts())
}

// serverEffects tells which accounts of object 1 changed in what a server
// learns by an Update.
func serverEffects(old, next *tree) []Effect {
	a, b := old.object(objectServer), next.object(objectServer)
	if a == b || a == nil || b == nil {
		return nil
	}
	var effects []Effect
	for _, in := range b.instances {
		was := a.instance(in.id)
		if was == nil || was == in {
			continue
		}
		p, server := lwm2m.NewPath(objectServer, in.id), uint16(in.integer(serverID))
		for _, what := range [...]struct {
			resource uint16
			kind     EffectKind
		}{{serverLifetime, EffectLifetime}, {serverBinding, EffectBinding}} {
			if !sameValue(was.one(what.resource), in.one(what.resource)) {
				effects = append(effects, Effect{Kind: what.kind, Server: server, Path: p.Child(what.resource)})
			}
		}
	}
	return effects
}

// sameDefaults says whether the accounts of object 1 give the same attributes.
func sameDefaults(old, next *tree) bool {
	a, b := old.object(objectServer), next.object(objectServer)
	if a == b || a == nil || b == nil {
		return true
	}
	for _, in := range b.instances {
		was := a.instance(in.id)
		for _, id := range [...]uint16{serverPMin, serverPMax, serverNotifyMode} {
			if was == nil || !sameValue(was.one(id), in.one(id)) {
				return false
			}
		}
	}
	return true
}

func sameValue(a, b *entry) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.value == b.value
}

// sameInstances says whether two trees hold the same object instances.
func sameInstances(a, b *tree) bool {
	return slices.EqualFunc(a.objects, b.objects, func(x, y *object) bool {
		return x == y || x.definition.ID == y.definition.ID &&
			slices.EqualFunc(x.instances, y.instances, func(i, j *instance) bool { return i.id == j.id })
	})
}
