package session

import (
	"slices"
	"strconv"
	"strings"

	"lwcon/formats"
	"lwcon/lwm2m"
)

// objectList reads the payload: links to objects and object instances.
func (r *registerReader) objectList(payload []byte) {
	g := r.registration
	tree, err := formats.Decode(lwm2m.FormatLink, payload, formats.Options{})
	g.Raw = tree.Payload
	for _, d := range tree.Deviations {
		switch {
		case slices.Contains(replacedRules[:], d.Rule):
			continue
		case d.Rule == ruleLinkBlank:
			r.note(d.Rule, BadRequest, "octet %d: %s", d.Offset, d.Message)
			continue
		}
		r.note(ruleObjectList, BadRequest, "%s at octet %d: %s", d.Rule, d.Offset, d.Message)
	}
	if err != nil {
		r.note(ruleObjectList, BadRequest, "%v; what came before is used", err)
	}
	r.links(tree.Links)
}

// links reads the links of an object list.
func (r *registerReader) links(links []lwm2m.Link) {
	g := r.registration
	if len(links) > maxLinks {
		r.note(ruleTooManyLinks, 0, "%d links, the first %d are used", len(links), maxLinks)
		links = links[:maxLinks]
	}
	g.Formats, g.Root = nil, ""
	for i := range links {
		r.root(&links[i])
	}
	if r.update {
		g.Profiles = "" // the list of an Update is complete
	} else if g.Profiles != "" {
		links = r.profiled(links, r.profiles)
	}
	r.versions, r.instances = nil, make([]uint32, 0, len(links))
	for i := range links {
		r.places.link(&links[i])
		r.link(&links[i])
	}
	r.places.none()
	g.objects, g.versions = slices.Concat(r.versions, r.sorted()), len(r.versions)
	r.mandatory(len(links) > 0)
}

// root reads the link to the root: alternate path and content formats.
func (r *registerReader) root(l *lwm2m.Link) {
	rt, _ := l.Attribute("rt")
	if l.Target != "/" && rt != "oma.lwm2m" {
		return
	}
	if l.Target != "/" {
		r.registration.Root = strings.TrimSuffix(l.Target, "/")
	}
	for i := range l.Attributes {
		if a := &l.Attributes[i]; a.Name == "ct" {
			for _, word := range strings.Fields(a.Value) {
				if n, err := strconv.ParseUint(word, 10, 16); err == nil {
					r.registration.Formats = append(r.registration.Formats, lwm2m.ContentFormat(n))
				}
			}
		}
	}
}

// link reads a link to an object or object instance.
func (r *registerReader) link(l *lwm2m.Link) {
	g := r.registration
	target := l.Target
	if rt, _ := l.Attribute("rt"); target == "/" || rt == "oma.lwm2m" {
		return
	}
	if rest, below := strings.CutPrefix(target, g.Root+"/"); below {
		target = "/" + rest
	} else if g.Root != "" {
		r.note(ruleLinkTarget, BadRequest, "link <%s>: expected a path below %s", l.Target, g.Root)
		return
	}
	p, err := lwm2m.ParsePath(target)
	if err != nil || p.Prefix() != "" || p.Level() == lwm2m.LevelRoot {
		if target != "" && target[0] != '/' || looksLikeObject(target) {
			r.note(ruleLinkTarget, BadRequest, "link <%s>: expected </object> or </object/instance>", l.Target)
		}
		return
	}
	if p.Level() > lwm2m.LevelObjectInstance {
		r.note(ruleResourceLink, BadRequest, "link <%s> is a resource; its object instance is used", l.Target)
		p = p.Cut(lwm2m.LevelObjectInstance)
	}
	if o := p.Object(); isHidden(o) {
		r.note(ruleForbiddenObject, 0, "link <%s>: object %d is not for servers, left out", l.Target, o)
		return
	}
	r.objectVersion(l, p)
	id := uint32(p.Object())<<16 | lwm2m.AnyID
	if p.Level() == lwm2m.LevelObjectInstance {
		id = uint32(p.Object())<<16 | uint32(p.ObjectInstance())
	}
	r.instances = append(r.instances, id)
}

// isHidden says whether an object is never for servers: it holds keys.
func isHidden(object uint16) bool { return object == 0 || object == 21 || object == 23 }

// looksLikeObject tells a spoilt object path from the links of other resources
// that a device may host beside LwM2M, such as </.well-known/core>.
func looksLikeObject(target string) bool {
	return len(target) > 1 && target[1] >= '0' && target[1] <= '9'
}

// objectVersion reads the attribute ver.
func (r *registerReader) objectVersion(l *lwm2m.Link, p lwm2m.Path) {
	text, ok := l.Attribute("ver")
	if !ok {
		return
	}
	if p.Level() != lwm2m.LevelObject {
		r.note(ruleInstanceVersion, BadRequest, "link <%s>: ver=%s belongs to </%d>, taken for the object", l.Target, text, p.Object())
	}
	v, err := lwm2m.ParseVersion(text)
	if err != nil {
		r.note(ruleObjectVersion, BadRequest, "link <%s>: ver=%q: expected MAJOR.MINOR", l.Target, text)
		return
	}
	r.versions = append(r.versions, uint32(p.Object())<<16|uint32(v))
}

// sorted returns the instances in order, without repeats, and without the bare
// objects that have instances.
func (r *registerReader) sorted() []uint32 {
	slices.Sort(r.instances)
	kept := r.instances[:0]
	for i, id := range r.instances {
		switch {
		case i > 0 && id == r.instances[i-1]:
			r.note(ruleLinkTwice, 0, "%s is listed twice", (&Registration{objects: []uint32{id}}).Instances()[0])
		case uint16(id) == lwm2m.AnyID && len(kept) > 0 && kept[len(kept)-1]>>16 == id>>16:
		default:
			kept = append(kept, id)
		}
	}
	return kept
}

// mandatory notes what every client has, and this one did not list.
func (r *registerReader) mandatory(anyLink bool) {
	if r.unresolved {
		return // the profiles can have them
	}
	if !anyLink {
		r.note(ruleNoObjects, BadRequest, "no object is listed")
		return
	}
	for _, o := range [...]uint16{1, 3} {
		if !r.registration.HasObject(o) {
			r.note(ruleMandatoryObject, 0, "mandatory object %d is not listed", o)
		}
	}
}
