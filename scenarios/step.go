package scenarios

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"lwcon/commands"
)

// stepKeys are the keys of a step beside its command, and who reads each.
func (p *parser) stepKeys(s *Step) []field {
	return []field{
		{"name", func(v *yaml.Node) { s.name = p.template(v, "name") }},
		{"expect", func(v *yaml.Node) { s.expect = p.expectation(v) }},
		{"capture", func(v *yaml.Node) { s.captures = p.captures(v) }},
		{"as", func(v *yaml.Node) { s.as = p.alias(v) }},
		{"endpoint", func(v *yaml.Node) { s.endpoint = p.template(v, "endpoint") }},
		{"timeout", func(v *yaml.Node) { s.timeout = p.duration(v, "timeout") }},
		{"until", func(v *yaml.Node) { s.until = p.condition(v, "until") }},
		{"when", func(v *yaml.Node) { s.when = p.condition(v, "when") }},
		{"skip-on", func(v *yaml.Node) { s.skipOn = p.codes(v, "skip-on") }},
		{"severity", func(v *yaml.Node) { s.Severity = p.severity(v) }},
	}
}

// StepKeys are the keys that can stand beside the command of a step. No command
// has a parameter of such a name.
func StepKeys() []string { return keys((&parser{}).stepKeys(&Step{})) }

// steps reads a list of steps.
func (p *parser) steps(n *yaml.Node, what string) []*Step {
	if isNothing(n) && what != "steps" {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		p.fail(position(n), "%s: expected a list of steps, found %s", what, describe(n))
		return nil
	}
	if len(n.Content) > MaxSteps {
		p.fail(position(n), "%s: expected at most %d steps, found %d", what, MaxSteps, len(n.Content))
		return nil
	}
	if len(n.Content) == 0 && what == "steps" {
		p.fail(position(n), "steps: expected at least one step, found an empty list")
	}
	var all []*Step
	for _, item := range p.list(n, what) {
		if item.Kind != yaml.MappingNode {
			p.fail(position(item), "%s: expected a step such as {read: /3/0}, found %s", what, describe(item))
			continue
		}
		if s := p.step(item); s != nil {
			all = append(all, s)
		}
	}
	return all
}

// step reads one step: the key that is no step key is its command.
func (p *parser) step(n *yaml.Node) *Step {
	s := &Step{Position: position(n)}
	known := p.stepKeys(s)
	var others []pair
	for _, entry := range p.mapping(n, "step") {
		i := slices.IndexFunc(known, func(f field) bool { return f.key == entry.key.Value })
		if i < 0 {
			others = append(others, entry)
			continue
		}
		known[i].read(entry.value)
	}
	entry := p.commandKey(n, others, keys(known))
	if entry == nil {
		return nil
	}
	s.Position, s.command = position(entry.key), p.find(entry.key.Value)
	s.Command = s.command.Name
	p.arguments(s, entry.value)
	return s
}

// find returns the command that a key names, nil if there is none.
func (p *parser) find(key string) *commands.Command {
	words := strings.Fields(key)
	c, rest, err := p.scenario.table.Lookup(words)
	if err != nil || len(rest) > 0 {
		return nil
	}
	return c
}

// commandKey chooses the one key that is the command; nil after an error.
func (p *parser) commandKey(n *yaml.Node, others []pair, known []string) *pair {
	var found []*pair
	for i := range others {
		if p.find(others[i].key.Value) != nil {
			found = append(found, &others[i])
		}
	}
	for i := range others {
		switch key := others[i].key; {
		case p.find(key.Value) != nil:
		case len(found) > 0:
			p.unknownKey(key, "step", known)
		default:
			p.fail(position(key), "step: unknown command or key %s%s", quoted(key.Value), commands.Nearest(key.Value, append(p.commandNames(), known...)))
		}
	}
	switch {
	case len(found) > 1:
		p.fail(position(found[1].key), "step: expected one command, found %s and %s", quoted(found[0].key.Value), quoted(found[1].key.Value))
		return nil
	case len(found) == 0 && len(others) == 0:
		p.fail(position(n), "step: expected a command such as read, found only %s", strings.Join(present(n), ", "))
		return nil
	case len(found) == 0:
		return nil
	}
	return found[0]
}

// present are the keys of a mapping as they stand there.
func present(n *yaml.Node) []string {
	var names []string
	for i := 0; i < len(n.Content); i += 2 {
		names = append(names, quoted(n.Content[i].Value))
	}
	if len(names) == 0 {
		return []string{"nothing"}
	}
	return names
}

