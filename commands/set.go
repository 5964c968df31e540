package commands

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Settings are settings as they stand.
//
//	{"command":"set","settings":{"strict register":"on","timeout":"10s"}}
type Settings struct {
	Command string
	List    []Setting
	Warning string // what to keep in mind, "" for nothing
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
	o.optional("warning", s.Warning)
	return o.end()
}

// setting is one row of what set knows.
type setting struct {
	name string
	help string
	get  func(env *Env) string
	set  func(env *Env, value string) error
	// quiet is a value with which the setting is left out where all are shown, ""
	// for none.
	quiet string
}

// settings are all that set knows.
func settings() []setting {
	all := []setting{
		{
			name: "strict register", help: "on refuses a Register or Update that departs from the specification with 4.00",
			get: func(env *Env) string {
				return onOff(env.Sessions != nil && env.Sessions.Server().Strict())
			},
			set: func(env *Env, value string) error {
				if env.Sessions == nil || value != "on" && value != "off" {
					return usage("set strict register: expected on or off, found %q", value)
				}
				env.Sessions.Server().SetStrict(value == "on")
				return nil
			},
		},
		durationSetting("timeout", "how long to wait for an answer; default is that of the link", func(env *Env) *time.Duration { return &env.root().Timeout }),
		durationSetting("wait", "how long to wait for the device to register", func(env *Env) *time.Duration { return &env.root().Wait }),
	}
	all = append(all, serverSettings()...)
	all = append(all, profileSetting())
	all = append(all, secretsSetting(), resumptionSetting(), fullSetting())
	all = append(all, requestSettings()...)
	all = append(all, bootstrapSettings()...)
	all = append(all, answerSettings()...)
	all = append(all, deviceSettings()...)
	return append(all, linkSettings("")...)
}

// settingsFor are the settings that a line speaks of: those of one link where it
// names its address.
func settingsFor(words []string) []setting {
	if len(words) > 1 && words[0] == "link" && strings.Contains(words[1], "://") {
		return linkSettings(words[1])
	}
	return settings()
}

// durationSetting is a setting that is a duration, or default.
func durationSetting(name, help string, of func(*Env) *time.Duration) setting {
	return setting{
		name: name, help: help,
		get: func(env *Env) string {
			if d := *of(env); d > 0 {
				return shortDuration(d)
			}
			return "default"
		},
		set: func(env *Env, value string) error {
			d, ok := parseDuration(value)
			if !ok && value != "default" {
				return usage("set %s: expected a duration such as 10s, or default, found %q", name, value)
			}
			*of(env) = d
			return nil
		},
	}
}

// secretsSetting lifts the masks.
func secretsSetting() setting {
	return setting{
		name: "show-secrets", help: "on shows keys in answers, traces, details and captures as they are", quiet: "off",
		get: func(env *Env) string { return onOff(env.Sessions != nil && env.Sessions.ShowsSecrets()) },
		set: func(env *Env, word string) error {
			if env.Sessions == nil || word != "on" && word != "off" {
				return usage("set show-secrets: expected on or off, found %q", word)
			}
			env.Sessions.ShowSecrets(word == "on")
			return nil
		},
	}
}

// resumptionSetting says whether secure sessions go on from earlier ones.
func resumptionSetting() setting {
	return setting{
		name: "resumption", help: "off makes a whole handshake for each secure session: none is resumed from an earlier one", quiet: "on",
		get: func(env *Env) string { return onOff(env.Sessions == nil || !env.Sessions.unresumed.Load()) },
		set: func(env *Env, word string) error {
			if env.Sessions == nil || word != "on" && word != "off" {
				return usage("set resumption: expected on or off, found %q", word)
			}
			env.Sessions.unresumed.Store(word == "off")
			return nil
		},
	}
}

// fullSetting is how much of long values is shown.
func fullSetting() setting {
	return setting{
		name: "full", help: "on shows long texts and octets whole, off only how they begin", quiet: "off",
		get: func(env *Env) string { return onOff(env.Full != nil && env.Full.Load()) },
		set: func(env *Env, word string) error {
			if env.Full == nil || word != "on" && word != "off" {
				return usage("set full: expected on or off, found %q", word)
			}
			env.Full.Store(word == "on")
			return nil
		},
	}
}

