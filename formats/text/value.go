package text

import (
	"encoding/base64"
	"strconv"
	"strings"

	"lwcon/formats/codec"
	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// decoder decodes one payload.
type decoder struct{ codec.Builder }

// typed reads text as a value of a known type.
func (d *decoder) typed(s string, t codec.Typed) lwm2m.Value {
	switch t.Want {
	case lwm2m.String:
		d.CheckText(s, t)
		return lwm2m.StringValue(s)
	case lwm2m.CoreLink:
		d.CheckText(s, t)
		return lwm2m.CoreLinkValue(s)
	}
	if t.Want == lwm2m.Opaque {
		return d.octets(s, t)
	}
	bare := d.trim(s, &t)
	if bare == "" {
		d.Deviate(rules.TextEmpty, t.Path, t.Offset, "expected a value of type %s, found nothing", t.Want)
		return lwm2m.StringValue(s)
	}
	v, ok := d.scalar(bare, t)
	if !ok {
		d.Deviate(rules.TextValue, t.Path, t.Offset, "expected a value of type %s, found %s", t.Want, codec.Quote(s))
		return lwm2m.StringValue(s)
	}
	return v
}

// scalar reads what is no string.
func (d *decoder) scalar(s string, t codec.Typed) (lwm2m.Value, bool) {
	switch t.Want {
	case lwm2m.Integer, lwm2m.Unsigned, lwm2m.Time:
		return d.integer(s, t)
	case lwm2m.Float:
		return d.float(s, t)
	case lwm2m.Boolean:
		return d.boolean(s, t)
	case lwm2m.ObjectLink:
		if d.NullLink(s, t) {
			return lwm2m.ObjectLinkValue(lwm2m.NullLink.Object, lwm2m.NullLink.Instance), true
		}
	}
	v, err := lwm2m.ParseValue(t.Want, s)
	return v, err == nil
}

// trim takes away what devices put around values: blanks, line ends, a NUL.
func (d *decoder) trim(s string, t *codec.Typed) string {
	bare := strings.TrimRight(s, "\x00")
	if len(bare) < len(s) {
		d.Deviate(rules.ValueNULTerminated, t.Path, len(bare), "expected no NUL at the end of the text")
	}
	trimmed := strings.TrimLeft(bare, " \t\r\n")
	t.Offset = len(bare) - len(trimmed)
	trimmed = strings.TrimRight(trimmed, " \t\r\n")
	if len(trimmed) < len(bare) {
		at := 0
		if t.Offset == 0 {
			at = len(trimmed)
		}
		d.Deviate(rules.TextBlank, t.Path, at, "expected no blank or line end around the value")
	}
	return trimmed
}

// integer reads an Integer, Unsigned or Time.
func (d *decoder) integer(s string, t codec.Typed) (lwm2m.Value, bool) {
	digits := strings.TrimPrefix(strings.TrimPrefix(s, "-"), "+")
	switch {
	case len(digits) > 2 && (digits[:2] == "0x" || digits[:2] == "0X") && digits == s:
		u, err := strconv.ParseUint(digits[2:], 16, 64)
		if err != nil || t.Want != lwm2m.Unsigned && int64(u) < 0 {
			return lwm2m.Value{}, false
		}
		d.Deviate(rules.TextNumberForm, t.Path, t.Offset, "expected a decimal number, found %s", codec.Quote(s))
		s = strconv.FormatUint(u, 10)
	case s[0] == '+' || len(digits) > 1 && digits[0] == '0':
		if len(s)-len(digits) > 1 {
			return lwm2m.Value{}, false
		}
		d.Deviate(rules.TextNumberForm, t.Path, t.Offset, "expected no plus sign and no leading zero, found %s", codec.Quote(s))
	}
	if v, err := lwm2m.ParseValue(t.Want, strings.TrimPrefix(s, "+")); err == nil {
		if t.Want == lwm2m.Time && strings.ContainsAny(s, "T:") {
			d.Deviate(rules.TextTimeForm, t.Path, t.Offset, "expected seconds since 1970, found %s", codec.Quote(s))
		}
		return v, true
	}
	if strings.Trim(digits, "0123456789") == "" {
		d.Deviate(rules.ValueIntegerRange, t.Path, t.Offset, "%s does not fit %s", codec.Quote(s), t.Want)
		return lwm2m.StringValue(s), true
	}
	return d.floatAsInteger(s, t)
}

// floatAsInteger reads a decimal where an integer belongs.
func (d *decoder) floatAsInteger(s string, t codec.Typed) (lwm2m.Value, bool) {
	x, err := lwm2m.ParseValue(lwm2m.Float, s)
	if err != nil {
		return lwm2m.Value{}, false
	}
	v, _ := d.Value(codec.FloatItem(x.Float(), s), t)
	return v, true
}

// float reads a Float.
func (d *decoder) float(s string, t codec.Typed) (lwm2m.Value, bool) {
	number := s
	if strings.Count(s, ",") == 1 && !strings.Contains(s, ".") {
		number = strings.Replace(s, ",", ".", 1)
	}
	v, err := lwm2m.ParseValue(lwm2m.Float, number)
	if err != nil {
		return v, false
	}
	if number != s {
		d.Deviate(rules.TextDecimalComma, t.Path, t.Offset, "expected a decimal point, found %s", codec.Quote(s))
	}
	digits := strings.TrimPrefix(number, "-")
	switch {
	case strings.ContainsAny(digits, "nN"): // NaN and the infinities
		d.Deviate(rules.TextFloatWord, t.Path, t.Offset, "expected a decimal number, found %s", codec.Quote(s))
	case strings.ContainsAny(digits, "eE"):
		d.Deviate(rules.TextExponent, t.Path, t.Offset, "expected no exponent, found %s", codec.Quote(s))
	case digits[0] == '+' || digits[0] == '.' || digits[len(digits)-1] == '.' || len(digits) > 1 && digits[0] == '0' && digits[1] != '.':
		d.Deviate(rules.TextNumberForm, t.Path, t.Offset, "expected digits at both sides of the point, no plus sign and no leading zero, found %s", codec.Quote(s))
	}
	return v, true
}

// boolean reads a Boolean.
func (d *decoder) boolean(s string, t codec.Typed) (lwm2m.Value, bool) {
	v, err := lwm2m.ParseValue(lwm2m.Boolean, s)
	if err == nil && s != "0" && s != "1" {
		d.Deviate(rules.TextBooleanWord, t.Path, t.Offset, "expected 0 or 1, found %s", codec.Quote(s))
	}
	return v, err == nil
}

// octets reads an Opaque. Text that is no Base64 is kept as it is.
func (d *decoder) octets(s string, t codec.Typed) lwm2m.Value {
	if octets, err := base64.StdEncoding.Strict().DecodeString(s); err == nil && !strings.ContainsAny(s, "\r\n") {
		return lwm2m.OpaqueValue(string(octets))
	}
	octets, err := codec.LenientBase64(strings.TrimRight(s, "\x00"))
	if err != nil {
		d.Deviate(rules.ValueBase64, t.Path, t.Offset, "expected Base64, found %s, kept as it is", codec.Quote(s))
		return lwm2m.OpaqueValue(s)
	}
	d.Deviate(rules.ValueBase64, t.Path, t.Offset, "expected Base64 in the standard alphabet with padding, found %s", codec.Quote(s))
	return lwm2m.OpaqueValue(string(octets))
}
