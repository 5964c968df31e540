package commands

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"

	"lwcon/formats"
	"lwcon/lwm2m"
)

// What decodes and encodes like a content format but is none.
const (
	formatAuto       = "auto"
	formatAttributes = "attributes"
	formatArguments  = "execute-arguments"
)

// Decoded is a payload read offline: a tree, the query of a Write-Attributes or
// the arguments of an Execute.
//
//	{"command":"decode","path":"/3/0","format":"tlv","values":[…],"deviations":[…],"payload":"c10964"}
//	{"command":"decode","format":"attributes","attributes":{"pmin":null,"pmax":60},"payload":"…"}
//	{"command":"decode","format":"execute-arguments","arguments":[{"id":0,"value":"U"},{"id":5}],"payload":"…"}
//
// Link-format has "links", a path list "paths" instead of values; a format that
// was told from the payload has "reason". "input" says how the octets were read
// where they are not bare hex, or where there was a choice: "base64", "a dump of
// words, the lowest octet last", "text, though it can be hex".
type Decoded struct {
	Format     string      // as results name it
	Tree       *lwm2m.Tree // nil of attributes and arguments
	PathList   bool        // the tree is that of a path list
	Attributes *lwm2m.Attributes
	Arguments  []lwm2m.Argument
	Rest       string // what follows the arguments and is none
	Deviations []lwm2m.Deviation
	Payload    string
	Reason     string // why the format was chosen, "" if it was given
	Input      string // how the octets were read, "" if they are bare hex or raw without a choice
	Bytes      bool   // show which octets made which value
}

// AppendJSON appends what was read as one JSON object.
func (d *Decoded) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", "decode")
	if d.Tree != nil {
		o.text("path", d.Tree.At.String())
	}
	o.text("format", d.Format)
	o.optional("reason", d.Reason)
	o.optional("input", d.Input)
	d.content(o)
	return o.end()
}

// content writes what was read, and from which octets.
func (d *Decoded) content(o *object) {
	switch {
	case d.Tree != nil && d.PathList && len(d.Tree.Nodes) == 0:
		o.paths("paths", nil)
	case d.Tree != nil:
		o.tree(d.Tree)
	case d.Attributes != nil:
		o.attributes(*d.Attributes)
	default:
		o.arguments(d.Arguments, d.Rest)
	}
	o.deviations(d.Deviations)
	o.hex("payload", d.Payload)
	if d.Bytes {
		o.parts(d.Parts())
	}
}

// attributes writes what a Write-Attributes sets and unsets.
func (o *object) attributes(set lwm2m.Attributes) {
	in := o.object("attributes")
	for _, name := range lwm2m.AttributeNames() {
		a, _ := lwm2m.ParseAttribute(name)
		if x, ok := set.Get(a); ok {
			in.number(name, x)
		} else if set.IsUnset(a) {
			in.null(name)
		}
	}
	o.close(in)
}

// arguments writes the arguments of an Execute, and the text behind them that is
// none.
func (o *object) arguments(arguments []lwm2m.Argument, rest string) {
	o.list("arguments", len(arguments), func(i int, in *object) {
		in.unsigned("id", uint64(arguments[i].ID))
		if arguments[i].HasValue {
			in.text("value", arguments[i].Value)
		}
	})
	o.optional("text", rest)
}

// decodeCommand reads a payload offline.
func decodeCommand() *Command {
	return &Command{
		Name: "decode", Group: GroupCommon, Passive: true,
		Summary: "read a payload of any format into a tree, without a device",
		Help: `It decodes what can be decoded and lists each departure from the specification as a deviation.
Hex may come with blanks, 0x, colons, commas, as an array or a string of C or Python, or as a dump with offset and
character columns. In an array a number without 0x is decimal. --format auto tells the format, whether what is typed is
hex, Base64 or the text itself, and why.
A type that the definitions do not tell is given with --type, for one path or for all.`,
		Spec: "Core 1.2 §7.4, §7.5",
		Parameters: append([]Parameter{
			formatParameter(formatAuto, formatAttributes, formatArguments),
			{Name: "at", Kind: KindPath, Default: "/", Summary: "the request path that the payload answers", Complete: completeKnownPaths},
			typeParameter(),
			{Name: "path-list", Kind: KindSwitch, Summary: "it is the body of a composite read: paths without values"},
			{Name: "strict", Kind: KindSwitch, Summary: "the first deviation is an error"},
			{Name: "bytes", Kind: KindSwitch, Summary: "show which octets made which value"},
			enablerParameter(),
		}, inputParameters("the payload")...),
		Examples: []string{
			"decode --format tlv --at /3/0 c10964",
			"decode --format senml-json --at /3/0 '[{\"bn\":\"/3/0/9\",\"v\":100}]'",
			"decode --format tlv --at /31000/0 --type /31000/0/1=float c40141ac0000",
			"decode --format execute-arguments \"0='U',5\"",
			"decode --format attributes pmin=5&gt=30",
			"decode --format auto --input base64 wQlk",
		},
		Run: runDecode,
	}
}

