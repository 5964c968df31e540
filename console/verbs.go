package console

import (
	"context"

	"lwcon/commands"
	"lwcon/console/terminal"
)

// Commands are the verbs that only a console has, for the table of the program.
func Commands() []*commands.Command {
	return []*commands.Command{
		{
			Name: "quit", Aliases: []string{"exit"}, Group: commands.GroupCommon, Passive: true,
			Summary:  "leave; simulated devices de-register first",
			Examples: []string{"quit"},
			Run: func(context.Context, *commands.Env, commands.Args, commands.Emit) (commands.Result, error) {
				return nil, terminal.ErrQuit
			},
		},
		{
			Name: "demo", Group: commands.GroupTools, Passive: true,
			Summary: "on the shell's command line: a server and a simulated thermometer on loopback, and the prompt",
			Help: `lwcon demo opens the prompt, lwcon demo COMMAND runs one command against the simulated device, and lines from a pipe
run against it too. --security secures the two by DTLS, with keys that are made for this run.`,
			Parameters: []commands.Parameter{{
				Name: "security", Kind: commands.KindEnum, Values: commands.DemoSecurities(), Default: commands.DemoPlain,
				Summary: "a pre-shared key, raw public keys (with GnuTLS on the machine), or certificates of a test authority",
			}},
			Examples: []string{"demo", "demo --security psk"},
			Run: func(context.Context, *commands.Env, commands.Args, commands.Emit) (commands.Result, error) {
				return nil, &commands.Error{
					Kind: commands.UsageError, Message: "demo: expected as the first word of lwcon's command line",
					Hint: "connect URI --device thermometer makes a simulated device here",
				}
			},
		},
	}
}
