package commands

import (
	"strings"
)

// takeProfiles tells the server what lwcon.yaml says profile ids stand for.
func (s *Sessions) takeProfiles() error {
	f := s.credentials.File()
	if f == nil {
		return nil
	}
	for _, p := range f.ProfileIDs {
		if err := s.server.SetProfile(p.ID, p.Objects); err != nil {
			return configError(f.FailProfile(p, err))
		}
	}
	return nil
}

// profileSetting says what a profile id stands for.
func profileSetting() setting {
	return setting{
		name: "profile-id", quiet: "none",
		help: "ID=OBJECTS, what a profile id of a Register stands for: paths with commas between them, or links; ID= forgets it",
		get: func(env *Env) string {
			if env.Sessions == nil {
				return "none"
			}
			var all []string
			for _, p := range env.Sessions.Server().Profiles() {
				all = append(all, p.ID+"="+p.Objects)
			}
			if len(all) == 0 {
				return "none"
			}
			return strings.Join(all, " ")
		},
		set: func(env *Env, word string) error {
			id, objects, ok := strings.Cut(word, "=")
			if !ok || env.Sessions == nil {
				return usage("set profile-id: expected ID=OBJECTS such as oma:thermometer=/1/0,/3/0, found %q", word)
			}
			if err := env.Sessions.Server().SetProfile(id, objects); err != nil {
				return usage("set profile-id: %v", err)
			}
			return nil
		},
	}
}
