package main

import (
	"fmt"
	"slices"
	"strings"

	"lwcon/commands"
	"lwcon/console"
	"lwcon/console/terminal"
)

// configure reads flags, environment and lwcon.yaml into the program, and returns
// the words of the command: none for the prompt.
func configure(p *console.Program, words []string, getenv func(string) string) ([]string, error) {
	own := programFlags(p.Table, words)
	p.Profiles = func(config string) []string { return profileNames(config, getenv) }
	from := []source{environment(getenv)}
	args, rest, err := parse(own, words, takesWord(p.Table), from)
	face(p, args) // first: an error is written by it
	if err != nil {
		return nil, err
	}
	_, bare, err := parse(p.Table.Flags, rest, takesWord(p.Table), from)
	if err != nil {
		return nil, err
	}
	if from, err = readConfiguration(p, args, from, bare, getenv); err != nil {
		return nil, err
	}
	args, rest, err = parse(own, words, takesWord(p.Table), from)
	face(p, args)
	if err != nil {
		return nil, err
	}
	call, bare, err := parse(p.Table.Flags, rest, takesWord(p.Table), from)
	if err != nil {
		return nil, err
	}
	if err := settle(p, args, call, getenv); err != nil {
		return nil, err
	}
	return lineOf(p, own, rest, bare)
}

// face is how the program looks.
func face(p *console.Program, args commands.Args) {
	p.JSON = args.Text("output") == "json"
	p.Plain = args.Switch("plain")
	p.Color = map[string]terminal.Color{"always": terminal.ColorAlways, "never": terminal.ColorNever}[args.Text("color")]
}

// unconfigured are the commands that run without lwcon.yaml: they help to mend it.
var unconfigured = []string{"help", "version", "completion", "complete", "schema"}

func asksForHelp(word string) bool { return word == "--help" || word == "-h" || word == "--version" }

// readConfiguration reads lwcon.yaml, and returns from where values of flags come
// now. A file of --config must be there, but for the commands that make it.
func readConfiguration(p *console.Program, args commands.Args, from []source, bare []string, getenv func(string) string) ([]source, error) {
	command := ""
	if len(bare) > 0 {
		command = bare[0]
	}
	if slices.Contains(unconfigured, command) || slices.ContainsFunc(bare, asksForHelp) {
		p.Sessions.Credentials = commands.NewConfiguration()
		return from, nil
	}
	c, err := commands.LoadConfiguration(args.Switch("insecure-file-mode"), configurationFiles(args.Text("config"), getenv)...)
	if err != nil {
		return nil, err
	}
	if c.File() == nil && args.Has("config") && command != "credentials" {
		return nil, &commands.Error{
			Kind: commands.ConfigError, Message: fmt.Sprintf("--config %s: expected a file, found none", c.Path),
			Hint: "credentials add makes it",
		}
	}
	p.Sessions.Credentials = c
	more, err := configured(c, args.Text("profile"), append(commands.ProgramFlags(), p.Table.Flags...), command == "demo")
	return append(from, more...), err
}

// settle reads the values of flags into the program.
func settle(p *console.Program, args, call commands.Args, getenv func(string) string) error {
	p.Endpoint, p.Timeout = call.Text("endpoint"), call.Duration("timeout")
	if call.Has("wait") {
		wait := call.Duration("wait")
		p.Wait = &wait
	}
	p.Trace = args.Text("trace")
	p.KeepGoing = args.Switch("keep-going")
	p.Full = args.Switch("full")
	p.Sessions.Link = args.Text("link")
	p.Sessions.Listen, p.Sessions.Bootstrap = args.Texts("listen"), args.Texts("bootstrap")
	p.Sessions.State, p.Sessions.Fresh = args.Text("state"), args.Switch("fresh")
	if p.Sessions.State == "" {
		p.Sessions.State = stateDirectory(getenv)
	}
	p.Sessions.ShowSecrets = args.Switch("show-secrets")
	p.Sessions.NoResumption = args.Switch("no-resumption")
	p.Sessions.Patience = p.Timeout
	p.Sessions.KeyLog = args.Text("key-log")
	p.Sessions.Prefer = commands.SecurityModes(args.Text("prefer"))
	if p.Sessions.Advertise = args.Text("advertise"); p.Sessions.Advertise == "" { // firmware pull has a flag of that name itself
		p.Sessions.Advertise = getenv(commands.FlagVariable("advertise"))
	}
	p.Sessions.Credentials.Store.SetAny(args.Switch("accept-any-identity"))
	var err error
	if p.Sessions.Suites, err = commands.Suites(args.Texts("suites")); err != nil {
		return err
	}
	for _, key := range args.Texts("psk") {
		if err := p.Sessions.Credentials.AddPSK(key); err != nil {
			return err
		}
	}
	if err := connect(p, args); err != nil {
		return err
	}
	p.HistoryFile = historyFile(getenv)
	paths := args.Texts("objects")
	if len(paths) == 0 {
		return nil
	}
	p.Definitions, p.Warnings, err = commands.LoadDefinitions(paths)
	return err
}

