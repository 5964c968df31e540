package codec

import (
	"encoding/base64"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

func (b *Builder) integer(it Item, t Typed) (lwm2m.Value, bool) {
	i, ok := int64(0), false
	switch it.Kind {
	case ItemInteger:
		i, ok = int64(it.Bits), true
	case ItemUnsigned:
		b.outOfRange(it, t)
	case ItemFloat:
		i, ok = b.integral(it, t)
	case ItemText:
		b.mismatch(it, t)
		n, err := strconv.ParseInt(it.Text, 10, 64)
		i, ok = n, err == nil
	default:
		b.mismatch(it, t)
	}
	if t.Want == lwm2m.Time {
		return lwm2m.TimeValue(i), ok
	}
	return lwm2m.IntegerValue(i), ok
}

func (b *Builder) outOfRange(it Item, t Typed) {
	b.Deviate(rules.ValueIntegerRange, t.Path, t.Offset, "%s does not fit %s", it.Describe(), expected(t.Want))
}

// integral makes a float an integer, if it is one.
func (b *Builder) integral(it Item, t Typed) (int64, bool) {
	f := math.Float64frombits(it.Bits)
	exact, isExact := exactInteger(it.Text)
	i, err := strconv.ParseInt(exact, 10, 64)
	switch {
	case it.Text == "-0":
		return 0, true
	case isExact && err == nil && !it.beyond64(): // every digit, where the float has lost some
		b.asFloat(it, t)
		return i, true
	case it.beyond64() || f < -1<<63 || f >= 1<<63:
		b.outOfRange(it, t)
		return 0, false
	case f != math.Trunc(f): // NaN too
		b.Deviate(rules.ValueFraction, t.Path, t.Offset, "expected %s, found %s", expected(t.Want), it.Describe())
		return 0, false
	}
	b.asFloat(it, t)
	return int64(f), true
}

// asFloat notes an integer that is written as a float.
func (b *Builder) asFloat(it Item, t Typed) {
	if !b.Full(rules.ValueIntegerFloat) {
		b.Deviate(rules.ValueIntegerFloat, t.Path, t.Offset, "expected %s, found %s", expected(t.Want), it.Describe())
	}
}

// exactInteger is a decimal with point or exponent as plain digits, if it is an
// integer of up to 20 of them.
func exactInteger(text string) (digits string, ok bool) {
	const most = 20
	mantissa, power, hasPower := strings.Cut(strings.ToLower(text), "e")
	exponent := 0
	if hasPower {
		n, err := strconv.ParseInt(power, 10, 16)
		if err != nil {
			return "", false
		}
		exponent = int(n)
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	digits = strings.TrimLeft(whole+fraction, "0")
	exponent -= len(fraction)
	for ; exponent < 0 && strings.HasSuffix(digits, "0"); exponent++ {
		digits = digits[:len(digits)-1]
	}
	if digits == "" || exponent < 0 || exponent > most || len(digits)+exponent > most {
		return "", false
	}
	return sign + digits + strings.Repeat("0", exponent), true
}

func (b *Builder) unsigned(it Item, t Typed) (lwm2m.Value, bool) {
	switch it.Kind {
	case ItemInteger:
		if int64(it.Bits) < 0 {
			b.outOfRange(it, t)
			return lwm2m.Value{}, false
		}
		return lwm2m.UnsignedValue(it.Bits), true
	case ItemUnsigned:
		return lwm2m.UnsignedValue(it.Bits), true
	case ItemFloat:
		exact, _ := exactInteger(it.Text)
		if u, err := strconv.ParseUint(exact, 10, 64); err == nil && u > math.MaxInt64 && !it.beyond64() {
			b.asFloat(it, t)
			return lwm2m.UnsignedValue(u), true
		}
		if f := math.Float64frombits(it.Bits); f >= 1<<63 && f < 1<<64 && !it.beyond64() {
			b.asFloat(it, t)
			return lwm2m.UnsignedValue(uint64(f)), true
		}
		i, ok := b.integral(it, t)
		if ok && i < 0 {
			b.outOfRange(it, t)
		}
		return lwm2m.UnsignedValue(uint64(i)), ok && i >= 0
	}
	b.mismatch(it, t)
	u, err := strconv.ParseUint(it.Text, 10, 64)
	return lwm2m.UnsignedValue(u), it.Kind == ItemText && err == nil
}

func (b *Builder) float(it Item, t Typed) (lwm2m.Value, bool) {
	switch it.Kind {
	case ItemInteger:
		return lwm2m.FloatValue(float64(int64(it.Bits))), true
	case ItemUnsigned:
		return lwm2m.FloatValue(float64(it.Bits)), true
	case ItemFloat:
		return lwm2m.FloatValue(math.Float64frombits(it.Bits)), true
	}
	b.mismatch(it, t)
	if it.Kind != ItemText {
		return lwm2m.Value{}, false
	}
	v, err := lwm2m.ParseValue(lwm2m.Float, it.Text)
	return v, err == nil
}

func (b *Builder) boolean(it Item, t Typed) (lwm2m.Value, bool) {
	if it.Kind == ItemBoolean {
		return lwm2m.BooleanValue(it.Bits != 0), true
	}
	b.mismatch(it, t)
	return lwm2m.BooleanValue(it.Bits == 1), it.Kind == ItemInteger && it.Bits <= 1
}

func (b *Builder) link(it Item, t Typed) (lwm2m.Value, bool) {
	if it.Kind != ItemText && it.Kind != ItemLink {
		b.mismatch(it, t)
		return lwm2m.Value{}, false
	}
	if it.Kind == ItemText && b.LinkField {
		b.mismatch(it, t)
	}
	if b.NullLink(it.Text, t) {
		return lwm2m.ObjectLinkValue(lwm2m.NullLink.Object, lwm2m.NullLink.Instance), true
	}
	l, err := lwm2m.ParseObjlnk(it.Text)
	if err != nil {
		b.mismatch(it, t)
	}
	return lwm2m.ObjectLinkValue(l.Object, l.Instance), err == nil
}

// NullLink says whether a text is the link to no object as an example of the
// specification prints it, in hexadecimal digits, and notes it.
func (b *Builder) NullLink(s string, t Typed) bool {
	if !strings.EqualFold(s, "FFFF:FFFF") {
		return false
	}
	b.Deviate(rules.ValueNullLink, t.Path, t.Offset, "expected 65535:65535, found %s", s)
	return true
}

func (b *Builder) opaque(it Item, t Typed) (lwm2m.Value, bool) {
	switch it.Kind {
	case ItemOctets:
		return lwm2m.OpaqueValue(it.Text), true
	case ItemBase64:
		return b.base64(it.Text, t, true)
	}
	if it.Kind != ItemText || !b.TextOctets {
		b.mismatch(it, t)
	}
	if it.Kind != ItemText {
		return lwm2m.Value{}, false
	}
	return b.base64(it.Text, t, false)
}

func (b *Builder) text(it Item, t Typed) (lwm2m.Value, bool) {
	switch it.Kind {
	case ItemText:
	case ItemOctets:
		b.mismatch(it, t)
		if !utf8.ValidString(it.Text) {
			return lwm2m.Value{}, false
		}
	default:
		b.mismatch(it, t)
		return lwm2m.Value{}, false
	}
	b.CheckText(it.Text, t)
	if t.Want == lwm2m.CoreLink {
		return lwm2m.CoreLinkValue(it.Text), true
	}
	return lwm2m.StringValue(it.Text), true
}

// CheckText notes what is wrong with a text: octets that are no UTF-8, a NUL at
// the end; links that are none in a Corelnk.
func (b *Builder) CheckText(s string, t Typed) {
	if !utf8.ValidString(s) {
		i := FirstInvalid(s)
		b.Deviate(rules.ValueInvalidUTF8, t.Path, t.Offset, "expected UTF-8, found octet %#02x at octet %d of the text", s[i], i)
	}
	if s != "" && s[len(s)-1] == 0 {
		b.Deviate(rules.ValueNULTerminated, t.Path, t.Offset, "expected no NUL at the end of the text")
	}
	if t.Want == lwm2m.CoreLink && b.wrongLinks != nil {
		if wrong := b.wrongLinks(s); wrong != "" {
			b.Deviate(rules.ValueCoreLink, t.Path, t.Offset, "%s", wrong)
		}
	}
}

// FirstInvalid is where a text has its first octet that is no UTF-8; its length if
// it has none.
func FirstInvalid(s string) int {
	i := 0
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		i += size
	}
	return i
}

// base64 reads octets in Base64: url says that the format wants the URL alphabet
// without padding (SenML JSON), else the standard one with padding.
func (b *Builder) base64(s string, t Typed, url bool) (lwm2m.Value, bool) {
	want := base64.StdEncoding
	if url {
		want = base64.RawURLEncoding
	}
	octets, err := want.Strict().DecodeString(s)
	if err != nil {
		octets, err = LenientBase64(s)
		if err != nil {
			b.Deviate(rules.ValueBase64, t.Path, t.Offset, "expected Base64, found %s", Quote(s))
			return lwm2m.Value{}, false
		}
		form := "the standard alphabet with padding"
		if url {
			form = "the URL alphabet without padding"
		}
		b.Deviate(rules.ValueBase64, t.Path, t.Offset, "expected Base64 in %s, found %s", form, Quote(s))
	}
	return lwm2m.OpaqueValue(string(octets)), true
}

// LenientBase64 reads Base64 in either alphabet, with or without padding,
// across line ends.
func LenientBase64(s string) ([]byte, error) {
	if strings.ContainsAny(s, "-_ \t\r\n") {
		s = strings.NewReplacer("-", "+", "_", "/", " ", "", "\t", "", "\r", "", "\n", "").Replace(s)
	}
	return base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
}
