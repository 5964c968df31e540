package scenarios

import (
	"slices"
	"strings"

	"lwcon/commands"
	"lwcon/scenarios/report"
)

// call puts the variables into the words of a step, and reads them as its
// command. What runs is noted in the outcome.
func (t *trial) call(s *Step, o *report.Step) (commands.Call, error) {
	values := t.values()
	table := t.job.scenario.table
	if len(s.bindings) > 0 {
		given := make([]commands.Binding, 0, len(s.bindings))
		for _, b := range s.bindings {
			words, err := expandAll(b.words, values)
			if err != nil {
				return commands.Call{}, err
			}
			t.resolve(s, words)
			given = append(given, commands.Binding{Name: b.parameter, Words: words})
		}
		o.Do = table.Discreet(typed(s.command, given))
		return table.Bind(s.command, given)
	}
	words, err := expandAll(s.words, values)
	if err != nil {
		return commands.Call{}, err
	}
	t.resolve(s, words)
	o.Do = s.Command
	if len(words) > 0 {
		o.Do += " " + quoteWords(words)
	}
	o.Do = table.Discreet(o.Do)
	return table.Parse(append(strings.Fields(s.command.Name), words...))
}

// expandAll puts the variables into words.
func expandAll(words []*template, values map[string]any) ([]string, error) {
	list := make([]string, len(words))
	for i, w := range words {
		s, err := w.expand(values)
		if err != nil {
			return nil, err
		}
		list[i] = s
	}
	return list, nil
}

// quoteWords writes words as they would be typed.
func quoteWords(words []string) string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = commands.Quote(w)
	}
	return strings.Join(list, " ")
}

// typed writes a command and what its parameters are given as a line: words in
// their place first, flags behind them.
func typed(c *commands.Command, given []commands.Binding) string {
	words, flags := c.Name, ""
	for _, g := range given {
		i := slices.IndexFunc(c.Parameters, func(p commands.Parameter) bool { return p.Name == g.Name })
		switch {
		case i >= 0 && c.Parameters[i].Positional:
		case i >= 0 && c.Parameters[i].Kind == commands.KindSwitch:
			flags += " --" + g.Name + "=" + quoteWords(g.Words)
		default:
			for _, w := range g.Words {
				flags += " --" + g.Name + " " + commands.Quote(w)
			}
		}
	}
	for i := range c.Parameters {
		p := &c.Parameters[i]
		j := slices.IndexFunc(given, func(g commands.Binding) bool { return g.Name == p.Name })
		if p.Positional && j >= 0 && len(given[j].Words) > 0 {
			words += " " + quoteWords(given[j].Words)
		}
	}
	return words + flags
}

// naming are the commands that take the name of a subscription for its path.
func naming() []string { return []string{"wait", "cancel"} }

// resolve replaces the names of subscriptions by their paths.
func (t *trial) resolve(s *Step, words []string) {
	if !slices.Contains(naming(), s.Command) {
		return
	}
	for i, w := range words {
		if sub := t.subscriptions[w]; sub != nil {
			words[i] = sub.path
		}
	}
}

// waited is the subscription that a wait is for, nil if it names none.
func (t *trial) waited(s *Step) *subscription {
	if s.Command != "wait" {
		return nil
	}
	words := slices.Clone(s.words)
	for _, b := range s.bindings {
		words = append(words, b.words...)
	}
	for _, w := range words {
		if text, err := w.expand(t.values()); err == nil && t.subscriptions[text] != nil {
			return t.subscriptions[text]
		}
	}
	return nil
}

// subscribed notes an observation that has a name, and moves the cursor of one
// that was waited for: a second wait counts what comes behind the first.
func (t *trial) subscribed(s *Step, result commands.Result) {
	if w, ok := result.(*commands.Waited); ok {
		if sub := t.waited(s); sub != nil && len(w.Events) > 0 {
			sub.cursor = commands.CursorBehind(w.Events[len(w.Events)-1])
		}
		return
	}
	if s.as == "" || result == nil {
		return
	}
	if f, err := factOf(result); err == nil && !f.refused() && f.text("path") != "" {
		t.subscriptions[s.as] = &subscription{path: f.text("path"), cursor: t.env.Cursor()}
	}
}
