package scenarios

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"lwcon/commands"
	"lwcon/scenarios/report"
)

// Command returns the rows "run" and "check", for steps with the commands of a
// table.
func Command(table commands.Table) []*commands.Command {
	return []*commands.Command{runCommand(table), checkCommand(table)}
}

// filesParameter names the scenarios.
func filesParameter() commands.Parameter {
	return commands.Parameter{
		Name: "scenario", Kind: commands.KindFile, Word: "FILE|DIR", Positional: true, Required: true, Repeated: true,
		Summary: "a scenario file, or a folder with all of its scenarios",
	}
}

// runCommand runs scenarios.
func runCommand(table commands.Table) *commands.Command {
	return &commands.Command{
		Name: "run", Group: commands.GroupCommon, Roles: commands.ServerRole,
		Summary: "run scenarios and give a verdict for each",
		Help: `All files are checked before the first one runs. The exit status is 0 if at least one scenario passed and none failed or
was inconclusive, 1 if any failed, 3 if none failed but one was inconclusive, 2 if a file is invalid or nothing ran.
Ctrl-C ends the scenario that runs; its teardown is still done.`,
		Parameters: []commands.Parameter{
			filesParameter(),
			{Name: "simulate", Kind: commands.KindSwitch, Summary: "test the simulated device that each scenario names"},
			{Name: "tag", Kind: commands.KindText, Word: "TAG", Repeated: true, Summary: "only scenarios with this tag"},
			{Name: "var", Kind: commands.KindText, Word: "NAME=VALUE", Repeated: true, Summary: "the value of a variable, instead of that of the scenario"},
			{Name: "ssid", Kind: commands.KindCount, Default: "1", Summary: "lwcon's Short Server ID in the device's object 1, ${server.ssid}"},
			{Name: "allow-all-skipped", Kind: commands.KindSwitch, Summary: "a run in which everything was skipped is a success"},
		},
		Examples: []string{"run examples/device.yaml", "run examples --simulate", "run examples --tag smoke --var offset=+03:00"},
		Run: func(ctx context.Context, env *commands.Env, args commands.Args, emit commands.Emit) (commands.Result, error) {
			config, err := runConfig(env, args)
			if err != nil {
				return nil, err
			}
			all, err := loadAll(env, args, table)
			if err != nil {
				return nil, err
			}
			result, err := NewRunner(config).Run(ctx, all, emit)
			return result, err
		},
	}
}

// runConfig makes the configuration of a run from the arguments.
func runConfig(env *commands.Env, args commands.Args) (Config, error) {
	c := Config{
		Env: env, Vars: map[string]string{}, Simulate: args.Switch("simulate"), AllowAllSkipped: args.Switch("allow-all-skipped"),
	}
	for _, word := range args.Texts("var") {
		name, value, ok := strings.Cut(word, "=")
		if wrong := checkName(name); wrong != "" || !ok {
			return c, usage("run --var %q: expected NAME=VALUE, NAME of letters, digits and _", word)
		}
		c.Vars[name] = value
	}
	ssid, err := strconv.ParseUint(args.Text("ssid"), 10, 16)
	if err != nil || ssid == 0 || ssid > 65534 {
		return c, usage("run --ssid %q: expected a Short Server ID from 1 to 65534", args.Text("ssid"))
	}
	c.ShortServerID = uint16(ssid)
	return c, nil
}

// usage is an error of the command line.
func usage(format string, args ...any) *commands.Error {
	return &commands.Error{Kind: commands.UsageError, Message: fmt.Sprintf(format, args...)}
}

// sources finds the files that the arguments name.
func sources(env *commands.Env, args commands.Args) ([]Source, error) {
	found, err := Find(args.Texts("scenario"))
	if err == nil {
		return found, nil
	}
	e := usage("%v", err)
	if errors.Is(err, fs.ErrNotExist) {
		e.Hint = "names are relative to the working directory"
	}
	return nil, e
}

