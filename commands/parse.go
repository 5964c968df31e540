package commands

import (
	"strings"
)

// Call is a command with its arguments: a line that was understood.
type Call struct {
	Command *Command
	Args    Args
	// Flags are those that every command takes, Table.Flags.
	Flags Args
}

// Parse understands a line: which command, and its arguments. The flags of
// every command may stand before the command too. The error is an *Error of
// kind usage that offers the nearest valid name.
func (t Table) Parse(words []string) (Call, error) {
	flags := Args{parameters: t.Flags}
	rest, err := leadingFlags(words, t.Flags, &flags)
	if err != nil {
		return Call{}, err
	}
	c, rest, err := t.Lookup(rest)
	if err != nil {
		return Call{}, err
	}
	call := Call{Command: c, Args: Args{parameters: c.Parameters}, Flags: flags}
	p := parser{what: c.Name, own: &call.Args, common: &call.Flags}
	if err := p.words(rest); err != nil {
		return Call{}, err
	}
	return call, p.complete()
}

// leadingFlags takes the flags that stand before the command, and returns the
// words from the command on.
func leadingFlags(words []string, parameters []Parameter, into *Args) ([]string, error) {
	p := parser{what: "lwcon", own: into, common: into}
	for len(words) > 0 && isFlag(words[0]) {
		n, err := p.flag(words)
		if err != nil {
			return nil, err
		}
		words = words[n:]
	}
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	return words, nil
}

// ParseFlags takes the flags of a list off a line, wherever they stand up to a
// word "--", and returns the words left. Flags that are not of the list stay,
// with the word that follows if takesWord says that they have one.
func ParseFlags(words []string, parameters []Parameter, takesWord func(flag string) bool) (Args, []string, error) {
	args := Args{parameters: parameters}
	p := parser{what: "lwcon", own: &args, common: &args}
	var rest []string
	for len(words) > 0 {
		w := words[0]
		switch {
		case w == "--":
			return args, append(rest, words...), nil
		case !isFlag(w):
			rest, words = append(rest, w), words[1:]
		case p.lookup(w) != nil:
			n, err := p.flag(words)
			if err != nil {
				return args, nil, err
			}
			words = words[n:]
		default:
			n := 1
			if !strings.Contains(w, "=") && len(words) > 1 && takesWord != nil && takesWord(w) {
				n = 2
			}
			rest, words = append(rest, words[:n]...), words[n:]
		}
	}
	return args, rest, nil
}

// TakesWord says whether a flag of a command, "--accept" or "-e", is followed by a
// word: what ParseFlags has to know of flags that are not its own.
func (t Table) TakesWord(flag string) bool {
	for _, c := range t.Commands {
		own := Args{parameters: c.Parameters}
		common := Args{parameters: t.Flags}
		p := parser{own: &own, common: &common}
		if q := p.lookup(flag); q != nil {
			return q.Kind != KindSwitch
		}
	}
	return false
}

// isFlag says whether a word is a flag: a hyphen and more, but no digit behind
// it, which is a value.
func isFlag(w string) bool {
	return len(w) > 1 && w[0] == '-' && w != "--" && (w[1] < '0' || w[1] > '9')
}

// parser sorts words into arguments.
type parser struct {
	what   string // for messages
	own    *Args  // of the command
	common *Args  // flags of every command
	place  int    // positional parameters passed
}

// words takes all words of a command.
func (p *parser) words(words []string) error {
	for literal := false; len(words) > 0; {
		switch w := words[0]; {
		case w == "--" && !literal:
			literal, words = true, words[1:]
		case isFlag(w) && !literal:
			n, err := p.flag(words)
			if err != nil {
				return err
			}
			words = words[n:]
		default:
			if err := p.positional(w); err != nil {
				return err
			}
			words = words[1:]
		}
	}
	return nil
}

// positional takes a word in its place.
func (p *parser) positional(word string) error {
	at := p.next()
	if at == nil {
		return usage("%s: expected no further word, found %q", p.what, word).
			hinting("a word with blanks needs quotes; help %s shows what it takes", p.what)
	}
	if among := p.among(at, word); among != nil {
		at = among
	}
	if wrong := at.check(word); wrong != "" {
		return usage("%s %s %q: %s", p.what, at.word(), word, wrong)
	}
	p.own.add(at, word)
	if at.Positional && !at.Repeated {
		p.place++
	}
	return nil
}

