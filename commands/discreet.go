package commands

import (
	"slices"
	"strings"

	"lwcon/lwm2m"
)

// hidden stands where a word was a key.
const hidden = "…"

// HoldsSecret says whether a line can hold a key: by a flag that takes one, by a
// notation of keys, or because it writes to the Security or OSCORE object.
func (t Table) HoldsSecret(line string) bool {
	words, err := Words(line)
	if err != nil {
		return true // what it is cannot be told
	}
	_, found := t.discreet(words)
	return found
}

// Discreet is a line as it may be shown in a report: what can be a key is left
// out.
func (t Table) Discreet(line string) string {
	words, err := Words(line)
	if err != nil {
		return hidden
	}
	shown, found := t.discreet(words)
	if !found {
		return line
	}
	for i, w := range shown {
		if w != hidden {
			shown[i] = Quote(w)
		}
	}
	return strings.Join(shown, " ")
}

// discreet replaces the words that can be keys, and says whether there were any.
func (t Table) discreet(words []string) (shown []string, found bool) {
	shown = slices.Clone(words)
	hide := func(i int, w string) {
		if i < len(shown) {
			shown[i], found = w, true
		}
	}
	name := ""
	if c, _, err := t.Lookup(words); err == nil {
		name = c.Name
	}
	below := false // of a path of the Security object
	for i, w := range words {
		before, value, assigned := strings.Cut(w, "=")
		switch {
		case isKeyFlag(before) && assigned:
			if !referenced(before, value) {
				hide(i, before+"="+hidden)
			}
		case isKeyFlag(before) && i+1 < len(words):
			if !referenced(before, words[i+1]) {
				hide(i+1, hidden)
			}
		case words[0] == "credentials" && isKey(w):
			hide(i, hidden)
		case slices.Contains(harmless, name):
		case ofSecurity(before) && assigned:
			hide(i, before+"="+hidden)
		case below && !isFlag(w):
			hide(i, hidden)
		}
		below = below || ofSecurity(before) && !assigned || i == 1 && (w == "0" || w == "21")
	}
	return shown, found
}

// harmless are the commands that write nothing to what they name.
var harmless = []string{"read", "read-composite", "discover", "observe", "observe-composite", "cancel", "delete", "bs-read", "bs-discover", "bs-delete", "objects", "help", "attributes", "wait", "execute"}

// ofSecurity says whether a word is a path of the Security or OSCORE object: what
// is written there can be a key.
func ofSecurity(path string) bool {
	if p, err := lwm2m.ParsePath(path); err == nil && strings.Contains(path, "/") {
		return p.Level() >= lwm2m.LevelObject && (p.Object() == 0 || p.Object() == 21)
	}
	name, _, _ := strings.Cut(strings.ToLower(strings.TrimPrefix(path, "/")), "/")
	return slices.Contains([]string{"security", "lwm2msecurity", "oscore", "lwm2moscore"}, name)
}

// isKeyFlag says whether a flag takes a key; so does the parameter of a step.
func isKeyFlag(name string) bool {
	return name == "--psk" || name == "--key" || name == "psk:" || name == "key:"
}

// referenced says whether the key of a flag stands elsewhere: env:NAME, file:FILE.
func referenced(flag, value string) bool {
	if strings.HasSuffix(strings.TrimSuffix(flag, ":"), "psk") {
		value = value[strings.IndexByte(value, '=')+1:]
	}
	return strings.HasPrefix(value, "env:") || strings.HasPrefix(value, "file:")
}

// isKey says whether a word is a key by its notation.
func isKey(word string) bool {
	for _, notation := range [...]string{"hex:", "base64:", "text:"} {
		if strings.Contains(word, notation) {
			return true
		}
	}
	return false
}
