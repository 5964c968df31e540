package commands

import (
	"fmt"
	"strings"
)

// Reference is the command reference as Markdown, docs/commands.md: every
// command of the table, with what the program's flags are.
func (t Table) Reference() string {
	var b strings.Builder
	b.WriteString("# Commands\n\n")
	b.WriteString("The same words do the same at the prompt, on the shell's command line and in a step of a scenario. ")
	b.WriteString("`lwcon help COMMAND` shows what stands here.\n\n")
	b.WriteString("This page is made from the table of commands; `go test . -update` renews it.\n")
	for _, group := range t.groups() {
		fmt.Fprintf(&b, "\n## %s\n", strings.ToUpper(group[:1])+group[1:])
		for _, c := range t.Commands {
			if c.Group == group && !c.Hidden {
				c.reference(&b)
			}
		}
	}
	b.WriteString("\n## Flags of every command\n\nThey may stand before the command too.\n\n")
	parameterRows(&b, t.Flags)
	b.WriteString("\n## Flags of the program\n\nEach is also an environment variable.\n\n| flag | variable | meaning |\n|---|---|---|\n")
	flags := ProgramFlags()
	for i := range flags {
		fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", cell(flags[i].flagText()), FlagVariable(flags[i].Name), cell(flags[i].meaning()))
	}
	return b.String()
}

// reference writes one command.
func (c *Command) reference(b *strings.Builder) {
	fmt.Fprintf(b, "\n### %s\n\n%s.", c.Name, strings.ToUpper(c.Summary[:1])+c.Summary[1:])
	if len(c.Aliases) > 0 {
		fmt.Fprintf(b, " Short: `%s`.", strings.Join(c.Aliases, "`, `"))
	}
	if c.Roles != 0 {
		fmt.Fprintf(b, " Needs a %s.", c.Roles)
	}
	if c.Spec != "" {
		fmt.Fprintf(b, " Specification: %s.", c.Spec)
	}
	b.WriteByte('\n')
	switch {
	case strings.HasPrefix(c.Help, "  "):
		fmt.Fprintf(b, "\n```\n%s\n```\n", strings.TrimRight(c.Help, "\n"))
	case c.Help != "":
		fmt.Fprintf(b, "\n%s\n", c.Help)
	}
	if len(c.Parameters) > 0 {
		b.WriteByte('\n')
		parameterRows(b, c.Parameters)
	}
	b.WriteString("\n```\n")
	for _, e := range c.Examples {
		b.WriteString(e + "\n")
	}
	b.WriteString("```\n")
}

// parameterRows lists parameters as a table.
func parameterRows(b *strings.Builder, parameters []Parameter) {
	b.WriteString("| parameter | name | meaning |\n|---|---|---|\n")
	for i := range parameters {
		p := &parameters[i]
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", cell(p.flagText()), p.Name, cell(p.meaning()))
	}
}

// flagText is the parameter as it is typed: "PATH", "-e --endpoint NAME".
func (p *Parameter) flagText() string {
	if p.Positional {
		return p.word()
	}
	text := strings.TrimSpace("--" + p.Name + " " + p.word())
	if p.Short != 0 {
		text = "-" + string(p.Short) + " " + text
	}
	return text
}

// meaning is the summary with what holds besides.
func (p *Parameter) meaning() string {
	text := p.Summary
	if p.Default != "" {
		text += " (default " + p.Default + ")"
	}
	if p.Repeated {
		text += "; may be repeated"
	}
	return text
}

// cell keeps a text within a cell of a Markdown table.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
