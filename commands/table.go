package commands

import "context"

// Table is the commands that a face offers, and the flags that each of them
// takes. It is a value: Append makes a longer one.
type Table struct {
	Commands []*Command
	Flags    []Parameter // taken by every command, before or after its name
}

// All is the table of this package: every command but those that a face adds.
func All() Table {
	return Table{
		Flags: callFlags(),
		Commands: []*Command{
			helpCommand(), versionCommand(), statusCommand(),
			listenCommand(), connectCommand(), closeCommand(), useCommand(), setCommand(),
			waitCommand(), sleepCommand(), eventsCommand(), traceCommand(), detailsCommand(),
			coapCommand(), rawCommand(),
			objectsCommand(), objectsCheckCommand(), decodeCommand(), encodeCommand(), decodeMessageCommand(),

			clientsCommand(), requesting(discoverCommand()), requesting(readCommand()), requesting(writeCommand()), requesting(executeCommand()),
			requesting(createCommand()), requesting(deleteCommand()), requesting(attributesCommand()),
			requesting(readCompositeCommand()), requesting(writeCompositeCommand()), requesting(observeCompositeCommand()),
			requesting(observeCommand()), observationsCommand(), cancelCommand(), requesting(watchCommand()),
			queueCommand(), queueDropCommand(), forgetCommand(),
			firmwarePushCommand(), firmwarePullCommand(), firmwareUpdateCommand(), firmwareStatusCommand(), firmwareResetCommand(),

			bootstrapCommand(), bsDiscoverCommand(), bsReadCommand(), bsWriteCommand(), bsDeleteCommand(), bsFinishCommand(),

			registerCommand(), updateCommand(), deregisterCommand(), bootstrapRequestCommand(), sendCommand(),
			instancesCommand(), getCommand(), putCommand(), addCommand(), removeCommand(), misbehaveCommand(), misbehaveOffCommand(),

			credentialsAddCommand(), credentialsListCommand(), credentialsRemoveCommand(), credentialsImportCommand(), credentialsExportCommand(), keysNewCommand(),

			simulateCommand(), schemaCommand(), completionCommand(), completeCommand(),
		},
	}
}

// roleHint says how a role is opened.
func roleHint(r Role) string {
	switch {
	case r&ServerRole != 0:
		return "listen coap://:5683 opens a server"
	case r&BootstrapRole != 0:
		return "lwcon --bootstrap coap://:5783, or listen coap://:5783 --role bootstrap, opens a bootstrap server"
	}
	return "connect URI PROFILE makes a simulated device"
}

// Append returns the table with more rows at its end.
func (t Table) Append(rows ...*Command) Table {
	t.Commands = append(t.Commands[:len(t.Commands):len(t.Commands)], rows...)
	return t
}

// Find returns the command of a name, or of an alias, nil if there is none.
func (t Table) Find(name string) *Command {
	for _, c := range t.Commands {
		if c.Name == name {
			return c
		}
		for _, alias := range c.Aliases {
			if alias == name {
				return c
			}
		}
	}
	return nil
}

// Lookup returns the command that words begin with, the longer name first, and
// the words behind it. The error offers the nearest name.
func (t Table) Lookup(words []string) (c *Command, rest []string, err error) {
	if len(words) == 0 {
		return nil, nil, usage("expected a command, found nothing").hinting("help lists the commands")
	}
	if len(words) > 1 {
		if c := t.Find(words[0] + " " + words[1]); c != nil {
			return c, words[2:], nil
		}
	}
	if c := t.Find(words[0]); c != nil {
		return c, words[1:], nil
	}
	return nil, nil, usage("unknown command %q%s", words[0], nearest(words[0], t.names())).hinting("help lists the commands")
}

// names are the names of all commands that are shown.
func (t Table) names() []string {
	var names []string
	for _, c := range t.Commands {
		if !c.Hidden {
			names = append(names, c.Name)
		}
	}
	return names
}

// Do runs the line of words: see Call.Do for results and errors.
func (t Table) Do(ctx context.Context, env *Env, words []string, emit Emit) (Result, error) {
	call, err := t.Parse(words)
	if err != nil {
		return nil, err
	}
	return call.Do(ctx, env, emit)
}

// Do runs the command. Its errors are *Error, or that of the context if it was
// cancelled. emit may be nil: events are dropped.
func (c Call) Do(ctx context.Context, env *Env, emit Emit) (Result, error) {
	if emit == nil {
		emit = func(Event) error { return nil }
	}
	if !c.Command.Passive {
		env.mark()
	}
	env.emit = emit
	scoped := env.with(c.Flags)
	if roles := c.Command.Roles; roles != 0 && scoped.roles()&roles == 0 {
		return nil, failure(NoPeerError, "%s: needs a %s, and none is open", c.Command.Name, roles).hinting("%s", roleHint(roles))
	}
	if env.Sessions != nil && !env.Sessions.ShowsSecrets() {
		plain := emit
		emit = func(e Event) error { return plain(maskedEvent(e)) }
	}
	r, err := c.Command.Run(ctx, scoped, c.Args, emit)
	if env.Sessions != nil && !env.Sessions.ShowsSecrets() {
		r = maskedResult(r)
	}
	if a, ok := r.(*Answer); ok && a.Exchange != 0 {
		env.exchange = a.Exchange
	}
	if err == nil {
		return r, nil
	}
	if cause := ctx.Err(); cause != nil {
		return r, cause
	}
	e := env.losing(Classify(err))
	if env.Sessions != nil && !env.Sessions.ShowsSecrets() {
		e = maskedError(e)
	}
	if e.Endpoint == "" && c.Command.Roles&ServerRole != 0 {
		e.Endpoint = scoped.Endpoint
	}
	return r, e
}
