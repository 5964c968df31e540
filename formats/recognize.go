package formats

import (
	"slices"
	"unicode/utf8"

	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// Recognition is a format that a payload can be, and why.
type Recognition struct {
	Format lwm2m.ContentFormat
	Reason string // "an array of SenML records in JSON"
}

// String writes the recognition as messages do: "senml-json (an array …)".
func (r Recognition) String() string { return r.Format.String() + " (" + r.Reason + ")" }

// maxRecognized is the most octets of a payload that Recognize looks at closely;
// a longer one is taken for opaque.
const maxRecognized = 1 << 20

// maxHinted is the most octets of a payload that fails to decode, for the error to
// say which other format it looks like.
const maxHinted = 64 << 10

// Recognize tells which formats a payload looks like, the likeliest first; it is
// never empty, as any octets can be opaque. The path of the request helps: below
// an object or object instance there is no single value. The root says nothing.
func Recognize(payload []byte, at lwm2m.Path) []Recognition {
	var found []Recognition
	if len(payload) <= maxRecognized {
		for _, f := range candidates(payload) {
			if fits(f.Format, payload, at) {
				found = append(found, f)
			}
		}
	}
	if len(found) == 0 || at.Level() == lwm2m.LevelRoot || at.Level() >= lwm2m.LevelResource {
		found = append(found, Recognition{lwm2m.FormatOpaque, "any octets are"})
	}
	return found
}

// candidates are the formats that a payload can be by its first octets.
func candidates(payload []byte) []Recognition {
	i := 0
	for i < len(payload) && (payload[i] <= ' ' || payload[i] >= 0xef && i < 3) && payload[i] != 0 { // blanks, a byte order mark
		i++
	}
	first := byte(0)
	if i < len(payload) {
		first = payload[i]
	}
	var some []Recognition
	switch {
	case len(payload) == 0:
		return []Recognition{{lwm2m.FormatText, "nothing, which is the empty text"}}
	case first == '[':
		some = append(some, Recognition{lwm2m.FormatSenMLJSON, "an array of SenML records in JSON"},
			Recognition{lwm2m.FormatETCHJSON, "an array of SenML records in JSON, some without a value or with null"})
	case first == '{':
		some = append(some, Recognition{lwm2m.FormatJSON, "a JSON object with an array e"})
	case first == '<':
		some = append(some, Recognition{lwm2m.FormatLink, "links in angle brackets"})
	}
	if printable(payload) {
		return append(some, Recognition{lwm2m.FormatText, "printable text"})
	}
	switch payload[0] >> 5 {
	case 4:
		some = append(some, Recognition{lwm2m.FormatSenMLCBOR, "a CBOR array of SenML records"},
			Recognition{lwm2m.FormatETCHCBOR, "a CBOR array of SenML records, some without a value or with null"})
	case 5:
		some = append(some, Recognition{lwm2m.FormatLwM2MCBOR, "a CBOR map of paths"})
	}
	return append(some, Recognition{lwm2m.FormatTLV, "TLV entries that fill it to the last octet"},
		Recognition{lwm2m.FormatCBOR, "one CBOR value"})
}

// fits says whether a payload decodes in a format with nothing that hints at
// another one.
func fits(f lwm2m.ContentFormat, payload []byte, at lwm2m.Path) bool {
	o := Options{At: at, Strict: true}
	switch f {
	case lwm2m.FormatText:
		return !narrow(at)
	case lwm2m.FormatCBOR:
		if narrow(at) {
			return false
		}
	case lwm2m.FormatSenMLJSON, lwm2m.FormatSenMLCBOR, lwm2m.FormatJSON, lwm2m.FormatLwM2MCBOR, lwm2m.FormatLink:
		o.Strict = false // their shape is sign enough
	}
	tree, err := find(f).decode(f, payload, o)
	if err != nil && f == lwm2m.FormatTLV {
		o.Strict = false
		tree, err = find(f).decode(f, payload, o)
		if fails(tree) {
			return false
		}
	}
	if err != nil {
		return false
	}
	switch f {
	case lwm2m.FormatSenMLJSON, lwm2m.FormatSenMLCBOR:
		return !withoutValue(tree)
	case lwm2m.FormatTLV:
		return len(tree.Nodes) > 0
	}
	return true
}

// fails says whether a deviation of a tree breaks interoperability. TLV that is
// only longer than it has to be is TLV.
func fails(tree *lwm2m.Tree) bool {
	for i := range tree.Deviations {
		if rules.Severity(tree.Deviations[i].Rule) == lwm2m.Failure {
			return true
		}
	}
	return false
}

// narrow says whether the answer at a path cannot be a single value.
func narrow(at lwm2m.Path) bool {
	return at.Level() == lwm2m.LevelObject || at.Level() == lwm2m.LevelObjectInstance
}

// withoutValue says whether some record has no value, or null.
func withoutValue(tree *lwm2m.Tree) bool {
	for i := range tree.Nodes {
		if tree.Nodes[i].Value().Type() == lwm2m.None {
			return true
		}
	}
	return false
}

// printable says whether a payload is text without control characters but blanks
// and line ends.
func printable(payload []byte) bool {
	for _, c := range payload {
		if c < ' ' && c != '\t' && c != '\r' && c != '\n' || c == 0x7f {
			return false
		}
	}
	return utf8.Valid(payload)
}

// looksLike says which format a payload looks like that does not decode in the
// format f; "" if that is f itself or cannot be told.
func looksLike(f lwm2m.ContentFormat, payload []byte, o *Options) string {
	if len(payload) > maxHinted {
		return ""
	}
	best := Recognize(payload, o.At)[0]
	if best.Format == lwm2m.FormatOpaque || sameSyntax(best.Format, f) || len(payload) == 0 {
		return ""
	}
	if r := find(f); r != nil && best.Format == lwm2m.FormatText && f.Textual() {
		return "" // a broken text of another kind
	}
	return best.String()
}

// sameSyntax says whether two formats are written alike: SenML and SenML-ETCH.
func sameSyntax(f, g lwm2m.ContentFormat) bool {
	plain := func(f lwm2m.ContentFormat) lwm2m.ContentFormat {
		switch f = f.Canonical(); f {
		case lwm2m.FormatETCHJSON:
			return lwm2m.FormatSenMLJSON
		case lwm2m.FormatETCHCBOR:
			return lwm2m.FormatSenMLCBOR
		}
		return f
	}
	return plain(f) == plain(g)
}

// noteMismatch adds a deviation to a payload that departs from its format and looks
// like a whole other one: a single value that is none of its type, octets behind
// the only CBOR item, a record that is no SenML.
func noteMismatch(tree *lwm2m.Tree, f lwm2m.ContentFormat, payload []byte, o *Options) {
	doubtful := false
	for i := range tree.Deviations {
		doubtful = doubtful || rules.HintsAtFormat(tree.Deviations[i].Rule)
	}
	if !doubtful || len(payload) > maxHinted || f.CarriesMany() && slices.ContainsFunc(tree.Nodes, func(n lwm2m.Node) bool { return n.HasValue() }) {
		return
	}
	best := Recognize(payload, o.At)[0]
	if !best.Format.CarriesMany() && (f != lwm2m.FormatCBOR || best.Format != lwm2m.FormatText) || sameSyntax(best.Format, f) {
		return
	}
	tree.Deviations = slices.Insert(tree.Deviations, 0, lwm2m.Deviation{
		Rule: rules.FormatMismatch, Path: o.At, Message: "expected " + f.String() + ", found what looks like " + best.String(),
	})
}
