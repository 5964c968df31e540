package commands

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"lwcon/lwm2m"
)

// Kind says what a parameter takes: how its words are checked when the line is
// parsed, and what is offered for completion.
type Kind uint8

// The kinds.
const (
	KindText       Kind = iota // any word
	KindSwitch                 // a flag that is given or not
	KindPath                   // a path by ids or names: /3/0, Device/0
	KindValue                  // a value by the type of a resource
	KindAssignment             // PATH=VALUE
	KindAttribute              // NAME=NUMBER or NAME!
	KindDuration               // 500ms, 10s, 3m, 1h
	KindCount                  // an integer from 0
	KindEnum                   // one of Parameter.Values
	KindFormat                 // a content format by name or number
	KindType                   // a data type
	KindEndpoint               // an endpoint by name, alias, part or glob
	KindFile                   // the name of a file
	KindDirectory              // the name of a directory
	KindCommand                // the name of a command
	KindURI                    // coap://HOST:PORT
	KindSecret                 // a secret by its notation, shown nowhere
)

// Parameter is one thing that a command takes: a word in its place or a flag.
type Parameter struct {
	Name       string // lower case with hyphens; the flag is "--" and this
	Short      byte   // letter of the short flag, 0 for none
	Kind       Kind
	Summary    string   // one line without full stop
	Word       string   // stands for a value in help: "PATH"; "" is chosen by Kind
	Values     []string // of KindEnum
	Default    string   // what holds if it is not given, "" for nothing
	Positional bool     // a word in its place, not a flag
	Required   bool
	Repeated   bool // may be given many times; the last positional then takes all words left
	// Complete offers what can stand there; nil leaves it to the Kind.
	Complete func(env *Env, soFar Args, prefix string) []Completion
}

// kindWords stand for a value in help.
var kindWords = [...]string{
	KindText: "TEXT", KindSwitch: "", KindPath: "PATH", KindValue: "VALUE", KindAssignment: "PATH=VALUE",
	KindAttribute: "NAME=NUMBER", KindDuration: "DURATION", KindCount: "N", KindEnum: "", KindFormat: "FORMAT",
	KindType: "TYPE", KindEndpoint: "NAME", KindFile: "FILE", KindDirectory: "DIR", KindCommand: "COMMAND", KindURI: "URI", KindSecret: "SECRET",
}

// word stands for a value of the parameter in help.
func (p *Parameter) word() string {
	switch {
	case p.Word != "":
		return p.Word
	case p.Kind == KindEnum:
		return strings.Join(p.Values, "|")
	}
	return kindWords[p.Kind]
}

// usage is the parameter as the usage line shows it.
func (p *Parameter) usage() string {
	text := p.word()
	if !p.Positional {
		text = strings.TrimSpace("--" + p.Name + " " + text)
	}
	if !p.Required {
		text = "[" + text + "]"
	}
	if p.Repeated {
		text += "..."
	}
	return text
}

// check says what is wrong with a word for the parameter, "" if nothing can be
// said without knowing the device.
func (p *Parameter) check(word string) string {
	switch p.Kind {
	case KindDuration:
		if _, ok := parseDuration(word); !ok {
			return "expected a duration such as 500ms, 10s or 3m"
		}
	case KindCount:
		if n, err := strconv.ParseUint(word, 10, 31); err != nil || n > maxCount {
			return fmt.Sprintf("expected a number from 0 to %d", maxCount)
		}
	case KindEnum:
		if !slices.Contains(p.Values, word) {
			return "expected " + listed(p.Values) + nearest(word, p.Values)
		}
	case KindFormat:
		if len(p.Values) > 0 && slices.Contains(p.Values, word) {
			return ""
		}
		if _, ok := lwm2m.ParseContentFormat(word); !ok {
			names := append(formatNames(), p.Values...)
			return "expected a content format by name or number: " + listed(names) + nearest(word, names)
		}
	case KindType:
		name := word[strings.LastIndexByte(word, '=')+1:]
		if _, ok := lwm2m.ParseType(name); !ok {
			return "expected a type: " + listed(lwm2m.TypeNames()) + nearest(name, lwm2m.TypeNames())
		}
	}
	return ""
}

// maxCount is the greatest number that a KindCount takes.
const maxCount = 1_000_000_000

// parseDuration reads a duration; a bare number is seconds.
func parseDuration(word string) (time.Duration, bool) {
	if n, err := strconv.ParseUint(word, 10, 31); err == nil {
		return time.Duration(n) * time.Second, true
	}
	d, err := time.ParseDuration(word)
	return d, err == nil && d >= 0
}

// formatNames are the names of all content formats, by number.
func formatNames() []string {
	var names []string
	for _, f := range lwm2m.ContentFormats() {
		names = append(names, f.String())
	}
	return names
}

// find returns the parameter of a name, nil if there is none.
func find(parameters []Parameter, name string) *Parameter {
	for i := range parameters {
		if parameters[i].Name == name {
			return &parameters[i]
		}
	}
	return nil
}

// short returns the parameter of a short flag, nil if there is none.
func short(parameters []Parameter, letter byte) *Parameter {
	for i := range parameters {
		if letter != 0 && parameters[i].Short == letter {
			return &parameters[i]
		}
	}
	return nil
}
