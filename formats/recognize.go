package formats

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// Recognition is a format that a payload can be, and why.
type Recognition struct {
	Format lwm2m.ContentFormat
	Reason string // "an array of SenML records in JSON"

	shape bool // the first octet is sign enough to say why it is none
}

// String writes the recognition as messages do: "senml-json (an array …)".
func (r Recognition) String() string { return r.Format.String() + " (" + r.Reason + ")" }

// maxHinted is the most octets of a payload that fails to decode, for the error to
// say which other format it looks like.
const maxHinted = 64 << 10

// Recognize tells which formats a payload looks like, the likeliest first; it is
// never empty, as any octets can be opaque. The path of the request helps: below
// an object or object instance there is no single value. The root says nothing.
func Recognize(payload []byte, at lwm2m.Path) []Recognition {
	var found []Recognition
	broken := "" // the shape that the first octets have, and why it is not that
	for _, f := range candidates(payload) {
		err := fits(f.Format, payload, at)
		if err == nil {
			found = append(found, f)
		} else if broken == "" && f.shape {
			broken = ", though it begins like " + f.Format.String() + ": " + reason(err)
		}
	}
	if len(found) == 0 || at.Level() == lwm2m.LevelRoot || at.Level() >= lwm2m.LevelResource {
		found = append(found, Recognition{Format: lwm2m.FormatOpaque, Reason: "any octets are"})
	}
	if best := &found[0]; !best.Format.CarriesMany() {
		best.Reason += broken
	}
	return found
}

// reason says why a payload is not in a format.
func reason(err error) string {
	var wrong *SyntaxError
	if errors.As(err, &wrong) {
		return fmt.Sprintf("%s at octet %d", wrong.Reason, wrong.Offset)
	}
	return err.Error()
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
		return []Recognition{{Format: lwm2m.FormatText, Reason: "nothing, which is the empty text"}}
	case first == '[':
		some = append(some, Recognition{lwm2m.FormatSenMLJSON, "an array of SenML records in JSON", true},
			Recognition{lwm2m.FormatETCHJSON, "an array of SenML records in JSON, some without a value or with null", false})
	case first == '{':
		some = append(some, Recognition{lwm2m.FormatJSON, "a JSON object with an array e", true})
	case first == '<':
		some = append(some, Recognition{lwm2m.FormatLink, "links in angle brackets", true})
	}
	if printable(payload) {
		return append(some, Recognition{Format: lwm2m.FormatText, Reason: "printable text"})
	}
	switch payload[0] >> 5 {
	case 4:
		some = append(some, Recognition{Format: lwm2m.FormatSenMLCBOR, Reason: "a CBOR array of SenML records"},
			Recognition{Format: lwm2m.FormatETCHCBOR, Reason: "a CBOR array of SenML records, some without a value or with null"})
	case 5:
		some = append(some, Recognition{Format: lwm2m.FormatLwM2MCBOR, Reason: "a CBOR map of paths"})
	}
	return append(some, Recognition{Format: lwm2m.FormatTLV, Reason: "TLV entries that fill it to the last octet"},
		Recognition{Format: lwm2m.FormatCBOR, Reason: "one CBOR value"})
}

// errDoubtful is that a payload decodes, but as what is hardly meant.
var errDoubtful = errors.New("expected values of the format, found none")

// fits returns an error if a payload does not decode in a format, or with
// something that hints at another one.
func fits(f lwm2m.ContentFormat, payload []byte, at lwm2m.Path) error {
	o := Options{At: at, Strict: true}
	switch f {
	case lwm2m.FormatText, lwm2m.FormatCBOR:
		if narrow(at) {
			return errDoubtful
		}
		if f == lwm2m.FormatText {
			return nil
		}
	case lwm2m.FormatSenMLJSON, lwm2m.FormatSenMLCBOR, lwm2m.FormatJSON, lwm2m.FormatLwM2MCBOR, lwm2m.FormatLink:
		o.Strict = false // their shape is sign enough
	}
	tree, err := find(f).decode(f, payload, o)
	if err != nil && f == lwm2m.FormatTLV {
		o.Strict = false
		tree, err = find(f).decode(f, payload, o)
		if fails(tree) {
			return errDoubtful
		}
	}
	switch {
	case err != nil:
		return err
	case (f == lwm2m.FormatSenMLJSON || f == lwm2m.FormatSenMLCBOR) && withoutValue(tree), f == lwm2m.FormatTLV && len(tree.Nodes) == 0:
		return errDoubtful
	}
	return nil
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

// noteMismatch adds a deviation to a payload that decodes in a doubtful way and
// looks like a whole other format.
func noteMismatch(tree *lwm2m.Tree, f lwm2m.ContentFormat, payload []byte, o *Options) {
	doubtful, end := false, len(payload)
	for i := range tree.Deviations {
		d := &tree.Deviations[i]
		doubtful = doubtful || rules.HintsAtFormat(d.Rule) && (d.Rule != rules.SenMLNoArray || withoutValue(tree))
		if d.Rule == rules.ValueTrailing {
			end = d.Offset
		}
	}
	if !doubtful || len(payload) > maxHinted {
		return
	}
	best := Recognize(payload, o.At)[0]
	isText := best.Format == lwm2m.FormatText && f == lwm2m.FormatCBOR && end <= len(payload)/2
	if !best.Format.CarriesMany() && !isText || sameSyntax(best.Format, f) {
		return
	}
	tree.Deviations = slices.Insert(tree.Deviations, 0, lwm2m.Deviation{
		Rule: rules.FormatMismatch, Path: o.At, Message: "expected " + f.String() + ", found what looks like " + best.String(),
	})
}