// lineOf is the line of the command; rest has the flags that are not the
// program's, bare has none.
func lineOf(p *console.Program, own []commands.Parameter, rest, bare []string) ([]string, error) {
	if len(bare) > 0 && bare[0] == "demo" {
		p.Demo = true
		demo, _, err := p.Table.Lookup(bare[:1])
		if err != nil {
			return nil, err
		}
		args, left, err := commands.ParseFlags(rest, demo.Parameters, takesWord(p.Table))
		if err != nil {
			return nil, err
		}
		p.DemoSecurity = args.Text("security")
		rest, bare = left, bare[1:]
		at := slices.Index(rest, "demo")
		rest = slices.Delete(rest, at, at+1)
	}
	if len(bare) == 0 {
		rest = nil // the flags are the prompt's: no command takes them
	}
	rest = command(p.Table, rest)
	if len(rest) > 0 && strings.HasPrefix(rest[0], "-") {
		all := p.Table
		all.Flags = append(own, all.Flags...) // so that the nearest of all is offered
		if _, err := all.Parse(rest); err != nil {
			return nil, err
		}
	}
	return rest, nil
}

// connect makes the program a client, if --connect says of which server; its
// device registers by the name of --endpoint.
func connect(p *console.Program, args commands.Args) error {
	switch {
	case args.Has("connect"):
		p.Sessions.Connect = []commands.Connection{{
			URI: args.Text("connect"), Profile: args.Text("device"), Endpoint: p.Endpoint,
		}}
	case args.Has("device"):
		return &commands.Error{
			Kind: commands.UsageError, Message: "lwcon --device: expected --connect URI with it, found none",
			Hint: "lwcon demo has a device and its server",
		}
	}
	return nil
}

// command turns what other programs understand as flags into words of the table.
func command(t commands.Table, words []string) []string {
	for i, w := range words {
		switch {
		case w == "--":
			return words
		case w == "--version" && i == 0:
			return []string{"version"}
		case w == "--help" || w == "-h":
			if c, _, err := t.Lookup(words); err == nil && i > 0 {
				return append([]string{"help"}, strings.Fields(c.Name)...)
			}
			return []string{"help"}
		}
	}
	return words
}

// parse takes flags off a line; those that are not on it have their value from
// the first source that has one. Flags of a role are taken from one place only.
func parse(flags []commands.Parameter, words []string, takes func(string) bool, from []source) (commands.Args, []string, error) {
	args, _, err := commands.ParseFlags(words, flags, takes)
	if err != nil {
		return args, nil, err
	}
	role := slices.ContainsFunc(roles, args.Has)
	var set []string
	have := map[string]bool{}
	for _, s := range from {
		taken := role
		for i := range flags {
			f := &flags[i]
			values := s.words(f)
			if len(values) == 0 || args.Has(f.Name) || have[f.Name] || role && slices.Contains(roles, f.Name) {
				continue
			}
			mine := make([]string, len(values))
			for k, value := range values {
				mine[k] = "--" + f.Name + "=" + value
			}
			if _, _, err := commands.ParseFlags(mine, flags, takes); err != nil {
				return args, nil, s.wrong(f, err)
			}
			have[f.Name] = true
			taken = taken || slices.Contains(roles, f.Name)
			set = append(set, mine...)
		}
		role = taken
	}
	return commands.ParseFlags(append(set, words...), flags, takes)
}

// programFlags are the flags of the program, without those that the command of
// the line has itself: connect URI --device PROFILE.
func programFlags(t commands.Table, words []string) []commands.Parameter {
	all := commands.ProgramFlags()
	_, rest, err := commands.ParseFlags(words, append(commands.ProgramFlags(), t.Flags...), takesWord(t))
	if err != nil {
		return all
	}
	c, _, err := t.Lookup(rest)
	if err != nil {
		return all
	}
	var own []commands.Parameter
	for _, flag := range all {
		if flagOf(c, flag.Name) == nil {
			own = append(own, flag)
		}
	}
	return own
}

// flagOf returns the flag of a command by its name, nil if it has none.
func flagOf(c *commands.Command, name string) *commands.Parameter {
	for i := range c.Parameters {
		if p := &c.Parameters[i]; p.Name == name && !p.Positional {
			return p
		}
	}
	return nil
}

// takesWord says whether a flag of some command is followed by a word.
func takesWord(t commands.Table) func(flag string) bool {
	return func(flag string) bool {
		name := strings.TrimLeft(flag, "-")
		for _, p := range t.Flags {
			if p.Name == name || len(name) == 1 && p.Short == name[0] {
				return p.Kind != commands.KindSwitch
			}
		}
		for _, c := range t.Commands {
			if f := flagOf(c, name); f != nil {
				return f.Kind != commands.KindSwitch
			}
		}
		return false
	}
}
