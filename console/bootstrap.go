package console

import (
	"fmt"
	"strings"

	"lwcon/commands"
	"lwcon/console/terminal"
	"lwcon/lwm2m"
	"lwcon/session"
)

// bootstrapAsked writes a Bootstrap-Request and its answer.
func (t *Text) bootstrapAsked(p *page, e *session.Event) {
	a := e.Bootstrap
	what, from := "asks for a bootstrap", " from "
	if a.Pack {
		what = "asks for a bootstrap pack"
	}
	if a.Format != nil {
		what += " in " + a.Format.String()
	}
	if e.Simulated {
		from = " of "
	}
	what += from + terminal.Escape(a.Address.String())
	if s := a.Security.String(); s != "none" {
		what += ", " + s
	}
	if a.Again {
		what += t.Style.Refusal(", again: its bootstrap was under way")
	}
	mark := t.Style.Success
	if a.Code.Class() >= 4 {
		mark = t.Style.Refusal
	}
	answered := "answered " + mark(strings.TrimSpace(a.Code.String()+" "+a.Code.Name()))
	if a.Account != "" && a.Code.IsSuccess() {
		answered += ", account of " + map[string]string{"endpoint": "its own", "default": "everybody"}[a.Account]
	}
	if a.Reason != "" {
		answered += ": " + terminal.Escape(a.Reason)
	}
	p.head(e.Kind.String(), nil, name(e.Endpoint), what, answered, t.Style.Dim(timeOfDay(e.Time)), t.oneLine(e))
}

// bootstrapStep writes what a bootstrap server did to a device.
func (t *Text) bootstrapStep(p *page, e *session.Event) {
	s := e.Step
	p.head(e.Kind.String(), nil, name(e.Endpoint), t.stepText(s), t.Style.Dim(timeOfDay(e.Time)), t.oneLine(e))
	if t.Plain {
		return
	}
	if s.Tree != nil && (len(s.Tree.Nodes) > 0 || len(s.Tree.Links) > 0) {
		t.stepTree(p, s.Tree)
	}
	for _, n := range s.Notes {
		p.line("note", terminal.Escape(n))
	}
}

// stepTree writes what was written or found; links in one line.
func (t *Text) stepTree(p *page, tree *lwm2m.Tree) {
	if len(tree.Links) == 0 {
		t.tree(p, tree)
		return
	}
	const most = 40
	parts := make([]string, 0, min(len(tree.Links), most))
	for i := range tree.Links[:min(len(tree.Links), most)] {
		l := &tree.Links[i]
		text := l.Target
		for _, a := range l.Attributes {
			text += " " + a.Name + "=" + a.Value
		}
		parts = append(parts, terminal.Escape(text))
	}
	if more := len(tree.Links) - most; more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	p.line("links", strings.Join(parts, ", "))
}

// stepText is what was done and how it went.
func (t *Text) stepText(s *session.BootstrapStep) string {
	text := s.Operation
	if s.Path.Level() > lwm2m.LevelRoot || s.Operation == "bs-delete" || s.Operation == "bs-discover" {
		text += " " + t.named(s.Path)
	}
	switch {
	case s.Err != nil && s.Code == 0:
		return text + ": " + t.Style.Failure(terminal.Escape(s.Err.Error()))
	case s.Code == 0:
		return text
	}
	mark := t.Style.Success
	if s.Code.Class() >= 4 {
		mark = t.Style.Refusal
	}
	text += ", " + mark(strings.TrimSpace(s.Code.String()+" "+s.Code.Name()))
	if s.Duration > 0 {
		text += " " + t.Style.Dim(durationText(s.Duration))
	}
	return text
}

// bootstrapped writes how a bootstrap went.
func (t *Text) bootstrapped(p *page, b *commands.Bootstrapped) {
	how := t.Style.Success("finished")
	switch {
	case b.Verdict != "":
		how = t.Style.Refusal("failed") + ": " + terminal.Escape(b.Verdict)
	case b.Stopped != session.StageNone:
		how = "stopped before " + b.Stopped.String()
	case b.Phase != session.BootstrapFinished:
		how = b.Phase.String()
	}
	p.head("bootstrap", nil, name(b.Endpoint), how, plural(len(b.Steps), "step")+" in "+durationText(b.Duration))
}
