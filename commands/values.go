package commands

import (
	"encoding/base64"
	"errors"
	"strconv"
	"strings"

	"lwcon/formats/hexinput"
	"lwcon/lwm2m"
)

// value reads a value as it is typed: by the type of its resource. "hex:",
// "text:", "base64:" and "file:" (or "@" before the name of a file) force a
// kind: octets or text, whatever the resource is, so that a wrong one can be
// sent on purpose. Without a type (None and not known) the likeliest is taken.
func (env *Env) value(t lwm2m.Type, known bool, word string) (lwm2m.Value, error) {
	if v, ok, err := env.forced(t, word); ok || err != nil {
		return v, err
	}
	if !known {
		return guessValue(word), nil
	}
	if t == lwm2m.Opaque {
		if word == "" {
			return lwm2m.OpaqueValue(""), nil
		}
		octets, err := hexinput.Parse(word, hexinput.Hex)
		if err != nil {
			return lwm2m.Value{}, usage("value %q: expected octets in hexadecimal, %v", word, err).
				hinting("text:, base64: and file: before the value give octets in other ways")
		}
		return lwm2m.OpaqueValue(string(octets)), nil
	}
	v, err := lwm2m.ParseValue(t, word)
	var wrong *lwm2m.ValueError
	if errors.As(err, &wrong) {
		return v, usage("%v", wrong)
	}
	return v, err
}

// forced reads a value with a prefix; ok is false if it has none.
func (env *Env) forced(t lwm2m.Type, word string) (v lwm2m.Value, ok bool, err error) {
	kind, rest, prefixed := strings.Cut(word, ":")
	if name, file := strings.CutPrefix(word, "@"); file && name != "" {
		kind, rest, prefixed = "file", name, true
	}
	var content []byte
	switch {
	case !prefixed:
		return v, false, nil
	case kind == "text":
		content = []byte(rest)
	case kind == "hex" && rest != "":
		content, err = hexinput.Parse(rest, hexinput.Hex)
	case kind == "hex":
	case kind == "base64":
		content, err = base64Octets(rest)
	case kind == "file":
		content, err = env.file(rest)
		if err != nil {
			return v, true, err
		}
	default:
		return v, false, nil
	}
	if err != nil {
		return v, true, usage("value %q: expected octets in %s, %v", word, kind, err)
	}
	switch {
	case t == lwm2m.CoreLink && kind == "text":
		v = lwm2m.CoreLinkValue(string(content))
	case t == lwm2m.Opaque, !t.Textual() && kind != "text":
		v = lwm2m.OpaqueValue(string(content))
	default:
		v = lwm2m.StringValue(string(content))
	}
	return v, true, nil
}

// base64Octets reads either alphabet, padded or not.
func base64Octets(text string) ([]byte, error) {
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	return base64.RawStdEncoding.DecodeString(text)
}

// guessValue reads a value of which no type is known: an integer, a number, a
// truth value, an object link, else text.
func guessValue(word string) lwm2m.Value {
	if i, err := strconv.ParseInt(word, 10, 64); err == nil && strconv.FormatInt(i, 10) == word {
		return lwm2m.IntegerValue(i)
	}
	if u, err := strconv.ParseUint(word, 10, 64); err == nil && strconv.FormatUint(u, 10) == word {
		return lwm2m.UnsignedValue(u)
	}
	if len(word) > 1 && word[0] == '0' && word[1] >= '0' && word[1] <= '9' {
		return lwm2m.StringValue(word) // a serial number, a date: not what a number looks like
	}
	if strings.ContainsAny(word, "0123456789") {
		if v, err := lwm2m.ParseValue(lwm2m.Float, word); err == nil {
			return v
		}
		if v, err := lwm2m.ParseValue(lwm2m.ObjectLink, word); err == nil {
			return v
		}
	}
	if word == "true" || word == "false" {
		return lwm2m.BooleanValue(word == "true")
	}
	return lwm2m.StringValue(word)
}
