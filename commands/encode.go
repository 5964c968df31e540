package commands

import (
	"context"
	"errors"
	"strings"

	"lwcon/formats"
	"lwcon/lwm2m"
)

// Encoded is a payload written offline.
//
//	{"command":"encode","path":"/3/0","format":"tlv","octets":3,"payload":"c10964"}
//
// Text formats have "text" too.
type Encoded struct {
	Format  string // as results name it
	At      lwm2m.Path
	Payload []byte
	Text    bool // the payload is text
}

// AppendJSON appends the payload as one JSON object.
func (e *Encoded) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", "encode")
	o.text("path", e.At.String())
	o.text("format", e.Format)
	o.integer("octets", int64(len(e.Payload)))
	if e.Text {
		o.text("text", string(e.Payload))
	}
	o.hex("payload", string(e.Payload))
	return o.end()
}

// encodeCommand writes a payload offline.
func encodeCommand() *Command {
	return &Command{
		Name: "encode", Group: GroupCommon, Passive: true,
		Summary: "write values as a payload of any format, without a device",
		Help: `Values are parsed by the type of their resource, or by --type. A path without a leading / is below --at.
PATH! writes a null. With --path-list the words are paths alone, the body of a composite read. For link-format
the words are links, for attributes NAME=NUMBER or NAME!, for execute-arguments ID or ID=VALUE.
A file, and standard input, hold the same words. A single command of the shell writes text formats into a pipe or file as
they are, without a line end; binary ones are hex.`,
		Spec: "Core 1.2 §7.4, §7.5",
		Parameters: []Parameter{
			formatParameter(formatAttributes, formatArguments),
			{Name: "at", Kind: KindPath, Default: "/", Summary: "the request path that the payload is written to", Complete: completeKnownPaths},
			typeParameter(),
			{Name: "path-list", Kind: KindSwitch, Summary: "write paths without values"},
			enablerParameter(),
			{Name: "force", Kind: KindSwitch, Summary: "write it even if it departs from the specification"},
			{
				Name: "values", Kind: KindAssignment, Word: "PATH=VALUE... | @FILE | -", Positional: true, Repeated: true,
				Summary: "what to write",
			},
		},
		Examples: []string{
			"encode --format tlv --at /3/0 0=ACME 9=100",
			"encode --format senml-cbor /3303/0/5700=21.5",
			"encode --format tlv --at /31000/0 --type float 1=21.5",
			"encode --format senml-json --path-list /3/0/9 /3303/0",
			"encode --format attributes pmin=5 gt!",
			"encode --format execute-arguments 0=U 5",
		},
		Run: runEncode,
	}
}

func runEncode(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
	words, err := env.encodeWords(args.Texts("values"))
	if err != nil {
		return nil, err
	}
	options, err := env.formatOptions(args)
	if err != nil {
		return nil, err
	}
	e := &Encoded{Format: args.Text("format"), At: options.At, Text: true}
	switch e.Format {
	case formatAttributes:
		set, err := parseAttributes(words)
		if err != nil {
			return nil, err
		}
		at := lwm2m.AttributePlace{Path: options.At, Definitions: options.Definitions}
		if wrong := at.Misplaced(set); wrong != "" && !args.Switch("force") {
			return nil, illegal("attributes: " + wrong)
		}
		e.Payload = []byte(set.String())
		return e, nil
	case formatArguments:
		text, err := executeArguments(words)
		if err != nil {
			return nil, err
		}
		e.Payload = []byte(text)
		return e, nil
	}
	f, _ := lwm2m.ParseContentFormat(e.Format)
	e.Format, e.Text = f.String(), f.Textual()
	nodes, err := env.encodedNodes(f, words, options)
	if err != nil {
		return nil, encodeError(err)
	}
	force := args.Switch("force")
	if wrong := misplaced(f, nodes); wrong != "" && !force {
		return nil, illegal(wrong)
	}
	e.Payload, err = env.encode(f, words, nodes, options)
	if err != nil {
		return nil, encodeError(err)
	}
	if wrong := departs(f, e.Payload, nodes, options); wrong != "" && !force {
		return nil, illegal(wrong)
	}
	return e, nil
}