// formatParameter is the content format, or one of a few other words.
func formatParameter(others ...string) Parameter {
	return Parameter{Name: "format", Kind: KindFormat, Required: true, Values: others, Summary: "the format by name or number: " + listed(append(formatNames(), others...))}
}

// typeParameter gives the types of values.
func typeParameter() Parameter {
	return Parameter{Name: "type", Kind: KindType, Word: "[PATH=]TYPE", Repeated: true, Summary: "the data type of the values at a path, or of all: " + listed(lwm2m.TypeNames())}
}

// enablerParameter chooses among the versions of definitions.
func enablerParameter() Parameter {
	return Parameter{
		Name: "lwm2m", Kind: KindEnum, Values: []string{"1.0", "1.1", "1.2"},
		Summary: "definitions as of this version, instead of the newest",
	}
}

// decoding is one payload to read offline.
type decoding struct {
	format  string
	strict  bool
	payload []byte
	result  *Decoded
}

func runDecode(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
	d := &decoding{format: args.Text("format"), strict: args.Switch("strict")}
	options, err := env.formatOptions(args)
	if err != nil {
		return nil, err
	}
	form := ""
	d.payload, form, err = env.decodeInput(d.format, options, args)
	if err != nil {
		return nil, err
	}
	d.result = &Decoded{Format: d.format, Payload: string(d.payload), Bytes: args.Switch("bytes"), Input: form}
	switch d.format {
	case formatAttributes:
		v, _ := lwm2m.ParseVersion(args.Text("lwm2m")) // one of three words, or none
		return d.attributes(lwm2m.AttributePlace{Path: options.At, Definitions: options.Definitions, Version: v})
	case formatArguments:
		return d.arguments(options.At)
	}
	f, ok := lwm2m.ParseContentFormat(d.format)
	if !ok { // auto
		likeliest := formats.Recognize(d.payload, options.At)[0]
		f, d.result.Reason = likeliest.Format, likeliest.Reason
	}
	return d.tree(f, options)
}

// decodeInput reads the payload in the way of its format: text formats take the
// text itself. form says how, "" if it is bare hex or raw.
func (env *Env) decodeInput(format string, o formats.Options, args Args) (payload []byte, form string, err error) {
	words, input := args.Texts("payload"), args.Text("input")
	f, known := lwm2m.ParseContentFormat(format)
	switch {
	case format == formatAttributes, format == formatArguments:
		payload, form, err = env.payload(words, input, true)
		return bytes.TrimRight(payload, "\r\n"), form, err
	case known:
		return env.payload(words, input, f.Textual())
	case input != "":
		return env.payload(words, input, false)
	}
	raw, file, err := env.raw(words)
	if err != nil || file {
		return raw, "", err
	}
	payload, form = guessInput(raw, o)
	return payload, form, nil
}

// tree reads a content format.
func (d *decoding) tree(f lwm2m.ContentFormat, o formats.Options) (Result, error) {
	tree, err := formats.Decode(f, d.payload, o)
	r := d.result
	r.Format, r.Tree, r.PathList = f.String(), tree, o.PathList
	if tree != nil {
		r.Deviations = tree.Deviations
	}
	if err == nil {
		return r, nil
	}
	e := Classify(err)
	e.Tree = tree
	var unknown *formats.UnknownFormatError
	if errors.As(err, &unknown) {
		e.Format, e.Path = f.String(), o.At
	}
	return r, e
}

// attributes reads the query of a Write-Attributes.
func (d *decoding) attributes(at lwm2m.AttributePlace) (Result, error) {
	set, found, err := lwm2m.ParseAttributesAt(string(d.payload), at)
	d.result.Attributes, d.result.Deviations = &set, found
	return d.parsed(at.Path, found, err)
}

