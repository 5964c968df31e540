package console

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"lwcon/commands"
	"lwcon/console/terminal"
	"lwcon/lwm2m"
)

// Failure renders why a command failed: the kind and the message on a line, then
// what was decoded before the fault, the byte to blame, the next thing to try.
func (t *Text) Failure(err error) string {
	p := t.page()
	if errors.Is(err, context.Canceled) {
		p.head("interrupted", t.Style.Refusal)
		return p.String()
	}
	e := commands.Classify(err)
	word := "error"
	if e.Kind != "" {
		word += " (" + string(e.Kind) + ")"
	}
	first, more, _ := strings.Cut(e.Message, "\n") // each mistake of a file stands on a line
	p.head(t.Style.Failure(word+":")+" "+terminal.Escape(first), nil)
	for line := range strings.Lines(more) {
		p.line("error", terminal.Escape(strings.TrimSuffix(line, "\n")))
	}
	if e.Kind == commands.PayloadError {
		t.fault(p, e)
	}
	t.deviations(p, e.Deviations, "")
	for line := range strings.SplitSeq(failureHint(e, t.Further), "\n") {
		p.hint(terminal.Escape(line))
	}
	return p.String()
}

// fault writes where a payload breaks, and what was decoded before.
func (t *Text) fault(p *page, e *commands.Error) {
	if rule, ok := t.rules[e.Rule]; ok {
		p.line("rule", rule.Summary+" "+t.Style.Dim(ruleOrigin(rule)))
	}
	if e.Whole != nil && (e.Rule == "" || e.Tree != nil) { // else the dump stands with the deviation
		t.dump(p, string(e.Whole.Raw), e.Offset)
	} else if e.Tree != nil {
		t.dump(p, e.Tree.Payload, e.Offset)
	}
	if e.Tree == nil {
		return
	}
	if len(e.Tree.Nodes) == 0 && len(e.Tree.Links) == 0 {
		return
	}
	p.line("before", fmt.Sprintf("decoded before that, %s:", plural(countOf(e.Tree), "value")))
	t.tree(p, e.Tree)
	t.deviations(p, e.Tree.Deviations, "")
}

// countOf is how much a tree holds.
func countOf(tree *lwm2m.Tree) int { return len(tree.Nodes) + len(tree.Links) }

// withoutTree is an error without what was decoded before it, for where that is
// shown already.
func withoutTree(err error) error {
	var e *commands.Error
	if !errors.As(err, &e) || e.Tree == nil {
		return err
	}
	short := *e
	short.Tree = &lwm2m.Tree{Payload: e.Tree.Payload}
	return &short
}
