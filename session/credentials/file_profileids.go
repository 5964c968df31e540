package credentials

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// ProfileID is a profile id that clients register by, and the objects and object
// instances that it stands for. Spec: Core 1.2 §6.2.1.
type ProfileID struct {
	ID      string
	Objects string // paths with commas between them, or links as in a Register
	at      position
}

// profileIDs reads what profile ids stand for.
//
//	"oma:thermometer": [/1/0, /3/0, /3303/0]
func (r *reader) profileIDs(n *yaml.Node) {
	r.Mapping(n, "profile-ids", func(key, value *yaml.Node) {
		if len(r.file.ProfileIDs) == maxProfiles {
			r.Fail(key, "profile-ids: expected at most %d, found more", maxProfiles)
			return
		}
		var objects []string
		r.Texts(value, "profile-ids."+key.Value, func(_ *yaml.Node, text string) { objects = append(objects, text) })
		r.file.ProfileIDs = append(r.file.ProfileIDs, ProfileID{key.Value, strings.Join(objects, ","), place(key)})
	})
}

// FailProfile returns an error about what a profile id stands for.
func (f *File) FailProfile(p ProfileID, reason error) error {
	return &Error{File: f.Name, Line: p.at.line, Column: p.at.column, Reason: fmt.Sprintf("profile-ids: %v", reason)}
}
