package commands

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"lwcon/formats/hexinput"
)

// maxInput is the most octets read from a file or from standard input: several
// times the largest payload that decodes, as hex takes room.
const maxInput = 256 << 20

// The ways of Parameter "input".
const (
	inputHex    = "hex"
	inputBase64 = "base64"
	inputRaw    = "raw"
)

// inputParameters are the payload and how it is written.
func inputParameters(summary string) []Parameter {
	return []Parameter{
		{
			Name: "payload", Word: "HEX | @FILE | -", Positional: true, Required: true, Repeated: true,
			Summary: summary + "; words are joined, - reads standard input",
		},
		{
			Name: "input", Kind: KindEnum, Values: []string{inputHex, inputBase64, inputRaw},
			Summary: "how the payload is written, instead of hex for arguments and standard input and raw for @FILE",
		},
	}
}

// payload reads the octets that words give: hex, or the text itself of a text
// format, @FILE, or - for standard input. form says how they are written, "" if
// they are bare hex or raw.
func (env *Env) payload(words []string, input string, text bool) (content []byte, form string, err error) {
	raw, file, err := env.raw(words)
	if err != nil {
		return nil, "", err
	}
	switch {
	case input == inputRaw, input == "" && (text || file):
		return raw, "", nil
	case input == inputBase64:
		return octets(string(raw), hexinput.Base64)
	}
	return octets(string(raw), hexinput.Hex)
}

// octets reads hex or base64.
func octets(text string, kind hexinput.Kind) ([]byte, string, error) {
	b, form, err := hexinput.Read(text, kind)
	if err != nil {
		e := usage("payload: %v", err)
		e.Err = err
		return nil, "", e.hinting("--input hex, base64 or raw says how it is written")
	}
	if kind == hexinput.Base64 || form == hexinput.BareHex {
		form = ""
	}
	return b, form, nil
}

// raw reads what words give as it is written, and says whether it is that of a
// file.
func (env *Env) raw(words []string) (content []byte, file bool, err error) {
	if len(words) == 1 {
		if words[0] == "-" {
			content, err = env.standardInput()
			return content, false, err
		}
		if name, ok := strings.CutPrefix(words[0], "@"); ok {
			content, err = env.file(name)
			return content, true, err
		}
	}
	return []byte(strings.Join(words, " ")), false, nil
}

// standardInput reads all of it.
func (env *Env) standardInput() ([]byte, error) {
	if env.Input == nil {
		return nil, usage("-: there is no standard input here")
	}
	return readAll(env.Input, "standard input")
}

// file reads a file, whose name is relative to the environment's directory.
func (env *Env) file(name string) ([]byte, error) {
	f, err := os.Open(env.fileName(name))
	if err != nil {
		var cause *os.PathError
		if errors.As(err, &cause) {
			err = cause.Err
		}
		return nil, usage("file %s: %v", name, err)
	}
	defer f.Close()
	return readAll(f, "file "+name)
}

// fileName is where a file is that a command names.
func (env *Env) fileName(name string) string {
	if env.Directory == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(env.Directory, name)
}

// readAll reads up to maxInput octets.
func readAll(r io.Reader, what string) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, maxInput+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	if len(content) > maxInput {
		return nil, usage("%s: expected at most %d octets, found more", what, maxInput)
	}
	return content, nil
}