// commandNames are the names of all commands.
func (p *parser) commandNames() []string {
	var names []string
	for _, c := range p.scenario.table.Commands {
		names = append(names, c.Name)
	}
	return names
}

// arguments reads the value of the command's key in one of its three forms.
func (p *parser) arguments(s *Step, n *yaml.Node) {
	errors := len(p.errs)
	switch n.Kind {
	case yaml.SequenceNode:
		for _, item := range p.list(n, s.Command) {
			if t := p.template(item, s.Command); t != nil {
				s.words = append(s.words, t)
			}
		}
	case yaml.MappingNode:
		for _, entry := range p.mapping(n, s.Command) {
			s.bindings = append(s.bindings, p.binding(s, entry))
		}
	default:
		if !isNothing(n) {
			s.words = p.line(n, s.Command)
		}
	}
	if len(p.errs) == errors {
		p.checkCall(s, position(n))
	}
}

// binding reads one parameter and its words.
func (p *parser) binding(s *Step, entry pair) binding {
	b := binding{at: position(entry.key), parameter: entry.key.Value}
	what := s.Command + ": " + b.parameter
	items := []*yaml.Node{entry.value}
	switch {
	case isNothing(entry.value): // a switch without a value
		b.words = []*template{{at: b.at, raw: "true", parts: []part{{literal: "true"}}}}
		return b
	case entry.value.Kind == yaml.SequenceNode:
		items = p.list(entry.value, what)
	}
	for _, item := range items {
		if t := p.template(item, what); t != nil {
			b.words = append(b.words, t)
		}
	}
	return b
}

// checkCall holds the words of a step against what its command takes, as far as
// they hold no variables.
func (p *parser) checkCall(s *Step, at Position) {
	table := p.scenario.table
	if len(s.bindings) > 0 {
		if given, ok := p.fixedBindings(s); ok {
			if _, err := table.Bind(s.command, given); err != nil {
				p.fail(at, "%v", err)
			}
		}
		return
	}
	words := strings.Fields(s.command.Name)
	for _, w := range s.words {
		text, ok := w.fixed()
		if !ok {
			return
		}
		words = append(words, text)
	}
	if _, err := table.Parse(words); err != nil {
		p.fail(at, "%v", err)
	}
}

// fixedBindings checks the names of parameters, and returns what they are given
// if no variables stand in it.
func (p *parser) fixedBindings(s *Step) (given []commands.Binding, fixed bool) {
	var known []string
	for _, parameters := range [][]commands.Parameter{s.command.Parameters, p.scenario.table.Flags} {
		for i := range parameters {
			known = append(known, parameters[i].Name)
		}
	}
	fixed = true
	for _, b := range s.bindings {
		if !slices.Contains(known, b.parameter) {
			p.fail(b.at, "%s: unknown parameter %s%s", s.Command, quoted(b.parameter), offer(b.parameter, known))
			fixed = false
		}
		g := commands.Binding{Name: b.parameter}
		for _, w := range b.words {
			text, ok := w.fixed()
			g.Words, fixed = append(g.Words, text), fixed && ok
		}
		given = append(given, g)
	}
	return given, fixed
}

// alias reads the name of a subscription.
func (p *parser) alias(n *yaml.Node) string {
	s, ok := p.text(n, "as")
	if ok && !isName(strings.ReplaceAll(s, "-", "_")) {
		p.fail(position(n), "as: expected a name (letters, digits, - and _), found %s", quoted(s))
	}
	return s
}

// duration reads a duration, in which variables may stand.
func (p *parser) duration(n *yaml.Node, what string) *template {
	t := p.template(n, what)
	if t == nil {
		return nil
	}
	if s, ok := t.fixed(); ok {
		if _, good := parseDuration(s); !good {
			p.fail(t.at, "%s: expected a duration such as 500ms, 10s or 3m, found %s", what, quoted(s))
			return nil
		}
	}
	return t
}

// severity reads what a failure of the step does.
func (p *parser) severity(n *yaml.Node) Severity {
	s, ok := p.text(n, "severity")
	if !ok {
		return ""
	}
	known := []string{string(SeverityFail), string(SeverityInconclusive), string(SeverityNote)}
	if !slices.Contains(known, s) {
		p.fail(position(n), "severity: expected %s, found %s", strings.Join(known, ", "), quoted(s))
	}
	return Severity(s)
}
