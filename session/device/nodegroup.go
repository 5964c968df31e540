package device

import "lwcon/lwm2m"

// nodeGroup is the nodes of a payload for one resource.
type nodeGroup struct {
	path  lwm2m.Path // of the resource
	nodes []lwm2m.Node
}

// group parts a payload by resource, in the order in which they first appear.
// Every node must lie at or below p; one that names p itself, without value, is
// an empty instance or multiple resource.
func group(p lwm2m.Path, nodes []lwm2m.Node) ([]nodeGroup, Result) {
	var groups []nodeGroup
	at := make(map[uint16]int)
	for i := range nodes {
		n := &nodes[i]
		q := n.Path()
		if !p.Contains(q) {
			return nil, refuse(BadRequest, "expected paths below %s, found %s", p, q)
		}
		if q.Level() < lwm2m.LevelResource {
			if n.HasValue() {
				return nil, refuse(BadRequest, "expected a resource below %s, found a value of %s", p, q)
			}
			continue
		}
		k, ok := at[q.Resource()]
		if !ok {
			k = len(groups)
			at[q.Resource()] = k
			groups = append(groups, nodeGroup{path: q.Cut(lwm2m.LevelResource)})
		}
		if len(groups[k].nodes) > MaxResourceInstances {
			return nil, refuse(InternalServerError, "%s: room for %d instances", q.Parent(), MaxResourceInstances)
		}
		for j := range groups[k].nodes {
			if groups[k].nodes[j].Path() == q {
				return nil, refuse(BadRequest, "expected %s once, found it twice", q)
			}
		}
		groups[k].nodes = append(groups[k].nodes, *n)
	}
	return groups, Result{}
}

// named says whether one of the groups is of a resource.
func named(groups []nodeGroup, resource uint16) bool {
	for i := range groups {
		if groups[i].path.Resource() == resource {
			return true
		}
	}
	return false
}
