package device

import (
	"gopkg.in/yaml.v3"

	"lwcon/session/internal/yamlread"
)

// ProfileError tells what in a profile is wrong, and where.
type ProfileError = yamlread.Error

// MaxProfileSize is the most octets of a profile file.
const MaxProfileSize = yamlread.MaxSize

// field is a key that a mapping may have, and who reads its value.
type field struct {
	key  string
	read func(value *yaml.Node)
}

// fields reads a mapping whose keys are all known.
func (l *loader) fields(n *yaml.Node, what string, known []field) {
	all := make([]yamlread.Field, len(known))
	for i, f := range known {
		all[i] = yamlread.Field{Key: f.key, Read: f.read}
	}
	l.Fields(n, what, all)
}