// among returns the parameter of a word that stands among paths and is none: an
// attribute, where the command takes some by a flag.
func (p *parser) among(at *Parameter, word string) *Parameter {
	if at.Kind != KindPath || !strings.Contains(word, "=") {
		return nil
	}
	for i := range p.own.parameters {
		if q := &p.own.parameters[i]; q.Kind == KindAttribute && !q.Positional {
			return q
		}
	}
	return nil
}

// next returns the positional parameter whose turn it is, nil if all had theirs.
func (p *parser) next() *Parameter {
	place := 0
	for i := range p.own.parameters {
		q := &p.own.parameters[i]
		if !q.Positional {
			continue
		}
		if place == p.place {
			return q
		}
		place++
	}
	return nil
}

// lookup returns the parameter that a flag such as "--accept", "--accept=tlv"
// or "-e" names, nil if there is none.
func (p *parser) lookup(word string) *Parameter {
	name, _, _ := strings.Cut(word, "=")
	for _, args := range [...]*Args{p.own, p.common} {
		var q *Parameter
		if long, ok := strings.CutPrefix(name, "--"); ok {
			q = find(args.parameters, long)
		} else if len(name) == 2 {
			q = short(args.parameters, name[1])
		}
		if q != nil && !q.Positional {
			return q
		}
	}
	return nil
}

// flag takes a flag, and returns how many words it is.
func (p *parser) flag(words []string) (n int, err error) {
	q := p.lookup(words[0])
	name, value, has := strings.Cut(words[0], "=")
	if q == nil {
		return 0, usage("%s: unknown flag %s%s", p.what, name, nearest(name, p.flagNames()))
	}
	into := p.own
	if find(p.own.parameters, q.Name) != q {
		into = p.common
	}
	n = 1
	switch {
	case q.Kind == KindSwitch && !has:
		value = "true"
	case q.Kind == KindSwitch && value != "true" && value != "false":
		return 0, usage("%s %s: expected true, false or nothing, found %q", p.what, name, value)
	case !has && len(words) < 2:
		return 0, usage("%s %s: expected %s, found nothing", p.what, name, q.word())
	case !has:
		value, n = words[1], 2
	}
	if wrong := q.check(value); wrong != "" {
		return 0, usage("%s %s %q: %s", p.what, name, value, wrong)
	}
	if !q.Repeated && into.Has(q.Name) {
		return 0, usage("%s %s: expected once, found twice", p.what, name)
	}
	into.add(q, value)
	return n, nil
}

// flagNames are all flags that could stand.
func (p *parser) flagNames() []string {
	var names []string
	for _, args := range [...]*Args{p.own, p.common} {
		for i := range args.parameters {
			if !args.parameters[i].Positional {
				names = append(names, "--"+args.parameters[i].Name)
			}
		}
	}
	return names
}

// complete says what is missing.
func (p *parser) complete() error {
	for i := range p.own.parameters {
		q := &p.own.parameters[i]
		if q.Required && !p.own.Has(q.Name) {
			name := q.word()
			if !q.Positional {
				name = "--" + q.Name + " " + name
			}
			return usage("%s: expected %s, found nothing", p.what, name).hinting("help %s shows examples", p.what)
		}
	}
	return nil
}

// Bind makes the arguments of a command from a mapping of parameter names to
// words, as a scenario's step can give them. A switch takes true or false; a
// parameter of several words takes several. The flags of every command are
// taken too.
func (t Table) Bind(c *Command, given []Binding) (Call, error) {
	call := Call{Command: c, Args: Args{parameters: c.Parameters}, Flags: Args{parameters: t.Flags}}
	for _, g := range given {
		q, into := c.parameter(g.Name), &call.Args
		if q == nil {
			q, into = find(t.Flags, g.Name), &call.Flags
		}
		if q == nil {
			return Call{}, usage("%s: unknown parameter %s%s", c.Name, g.Name, nearest(g.Name, c.parameterNames()))
		}
		if len(g.Words) > 1 && !q.Repeated {
			return Call{}, usage("%s %s: expected one word, found %d", c.Name, g.Name, len(g.Words))
		}
		for _, w := range g.Words {
			if wrong := q.check(w); wrong != "" {
				return Call{}, usage("%s %s %q: %s", c.Name, g.Name, w, wrong)
			}
			into.add(q, w)
		}
	}
	p := parser{what: c.Name, own: &call.Args, common: &call.Flags}
	return call, p.complete()
}

// Binding gives a parameter, by name, its words.
type Binding struct {
	Name  string
	Words []string
}

// parameterNames are the names of all parameters of a command.
func (c *Command) parameterNames() []string {
	var names []string
	for i := range c.Parameters {
		names = append(names, c.Parameters[i].Name)
	}
	return names
}
