package console

import (
	"fmt"
	"strconv"
	"strings"

	"lwcon/commands"
	"lwcon/console/terminal"
	"lwcon/lwm2m"
	"lwcon/session"
)

// own writes what the simulated device has, or said to a change.
func (t *Text) own(p *page, w *commands.Own) {
	r := session.Response{Code: session.Code(w.Status)}
	p.head(t.code(p, &r), nil, w.Command+" "+t.named(w.Path)+" of "+name(w.Endpoint), terminal.Escape(w.Reason))
	t.tree(p, &lwm2m.Tree{At: w.Path, Format: lwm2m.FormatText, Nodes: w.Nodes})
}

// ownInstances writes the objects of the simulated device.
func (t *Text) ownInstances(p *page, l *commands.Instances) {
	p.head(plural(len(l.Objects), "object"), nil, "of "+name(l.Endpoint))
	rows := make([][]cell, 0, len(l.Objects))
	for i := range l.Objects {
		o := &l.Objects[i]
		var ids []string
		for _, in := range o.Instances {
			ids = append(ids, strconv.Itoa(int(in.ObjectInstance())))
		}
		rows = append(rows, []cell{
			{lwm2m.NewPath(o.ID).String(), nil},
			{terminal.Escape(o.Name), nil},
			{o.Version.String(), t.Style.Dim},
			{instancesInShort(ids), nil},
		})
	}
	p.table("object", rows)
}

// instancesInShort lists instances, of many the first.
func instancesInShort(ids []string) string {
	const most = 12
	switch {
	case len(ids) == 0:
		return "no instance"
	case len(ids) > most:
		return fmt.Sprintf("instances %s and %d more", strings.Join(ids[:most], " "), len(ids)-most)
	case len(ids) == 1:
		return "instance " + ids[0]
	}
	return "instances " + strings.Join(ids, " ")
}

// misbehaviour writes the rules of the simulated device.
func (t *Text) misbehaviour(p *page, m *commands.Misbehaviour) {
	if len(m.Rules) == 0 {
		p.head("misbehave", nil, name(m.Endpoint), "it behaves well")
		return
	}
	p.head(plural(len(m.Rules), "rule"), t.Style.Refusal, name(m.Endpoint)+" misbehaves")
	for i := range m.Rules {
		p.line("rule", fmt.Sprintf("%d  %s", i+1, terminal.Escape(commands.RuleText(&m.Rules[i]))))
	}
}

// request writes what a server asked of our simulated device, and what it got.
func (t *Text) request(p *page, e *session.Event) {
	r := e.Request
	asked := r.Operation + " " + t.named(r.Path)
	if r.Detail != "" {
		asked += " " + t.longText(r.Detail, maxText)
	}
	mark := t.Style.Success
	if r.Code.Class() >= 4 {
		mark = t.Style.Refusal
	}
	answered := "answered " + mark(strings.TrimSpace(r.Code.String()+" "+r.Code.Name()))
	if r.Code == 0 {
		answered = t.Style.Refusal("not answered")
	}
	number := ""
	if e.Exchange != 0 {
		number = t.Style.Dim(fmt.Sprintf("details %d", e.Exchange))
	}
	p.head("request", nil, deviceOf(e), asked, answered, t.Style.Dim(timeOfDay(e.Time)), number, t.oneLine(e))
	if r.Payload != nil && !t.Plain {
		t.tree(p, r.Payload)
	}
}

// deviceOf names the device of an event, with the server where it has several.
func deviceOf(e *session.Event) string {
	if e.Server == 0 {
		return name(e.Endpoint)
	}
	return fmt.Sprintf("%s with server %d", name(e.Endpoint), e.Server)
}

// got says what a simulated device got for what it asked, where that is no
// success.
func (t *Text) got(e *session.Event) string {
	text := ""
	switch {
	case !e.Failed():
		return ""
	case e.Err != nil:
		text = t.Style.Failure("failed") + ": " + terminal.Escape(e.Err.Error())
	default:
		text = "answered " + t.Style.Refusal(strings.TrimSpace(e.Code.String()+" "+e.Code.Name()))
	}
	if e.Again > 0 {
		text += ", again in " + durationText(e.Again)
	}
	return text
}
