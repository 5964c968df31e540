package commands

import (
	"sort"
	"strings"

	"lwcon/lwm2m"
)

// Completion is one word that can stand where the cursor is.
type Completion struct {
	Text    string // the whole word, quoted if need be
	Summary string // what it is: name, type, unit
	// More says that the word is not at its end: the next one is no blank, as
	// in "/3/".
	More bool
}

// maxCompletions is the most completions of one word: more could not be looked
// through.
const maxCompletions = 500

// Complete offers the words that can stand at the end of a line (what is left
// of the cursor), and the octet of the line where that word starts.
func (t Table) Complete(env *Env, line string) (found []Completion, start int) {
	words, _ := Split(line)
	prefix, start := "", len(line)
	if n := len(words); n > 0 && words[n-1].End == len(line) && (words[n-1].Open || !blank(line[len(line)-1])) {
		prefix, start = words[n-1].Text, words[n-1].Start
		words = words[:n-1]
	}
	before := make([]string, len(words))
	for i := range words {
		before[i] = words[i].Text
	}
	found = t.completeWord(env, before, prefix)
	if len(found) > maxCompletions {
		found = found[:maxCompletions]
	}
	for i := range found {
		found[i].Text = Quote(found[i].Text)
	}
	return found, start
}

// completeWord offers what can stand behind words.
func (t Table) completeWord(env *Env, before []string, prefix string) []Completion {
	flags := Args{parameters: t.Flags}
	rest, err := leadingFlags(before, t.Flags, &flags)
	if err != nil {
		return nil
	}
	c, rest, err := t.Lookup(rest)
	if err != nil {
		return t.completeCommand(before, prefix)
	}
	found := t.completeSecond(c, rest, prefix)
	args := Args{parameters: c.Parameters}
	p := parser{what: c.Name, own: &args, common: &flags}
	if n := len(rest); n > 0 && isFlag(rest[n-1]) && !strings.Contains(rest[n-1], "=") {
		if q := p.lookup(rest[n-1]); q != nil && q.Kind != KindSwitch {
			_ = p.words(rest[:n-1]) // what is wrong before does not matter here
			return matching(q.complete(env.with(flags), args, prefix), prefix)
		}
	}
	_ = p.words(rest)
	if strings.HasPrefix(prefix, "-") && !isValue(prefix) {
		return append(found, completeFlags(&p, prefix)...)
	}
	if q := p.next(); q != nil {
		found = append(found, matching(q.complete(env.with(flags), args, prefix), prefix)...)
	}
	if prefix == "" && p.next() == nil {
		found = append(found, completeFlags(&p, "--")...)
	}
	return found
}

// isValue says whether a word that begins with a hyphen is a value all the
// same.
func isValue(word string) bool { return len(word) > 1 && word[1] >= '0' && word[1] <= '9' }

// completeCommand offers the names of commands.
func (t Table) completeCommand(before []string, prefix string) []Completion {
	if len(before) > 0 {
		return nil
	}
	var found []Completion
	for _, c := range t.Commands {
		if !c.Hidden && !strings.Contains(c.Name, " ") && strings.HasPrefix(c.Name, prefix) {
			found = append(found, Completion{Text: c.Name, Summary: c.Summary})
		}
	}
	return found
}

// completeSecond offers the second words of a group of commands.
func (t Table) completeSecond(c *Command, rest []string, prefix string) []Completion {
	if len(rest) > 0 {
		return nil
	}
	var found []Completion
	for _, other := range t.Commands {
		if second, ok := strings.CutPrefix(other.Name, c.Name+" "); ok && !other.Hidden && strings.HasPrefix(second, prefix) {
			found = append(found, Completion{Text: second, Summary: other.Summary})
		}
	}
	return found
}

// completeFlags offers the flags that can still be given.
func completeFlags(p *parser, prefix string) []Completion {
	var found []Completion
	for _, args := range [...]*Args{p.own, p.common} {
		for i := range args.parameters {
			q := &args.parameters[i]
			name := "--" + q.Name
			if !q.Positional && strings.HasPrefix(name, prefix) && (q.Repeated || !args.Has(q.Name)) {
				found = append(found, Completion{Text: name, Summary: q.Summary})
			}
		}
	}
	return found
}

// matching keeps the completions that begin with a prefix, compared without
// case as names are.
func matching(all []Completion, prefix string) []Completion {
	var found []Completion
	for _, c := range all {
		if len(c.Text) >= len(prefix) && strings.EqualFold(c.Text[:len(prefix)], prefix) {
			found = append(found, c)
		}
	}
	return found
}

// complete offers what can stand for the parameter.
func (p *Parameter) complete(env *Env, soFar Args, prefix string) []Completion {
	if p.Complete != nil {
		return p.Complete(env, soFar, prefix)
	}
	switch p.Kind {
	case KindEnum:
		return plain(p.Values)
	case KindFormat:
		return append(completeFormats(), plain(p.Values)...)
	case KindType:
		return plain(lwm2m.TypeNames())
	case KindEndpoint:
		return completeEndpoints(env)
	case KindCommand:
		return env.Table.completeCommand(nil, prefix)
	}
	return nil
}

// plain makes completions of words that need no explanation.
func plain(words []string) []Completion {
	found := make([]Completion, len(words))
	for i, w := range words {
		found[i] = Completion{Text: w}
	}
	return found
}

// completeFormats offers the content formats.
func completeFormats() []Completion {
	var found []Completion
	for _, f := range lwm2m.ContentFormats() {
		found = append(found, Completion{Text: f.String(), Summary: f.MediaType()})
	}
	return found
}

// completeEndpoints offers the registered devices.
func completeEndpoints(env *Env) []Completion {
	if env.Sessions == nil {
		return nil
	}
	var found []Completion
	for _, e := range env.Sessions.Server().Endpoints() {
		if g := e.Registration(); g != nil {
			found = append(found, Completion{Text: e.Name(), Summary: "LwM2M " + g.Version.String() + ", " + g.Address.String()})
		}
	}
	sort.SliceStable(found, func(i, j int) bool { return found[i].Text < found[j].Text })
	return found
}
