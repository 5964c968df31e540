package console

import (
	"lwcon/console/terminal"
	"lwcon/lwm2m"
)

// tree writes what a payload says, one line for each value: path, name, type,
// value. Where it speaks of several object instances, each has a heading.
func (t *Text) tree(p *page, tree *lwm2m.Tree) {
	if tree == nil {
		return
	}
	if tree.Format.Canonical() == lwm2m.FormatLink {
		t.links(p, tree.Links)
		return
	}
	headings := severalInstances(tree.Nodes) && !t.Plain
	for start := 0; start < len(tree.Nodes); {
		end := start + 1
		instance := tree.Nodes[start].Path().Cut(lwm2m.LevelObjectInstance)
		for headings && end < len(tree.Nodes) && tree.Nodes[end].Path().Cut(lwm2m.LevelObjectInstance) == instance {
			end++
		}
		if !headings {
			end = len(tree.Nodes)
		} else {
			p.line("instance", t.named(instance))
		}
		p.table("value", t.rows(tree.Nodes[start:end], headings))
		start = end
	}
}

// severalInstances says whether nodes are of more than one object instance.
func severalInstances(nodes []lwm2m.Node) bool {
	for i := 1; i < len(nodes); i++ {
		if nodes[i].Path().Cut(lwm2m.LevelObjectInstance) != nodes[0].Path().Cut(lwm2m.LevelObjectInstance) {
			return true
		}
	}
	return false
}

// rows are the lines of nodes.
func (t *Text) rows(nodes []lwm2m.Node, deeper bool) [][]cell {
	rows := make([][]cell, len(nodes))
	indent := ""
	if deeper {
		indent = "  "
	}
	for i := range nodes {
		n := &nodes[i]
		name, kind := terminal.Escape(n.Name()), n.Value().Type().String()
		if n.Definition() == nil {
			name = t.unknownName(n.Path())
		}
		if !n.HasValue() {
			kind = ""
		}
		rows[i] = []cell{
			{indent + terminal.Escape(n.Path().String()), t.Style.Dim},
			{name, nil},
			{kind, t.Style.Dim},
			{t.valueText(n) + t.siblingUnit(nodes, n), nil},
		}
	}
	return rows
}

// sensorUnits is the resource by which IPSO objects tell the unit of their
// values: 5700 and 5601 to 5604.
const sensorUnits = 5701

// siblingUnit is the unit that the payload itself tells for a measured value of
// an IPSO object, "" where it tells none or the definition has one.
func (t *Text) siblingUnit(nodes []lwm2m.Node, n *lwm2m.Node) string {
	d := n.Definition()
	if d == nil || d.Units != "" || d.Type != lwm2m.Float || n.Value().Type() != lwm2m.Float {
		return ""
	}
	if r := n.Path().Resource(); r != 5700 && (r < 5601 || r > 5604) {
		return ""
	}
	for i := range nodes {
		if nodes[i].Path() == n.Path().Parent().Child(sensorUnits) && nodes[i].Value().Type() == lwm2m.String {
			return " " + t.Style.Dim(unitText(nodes[i].Value().Text()))
		}
	}
	return ""
}

// unknownName stands where the definitions have no name for a path.
func (t *Text) unknownName(p lwm2m.Path) string {
	if p.Level() < lwm2m.LevelResource {
		return t.objectName(p)
	}
	return "?"
}

// links writes link-format: a line for each link, its attributes behind it.
func (t *Text) links(p *page, links []lwm2m.Link) {
	rows := make([][]cell, 0, len(links))
	for i := range links {
		l := &links[i]
		name := ""
		if path, ok := l.Path(); ok {
			name = t.pathName(path)
		}
		rows = append(rows, []cell{
			{t.longText(l.Target, maxText), t.Style.Dim}, {name, nil}, {t.attributesText(l.Attributes), nil},
		})
	}
	p.table("link", rows)
}

// attributesText is the attributes of a link as people read them.
func (t *Text) attributesText(attributes []lwm2m.LinkAttribute) string {
	text := ""
	for i, a := range attributes {
		if i > 0 {
			text += " "
		}
		text += terminal.Escape(a.Name)
		switch {
		case a.Quoted:
			text += `="` + t.longText(a.Value, maxText) + `"`
		case a.HasValue:
			text += "=" + t.longText(a.Value, maxText)
		}
	}
	return text
}
