package session

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// Limits of profiles.
const (
	maxProfiles    = 1_000 // that a server is told of
	maxProfileList = 64    // ids of one Register
)

// Profile is what a profile id stands for: objects and object instances that a
// client need not list in its Register. Spec: Core 1.2 §6.2.1.
type Profile struct {
	ID      string // "oma:thermometer", "6:27354b9a"
	Objects string // as a Register would list them: "</1/0>,</3/0>"
}

// profiles are those that the server was told of. It is safe for concurrent use.
type profiles struct {
	mu    sync.Mutex
	texts map[string]string
	links map[string][]lwm2m.Link
}

// profileID is the form of a profile id: a hash, with the number of its suite, or a
// name. Spec: Core 1.2 §6.2.1, RFC 6920 §9.4.
var profileID = regexp.MustCompile(`^([0-9]+:[0-9a-f]+|(oma|v):[0-9A-Za-z-]+)$`)

// SetProfile says what a profile stands for, in the registrations to come: a list as
// in a Register, or paths with commas between them; nothing forgets the profile.
func (s *Server) SetProfile(id, objects string) error {
	if !profileID.MatchString(id) {
		return fmt.Errorf("profile %q: expected oma:NAME, v:NAME or SUITE:HASH in lower-case hex", id)
	}
	links, text, err := profileLinks(objects)
	if err != nil {
		return fmt.Errorf("profile %s: %w", id, err)
	}
	p := &s.profiles
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(links) == 0 {
		delete(p.links, id)
		delete(p.texts, id)
		return nil
	}
	if p.links == nil {
		p.links, p.texts = map[string][]lwm2m.Link{}, map[string]string{}
	}
	if p.links[id] == nil && len(p.links) >= maxProfiles {
		return fmt.Errorf("profile %s: expected at most %d profiles", id, maxProfiles)
	}
	p.links[id], p.texts[id] = links, text
	return nil
}

// Profiles returns the profiles that the server was told of, by id.
func (s *Server) Profiles() []Profile {
	p := &s.profiles
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make([]Profile, 0, len(p.texts))
	for id, text := range p.texts {
		all = append(all, Profile{id, text})
	}
	slices.SortFunc(all, func(a, b Profile) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// profileLinks reads what a profile stands for.
func profileLinks(objects string) (links []lwm2m.Link, text string, err error) {
	if text = strings.TrimSpace(objects); text != "" && !strings.Contains(text, "<") {
		paths := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
		text = "<" + strings.Join(paths, ">,<") + ">"
	}
	if text == "" {
		return nil, "", nil
	}
	tree, err := formats.Decode(lwm2m.FormatLink, []byte(text), formats.Options{})
	if err != nil {
		return nil, "", err
	}
	for i := range tree.Links {
		p, err := lwm2m.ParsePath(tree.Links[i].Target)
		if err != nil || p.Prefix() != "" || p.Level() != lwm2m.LevelObject && p.Level() != lwm2m.LevelObjectInstance {
			return nil, "", fmt.Errorf("expected /object or /object/instance, found %q", tree.Links[i].Target)
		}
	}
	return tree.Links, text, nil
}

// profiled adds to the links of an object list what the client's profiles stand for
// and the list does not have. What cannot be resolved is noted. Spec: Core 1.2 §6.2.1.
func (r *registerReader) profiled(listed []lwm2m.Link, known *profiles) []lwm2m.Link {
	g := r.registration
	ids, all := strings.Split(strings.Trim(g.Profiles, `"`), ","), listed
	if len(ids) > maxProfileList {
		ids = ids[:maxProfileList]
	}
	for _, id := range ids {
		links := known.of(id)
		switch {
		case !profileID.MatchString(id):
			r.note(ruleProfileSyntax, coap.Conflict, "profile %q: expected oma:NAME, v:NAME or SUITE:HASH in lower-case hex", id)
		case links == nil:
			r.note(ruleProfile, coap.Conflict, "profile %s is not known here, only what is listed counts (set profile-id says what it stands for)", id)
		}
		r.unresolved = r.unresolved || links == nil
		for _, l := range links {
			l.Target = g.Root + l.Target
			if !slices.ContainsFunc(all, func(o lwm2m.Link) bool { return o.Target == l.Target }) {
				all = append(slices.Clip(all), l)
			}
		}
	}
	return all
}

// of returns the links of a profile, nil if it is not known.
func (p *profiles) of(id string) []lwm2m.Link {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.links[id]
}
