package commands

import "lwcon/lwm2m"

// tree writes what a payload says: "links" of link-format, "paths" of a path
// list, else "values".
func (o *object) tree(t *lwm2m.Tree) {
	switch {
	case t.Format.Canonical() == lwm2m.FormatLink:
		o.links("links", t.Links)
	case isPathList(t):
		var paths []lwm2m.Path
		for i := range t.Nodes {
			paths = append(paths, t.Nodes[i].Path())
		}
		o.paths("paths", paths)
	default:
		o.values(t)
	}
}

// isPathList says whether a tree is that of a path list.
func isPathList(t *lwm2m.Tree) bool {
	return len(t.Nodes) > 0 && t.Nodes[0].Kind() == lwm2m.KindPath
}

// values writes the nodes that have a value, in the order of the payload.
func (o *object) values(t *lwm2m.Tree) {
	o.key("values")
	o.b = append(o.b, '[')
	n := 0
	for i := range t.Nodes {
		if node := &t.Nodes[i]; node.HasValue() {
			o.b = appendNode(separate(o.b, n), node)
			n++
		}
	}
	o.b = append(o.b, ']')
}

// appendNode writes one value: path, name, type, value, and time if it has one.
// A guess says so: "guess":true.
func appendNode(b []byte, n *lwm2m.Node) []byte {
	o := beginObject(b)
	o.text("path", n.Path().String())
	o.optional("name", n.Name())
	v := n.Value()
	o.text("type", v.Type().String())
	o.key("value")
	from := len(o.b)
	o.b = escapeControls(v.AppendJSON(o.b), from)
	if at, ok := n.Time(); ok {
		o.number("time", at)
	}
	if f := n.Fields(); f != nil {
		o.optional("unit", f.Unit)
		if f.HasSum {
			o.number("sum", f.Sum)
		}
		if f.HasUpdate {
			o.number("update", f.Update)
		}
	}
	if n.Kind() == lwm2m.KindGuess {
		o.boolean("guess", true)
	}
	return o.end()
}

// links writes links, each a target with its attributes; an attribute without a
// value is null. Of an attribute given twice the first counts.
func (o *object) links(name string, links []lwm2m.Link) {
	o.list(name, len(links), func(i int, in *object) {
		in.text("uri", links[i].Target)
		attributes := in.object("attributes")
		for k, a := range links[i].Attributes {
			switch {
			case named(links[i].Attributes[:k], a.Name):
			case a.HasValue:
				attributes.text(escaped(a.Name), a.Value)
			default:
				attributes.null(escaped(a.Name))
			}
		}
		in.close(attributes)
	})
}

// named says whether an attribute of a name is among some.
func named(attributes []lwm2m.LinkAttribute, name string) bool {
	for i := range attributes {
		if attributes[i].Name == name {
			return true
		}
	}
	return false
}

// escaped makes a peer's name fit for the key of a field.
func escaped(name string) string {
	quoted := appendText(nil, name)
	return string(quoted[1 : len(quoted)-1])
}

// deviations writes the departures from the specification; nothing if there
// are none.
func (o *object) deviations(found []lwm2m.Deviation) {
	if len(found) == 0 {
		return
	}
	o.list("deviations", len(found), func(i int, in *object) {
		d := &found[i]
		in.text("rule", string(d.Rule))
		if d.Path != (lwm2m.Path{}) {
			in.text("path", d.Path.String())
		}
		if d.Offset >= 0 {
			in.integer("offset", int64(d.Offset))
		}
		in.text("message", d.Message)
		if d.More > 0 {
			in.integer("more", int64(d.More))
		}
	})
}