// loadAll reads and checks all scenarios of the arguments. Every file that is
// invalid is told of, and then none runs.
func loadAll(env *commands.Env, args commands.Args, table commands.Table) ([]*Scenario, error) {
	found, err := sources(env, args)
	if err != nil {
		return nil, err
	}
	var all []*Scenario
	var errs []error
	for _, source := range found {
		s, err := Load(source.File, table)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		s.ID = source.ID
		if hasTag(s, args.Texts("tag")) {
			all = append(all, s)
		}
	}
	switch {
	case len(errs) > 0:
		return nil, &commands.Error{Kind: commands.ConfigError, Message: errors.Join(errs...).Error(), Err: errors.Join(errs...)}
	case len(all) == 0:
		return nil, usage("run: expected a scenario with tag %s, found none in %d", strings.Join(args.Texts("tag"), " or "), len(found))
	}
	return all, nil
}

// hasTag says whether a scenario has one of some tags; none asks for nothing.
func hasTag(s *Scenario, tags []string) bool {
	return len(tags) == 0 || slices.ContainsFunc(tags, func(t string) bool { return slices.Contains(s.Tags, t) })
}

// checkCommand checks scenario files without a device.
func checkCommand(table commands.Table) *commands.Command {
	return &commands.Command{
		Name: "check", Group: commands.GroupTools, Passive: true,
		Summary:    "check scenario files without a device",
		Help:       "Keys, commands, flags, variables, durations and patterns are checked, each error with file, line and column.",
		Parameters: []commands.Parameter{filesParameter()},
		Examples:   []string{"check examples", "check examples/device.yaml"},
		Run: func(_ context.Context, env *commands.Env, args commands.Args, _ commands.Emit) (commands.Result, error) {
			found, err := sources(env, args)
			if err != nil {
				return nil, err
			}
			c := &Checked{}
			for _, source := range found {
				_, err := Load(source.File, table)
				c.Files = append(c.Files, CheckedFile{source.File, err})
			}
			return c, nil
		},
	}
}

// Checked is what is wrong with scenario files.
//
//	{"command":"check","files":2,"invalid":1,"errors":[{"file":"…","line":12,"column":5,"message":"…"}]}
type Checked struct {
	Files []CheckedFile
}

// CheckedFile is one of them.
type CheckedFile struct {
	File string
	Err  error // nil if it is valid
}

// ExitStatus is 0 if all files are valid, else 2.
func (c *Checked) ExitStatus() int {
	if c.invalid() > 0 {
		return commands.ExitUsage
	}
	return commands.ExitSuccess
}

// invalid counts the invalid files.
func (c *Checked) invalid() int {
	n := 0
	for _, f := range c.Files {
		if f.Err != nil {
			n++
		}
	}
	return n
}

// AppendJSON appends the outcome as one JSON object on one line.
func (c *Checked) AppendJSON(b []byte) []byte {
	type fault struct {
		File    string `json:"file"`
		Line    int    `json:"line,omitempty"`
		Column  int    `json:"column,omitempty"`
		Message string `json:"message"`
	}
	var all []fault
	for _, f := range c.Files {
		for _, e := range SyntaxErrors(f.Err) {
			all = append(all, fault{f.File, e.Line, e.Column, e.Reason})
		}
	}
	line, err := json.Marshal(struct {
		Command string  `json:"command"`
		Files   int     `json:"files"`
		Invalid int     `json:"invalid"`
		Errors  []fault `json:"errors,omitempty"`
	}{"check", len(c.Files), c.invalid(), all})
	if err != nil {
		return append(b, "{}"...) // texts and numbers always encode
	}
	return append(b, line...)
}

// AppendText appends the outcome for people.
func (c *Checked) AppendText(b []byte) []byte {
	for _, f := range c.Files {
		if f.Err == nil {
			b = fmt.Appendf(b, "%s: valid\n", f.File)
			continue
		}
		for _, e := range SyntaxErrors(f.Err) {
			b = fmt.Appendf(b, "%s\n", e.Error())
		}
	}
	return b
}

// SyntaxErrors takes the errors of Load or Parse apart; another error is one of
// the file as a whole. There are none for nil.
func SyntaxErrors(err error) []*SyntaxError {
	var joined interface{ Unwrap() []error }
	var one *SyntaxError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &joined):
		var all []*SyntaxError
		for _, e := range joined.Unwrap() {
			all = append(all, SyntaxErrors(e)...)
		}
		return all
	case errors.As(err, &one):
		return []*SyntaxError{one}
	}
	return []*SyntaxError{{Reason: err.Error()}}
}

var _ commands.Texter = (*report.Run)(nil)
