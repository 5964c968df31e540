package session

import (
	"slices"

	"lwcon/lwm2m"
)

// placement says where the instances of an account go on a device: where the
// account has them, but never over the account of the bootstrap server.
type placement map[lwm2m.Path]lwm2m.Path

// place finds the places for an account. kept are the instances of the objects 0
// and 21 that belong to the bootstrap server; there are what else the device has.
// An instance of the account that describes a bootstrap server goes where the
// device has its own. Spec: Core 1.2 §6.1.7.
func (a *BootstrapAccount) place(kept, there []lwm2m.Path) placement {
	places := placement{}
	var mine []lwm2m.Path
	for _, group := range a.writes() {
		mine = append(mine, instanceIn(group[0].Path()))
	}
	for _, in := range mine {
		own := slices.DeleteFunc(slices.Clone(kept), func(p lwm2m.Path) bool { return p.Object() != in.Object() })
		itself := in.Object() == securityObject && a.bootstrapItself(in)
		switch {
		case itself && len(own) == 1:
			places[in] = own[0]
		case itself && slices.Contains(kept, in): // it is for whoever wrote it to say
		case slices.Contains(kept, in):
			next := freeInstance(in.Object(), mine, kept, there)
			places[in] = next
			mine = append(mine, next)
		}
	}
	return places
}

// freeInstance is the lowest instance of an object that none of some lists has.
func freeInstance(object uint16, lists ...[]lwm2m.Path) lwm2m.Path {
	for id := uint16(0); id < lwm2m.MaxID; id++ {
		p := lwm2m.NewPath(object, id)
		if !slices.ContainsFunc(lists, func(list []lwm2m.Path) bool { return slices.Contains(list, p) }) {
			return p
		}
	}
	return lwm2m.NewPath(object, lwm2m.MaxID)
}

// to is where an instance goes.
func (p placement) to(in lwm2m.Path) lwm2m.Path {
	if moved, ok := p[in]; ok {
		return moved
	}
	return in
}

// path is where something goes.
func (p placement) path(at lwm2m.Path) lwm2m.Path {
	next := p.to(instanceIn(at))
	for level := lwm2m.LevelResource; level <= at.Level(); level++ {
		next = next.Child(at.ID(level))
	}
	return next
}

// node is a value in its place, its links too.
func (p placement) node(n lwm2m.Node, fill *placeholders) lwm2m.Node {
	v := fill.fill(n.Value())
	if link := v.Link(); v.Type() == lwm2m.ObjectLink && link.Instance <= lwm2m.MaxID {
		to := p.to(lwm2m.NewPath(link.Object, link.Instance))
		v = lwm2m.ObjectLinkValue(to.Object(), to.ObjectInstance())
	}
	return lwm2m.NewNode(n.Kind(), p.path(n.Path()), v, lwm2m.Span{}, 0).WithDefinition(n.Definition())
}
