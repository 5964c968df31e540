package commands

import (
	"errors"
	"io/fs"
	"path/filepath"
	"sync/atomic"

	"lwcon/session/credentials"
)

// Configuration is what lwcon.yaml says, and the keys that the command line adds.
// It is safe for concurrent use once loaded.
type Configuration struct {
	Path    string // of the file; it need not be there
	Store   *credentials.Store
	AnyMode bool // files that hold a secret may be open to others

	file atomic.Pointer[credentials.File] // nil if it is not there
}

// File is what the file says, nil if there is none.
func (c *Configuration) File() *credentials.File { return c.file.Load() }

// NewConfiguration is a configuration without a file.
func NewConfiguration() *Configuration {
	return &Configuration{Store: credentials.NewStore(nil, credentials.Sources{})}
}

// LoadConfiguration reads the first of some files that is there, none if none
// is. Its Path is that of the file, else the last. The error is an *Error of
// kind config that names file, line and column.
func LoadConfiguration(anyMode bool, paths ...string) (*Configuration, error) {
	c := NewConfiguration()
	c.AnyMode = anyMode
	for _, path := range paths {
		c.Path = path
		file, err := credentials.Load(path, anyMode)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return c, configError(err)
		}
		c.file.Store(file)
		break
	}
	c.Store = credentials.NewStore(c.File(), c.sources(filepath.Dir(c.Path)))
	return c, nil
}

// sources is where secrets are looked for that a file or the command line names.
func (c *Configuration) sources(directory string) credentials.Sources {
	return credentials.Sources{Directory: directory, AnyMode: c.AnyMode}
}

// configError is an error about a configuration or a key, with what helps.
func configError(err error) *Error {
	e := failure(ConfigError, "%v", err)
	e.Err = err
	var mode *credentials.ModeError
	if errors.As(err, &mode) {
		e.Hint = mode.Hint()
	}
	return e
}

// AddPSK adds a key of the command line: IDENTITY=SECRET. An identity that the
// file knows keeps its endpoint; another is the name of its endpoint.
func (c *Configuration) AddPSK(word string) error {
	text, secret, err := credentials.SplitPSK(word)
	if err != nil {
		return usage("--psk: %v", err)
	}
	identity, err := credentials.Identity(text)
	if err != nil {
		return usage("--psk: %v", err)
	}
	key, err := c.sources("").PSK(secret)
	if err != nil {
		e := usage("--psk %s: %v", credentials.Printable(identity), err)
		e.Hint = configError(err).Hint
		return e
	}
	if err := c.Store.AddPSK(identity, key); err != nil {
		return usage("--psk: %v", err)
	}
	return nil
}

// Settings are the values for flags of a profile, "" for none, and of the
// defaults, the profile's first.
func (c *Configuration) Settings(profile string) ([][]credentials.Setting, error) {
	var found [][]credentials.Setting
	if profile != "" {
		p, err := c.profile(profile)
		if err != nil {
			return nil, err
		}
		found = append(found, p.Settings)
	}
	if c.File() != nil {
		found = append(found, c.File().Defaults)
	}
	return found, nil
}

// Profiles are the names of the profiles in the file, in their order.
func (c *Configuration) Profiles() []string {
	var names []string
	if c.File() != nil {
		for _, p := range c.File().Profiles {
			names = append(names, p.Name)
		}
	}
	return names
}

// profile returns the profile of a name.
func (c *Configuration) profile(name string) (*credentials.Profile, error) {
	if c.File() != nil {
		for i := range c.File().Profiles {
			if p := &c.File().Profiles[i]; p.Name == name {
				return p, nil
			}
		}
	}
	names := c.Profiles()
	switch {
	case c.File() == nil:
		return nil, failure(ConfigError, "profile %q: expected lwcon.yaml with it, found no such file", name).
			hinting("--config FILE says which file it is")
	case len(names) == 0:
		return nil, failure(ConfigError, "profile %q: %s has no profiles", name, c.Path)
	}
	return nil, failure(ConfigError, "profile %q: expected one of those in %s: %s%s", name, c.Path, listed(names), nearest(name, names))
}

// WrongSetting is an error about a setting of the file.
func (c *Configuration) WrongSetting(s credentials.Setting, reason string) error {
	return configError(c.File().Fail(s, "%s: %s", s.Flag, reason))
}

// Vars are the variables that the file gives a device for scenarios.
func (c *Configuration) Vars(endpoint string) map[string]string {
	vars := map[string]string{}
	if c.File() == nil {
		return vars
	}
	if d := c.File().Device(endpoint); d != nil {
		for _, v := range d.Vars {
			vars[v.Name] = v.Value
		}
	}
	return vars
}

// Ready returns why no secured peer can be talked to: a key that cannot be looked
// up, or none at all; nil if nothing stands against it.
func (c *Configuration) Ready(what string) error {
	if err := c.Store.Err(); err != nil {
		return configError(err)
	}
	if c.Store.Empty() && !c.Store.Any() {
		return failure(ConfigError, "%s: expected credentials, found none", what).
			hinting("--psk IDENTITY=hex:… gives one for this run, credentials add keeps one, and keys new makes new ones")
	}
	return nil
}

// aliases maps the aliases of devices to their endpoint names.
func (c *Configuration) aliases() map[string]string {
	if c.File() == nil {
		return nil
	}
	return c.File().Aliases()
}
