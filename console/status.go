package console

import (
	"fmt"
	"strings"

	"lwcon/commands"
	"lwcon/console/terminal"
	"lwcon/lwm2m"
	"lwcon/session"
)

// status writes how lwcon stands.
func (t *Text) status(p *page, s *commands.Status) {
	roles := "no role is open"
	if len(s.Roles) > 0 {
		roles = strings.Join(s.Roles, ", ")
	}
	p.head("status", nil, roles)
	for _, uri := range s.URIs {
		p.line("uri", "a device can be entered with "+uri)
	}
	for _, uri := range s.Bootstrap {
		p.line("uri", "as bootstrap server with "+uri)
	}
	p.line("clients", fmt.Sprintf("%s registered, %s", plural(s.Clients, "client"), plural(s.Observations, "observation")))
	for i := range s.Devices {
		d := &s.Devices[i]
		server := "a bootstrap server"
		if d.SSID != 0 {
			server = fmt.Sprintf("server %d", d.SSID)
		}
		p.line("device", strings.TrimSpace(fmt.Sprintf("%s is %s, %s %s", name(d.Endpoint), d.State, server, terminal.Escape(d.Server))))
	}
	if s.Endpoint != "" {
		p.line("endpoint", "commands are for "+name(s.Endpoint))
	}
	if s.Exchange != 0 {
		p.line("exchange", fmt.Sprintf("the newest exchange is %d", s.Exchange))
	}
	if s.Timeout > 0 {
		p.line("timeout", fmt.Sprintf("an answer is waited for up to %v", s.Timeout))
	}
	if len(s.Strict) > 0 {
		p.line("strict", "strict: "+strings.Join(s.Strict, ", "))
	}
}

// settings writes settings, one a line.
func (t *Text) settings(p *page, s *commands.Settings) {
	for _, x := range s.List {
		p.lines(x.Name + " " + x.Value)
	}
	if s.Warning != "" {
		p.line("warning", t.Style.Failure("warning:")+" "+s.Warning)
	}
}

// done writes what a command did that has nothing more to say.
func (t *Text) done(p *page, d *commands.Done) {
	p.head(d.Command, nil, name(d.Endpoint), d.Message)
}

// listening writes what can be entered in a device.
func (t *Text) listening(p *page, l *commands.Listening) {
	p.head("listening", t.Style.Success, strings.Join(l.URIs, "  "))
}

// observations writes what is observed, and the newest values.
func (t *Text) observations(p *page, l *commands.Observations) {
	if len(l.List) == 0 {
		p.head("nothing is observed", nil)
		return
	}
	p.head(plural(len(l.List), "observation"), nil)
	var rows [][]cell
	for i := range l.List {
		o := &l.List[i]
		newest := ""
		if o.Last != nil {
			newest = strings.TrimSpace(t.newest(o.Last)) + " " + t.Style.Dim("at "+timeOfDay(o.At))
		}
		rows = append(rows, []cell{
			{fmt.Sprintf("%d", o.Number), nil},
			{name(o.Endpoint), nil},
			{t.asked(o.Path, o.Paths), nil},
			{plural(o.Count, "notification"), nil},
			{"since " + timeOfDay(o.Began), t.Style.Dim},
			{newest, nil},
			{t.observationNotes(o), nil},
		})
	}
	p.table("observation", rows)
}

// newest is what the newest notification says, in a few words.
func (t *Text) newest(n *session.Notification) string {
	tree := n.Response.Tree
	switch {
	case tree == nil:
		return ""
	case len(tree.Nodes) == 1:
		if v := tree.Nodes[0].Value(); v.Type() == lwm2m.String && len(v.Text()) > maxShort {
			return t.longText(v.Text(), maxShort)
		}
		return t.valueText(&tree.Nodes[0])
	}
	return plural(len(tree.Nodes), "value")
}

// waited writes how a wait ended.
func (t *Text) waited(p *page, w *commands.Waited) {
	if !w.Passed {
		p.head(t.Style.Failure("failed")+" wait "+w.For, nil, name(w.Endpoint), terminal.Escape(w.Reason))
	} else {
		p.head(t.Style.Success("passed")+" wait "+w.For, nil, name(w.Endpoint), "after "+durationText(w.Duration))
	}
	for i := range w.Events {
		p.b.WriteString(t.Event(commands.Happened{Event: w.Events[i]}))
	}
}
