package commands

import (
	"context"
	"fmt"
	"strings"
)

// Text is a result that is text by nature: help, a completion script, a schema.
//
//	{"command":"help","text":"…"}
type Text struct {
	Command string
	Body    string // lines, each with its end
}

// AppendJSON appends the text as one JSON object.
func (t *Text) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", t.Command)
	o.text("text", t.Body)
	return o.end()
}

// Topics of help that are no command.
const (
	topicDeviations = "deviations"
	topicFlags      = "flags"
)

// flagsText lists the flags of the program.
func flagsText(common []Parameter) string {
	var b strings.Builder
	b.WriteString("lwcon [flags] [COMMAND [ARG...]]\n")
	parameterTable(&b, "", ProgramFlags())
	parameterTable(&b, "of every command, before or after its name", common)
	b.WriteString("\nEach is also an environment variable: --keep-going is LWCON_KEEP_GOING.\n")
	return b.String()
}

// helpCommand shows what there is.
func helpCommand() *Command {
	return &Command{
		Name: "help", Group: GroupCommon, Summary: "show the commands, or how one is used", Passive: true,
		Parameters: []Parameter{
			{Name: "topic", Kind: KindCommand, Word: "COMMAND", Positional: true, Repeated: true, Summary: "a command; flags: those of the program; deviations: the rules that peers are held against"},
		},
		Examples: []string{"help", "help read", "help flags", "help deviations"},
		Run: func(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
			topic := strings.Join(args.Texts("topic"), " ")
			if topic == "" {
				return &Text{"help", env.Table.overview()}, nil
			}
			if topic == topicFlags {
				return &Text{"help", flagsText(env.Table.Flags)}, nil
			}
			if topic == topicDeviations {
				return &RuleList{Rules()}, nil
			}
			c := env.Table.Find(topic)
			if c == nil {
				return nil, usage("help %q: expected a command%s", topic, nearest(topic, append(env.Table.names(), topicDeviations, topicFlags)))
			}
			return &Text{"help", c.helpText(env.Table.Flags)}, nil
		},
	}
}

// overview lists the commands by group.
func (t Table) overview() string {
	var b strings.Builder
	for _, group := range t.groups() {
		fmt.Fprintf(&b, "%s commands\n", group)
		for _, c := range t.Commands {
			if c.Group == group && !c.Hidden {
				name := strings.Join(append([]string{c.Name}, c.Aliases...), ", ")
				fmt.Fprintf(&b, "  %-20s %s\n", name, c.Summary)
			}
		}
		b.WriteByte('\n')
	}
	b.WriteString("help COMMAND shows how one is used, help flags the flags of the program, help deviations the rules that peers are held\nagainst.\n")
	return b.String()
}

// groups are the groups that the table has commands of, in order.
func (t Table) groups() []string {
	var found []string
	add := func(group string) {
		for _, g := range found {
			if g == group {
				return
			}
		}
		for _, c := range t.Commands {
			if c.Group == group && !c.Hidden {
				found = append(found, group)
				return
			}
		}
	}
	for _, g := range groups {
		add(g)
	}
	for _, c := range t.Commands {
		add(c.Group)
	}
	return found
}

// helpText is all that there is to say of a command.
func (c *Command) helpText(common []Parameter) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n  %s\n", c.Usage(), c.Summary)
	if len(c.Aliases) > 0 {
		fmt.Fprintf(&b, "  short: %s\n", strings.Join(c.Aliases, ", "))
	}
	if c.Help != "" {
		fmt.Fprintf(&b, "\n%s\n", strings.TrimSpace(c.Help))
	}
	parameterTable(&b, "", c.Parameters)
	if c.Roles != 0 {
		parameterTable(&b, "also", common)
	}
	if len(c.Examples) > 0 {
		b.WriteString("\nexamples\n")
		for _, e := range c.Examples {
			fmt.Fprintf(&b, "  %s\n", e)
		}
	}
	if c.Spec != "" {
		fmt.Fprintf(&b, "\nspecification: %s\n", c.Spec)
	}
	return b.String()
}

// parameterTable lists parameters, one a line.
func parameterTable(b *strings.Builder, title string, parameters []Parameter) {
	if len(parameters) == 0 {
		return
	}
	fmt.Fprintf(b, "\n")
	if title != "" {
		fmt.Fprintf(b, "%s\n", title)
	}
	for i := range parameters {
		p := &parameters[i]
		name := p.flagText()
		if len(name) > 28 {
			fmt.Fprintf(b, "  %s\n  %-28s ", name, "")
		} else {
			fmt.Fprintf(b, "  %-28s ", name)
		}
		b.WriteString(p.meaning())
		b.WriteByte('\n')
	}
}
