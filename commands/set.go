package commands

import (
	"context"
	"strings"
	"time"
)

// Settings are settings as they stand.
//
//	{"command":"set","settings":{"strict register":"on","timeout":"10s"}}
type Settings struct {
	Command string
	List    []Setting
}

// Setting is one of them.
type Setting struct{ Name, Value string }

// AppendJSON appends the settings as one JSON object.
func (s *Settings) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", s.Command)
	in := o.object("settings")
	for _, x := range s.List {
		in.text(x.Name, x.Value)
	}
	o.close(in)
	return o.end()
}

// setting is one row of what set knows.
type setting struct {
	name string
	help string
	get  func(env *Env) string
	set  func(env *Env, value string) error
}

// settings are all that set knows.
func settings() []setting {
	return append([]setting{
		{
			"strict register", "on refuses a Register or Update that departs from the specification with 4.00",
			func(env *Env) string {
				if env.Sessions != nil && env.Sessions.Server().Strict() {
					return "on"
				}
				return "off"
			},
			func(env *Env, value string) error {
				if env.Sessions == nil || value != "on" && value != "off" {
					return usage("set strict register: expected on or off, found %q", value)
				}
				env.Sessions.Server().SetStrict(value == "on")
				return nil
			},
		},
		durationSetting("timeout", "how long to wait for an answer; default is that of the link", func(env *Env) *time.Duration { return &env.root().Timeout }),
		durationSetting("wait", "how long to wait for the device to register", func(env *Env) *time.Duration { return &env.root().Wait }),
	}, serverSettings()...)
}

// durationSetting is a setting that is a duration, or default.
func durationSetting(name, help string, of func(*Env) *time.Duration) setting {
	return setting{
		name, help,
		func(env *Env) string {
			if d := *of(env); d > 0 {
				return shortDuration(d)
			}
			return "default"
		},
		func(env *Env, value string) error {
			d, ok := parseDuration(value)
			if !ok && value != "default" {
				return usage("set %s: expected a duration such as 10s, or default, found %q", name, value)
			}
			*of(env) = d
			return nil
		},
	}
}

// settingNames are the names of all settings.
func settingNames() []string {
	var names []string
	for _, s := range settings() {
		names = append(names, s.name)
	}
	return names
}

// setCommand shows and changes settings.
func setCommand() *Command {
	var help strings.Builder
	for _, s := range settings() {
		help.WriteString("  " + s.name + ": " + s.help + "\n")
	}
	return &Command{
		Name: "set", Group: GroupCommon,
		Summary: "change a setting, or show them all",
		Help:    help.String(),
		Parameters: []Parameter{
			{Name: "setting", Word: "SETTING VALUE", Positional: true, Repeated: true, Summary: "the setting's words and its value", Complete: completeSettings},
		},
		Examples: []string{"set", "set strict register on", "set timeout 10s"},
		Run: func(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
			words := args.Texts("setting")
			shown := &Settings{Command: "set"}
			for _, s := range settings() {
				if len(words) > 0 {
					if s.name != strings.Join(words[:len(words)-1], " ") {
						continue
					}
					if err := s.set(env, words[len(words)-1]); err != nil {
						return nil, err
					}
				}
				shown.List = append(shown.List, Setting{s.name, s.get(env)})
			}
			if len(shown.List) == 0 {
				return nil, usage("set %s: expected a setting and its value: %s%s",
					strings.Join(words, " "), listed(settingNames()), nearest(strings.Join(words[:len(words)-1], " "), settingNames()))
			}
			return shown, nil
		},
	}
}

// completeSettings offers the words of settings.
func completeSettings(_ *Env, soFar Args, _ string) []Completion {
	before := strings.Join(soFar.Texts("setting"), " ")
	var found []Completion
	for _, s := range settings() {
		switch rest, ok := strings.CutPrefix(s.name, before); {
		case s.name == before && (strings.HasPrefix(s.name, "strict") || s.name == "reobserve"):
			return plain([]string{"on", "off"})
		case ok && (before == "" || strings.HasPrefix(rest, " ")):
			word, _, _ := strings.Cut(strings.TrimPrefix(rest, " "), " ")
			found = append(found, Completion{Text: word, Summary: s.help})
		}
	}
	return found
}
