package codec

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// ItemKind is what an Item is on the wire.
type ItemKind uint8

// The kinds of items.
const (
	ItemNull     ItemKind = iota
	ItemBoolean           // Bits 0 or 1
	ItemInteger           // Bits is an int64
	ItemUnsigned          // Bits is a uint64 above the range of int64
	ItemFloat             // Bits is a float64; Text the decimal, where there is one
	ItemText              // Text
	ItemOctets            // Text holds the octets
	ItemLink              // Text is an object link in a field of its own
	ItemBase64            // Text is Base64 in a field of its own
	ItemOther             // Text is an array, object or map as it stands in the payload
)

// Item is a value as JSON and CBOR carry it: what it is on the wire, before the
// type of its resource is known.
type Item struct {
	Text string
	Bits uint64
	Kind ItemKind
}

// IntegerItem is the item of an integer.
func IntegerItem(i int64) Item { return Item{Bits: uint64(i), Kind: ItemInteger} }

// UnsignedItem is the item of an integer from 0 to 2^64-1.
func UnsignedItem(u uint64) Item {
	if u > math.MaxInt64 {
		return Item{Bits: u, Kind: ItemUnsigned}
	}
	return Item{Bits: u, Kind: ItemInteger}
}

// FloatItem is the item of a float; decimal is how it was written, "" if it was
// binary.
func FloatItem(f float64, decimal string) Item {
	return Item{Text: decimal, Bits: math.Float64bits(f), Kind: ItemFloat}
}

// Typed is an item made into the value of a resource, where it stands in the
// payload, and whose it is.
type Typed struct {
	Path   lwm2m.Path
	Want   lwm2m.Type // the type of the resource
	Known  bool       // whether Want is known
	Offset int        // of the value, for deviations
}

// As returns the value of a known type that an item is without doubt and without
// deviation; false where Builder.Value has to look closer.
func (it *Item) As(t lwm2m.Type) (lwm2m.Value, bool) {
	switch {
	case t == lwm2m.Integer && it.Kind == ItemInteger:
		return lwm2m.IntegerValue(int64(it.Bits)), true
	case t == lwm2m.String && it.Kind == ItemText && Plain(it.Text):
		return lwm2m.StringValue(it.Text), true
	case t == lwm2m.Float && it.Kind == ItemFloat:
		return lwm2m.FloatValue(math.Float64frombits(it.Bits)), true
	case t == lwm2m.Time && it.Kind == ItemInteger:
		return lwm2m.TimeValue(int64(it.Bits)), true
	}
	return lwm2m.Value{}, false
}

// Plain says whether a text is ASCII and holds no NUL, so that nothing can be
// wrong with it.
func Plain(s string) bool {
	for len(s) >= 8 { // eight octets at a time: none is above 7f, none is 0
		const low, high = 0x0101010101010101, 0x8080808080808080
		x := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		if (x|(x-low))&high != 0 {
			return false
		}
		s = s[8:]
	}
	for i := range len(s) {
		if s[i]-1 >= utf8.RuneSelf-1 {
			return false
		}
	}
	return true
}

// Value makes an item the value of a resource. Where the types do not match it
// converts what has one meaning only and else keeps what the payload says, with
// a deviation in either case. Kind is KindGuess where nothing tells the type.
func (b *Builder) Value(it Item, t Typed) (lwm2m.Value, lwm2m.Kind) {
	if it.Kind == ItemNull {
		return lwm2m.Value{}, lwm2m.KindValue
	}
	if !t.Known {
		return b.natural(it, t)
	}
	var v lwm2m.Value
	var ok bool
	switch t.Want {
	case lwm2m.Integer, lwm2m.Time:
		v, ok = b.integer(it, t)
	case lwm2m.Unsigned:
		v, ok = b.unsigned(it, t)
	case lwm2m.Float:
		v, ok = b.float(it, t)
	case lwm2m.Boolean:
		v, ok = b.boolean(it, t)
	case lwm2m.ObjectLink:
		v, ok = b.link(it, t)
	case lwm2m.Opaque:
		v, ok = b.opaque(it, t)
	default:
		v, ok = b.text(it, t)
	}
	if !ok {
		v, _ = b.natural(it, t)
	}
	return v, lwm2m.KindValue
}

// mismatch notes that an item is not of the type of its resource.
func (b *Builder) mismatch(it Item, t Typed) {
	if !b.Full(rules.ValueType) {
		b.Deviate(rules.ValueType, t.Path, t.Offset, "expected %s, found %s", expected(t.Want), it.Describe())
	}
}