// warning is what to keep in mind after a setting was changed.
func (s *setting) warning(env *Env) string {
	if s.name == "show-secrets" && s.get(env) == "on" {
		return "keys are shown and captured as they are"
	}
	return ""
}

// values are the words that a setting can have, nil where they cannot be listed.
func (s *setting) values() []string {
	switch {
	case strings.HasPrefix(s.name, "strict") || s.name == "non" || s.name == "show-secrets" || s.name == "full" || s.name == "offline" || s.name == "resumption":
		return []string{"on", "off"}
	case strings.HasPrefix(s.name, "answer "):
		return []string{"default", "silence", "4.00", "4.03", "4.04", "5.00", "5.03"}
	case s.name == "block":
		return append(blockSizes(), "default")
	}
	return nil
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
		if !strings.HasPrefix(s.name, "link sent ") && !strings.HasPrefix(s.name, "link received ") {
			help.WriteString("  " + s.name + ": " + s.help + "\n")
		}
	}
	help.WriteString("  link [URI] [sent|received] …: the same for one of the addresses that status lists, for one direction\n")
	return &Command{
		Name: "set", Group: GroupCommon,
		Summary: "change a setting, or show one, a group or all",
		Help:    help.String(),
		Parameters: []Parameter{
			{Name: "setting", Word: "SETTING VALUE", Positional: true, Repeated: true, Summary: "the setting's words and its value", Complete: completeSettings},
		},
		Examples: []string{
			"set", "set link", "set strict register on", "set timeout 10s", "set non on", "set block 256", "set answer register 4.03",
			"set answer update silence", "set answer-delay 3s", "set link lose 10%", "set link received delay 2s", "set link seed 7",
			"set link sent duplicate 5%", "set profile-id oma:thermometer=/1/0,/3/0,/3303/0",
		},
		Run: func(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
			words := args.Texts("setting")
			shown := &Settings{Command: "set"}
			for _, s := range settingsFor(words) {
				if len(words) > 0 {
					if s.name != strings.Join(words[:len(words)-1], " ") {
						continue
					}
					if err := s.set(env, words[len(words)-1]); err != nil {
						return nil, err
					}
					shown.Warning = s.warning(env)
				}
				if value := s.get(env); len(words) > 0 || s.quiet == "" || value != s.quiet {
					shown.List = append(shown.List, Setting{s.name, value})
				}
			}
			if len(shown.List) == 0 {
				shown.List = settingsNamed(env, words)
			}
			if len(shown.List) == 0 {
				return nil, usage("set %s: expected a setting and its value: %s%s",
					strings.Join(words, " "), listed(settingNames()), nearest(strings.Join(words[:len(words)-1], " "), settingNames()))
			}
			return shown, nil
		},
	}
}

// settingsNamed are the settings that words name without a value: one, or a group
// such as link.
func settingsNamed(env *Env, words []string) []Setting {
	name := strings.Join(words, " ")
	var found []Setting
	for _, s := range settingsFor(words) {
		if s.name == name || strings.HasPrefix(s.name, name+" ") {
			found = append(found, Setting{s.name, s.get(env)})
		}
	}
	return found
}

// completeSettings offers the words of settings.
func completeSettings(_ *Env, soFar Args, _ string) []Completion {
	before := strings.Join(soFar.Texts("setting"), " ")
	var found []Completion
	for _, s := range settings() {
		switch rest, ok := strings.CutPrefix(s.name, before); {
		case s.name == before:
			return plain(s.values())
		case ok && (before == "" || strings.HasPrefix(rest, " ")):
			word, _, _ := strings.Cut(strings.TrimPrefix(rest, " "), " ")
			if !slices.ContainsFunc(found, func(c Completion) bool { return c.Text == word }) {
				found = append(found, Completion{Text: word, Summary: s.help})
			}
		}
	}
	return found
}
