package console

import (
	"slices"
	"strings"

	"lwcon/commands"
	"lwcon/lwm2m"
)

// keep says whether a line may enter the history: not one that can hold a key.
func (f *face) keep(line string) bool {
	words, err := commands.Words(line)
	if err != nil || len(words) == 0 {
		return err == nil
	}
	writes := len(words) > 2
	if c, _, err := f.env.Table.Lookup(words); err == nil {
		writes = writes && !slices.Contains(harmless, c.Name)
	}
	for i, w := range words {
		switch {
		case writes && (ofSecurity(w) || i == 1 && (w == "0" || w == "21")):
			return false
		case isKeyFlag(w) && !referenced(words[i:]):
			return false
		case words[0] == "credentials" && written(w):
			return false
		}
	}
	return true
}

// harmless are the commands that take no values for what they name.
var harmless = []string{"read", "discover", "observe", "delete", "bs-read", "bs-discover", "bs-delete", "objects", "help"}

// ofSecurity says whether a word is of the Security or OSCORE object: what is
// written there can be a key.
func ofSecurity(word string) bool {
	path, _, _ := strings.Cut(word, "=")
	if p, err := lwm2m.ParsePath(path); err == nil && strings.Contains(path, "/") {
		return p.Level() >= lwm2m.LevelObject && (p.Object() == 0 || p.Object() == 21)
	}
	name, _, _ := strings.Cut(strings.ToLower(strings.TrimPrefix(path, "/")), "/")
	return slices.Contains([]string{"security", "lwm2msecurity", "oscore", "lwm2moscore"}, name)
}

// isKeyFlag says whether a word is a flag that takes a key.
func isKeyFlag(word string) bool {
	name, _, _ := strings.Cut(word, "=")
	return name == "--psk" || name == "--key"
}

// referenced says whether the key of a flag stands elsewhere: env:NAME, file:FILE.
func referenced(words []string) bool {
	_, value, found := strings.Cut(words[0], "=")
	if !found && len(words) > 1 {
		value = words[1]
	}
	if strings.HasPrefix(words[0], "--psk") {
		value = value[strings.IndexByte(value, '=')+1:]
	}
	return strings.HasPrefix(value, "env:") || strings.HasPrefix(value, "file:")
}

// written says whether a word is a key by its notation.
func written(word string) bool {
	for _, notation := range [...]string{"hex:", "base64:", "text:"} {
		if strings.Contains(word, notation) {
			return true
		}
	}
	return false
}