// expected names a type with its article.
func expected(t lwm2m.Type) string {
	switch t {
	case lwm2m.Integer, lwm2m.Unsigned, lwm2m.Opaque, lwm2m.ObjectLink:
		return "an " + t.String()
	}
	return "a " + t.String()
}

// maxQuoted is how much of a value a message quotes.
const maxQuoted = 40

// Describe says what an item is, for messages.
func (it Item) Describe() string {
	switch it.Kind {
	case ItemBoolean:
		return "a boolean"
	case ItemInteger:
		return "the integer " + strconv.FormatInt(int64(it.Bits), 10)
	case ItemUnsigned:
		return "the integer " + strconv.FormatUint(it.Bits, 10)
	case ItemFloat:
		if it.beyond64() {
			return "the integer " + shorten(it.Text)
		}
		if it.Text != "" {
			return "the float " + shorten(it.Text)
		}
		return "the float " + string(lwm2m.AppendFloat(nil, math.Float64frombits(it.Bits)))
	case ItemOther:
		return "an array or map"
	case ItemOctets:
		return strconv.Itoa(len(it.Text)) + " octets"
	case ItemText, ItemLink, ItemBase64:
		return "the text " + Quote(it.Text)
	}
	return "null"
}

// Quote quotes a text for a message, shortened to a few words.
func Quote(s string) string {
	if len(s) > maxQuoted {
		return strconv.Quote(s[:maxQuoted]) + "…"
	}
	return strconv.Quote(s)
}

// shorten is Quote without quotes, for digits.
func shorten(s string) string {
	if len(s) > maxQuoted {
		return s[:maxQuoted] + "…"
	}
	return s
}

// natural makes an item the value that it is by itself.
func (b *Builder) natural(it Item, t Typed) (lwm2m.Value, lwm2m.Kind) {
	switch it.Kind {
	case ItemBoolean:
		return lwm2m.BooleanValue(it.Bits != 0), lwm2m.KindValue
	case ItemInteger:
		return lwm2m.IntegerValue(int64(it.Bits)), lwm2m.KindGuess
	case ItemUnsigned:
		return lwm2m.UnsignedValue(it.Bits), lwm2m.KindGuess
	case ItemFloat:
		if it.beyond64() { // every digit is kept, where a float would lose some
			if !t.Known {
				b.Deviate(rules.ValueIntegerRange, t.Path, t.Offset, "expected at most 64 bits, found %s", it.Text)
			}
			return lwm2m.StringValue(it.Text), lwm2m.KindValue
		}
		return lwm2m.FloatValue(math.Float64frombits(it.Bits)), lwm2m.KindGuess
	case ItemOctets:
		return lwm2m.OpaqueValue(it.Text), lwm2m.KindValue
	case ItemOther:
		if Plain(it.Text) { // JSON
			return lwm2m.StringValue(it.Text), lwm2m.KindGuess
		}
		return lwm2m.OpaqueValue(it.Text), lwm2m.KindGuess
	case ItemLink:
		if l, err := lwm2m.ParseObjlnk(it.Text); err == nil {
			return lwm2m.ObjectLinkValue(l.Object, l.Instance), lwm2m.KindValue
		}
		if !t.Known {
			if b.NullLink(it.Text, t) {
				return lwm2m.ObjectLinkValue(lwm2m.NullLink.Object, lwm2m.NullLink.Instance), lwm2m.KindValue
			}
			t.Want = lwm2m.ObjectLink
			b.mismatch(it, t)
		}
	case ItemBase64:
		if t.Known && t.Want == lwm2m.Opaque {
			break // it was tried
		}
		if v, ok := b.base64(it.Text, t, true); ok {
			return v, lwm2m.KindValue
		}
	case ItemText:
		if l, err := lwm2m.ParseObjlnk(it.Text); err == nil && !t.Known && l.String() == it.Text {
			return lwm2m.StringValue(it.Text), lwm2m.KindGuess
		}
	}
	b.CheckText(it.Text, t)
	return lwm2m.StringValue(it.Text), lwm2m.KindValue
}

// beyond64 says whether an item is an integer written out that fits no 64 bits.
func (it Item) beyond64() bool {
	return it.Kind == ItemFloat && len(it.Text) > 18 && !strings.ContainsAny(it.Text, ".eEnN")
}
