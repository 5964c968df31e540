package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"lwcon/commands"
)

// source is a place where the value of a flag can stand that the line does not
// give.
type source struct {
	words func(flag *commands.Parameter) []string // nil: none stands there
	wrong func(flag *commands.Parameter, err error) error
}

// environment takes values from variables: LWCON_LISTEN. Those of a flag that can
// be repeated are parted by blanks.
func environment(getenv func(string) string) source {
	return source{
		words: func(f *commands.Parameter) []string {
			value := getenv(commands.FlagVariable(f.Name))
			switch {
			case value == "":
				return nil
			case f.Repeated:
				return strings.Fields(value)
			}
			return []string{value}
		},
		wrong: func(f *commands.Parameter, err error) error {
			e := *commands.Classify(err)
			e.Message = fmt.Sprintf("%s: %s", commands.FlagVariable(f.Name), e.Message)
			return &e
		},
	}
}

// ownFlags are those that lwcon.yaml cannot set: they say how it is read.
var ownFlags = []string{"config", "profile", "insecure-file-mode"}

// configured takes values from lwcon.yaml: those of the profile, then the
// defaults. A setting that is no flag is an error. What lwcon is to be is left
// out for the demo, which says that itself.
func configured(c *commands.Configuration, profile string, known []commands.Parameter, demo bool) ([]source, error) {
	lists, err := c.Settings(profile)
	if err != nil {
		return nil, err
	}
	var found []source
	for _, list := range lists {
		values := map[string]int{}
		for i, s := range list {
			f := flagNamed(known, s.Flag)
			if f == nil {
				return nil, c.WrongSetting(s, "expected the name of a flag"+commands.Nearest(s.Flag, settable(known)))
			}
			if !f.Repeated && len(s.Values) != 1 {
				return nil, c.WrongSetting(s, fmt.Sprintf("expected one value, found %d", len(s.Values)))
			}
			values[s.Flag] = i
		}
		found = append(found, source{
			words: func(f *commands.Parameter) []string {
				if i, ok := values[f.Name]; ok && !(demo && slices.Contains(roles, f.Name)) {
					return list[i].Values
				}
				return nil
			},
			wrong: func(f *commands.Parameter, err error) error {
				return c.WrongSetting(list[values[f.Name]], commands.Classify(err).Message)
			},
		})
	}
	return found, nil
}

// settable are the flags that lwcon.yaml can set.
func settable(known []commands.Parameter) []string {
	var names []string
	for i := range known {
		if flagNamed(known, known[i].Name) != nil {
			names = append(names, known[i].Name)
		}
	}
	return names
}

// flagNamed is the flag of a name that lwcon.yaml can set, nil if there is none.
func flagNamed(known []commands.Parameter, name string) *commands.Parameter {
	for i := range known {
		if known[i].Name == name && !slices.Contains(ownFlags, name) {
			return &known[i]
		}
	}
	return nil
}

// roles are the flags that say what lwcon is to be. They hold together: who says
// --connect does not mean the listen of the defaults.
var roles = []string{"listen", "bootstrap", "connect", "device"}

// profileNames are the profiles of the lwcon.yaml that would be read; none of one
// that cannot be.
func profileNames(config string, getenv func(string) string) []string {
	if config == "" {
		config = getenv(commands.FlagVariable("config"))
	}
	c, err := commands.LoadConfiguration(true, configurationFiles(config, getenv)...) // nothing secret is looked at
	if err != nil {
		return nil
	}
	return c.Profiles()
}

// configurationFiles is where lwcon.yaml is looked for: where --config says, else
// here, then in the user's configuration directory.
func configurationFiles(config string, getenv func(string) string) []string {
	const name = "lwcon.yaml"
	if config != "" {
		return []string{config}
	}
	found := []string{name}
	directory := getenv("XDG_CONFIG_HOME")
	if directory == "" && runtime.GOOS != "windows" {
		if home := getenv("HOME"); home != "" {
			directory = filepath.Join(home, ".config")
		}
	}
	if directory == "" {
		var err error
		if directory, err = os.UserConfigDir(); err != nil {
			return found
		}
	}
	return append(found, filepath.Join(directory, "lwcon", name))
}
