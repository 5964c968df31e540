package console

import (
	"fmt"
	"strings"

	"lwcon/commands"
	"lwcon/console/terminal"
	"lwcon/lwm2m"
)

// objectList writes the objects that were asked for, and the resources by which
// some were found.
func (t *Text) objectList(p *page, l *commands.ObjectList) {
	if len(l.Matches) == 0 {
		p.head("no object", nil, "is known by "+strings.Join(l.Words, " "))
		return
	}
	var rows [][]cell
	for i := range l.Matches {
		m := &l.Matches[i]
		o := m.Object
		rows = append(rows, []cell{
			{lwm2m.NewPath(o.ID).String(), t.Style.Dim},
			{terminal.Escape(o.Name), nil},
			{o.Version.String(), t.Style.Dim},
			{instancesText(o.Multiple) + mandatoryText(o.Mandatory), t.Style.Dim},
		})
		for _, id := range m.Resources {
			r := o.Resource(id)
			rows = append(rows, []cell{
				{fmt.Sprintf("/%d/*/%d", o.ID, id), t.Style.Dim},
				{"  " + terminal.Escape(r.Name), nil},
				{r.Operations.String(), nil},
				{r.Type.String(), t.Style.Dim},
			})
		}
	}
	p.table("object", rows)
}

// objectTable writes one object with all its resources.
func (t *Text) objectTable(p *page, table *commands.ObjectTable) {
	o := table.Object
	versions := make([]string, len(table.Versions))
	for i, v := range table.Versions {
		versions[i] = v.String()
	}
	p.head(lwm2m.NewPath(o.ID).String(), nil, terminal.Escape(o.Name), "version "+o.Version.String()+" of "+strings.Join(versions, ", "),
		t.Style.Dim(instancesText(o.Multiple)+mandatoryText(o.Mandatory)))
	rows := make([][]cell, len(o.Resources))
	for i := range o.Resources {
		r := &o.Resources[i]
		kind := r.Type.String()
		if r.Operations.Has(lwm2m.Executable) {
			kind = ""
		}
		rows[i] = []cell{
			{fmt.Sprint(r.ID), t.Style.Dim},
			{terminal.Escape(r.Name), nil},
			{r.Operations.String(), nil},
			{kind, nil},
			{instancesText(r.Multiple) + mandatoryText(r.Mandatory), t.Style.Dim},
			{terminal.Escape(r.Range), nil},
			{terminal.Escape(r.Units), t.Style.Dim},
		}
	}
	p.table("resource", rows)
	if table.Further > 0 {
		p.line("further", t.Style.Dim(fmt.Sprintf("%s more: objects %s --search", plural(table.Further, "object"), commands.Quote(strings.Join(table.Words, " ")))))
	}
}

// instancesText says whether there can be more than one.
func instancesText(multiple bool) string {
	if multiple {
		return "multiple"
	}
	return "single"
}

// mandatoryText says whether it must be there.
func mandatoryText(mandatory bool) string {
	if mandatory {
		return ", mandatory"
	}
	return ""
}

// checked writes what the registry would object to in a definition file.
func (t *Text) checked(p *page, c *commands.Checked) {
	if len(c.Findings) == 0 {
		p.head(c.File, nil, t.Style.Success("nothing to object to"))
		return
	}
	p.head(c.File, nil, plural(len(c.Findings), "finding"))
	for i := range c.Findings {
		f := &c.Findings[i]
		p.line("finding", fmt.Sprintf("%s:%d:%d: %s %s", c.File, f.Line, f.Column, f.Severity, terminal.Escape(f.Message)))
	}
}
