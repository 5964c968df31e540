package formats

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"unicode/utf8"

	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// Recognition is a format that a payload can be, and why.
type Recognition struct {
	Format lwm2m.ContentFormat
	Reason string // "an array of SenML records in JSON"
	Faulty bool   // it departs from the format, as Reason says, and is nothing else either

	shape bool // the first octets are sign enough to say why it is none
}

// String writes the recognition as messages do: "senml-json (an array …)".
func (r Recognition) String() string { return r.Format.String() + " (" + r.Reason + ")" }

// maxHinted is the most octets of a payload that fails to decode, for the error to
// say which other format it looks like.
const maxHinted = 64 << 10

// Recognize tells which formats a payload looks like, the likeliest first; it is
// never empty, as any octets can be opaque. The path of the request helps: below
// an object or object instance there is no single value. The root says nothing.
//
// A payload that decodes in no format of many values is the one that it shows the
// signs of, if that is more likely than a single value: a SenML record outside an
// array, TLV for an object that breaks off.
func Recognize(payload []byte, at lwm2m.Path) []Recognition {
	var many, faulty, single []Recognition
	progress := map[lwm2m.ContentFormat]int{} // octets up to the fault
	broken := ""                              // the shape that the first octets have, and why it is not that
	for _, f := range candidates(payload) {
		tree, err := try(f.Format, payload, at)
		switch {
		case err == nil && f.Format.CarriesMany():
			if f.Format == lwm2m.FormatTLV {
				f.Reason += " that fill it to the last octet"
			}
			many = append(many, f)
			continue
		case err == nil:
			single = append(single, f)
			continue
		case f.shape && resembles(f.Format, payload, tree, at):
			f.Faulty = true
			f.Reason += ", though " + reason(err)
			faulty = append(faulty, f)
			progress[f.Format] = reached(err, len(payload))
		}
		if broken == "" && f.shape && (f.Format != lwm2m.FormatTLV || len(tree.Nodes) > 0) {
			broken = ", though it begins like " + f.Format.String() + ": " + reason(err)
		}
	}
	slices.SortStableFunc(faulty, func(a, b Recognition) int { return progress[b.Format] - progress[a.Format] })
	found := slices.Concat(many, faulty, single)
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

// reached is how many octets of a payload decode before an error.
func reached(err error, all int) int {
	var wrong *SyntaxError
	if errors.As(err, &wrong) && wrong.Rule == "" {
		return wrong.Offset
	}
	return all
}

// The signs of JSON formats.
var (
	jsonEntries  = regexp.MustCompile(`"e"\s*:\s*\[`)
	senMLName    = regexp.MustCompile(`"b?n"\s*:`)
	linkFollows  = regexp.MustCompile(`^\s*[a-z0-9]+(=("[^"]*"|[^",;<]*))?\s*,\s*</`)
	recordsBegin = regexp.MustCompile(`^\s*\[\s*\{`)
)

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
	head := payload[:min(len(payload), maxHinted)]
	switch {
	case len(payload) == 0:
		return []Recognition{{Format: lwm2m.FormatText, Reason: "nothing, which is the empty text"}}
	case first == '[':
		some = append(some, Recognition{Format: lwm2m.FormatSenMLJSON, Reason: "an array of SenML records in JSON", shape: true},
			Recognition{Format: lwm2m.FormatETCHJSON, Reason: "an array of SenML records in JSON, some without a value or with null"})
	case first == '{' && !jsonEntries.Match(head) && senMLName.Match(head):
		some = append(some, Recognition{Format: lwm2m.FormatSenMLJSON, Reason: "a SenML record in JSON, by itself", shape: true})
	case first == '{':
		some = append(some, Recognition{Format: lwm2m.FormatJSON, Reason: "a JSON object with an array e", shape: true})
	case first == '<':
		some = append(some, Recognition{Format: lwm2m.FormatLink, Reason: "links in angle brackets", shape: true})
	case linkFollows.Match(head):
		some = append(some, Recognition{Format: lwm2m.FormatLink, Reason: "links in angle brackets behind parameters of the whole", shape: true})
	}
	if printable(payload) {
		return append(some, Recognition{Format: lwm2m.FormatText, Reason: "printable text"})
	}
	some = append(some, binaryCandidates(payload)...)
	return append(some, Recognition{Format: lwm2m.FormatTLV, Reason: "TLV entries", shape: true},
		Recognition{Format: lwm2m.FormatCBOR, Reason: "one CBOR value"})
}

// binaryCandidates are the formats of CBOR arrays and maps.
func binaryCandidates(payload []byte) []Recognition {
	second := byte(0)
	if len(payload) > 1 {
		second = payload[1]
	}
	lwm2mCBOR := Recognition{Format: lwm2m.FormatLwM2MCBOR, Reason: "a CBOR map of paths", shape: true}
	switch payload[0] >> 5 {
	case 4:
		return []Recognition{
			{Format: lwm2m.FormatSenMLCBOR, Reason: "a CBOR array of SenML records", shape: second>>5 == 5},
			{Format: lwm2m.FormatETCHCBOR, Reason: "a CBOR array of SenML records, some without a value or with null"},
		}
	case 5:
		if beginsLikeRecord(payload[1:]) {
			return []Recognition{{Format: lwm2m.FormatSenMLCBOR, Reason: "a SenML record in CBOR, by itself", shape: true}, lwm2mCBOR}
		}
		return []Recognition{lwm2mCBOR}
	}
	return nil
}

