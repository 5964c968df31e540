package credentials

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits of what a pre-shared key is made of. Spec: Core 1.2 §E.1; RFC 4279
// §5.3 asks for identities of up to 128 octets and keys of up to 64.
const (
	MaxIdentity = 128 // octets
	MaxPSK      = 64  // octets
)

// Secret is the octets of a key. What it shows of itself is what it was taken
// for and how long it is.
type Secret struct {
	octets string
	taken  string
}

// NewSecret makes a secret of octets that were taken for something: "hex".
func NewSecret(octets []byte, taken string) Secret { return Secret{string(octets), taken} }

// Octets returns the secret itself.
func (s Secret) Octets() []byte { return []byte(s.octets) }

// Len is how many octets it has.
func (s Secret) Len() int { return len(s.octets) }

// Taken is what it was taken for: hex, base64, text or binary.
func (s Secret) Taken() string { return s.taken }

// String returns "16 octets, hex".
func (s Secret) String() string { return fmt.Sprintf("%d octets, %s", len(s.octets), s.taken) }

// GoString keeps the secret out of %#v.
func (s Secret) GoString() string { return s.String() }

// AmbiguousError tells that a bare secret could be two things.
type AmbiguousError struct {
	Readings []string // "hex (16 octets)", "text (32 octets)"
}

func (e *AmbiguousError) Error() string {
	last := len(e.Readings) - 1
	return "expected hex:, base64:, text:, env: or file: before it, found a bare secret that could be " +
		strings.Join(e.Readings[:last], ", ") + " or " + e.Readings[last]
}

// Secret reads a secret by its notation. A bare one is taken for text, and refused
// with an *AmbiguousError if it could be something else too.
func (s Sources) Secret(text string) (Secret, error) {
	all, err := s.readings(text, true)
	if err != nil {
		return Secret{}, err
	}
	if len(all) > 1 {
		e := &AmbiguousError{}
		for _, r := range all {
			e.Readings = append(e.Readings, fmt.Sprintf("%s (%d octets)", r.taken, len(r.octets)))
		}
		return Secret{}, e
	}
	return NewSecret(all[0].octets, all[0].taken), nil
}

// PSK reads a pre-shared key by its notation.
func (s Sources) PSK(text string) (Secret, error) {
	secret, err := s.Secret(text)
	if err == nil && (secret.Len() == 0 || secret.Len() > MaxPSK) {
		err = fmt.Errorf("expected a key of 1 to %d octets, found %d (%s)", MaxPSK, secret.Len(), secret.taken)
	}
	return secret, err
}

// Identity reads a PSK identity: UTF-8 as it is written, or any octets by hex: or
// base64:. RFC 4279 §5.1.
func Identity(text string) (string, error) {
	identity := text
	switch name, rest := notation(text); name {
	case "hex", "base64", "text":
		octets, err := decode(name, rest)
		if err != nil {
			return "", fmt.Errorf("identity: %w", err)
		}
		identity = string(octets)
	default:
		if !utf8.ValidString(text) {
			return "", fmt.Errorf("identity: expected UTF-8 (RFC 4279 §5.1), found other octets; hex: writes those: hex:%x", text)
		}
	}
	if identity == "" || len(identity) > MaxIdentity {
		return "", fmt.Errorf("identity: expected 1 to %d octets, found %d", MaxIdentity, len(identity))
	}
	return identity, nil
}

// SplitPSK parts IDENTITY=SECRET. The identity ends at the first '=' behind which
// a notation begins, else at the first '='.
func SplitPSK(text string) (identity, secret string, err error) {
	for at := 0; ; {
		next := strings.IndexByte(text[at:], '=')
		if next < 0 {
			break
		}
		at += next + 1
		if name, _ := notation(text[at:]); name != "" {
			return text[:at-1], text[at:], nil
		}
	}
	identity, secret, found := strings.Cut(text, "=")
	if !found {
		return "", "", fmt.Errorf("expected IDENTITY=SECRET, found no %q", "=")
	}
	return identity, secret, nil
}
