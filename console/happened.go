package console

import (
	"fmt"
	"strings"

	"lwcon/commands"
	"lwcon/console/terminal"
	"lwcon/session"
)

// happened writes an event: one line where it fits, a compact block otherwise. A
// plain event is always one line.
func (t *Text) happened(p *page, h *commands.Happened) {
	switch {
	case h.Notification != nil:
		t.notification(p, &h.Event)
	case h.Registration != nil:
		t.registration(p, &h.Event)
	case h.Request != nil:
		t.request(p, &h.Event)
	case h.Reobserved != nil:
		t.reobserved(p, &h.Event)
	default:
		p.head(h.Kind.String(), nil, terminal.Escape(h.Endpoint), t.Style.Dim(timeOfDay(h.Time)), t.oneLine(&h.Event))
	}
	if h.Notification == nil && !t.Plain {
		t.deviations(p, h.Deviations, "")
	}
}

// oneLine is the deviations of an event in few words, for a plain line and for
// events that are nothing else.
func (t *Text) oneLine(e *session.Event) string {
	if len(e.Deviations) == 0 || !t.Plain && e.Kind != session.EventDeviation {
		return ""
	}
	rules := make([]string, len(e.Deviations))
	for i := range e.Deviations {
		rules[i] = string(e.Deviations[i].Rule)
	}
	return "deviations " + strings.Join(rules, ", ")
}

// registration writes a Register, an Update or the end of a registration.
func (t *Text) registration(p *page, e *session.Event) {
	g := e.Registration
	mark := t.Style.Success
	if e.Kind == session.EventExpired || e.Kind == session.EventDeregister || e.Kind == session.EventReplaced {
		mark = t.Style.Refusal
	}
	said := fmt.Sprintf("LwM2M %s, lifetime %s, binding %s, from %s", g.Version, lifetimeText(g), bindingText(g), terminal.Escape(g.Address.String()))
	if e.Kind != session.EventRegister && e.Kind != session.EventMoved {
		said = fmt.Sprintf("lifetime %s", lifetimeText(g))
	}
	if e.Kind == session.EventExpired {
		said = fmt.Sprintf("no Update within the lifetime of %s", lifetimeText(g))
	}
	if state := stateText(e); state != "" {
		said = state
	}
	if e.Exchange != 0 {
		said += fmt.Sprintf(", exchange %d", e.Exchange)
	}
	lines := []string{terminal.Escape(e.Endpoint), t.Style.Dim(timeOfDay(e.Time)), said}
	if t.Plain {
		if e.Kind == session.EventRegister {
			lines = append(lines, t.objectsInShort(g))
		}
		p.head(e.Kind.String(), mark, append(lines, t.oneLine(e))...)
		return
	}
	p.head(e.Kind.String(), mark, lines...)
	if e.Kind == session.EventRegister {
		p.line("objects", t.objectsInShort(g))
	}
}

// notification writes what an observed device sent: the value behind the path
// if there is one, else the tree below.
func (t *Text) notification(p *page, e *session.Event) {
	n := e.Notification
	parts := []string{
		terminal.Escape(e.Endpoint), notifiedPath(n) + t.inlineValues(n),
		t.Style.Dim(timeOfDay(e.Time)), t.notificationNotes(n),
	}
	if t.Plain {
		p.head("notification", nil, append(parts, t.oneLine(&session.Event{Deviations: n.Response.Deviations}))...)
		return
	}
	p.head("notification", nil, parts...)
	r := n.Response
	if r.Err == nil && r.Tree != nil && t.inline(n) {
		r.Tree = nil
		t.deviations(p, r.Deviations, string(r.Payload))
		return
	}
	t.response(p, &r)
	if r.Err != nil {
		p.lines("  " + strings.ReplaceAll(strings.TrimSuffix(t.Failure(r.Err), "\n"), "\n", "\n  "))
	}
}

// inline says whether what a notification says fits on its line: one value, of
// the path that is observed.
func (t *Text) inline(n *session.Notification) bool {
	tree := n.Response.Tree
	return tree != nil && len(tree.Links) == 0 && (len(tree.Nodes) == 1 && tree.Nodes[0].Path() == n.Path || t.Plain && len(tree.Nodes) > 0)
}

// inlineValues is the values on the line of a notification, "" if they follow
// below.
func (t *Text) inlineValues(n *session.Notification) string {
	if !t.inline(n) {
		return ""
	}
	nodes := n.Response.Tree.Nodes
	if len(nodes) == 1 && nodes[0].Path() == n.Path {
		return " " + strings.TrimSpace(terminal.Escape(nodes[0].Name())+" "+t.valueText(&nodes[0]))
	}
	var parts []string
	for i := range nodes {
		parts = append(parts, terminal.Escape(nodes[i].Path().String())+"="+t.valueText(&nodes[i]))
	}
	return " " + strings.Join(parts, ", ")
}

// notificationNotes is what is out of the ordinary of a notification, and its
// numbers.
func (t *Text) notificationNotes(n *session.Notification) string {
	text := t.Style.Dim(fmt.Sprintf("observation %d", n.Observation))
	if n.Response.Code.Class() >= 4 {
		text += ", " + t.Style.Refusal(strings.TrimSpace(n.Response.Code.String()+" "+n.Response.Code.Name()))
	}
	if !n.Fresh {
		text += ", " + t.Style.Refusal("late: not the newest value")
	}
	if n.Ended {
		text += ", " + t.Style.Refusal("the device ended the observation")
	}
	if n.Skipped > 0 {
		text += fmt.Sprintf(", %d passed over", n.Skipped)
	}
	return text
}

// request writes what a server asked of our simulated device, and what it got.
func (t *Text) request(p *page, e *session.Event) {
	r := e.Request
	asked := r.Operation + " " + t.named(r.Path)
	if r.Detail != "" {
		asked += " " + terminal.Escape(r.Detail)
	}
	mark := t.Style.Success
	if r.Code.Class() >= 4 {
		mark = t.Style.Refusal
	}
	answered := "answered " + mark(strings.TrimSpace(r.Code.String()+" "+r.Code.Name()))
	p.head("request", nil, terminal.Escape(e.Endpoint), asked, answered, t.Style.Dim(timeOfDay(e.Time)), t.oneLine(e))
	if r.Payload != nil && !t.Plain {
		t.tree(p, r.Payload)
	}
}
