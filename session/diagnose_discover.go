package session

import "lwcon/lwm2m"

// diagnoseDiscover looks at the links of a Discover: the resources have to be
// there, each multiple one with its number of instances.
func (op *operation) diagnoseDiscover(r *Result) {
	resources, instances := false, false
	undimensioned := lwm2m.Path{}
	for i := range r.Tree.Links {
		l := &r.Tree.Links[i]
		p, ok := l.Path()
		switch {
		case !ok:
		case p.Level() == lwm2m.LevelObjectInstance:
			instances = true
		case p.Level() == lwm2m.LevelResource:
			resources = true
			d := lwm2m.FindResource(op.registration, p)
			if _, has := l.Attribute("dim"); !has && d != nil && d.Multiple && undimensioned == (lwm2m.Path{}) {
				undimensioned = p
			}
		}
	}
	if op.path.Level() <= lwm2m.LevelObjectInstance && instances && !resources && op.depth == nil {
		r.note(ruleDiscoverShallow, op.path, "instances without their resources, as in a Register")
	}
	if undimensioned != (lwm2m.Path{}) {
		r.note(ruleDiscoverDimension, undimensioned, "a multiple resource without dim, the number of its instances")
	}
}