// beginsLikeRecord says whether the first member of a CBOR map is a name or base
// name, a text that begins with "/": under 0 or -2, or under n or bn.
func beginsLikeRecord(members []byte) bool {
	for _, label := range [...]string{"\x00", "\x21", "an", "bbn"} {
		if rest, ok := bytes.CutPrefix(members, []byte(label)); ok && len(rest) > 1 && rest[0]>>5 == 3 {
			at := 1
			if rest[0] == 0x78 {
				at = 2
			}
			return len(rest) > at && rest[at] == '/'
		}
	}
	return false
}

// resembles says whether a payload that does not decode in a format has more signs
// of it than of a single value. At an object or instance none is.
func resembles(f lwm2m.ContentFormat, payload []byte, tree *lwm2m.Tree, at lwm2m.Path) bool {
	if narrow(at) {
		return true
	}
	switch f {
	case lwm2m.FormatSenMLJSON:
		return len(payload) <= maxHinted && json.Valid(payload) && (recordsBegin.Match(payload) || senMLName.Match(payload) && payload[0] != '[')
	case lwm2m.FormatJSON:
		return len(payload) <= maxHinted && json.Valid(payload) && jsonEntries.Match(payload)
	case lwm2m.FormatSenMLCBOR:
		return true
	case lwm2m.FormatLwM2MCBOR:
		return anyResource(tree)
	}
	return false
}

// anyResource says whether some value is one of a resource.
func anyResource(tree *lwm2m.Tree) bool {
	for i := range tree.Nodes {
		if tree.Nodes[i].Path().Level() >= lwm2m.LevelResource {
			return true
		}
	}
	return false
}

// errDoubtful is that a payload decodes, but as what is hardly meant.
var errDoubtful = errors.New("expected values of the format, found none")

// try decodes a payload in a format. The error is also that it decodes, but with
// something that hints at another one.
func try(f lwm2m.ContentFormat, payload []byte, at lwm2m.Path) (*lwm2m.Tree, error) {
	o := Options{At: at, Strict: true}
	tree := new(lwm2m.Tree)
	switch f {
	case lwm2m.FormatText, lwm2m.FormatCBOR:
		if narrow(at) {
			return tree, errDoubtful
		}
		if f == lwm2m.FormatText {
			return tree, nil
		}
	case lwm2m.FormatSenMLJSON, lwm2m.FormatSenMLCBOR, lwm2m.FormatJSON, lwm2m.FormatLwM2MCBOR, lwm2m.FormatLink:
		o.Strict = false // their shape is sign enough
	}
	tree, err := find(f).decode(f, payload, o)
	if err != nil && f == lwm2m.FormatTLV {
		o.Strict = false
		tree, err = find(f).decode(f, payload, o)
		if failure := firstFailure(tree); err == nil && failure != nil {
			err = &SyntaxError{Format: f, Offset: failure.Offset, Path: failure.Path, Reason: failure.Message, Rule: failure.Rule}
		}
	}
	switch {
	case err != nil:
		return tree, err
	case (f == lwm2m.FormatSenMLJSON || f == lwm2m.FormatSenMLCBOR) && withoutValue(tree), f == lwm2m.FormatTLV && len(tree.Nodes) == 0,
		f == lwm2m.FormatLwM2MCBOR && len(tree.Nodes) > 0 && !anyResource(tree):
		return tree, errDoubtful
	}
	return tree, nil
}

// firstFailure is the first deviation of a tree that breaks interoperability, nil
// if there is none. TLV that is only longer than it has to be is TLV.
func firstFailure(tree *lwm2m.Tree) *lwm2m.Deviation {
	for i := range tree.Deviations {
		if rules.Severity(tree.Deviations[i].Rule) == lwm2m.Failure {
			return &tree.Deviations[i]
		}
	}
	return nil
}

// Suits says whether a payload decodes in a format without a departure that breaks
// interoperability, under options that tell its types.
func Suits(f lwm2m.ContentFormat, payload []byte, o Options) bool {
	o.Strict = false
	tree, err := Decode(f, payload, o)
	return err == nil && firstFailure(tree) == nil
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
	if best.Faulty || best.Format == lwm2m.FormatOpaque || sameSyntax(best.Format, f) || len(payload) == 0 {
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
	if best.Faulty || !best.Format.CarriesMany() && !isText || sameSyntax(best.Format, f) {
		return
	}
	tree.Deviations = slices.Insert(tree.Deviations, 0, lwm2m.Deviation{
		Rule: rules.FormatMismatch, Path: o.At, Message: "expected " + f.String() + ", found what looks like " + best.String(),
	})
}