// encodedNodes reads the words of a content format; those of link-format are no
// nodes.
func (env *Env) encodedNodes(f lwm2m.ContentFormat, words []string, o formats.Options) ([]lwm2m.Node, error) {
	if f.Canonical() == lwm2m.FormatLink {
		return nil, nil
	}
	a := assigning{env, o.At, o.Definitions, o.TypeOf}
	if o.PathList {
		var nodes []lwm2m.Node
		for _, w := range words {
			p, err := a.path(w)
			if err != nil {
				return nil, err
			}
			nodes = append(nodes, lwm2m.NewNode(lwm2m.KindPath, p, lwm2m.Value{}, lwm2m.Span{}, 0))
		}
		return nodes, nil
	}
	if single := f == lwm2m.FormatText || f == lwm2m.FormatOpaque || f == lwm2m.FormatCBOR; single && len(words) == 1 &&
		o.At.Level() >= lwm2m.LevelResource && !strings.Contains(words[0], "=") {
		n, err := a.valueNode(o.At, words[0])
		return []lwm2m.Node{n}, err
	}
	return a.nodes(words)
}

// encode writes a content format.
func (env *Env) encode(f lwm2m.ContentFormat, words []string, nodes []lwm2m.Node, o formats.Options) ([]byte, error) {
	if f.Canonical() != lwm2m.FormatLink {
		return formats.Encode(f, nodes, o)
	}
	tree, err := formats.Decode(f, []byte(strings.Join(words, ",")), formats.Options{})
	if err != nil {
		return nil, usage("links: %v", err)
	}
	return formats.EncodeLinks(tree.Links)
}

// encodeError makes what a format cannot carry a mistake of whoever asked for
// it.
func encodeError(err error) error {
	var cannot *formats.EncodeError
	var unknown *formats.UnknownFormatError
	if errors.As(err, &cannot) || errors.As(err, &unknown) {
		return usage("%v", err)
	}
	return err
}

// encodeWords returns what is to be written: the words, or those of a file or
// of standard input.
func (env *Env) encodeWords(words []string) ([]string, error) {
	if len(words) != 1 || words[0] != "-" && !strings.HasPrefix(words[0], "@") {
		return words, nil
	}
	content, _, err := env.raw(words)
	if err != nil {
		return nil, err
	}
	return Words(string(content))
}

// parseAttributes reads words such as pmin=5 and gt!: name and number, or name
// and "!" to unset.
func parseAttributes(words []string) (lwm2m.Attributes, error) {
	var set lwm2m.Attributes
	for _, w := range words {
		name, number, ok := strings.Cut(w, "=")
		if !ok {
			name = strings.TrimSuffix(w, "!")
		}
		a, known := lwm2m.ParseAttribute(name)
		_, twice := set.Get(a)
		switch {
		case known && (twice || set.IsUnset(a)):
			return set, usage("attribute %s: expected it once, found it again: %s", name, w)
		case !known:
			return set, usage("attribute %q: expected %s%s", name, listed(lwm2m.AttributeNames()), nearest(name, lwm2m.AttributeNames()))
		case !ok && name == w:
			return set, usage("attribute %q: expected %s=NUMBER, or %s! to unset it", w, name, name)
		case !ok:
			set = set.Unset(a)
			continue
		}
		x, err := lwm2m.ParseValue(lwm2m.Float, number)
		if err != nil {
			return set, usage("attribute %s: %v", name, err)
		}
		if wrong := a.Check(x.Float()); wrong != "" {
			return set, usage("attribute %s: %s, found %s", name, wrong, number)
		}
		set = set.Set(a, x.Float())
	}
	return set, nil
}

// executeArguments writes words such as 0=x and 1 as the arguments of an
// Execute: 0='x',1.
func executeArguments(words []string) (string, error) {
	arguments := make([]lwm2m.Argument, 0, len(words))
	for _, w := range words {
		id, value, has := strings.Cut(w, "=")
		if len(id) != 1 || id[0] < '0' || id[0] > '9' {
			return "", usage("argument %q: expected a digit, or a digit and a value such as 0=x", w).
				hinting("--arguments sends any text as it is")
		}
		arguments = append(arguments, lwm2m.Argument{ID: id[0] - '0', Value: value, HasValue: has})
	}
	text, err := lwm2m.FormatArguments(arguments)
	if err != nil {
		return "", usage("%v", err)
	}
	return text, nil
}
