// Package formats turns payloads of every LwM2M content format into trees and
// back. Each format has its own package below this one; this one chooses it.
package formats

import (
	"cmp"

	"lwcon/formats/cbor"
	"lwcon/formats/codec"
	"lwcon/formats/linkformat"
	"lwcon/formats/lwm2mcbor"
	"lwcon/formats/lwm2mjson"
	"lwcon/formats/opaque"
	"lwcon/formats/rules"
	"lwcon/formats/senml"
	"lwcon/formats/text"
	"lwcon/formats/tlv"
	"lwcon/lwm2m"
)

// Options say what is known of a payload besides its octets.
type Options = codec.Options

// SyntaxError tells why a payload does not decode.
type SyntaxError = codec.SyntaxError

// EncodeError tells why values cannot be written in a format.
type EncodeError = codec.EncodeError

// UnknownFormatError tells that a content format is none of LwM2M's.
type UnknownFormatError = codec.UnknownFormatError

// row is a format with its two directions.
type row struct {
	format lwm2m.ContentFormat
	decode func(f lwm2m.ContentFormat, payload []byte, o codec.Options) (*lwm2m.Tree, error)
	encode func(f lwm2m.ContentFormat, nodes []lwm2m.Node, o codec.Options) ([]byte, error)
}

// rows are the formats by number.
var rows = [...]row{
	{lwm2m.FormatText, text.Decode, text.Encode},
	{lwm2m.FormatLink, linkformat.Decode, linkformat.Encode},
	{lwm2m.FormatOpaque, opaque.Decode, opaque.Encode},
	{lwm2m.FormatCBOR, cbor.Decode, cbor.Encode},
	{lwm2m.FormatSenMLJSON, senml.DecodeJSON, senml.EncodeJSON},
	{lwm2m.FormatSenMLCBOR, senml.DecodeCBOR, senml.EncodeCBOR},
	{lwm2m.FormatETCHJSON, senml.DecodeJSON, senml.EncodeJSON},
	{lwm2m.FormatETCHCBOR, senml.DecodeCBOR, senml.EncodeCBOR},
	{lwm2m.FormatTLV, tlv.Decode, tlv.Encode},
	{lwm2m.FormatJSON, lwm2mjson.Decode, lwm2mjson.Encode},
	{lwm2m.FormatLwM2MCBOR, lwm2mcbor.Decode, lwm2mcbor.Encode},
}

// find returns the row of a format or of the one it is an old number of, nil if
// it is none of LwM2M's.
func find(f lwm2m.ContentFormat) *row {
	low, high := 0, len(rows)
	for f = f.Canonical(); low < high; {
		if middle := (low + high) / 2; rows[middle].format < f {
			low = middle + 1
		} else {
			high = middle
		}
	}
	if low < len(rows) && rows[low].format == f {
		return &rows[low]
	}
	return nil
}

// Decode turns a payload into a tree. It is lenient: what departs from the
// specification but can be understood becomes a deviation of the tree. The
// tree keeps the payload, which must not be changed any more.
//
// The error is a *SyntaxError or an *UnknownFormatError. The tree is never nil:
// with an error it holds what was decoded before, and always the payload.
func Decode(f lwm2m.ContentFormat, payload []byte, o Options) (*lwm2m.Tree, error) {
	r := find(f)
	if r == nil {
		tree := &lwm2m.Tree{Format: f, At: o.At, Payload: string(payload)}
		return tree, &UnknownFormatError{Format: f, LooksLike: looksLike(f, payload, &o)}
	}
	o.WrongLinks = wrongLinks
	tree, err := r.decode(f, payload, o)
	if f != r.format {
		err = cmp.Or(err, noteOldNumber(tree, f, r.format, &o))
	}
	if wrong, ok := err.(*SyntaxError); ok && wrong.Rule == "" {
		wrong.LooksLike = looksLike(f, payload, &o)
	} else if err == nil && len(tree.Deviations) > 0 {
		noteMismatch(tree, f, payload, &o)
	}
	return tree, err
}

// Encode writes nodes in a format, in their order, the shortest way that is
// legal. Options.At is the request path of formats that write relative to it
// (TLV). The nodes of one instance and of one multiple resource are drawn
// together where the format nests. Links have EncodeLinks. The error is an
// *EncodeError (what the format cannot carry) or an *UnknownFormatError.
func Encode(f lwm2m.ContentFormat, nodes []lwm2m.Node, o Options) ([]byte, error) {
	r := find(f)
	if r == nil {
		return nil, &UnknownFormatError{Format: f}
	}
	return r.encode(f, nodes, o)
}

// EncodeLinks writes links as a link-format payload, without any blank.
// Spec: RFC 6690 §2.
func EncodeLinks(links []lwm2m.Link) ([]byte, error) { return linkformat.EncodeLinks(links) }

// RuleReservedID is the rule against the id that nothing has.
const RuleReservedID = rules.ReservedID

// ShownOnly says whether a deviation is of a value that can be shown but not be
// meant, as it has the path of nothing: who acts on a payload refuses it.
func ShownOnly(d *lwm2m.Deviation) bool {
	switch d.Rule {
	case rules.ReservedID, rules.NamePath, rules.ValuePath:
		return true
	}
	return d.Path.Level() >= lwm2m.LevelResource && d.Path.Resource() == lwm2m.AnyID
}

// Rules returns every rule, by name in alphabetical order. The slice is the
// caller's.
func Rules() []lwm2m.Rule { return rules.All() }
