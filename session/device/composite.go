package device

import (
	"slices"
	"time"

	"lwcon/lwm2m"
)

// MaxPaths is the most paths of a composite operation.
const MaxPaths = 1000

// ReadComposite reads several paths at once, as far as they are there and
// readable; "/" is all that the device has. The nodes come in ascending order
// of path, each once.
//
//	2.05 even if something is missing
//	4.00 no path or too many    4.01 no right to any of it
//	4.05 before LwM2M 1.1
//
// Spec: Core 1.2 §6.3.6.
func (d *Device) ReadComposite(server uint16, paths []lwm2m.Path) Result {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.readComposite(server, paths, d.clock.Now())
}

func (d *Device) readComposite(server uint16, paths []lwm2m.Path, now time.Time) Result {
	if r := d.checkComposite(server, len(paths)); r.Status != 0 {
		return r
	}
	var nodes []lwm2m.Node
	denied := 0
	for _, p := range d.spread(server, paths) {
		r := d.read(server, p, now)
		if r.Status == Unauthorized {
			denied++
		}
		nodes = append(nodes, r.Nodes...)
	}
	if denied > 0 && len(nodes) == 0 {
		return refuse(Unauthorized, "server %d has no right to read any of it", server)
	}
	slices.SortStableFunc(nodes, func(a, b lwm2m.Node) int { return a.Path().Compare(b.Path()) })
	nodes = slices.CompactFunc(nodes, func(a, b lwm2m.Node) bool { return a.Path() == b.Path() })
	return Result{Status: Content, Nodes: nodes}
}

// spread returns paths with the root replaced by the objects that a server can
// reach.
func (d *Device) spread(server uint16, paths []lwm2m.Path) []lwm2m.Path {
	if !slices.ContainsFunc(paths, isRoot) {
		return paths
	}
	var spread []lwm2m.Path
	for _, o := range d.tree.objects {
		if server == Local || !closed(o.definition.ID) {
			spread = append(spread, lwm2m.NewPath(o.definition.ID))
		}
	}
	return spread
}

func isRoot(p lwm2m.Path) bool { return p.Level() == lwm2m.LevelRoot && p.Prefix() == "" }

// checkComposite says why a composite operation of so many paths cannot be,
// with Status 0 if it can.
func (d *Device) checkComposite(server uint16, paths int) Result {
	switch {
	case d.Version() < lwm2m.V1_1 && server != Local:
		return refuse(MethodNotAllowed, "no composite operations in LwM2M 1.0")
	case paths == 0:
		return refuse(BadRequest, "expected paths, found none")
	case paths > MaxPaths:
		return refuse(BadRequest, "expected at most %d paths, found %d", MaxPaths, paths)
	}
	return Result{}
}

// WriteComposite writes values of resources and resource instances anywhere in
// the device, all or nothing; it adds and replaces, and a null deletes a
// resource instance.
//
//	2.04 done; else nothing changed:
//	4.00 no value or too many, type or range, a path above resource level
//	4.01 object 0, 21 or 23, or no right to one of them
//	4.04 one of them not there    4.05 not writable, or before LwM2M 1.1
//
// Spec: Core 1.2 §6.3.7.
func (d *Device) WriteComposite(server uint16, nodes []lwm2m.Node) Result {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r := d.checkComposite(server, len(nodes)); r.Status != 0 {
		return r
	}
	before, firmware := d.tree, d.firmware
	next, effects, r := d.writeAll(server, nodes)
	d.tree = before
	if r.Status != Changed {
		d.firmware = firmware
		return r
	}
	r = d.commit(next, nodes[0].Path(), r)
	for i := 1; i < len(nodes); i++ {
		r.Effects = append(r.Effects, Effect{Kind: EffectValues, Path: nodes[i].Path()})
	}
	r.Effects = append(r.Effects, effects...)
	return r
}

// writeAll makes the tree with all nodes written. It uses d.tree for what it has
// so far; the caller puts that right.
func (d *Device) writeAll(server uint16, nodes []lwm2m.Node) (*tree, []Effect, Result) {
	var effects []Effect
	for i := range nodes {
		p := nodes[i].Path()
		if p.Level() < lwm2m.LevelResource {
			return nil, nil, refuse(BadRequest, "expected a resource, found %s", p)
		}
		if r := d.reachForWrite(server, p.Cut(lwm2m.LevelResource)); r.Status != 0 {
			return nil, nil, r
		}
		if !d.tree.may(server, rightWrite, p.Object(), p.ObjectInstance()) || !d.ownsAccess(server, p) {
			return nil, nil, refuse(Unauthorized, "%s: server %d has no right to write", p, server)
		}
		w := d.newWriter(server, p)
		w.composite = true
		r := w.writeGroup(nodeGroup{path: p.Cut(lwm2m.LevelResource), nodes: nodes[i : i+1]}, Update)
		if r.Status != Changed {
			return nil, nil, r
		}
		d.tree = d.tree.with(p.Object(), w.instance)
		effects = append(effects, w.effects...)
		if q := w.touched(p); q != p {
			effects = append(effects, Effect{Kind: EffectValues, Path: q})
		}
	}
	return d.tree, effects, Result{Status: Changed}
}