// arguments reads the arguments of an Execute.
func (d *decoding) arguments(at lwm2m.Path) (Result, error) {
	arguments, rest, found := lwm2m.ReadArguments(string(d.payload))
	d.result.Arguments, d.result.Rest, d.result.Deviations = arguments, rest, placedAt(at, found)
	return d.parsed(at, found, nil)
}

// placedAt says of deviations that name no path that they are of one.
func placedAt(at lwm2m.Path, some []lwm2m.Deviation) []lwm2m.Deviation {
	for i := range some {
		some[i].Path = cmp.Or(some[i].Path, at)
	}
	return some
}

// parsed ends the reading of a text that is no content format.
func (d *decoding) parsed(at lwm2m.Path, found []lwm2m.Deviation, err error) (Result, error) {
	var parse *lwm2m.ParseError
	switch {
	case errors.As(err, &parse):
		e := Classify(err)
		e.Format, e.Path, e.Offset, e.Text = d.format, at, parse.Offset, d.result
		return d.result, e
	case d.strict && len(found) > 0:
		e := failure(PayloadError, "%s: %s", d.format, found[0])
		e.Format, e.Path, e.Offset, e.Rule, e.Text = d.format, cmp.Or(found[0].Path, at), max(found[0].Offset, 0), found[0].Rule, d.result
		return d.result, e
	}
	return d.result, err
}

// formatOptions are what the arguments tell of a payload.
func (env *Env) formatOptions(args Args) (formats.Options, error) {
	o := formats.Options{PathList: args.Switch("path-list"), Strict: args.Switch("strict")}
	if env.Definitions != nil {
		o.Definitions = env.offline(args)
	}
	at, err := env.path(args.Text("at"), o.Definitions)
	if err != nil {
		return o, err
	}
	o.At = at
	o.TypeOf, err = env.types(args.Texts("type"), o.Definitions)
	return o, err
}

// offline are the definitions for a payload that no device registered: the
// newest, or those of a version of the enabler.
func (env *Env) offline(args Args) lwm2m.Definitions {
	v := lwm2m.Version(0)
	if args.Has("lwm2m") {
		v, _ = lwm2m.ParseVersion(args.Text("lwm2m")) // one of three words
	}
	return versioned{env.Definitions, v}
}

// versioned is a registry seen through a version of the enabler; 0 is the newest
// of each object.
type versioned struct {
	registry lwm2m.Registry
	enabler  lwm2m.Version
}

// Object returns the definition of an object, nil if none is known.
func (v versioned) Object(id uint16) *lwm2m.Object {
	if v.enabler == 0 {
		return v.registry.Object(id, 0)
	}
	return v.registry.Object(id, lwm2m.ImpliedVersion(id, v.enabler))
}

// types reads words of --type: TYPE for all paths, or PATH=TYPE for what is at
// or below a path. The longest path wins.
func (env *Env) types(words []string, d lwm2m.Definitions) (func(lwm2m.Path) (lwm2m.Type, bool), error) {
	if len(words) == 0 {
		return nil, nil
	}
	exact := make(map[lwm2m.Path]lwm2m.Type, len(words))
	var wild []lwm2m.Path
	for _, w := range words {
		path, name := lwm2m.Path{}, w
		for i := len(w) - 1; i >= 0; i-- {
			if w[i] != '=' {
				continue
			}
			p, err := env.path(w[:i], d)
			if err != nil {
				return nil, err
			}
			path, name = p, w[i+1:]
			break
		}
		t, _ := lwm2m.ParseType(name) // checked when the line was parsed
		exact[path] = t
		if ids := []uint16{path.ID(1), path.ID(2), path.ID(3), path.ID(4)}; slices.Contains(ids, lwm2m.AnyID) {
			wild = append(wild, path)
		}
	}
	return func(p lwm2m.Path) (lwm2m.Type, bool) {
		for at := p; ; at = at.Parent() {
			if t, ok := exact[at]; ok {
				return t, true
			}
			if at.Level() == lwm2m.LevelRoot {
				break
			}
		}
		for _, w := range wild {
			if w.Contains(p) {
				return exact[w], true
			}
		}
		t, ok := exact[lwm2m.Path{}]
		return t, ok
	}, nil
}
