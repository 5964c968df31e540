package scenarios

import (
	"maps"

	"github.com/expr-lang/expr/types"
)

// checkVariables compiles every expression of the scenario with the variables
// that it can use where it stands: those of vars and cases, those predefined, and
// those captured by an earlier step.
func (p *parser) checkVariables() {
	s := p.scenario
	early := names{"server": types.Map{"ssid": types.Int}} // what is known before the first step
	for _, v := range s.vars {
		p.checkTemplate(v.value, early)
		early.add(v.name)
	}
	for _, c := range s.Cases {
		known := maps.Clone(early)
		for _, v := range c.vars {
			p.checkTemplate(v.value, known)
			known.add(v.name)
		}
	}
	known := predefined()
	for _, v := range s.vars {
		known.add(v.name)
	}
	for _, c := range s.Cases {
		for _, v := range c.vars {
			known.add(v.name)
		}
	}
	for _, part := range [][]*Step{s.Setup, s.Steps, s.Teardown} {
		for _, step := range part {
			p.checkStep(step, known)
		}
	}
}

// checkStep compiles the expressions of a step, and makes its captures known.
func (p *parser) checkStep(s *Step, known names) {
	p.checkExpression(s.when, known)
	for _, t := range s.templates() {
		p.checkTemplate(t, known)
	}
	p.checkExpression(s.until, known)
	if s.expect != nil {
		for _, t := range s.expect.templates() {
			p.checkTemplate(t, known)
		}
	}
	for i := range s.captures {
		for _, t := range s.captures[i].templates() {
			p.checkTemplate(t, known)
		}
	}
	for i := range s.captures {
		known.add(s.captures[i].name)
	}
}

// checkTemplate compiles the expressions of a text.
func (p *parser) checkTemplate(t *template, known names) {
	for _, e := range t.expressions() {
		p.checkExpression(e, known)
	}
}

// checkExpression compiles an expression; nil is none.
func (p *parser) checkExpression(e *expression, known names) {
	if e == nil || e.program != nil {
		return
	}
	if wrong := e.compile(known); wrong != nil {
		p.fail(wrong.Position, "%s", wrong.Reason)
	}
}
