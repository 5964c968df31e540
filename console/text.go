package console

import (
	"fmt"
	"strings"
	"sync/atomic"

	"lwcon/commands"
	"lwcon/console/terminal"
	"lwcon/lwm2m"
)

// Renderer makes what is printed of what commands return. What it returns is
// whole lines, each with its end. It is safe for concurrent use.
type Renderer interface {
	// Result renders what a command returned, "" for nothing.
	Result(r commands.Result) string
	// Event renders what happened.
	Event(e commands.Event) string
	// Failure renders why a command failed.
	Failure(err error) string
}

// Text renders for people. The zero Text is usable: no colours, ids without
// names of objects.
type Text struct {
	Style       terminal.Style
	Plain       bool           // each line begins with a word, an event is one line
	Further     bool           // further commands can follow, in the same process
	Definitions lwm2m.Registry // for names of objects and instances; nil: none are known
	Full        *atomic.Bool   // long values are shown whole; nil: they are not
	Wire        string         // how much of a message on the wire: a Trace level of commands; "" is a summary

	rules map[lwm2m.RuleID]lwm2m.Rule
}

// NewText makes a Text that knows the rules that deviations are of.
func NewText(style terminal.Style, plain bool, definitions lwm2m.Registry) *Text {
	return &Text{Style: style, Plain: plain, Definitions: definitions, rules: knownRules()}
}

// page begins a block.
func (t *Text) page() *page { return &page{plain: t.Plain} }

// Result renders what a command returned.
func (t *Text) Result(r commands.Result) string {
	if r == nil {
		return ""
	}
	p := t.page()
	switch r := r.(type) {
	case *commands.Answer:
		t.answer(p, r)
	case *commands.Own:
		t.own(p, r)
	case *commands.Instances:
		t.ownInstances(p, r)
	case *commands.Misbehaviour:
		t.misbehaviour(p, r)
	case *commands.Clients:
		t.clients(p, r)
	case *commands.Observations:
		t.observations(p, r)
	case *commands.Queue:
		t.queue(p, r)
	case *commands.Waited:
		t.waited(p, r)
	case *commands.Details:
		t.details(p, r)
	case *commands.Exchanged:
		t.exchanged(p, r)
	case *commands.Decoded:
		t.decoded(p, r)
	case *commands.Encoded:
		t.encoded(p, r)
	case *commands.Message:
		t.message(p, r)
	case *commands.ObjectList:
		t.objectList(p, r)
	case *commands.ObjectTable:
		t.objectTable(p, r)
	default:
		t.settled(p, r)
	}
	return p.String()
}

// settled renders the results that are a line or a few words.
func (t *Text) settled(p *page, r commands.Result) {
	switch r := r.(type) {
	case *commands.Status:
		t.status(p, r)
	case *commands.Bootstrapped:
		t.bootstrapped(p, r)
	case *commands.Settings:
		t.settings(p, r)
	case *commands.Done:
		t.done(p, r)
	case *commands.Listening:
		t.listening(p, r)
	case *commands.Version:
		p.head("lwcon", nil, r.Version+" ("+r.Go+", "+r.Platform+")")
	case *commands.Text:
		p.lines(r.Body)
	case *commands.RuleList:
		p.lines(r.String())
	case *commands.Checked:
		t.checked(p, r)
	case *commands.CredentialList:
		t.credentialList(p, r)
	case *commands.KeysMade:
		t.keysMade(p, r)
	case *commands.CredentialsChanged:
		t.credentialsChanged(p, r)
	case *commands.Candidates:
		for _, c := range r.List {
			p.lines(terminal.Escape(c.Text) + "\t" + terminal.Escape(c.Summary))
		}
	case commands.Texter:
		p.texter(r)
	default:
		p.lines(jsonLine(r.AppendJSON(nil)))
	}
}

// Event renders what happened.
func (t *Text) Event(e commands.Event) string {
	p := t.page()
	switch e := e.(type) {
	case commands.Happened:
		t.happened(p, &e)
	case commands.Lost:
		p.head("lost", t.Style.Refusal, timeOfDay(e.Time), fmt.Sprintf("%d events were forgotten before they could be shown", e.Count))
	case commands.Waits:
		t.waits(p, &e)
	case *commands.Watched:
		t.watched(p, e)
	case *commands.Passed:
		t.passed(p, e, t.Wire)
	case *commands.SecureDatagram:
		t.secured(p, e, t.Wire)
	case commands.Texter:
		p.texter(e)
	default:
		return t.Result(e)
	}
	return p.String()
}

// objectName is the name of an object, "" if none is known.
func (t *Text) objectName(p lwm2m.Path) string {
	if t.Definitions == nil || p.Level() < lwm2m.LevelObject {
		return ""
	}
	if o := t.Definitions.Object(p.Object(), 0); o != nil {
		return o.Name
	}
	return ""
}

// pathName is what a path leads to, "" where that is not known.
func (t *Text) pathName(p lwm2m.Path) string {
	if p.Level() < lwm2m.LevelResource {
		return t.objectName(p)
	}
	if t.Definitions != nil {
		if r := t.Definitions.Object(p.Object(), 0).Resource(p.Resource()); r != nil {
			return r.Name
		}
	}
	return ""
}

// named is a path with the name of what it leads to.
func (t *Text) named(p lwm2m.Path) string {
	return strings.TrimSpace(terminal.Escape(p.String()) + " " + t.pathName(p))
}
