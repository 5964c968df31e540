package console

import (
	"errors"
	"fmt"
	"strings"

	"lwcon/commands"
	"lwcon/console/terminal"
	"lwcon/lwm2m"
	"lwcon/session"
	"lwcon/session/coap"
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
	case h.Handshake() != nil:
		t.handshake(p, &h.Event)
	case h.Alert != nil:
		p.head("alert", nil, deviceOf(&h.Event), terminal.Escape(h.Alert.Peer.String()), t.Style.Dim(timeOfDay(h.Time)), t.Style.Failure(h.Alert.Alert.Error()))
	case h.Misanswered != nil:
		t.misanswered(p, &h.Event)
	case h.Bootstrap != nil:
		t.bootstrapAsked(p, &h.Event)
	case h.Step != nil:
		t.bootstrapStep(p, &h.Event)
	case h.Reobserved != nil:
		t.reobserved(p, &h.Event)
	default:
		p.head(h.Kind.String(), nil, deviceOf(&h.Event), t.got(&h.Event), t.Style.Dim(timeOfDay(h.Time)), t.oneLine(&h.Event))
	}
	if h.Notification == nil && !t.Plain {
		t.deviations(p, h.Deviations, "")
	}
}

// handshake writes why a device could not speak securely.
func (t *Text) handshake(p *page, e *session.Event) {
	why, cure := t.Style.Refusal("failed: ")+terminal.Escape(e.Handshake().Cause), terminal.Escape(e.Handshake().Cure)
	if cure != "" && t.Plain {
		why, cure = why+"; hint: "+cure, ""
	}
	p.head("handshake", nil, terminal.Escape(e.Handshake().Peer.String()), t.Style.Dim(timeOfDay(e.Time)), why)
	if cure != "" {
		p.line("hint", cure)
	}
}

// misanswered writes that a request was answered wrongly on purpose.
func (t *Text) misanswered(p *page, e *session.Event) {
	m := e.Misanswered
	asked := m.Request.String()
	how := "answered " + strings.TrimSpace(m.Answering.Code.String()+" "+m.Answering.Code.Name())
	if m.Answering.Silent {
		how = "not answered"
	}
	p.head(e.Kind.String(), t.Style.Refusal, deviceOf(e), terminal.Escape(m.Peer.String()), asked+" "+how+", as set answer "+asked+" says",
		fmt.Sprintf("exchange %d", e.Exchange), t.Style.Dim(timeOfDay(e.Time)))
}

// oneLine is the deviations of an event in few words, for a plain line; elsewhere
// they follow on lines of their own.
func (t *Text) oneLine(e *session.Event) string {
	if len(e.Deviations) == 0 || !t.Plain {
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
	if e.Kind == session.EventExpired || e.Kind == session.EventDeregister || e.Kind == session.EventReplaced || e.Kind == session.EventDeviation || e.Kind == session.EventDisconnected {
		mark = t.Style.Refusal
	}
	said := saidOf(e)
	if e.Exchange != 0 {
		said = strings.TrimPrefix(said+fmt.Sprintf(", exchange %d", e.Exchange), ", ")
	}
	parts := []string{name(e.Endpoint), t.Style.Dim(timeOfDay(e.Time)), said}
	objects := ""
	if e.Kind == session.EventRegister {
		objects = "from " + terminal.Escape(g.Address.String()) + " with " + t.objectsInShort(g)
	}
	if t.Plain {
		p.head(e.Kind.String(), mark, append(parts, objects, t.oneLine(e))...)
		return
	}
	p.head(e.Kind.String(), mark, parts...)
	if objects != "" {
		p.line("objects", objects)
	}
}

// saidOf is what there is to say of an event of a registration.
func saidOf(e *session.Event) string {
	g := e.Registration
	switch e.Kind {
	case session.EventRegister:
		text := fmt.Sprintf("LwM2M %s, lifetime %s, binding %s", g.Version, lifetimeText(g), bindingText(g))
		if g.Profiles != "" {
			text += ", profiles " + terminal.Escape(g.Profiles)
		}
		return text
	case session.EventUpdate:
		return fmt.Sprintf("lifetime %s, binding %s", lifetimeText(g), bindingText(g)) + listedText(e.Listed)
	case session.EventMoved:
		return "now at " + terminal.Escape(g.Address.String())
	case session.EventExpired:
		if ends, limited := g.Expires(); !limited || e.Time.Before(ends) {
			return "forgotten before its lifetime was over"
		}
		return "no Update within the lifetime of " + lifetimeText(g)
	case session.EventDeviation:
		return "the Register was refused"
	case session.EventReplaced:
		return "by a new Register"
	case session.EventAsleep:
		return "requests wait from now on until it sends something"
	case session.EventDisconnected:
		why := "closed by the device"
		if e.Err != nil {
			why = terminal.Escape(e.Err.Error())
		}
		return "its connection is gone (" + why + "); requests wait until it makes another"
	case session.EventAwake:
		return "what waited goes out now"
	}
	return "lifetime " + lifetimeText(g)
}

// listedText is what came and went with the list of an Update.
func listedText(c *session.ListChange) string {
	if c == nil {
		return ""
	}
	text := ""
	for _, part := range []struct {
		word  string
		paths []lwm2m.Path
	}{{", new ", c.Added}, {", gone ", c.Gone}} {
		if len(part.paths) > 0 {
			text += part.word + pathList(part.paths)
		}
	}
	return text
}

// observed is the path that a notification is of; a Send has none.
func (t *Text) observed(n *session.Notification) string {
	if len(n.Paths) > 0 {
		return pathList(n.Paths)
	}
	if n.Path == (lwm2m.Path{}) {
		return ""
	}
	return terminal.Escape(n.Path.String())
}

// notification writes what a device sent, observed or by itself: the value behind the path
// if there is one, else the tree below.
func (t *Text) notification(p *page, e *session.Event) {
	n := e.Notification
	parts := []string{deviceOf(e), t.observed(n) + t.inlineValues(n), t.Style.Dim(timeOfDay(e.Time)), t.notificationNotes(e)}
	if t.Plain {
		p.head(e.Kind.String(), nil, append(parts, t.oneLine(&session.Event{Deviations: n.Response.Deviations}))...)
		return
	}
	p.head(e.Kind.String(), nil, parts...)
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
func (t *Text) notificationNotes(e *session.Event) string {
	n, text := e.Notification, ""
	if n.Observation != 0 {
		text = t.Style.Dim(fmt.Sprintf("observation %d", n.Observation))
	}
	if e.Exchange != 0 {
		number := fmt.Sprintf("exchange %d", e.Exchange)
		if text != "" { // a Send belongs to no observation
			number = ", " + number
		}
		text += t.Style.Dim(number)
	}
	if n.Response.Code.Class() >= 4 {
		text += ", " + t.Style.Refusal(strings.TrimSpace(n.Response.Code.String()+" "+n.Response.Code.Name()))
	}
	switch rejected := (*coap.RejectedError)(nil); {
	case errors.As(n.Response.Err, &rejected):
		text += ", " + t.Style.Refusal("not taken")
	case !n.Fresh:
		text += ", " + t.Style.Refusal("late: not the newest value")
	}
	if n.Ended {
		text += ", " + t.Style.Refusal("the device ended the observation")
	}
	if n.Skipped > 0 {
		text += fmt.Sprintf(", %d passed over", n.Skipped)
	}
	return strings.TrimPrefix(text, ", ")
}
