package device

import (
	"math"
	"strconv"
	"strings"

	"lwcon/lwm2m"
)

// conform makes what a payload carried into a value of the type that the
// definition demands, where that loses nothing: formats without types of their
// own leave an integer for a float, text for a link. The reason is "" on
// success.
func conform(v lwm2m.Value, want lwm2m.Type) (lwm2m.Value, string) {
	got := v.Type()
	if got == want {
		return v, ""
	}
	switch {
	case want == lwm2m.String && got == lwm2m.CoreLink:
		return lwm2m.StringValue(v.Text()), ""
	case want == lwm2m.CoreLink && got == lwm2m.String:
		return lwm2m.CoreLinkValue(v.Text()), ""
	case want == lwm2m.ObjectLink && got == lwm2m.String:
		if link, err := lwm2m.ParseObjlnk(v.Text()); err == nil {
			return lwm2m.ObjectLinkValue(link.Object, link.Instance), ""
		}
	case want == lwm2m.Float && got.Numeric():
		return lwm2m.FloatValue(v.Float()), ""
	case want.Numeric() && got.Numeric():
		if w, ok := integral(v, want); ok {
			return w, ""
		}
	}
	return v, "expected type " + want.String() + ", found type " + got.String()
}

// integral makes a number into an integer type if it is one of its values.
func integral(v lwm2m.Value, want lwm2m.Type) (lwm2m.Value, bool) {
	text := v.String()
	if v.Type() == lwm2m.Float {
		f := v.Float()
		if f != math.Trunc(f) || math.Abs(f) >= 1<<63 {
			return v, false
		}
		text = strconv.FormatInt(int64(f), 10)
	}
	w, err := lwm2m.ParseValue(want, text)
	return w, err == nil
}

// outside says what is wrong with a value by the range of its definition, ""
// if nothing is or the range is not one that a program can read.
func outside(v lwm2m.Value, text string) string {
	if text == "" {
		return ""
	}
	what, x := "", 0.0
	switch t := v.Type(); {
	case t.Numeric():
		x = v.Float()
	case t.Textual() || t == lwm2m.Opaque:
		what, x = " octets", float64(len(v.Text()))
	default:
		return ""
	}
	in, known := within(x, strings.TrimSuffix(strings.ToLower(text), " bytes"), what != "")
	if in || !known {
		return ""
	}
	return "expected " + text + ", found " + string(lwm2m.AppendFloat(nil, x)) + what
}

// within says whether a number lies in a range as the registry writes it:
// "0..100", "16,32,48", "0..3, 99"; a single number is a length at most. It
// does not know ranges in words.
func within(x float64, text string, length bool) (in, known bool) {
	parts := strings.Split(text, ",")
	for _, part := range parts {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "..")
		low, err := strconv.ParseFloat(strings.TrimSpace(from), 64)
		if err != nil {
			return false, false
		}
		high := low
		switch {
		case isRange:
			if high, err = strconv.ParseFloat(strings.Trim(to, ". "), 64); err != nil {
				return false, false
			}
		case len(parts) == 1 && !length:
			return false, false // "255" for an integer: nobody says what it means
		case len(parts) == 1:
			low = 0
		}
		if low > high {
			low, high = high, low
		}
		in = in || x >= low && x <= high
	}
	return in, true
}

// check says what is wrong with a value for a resource of an object instance,
// "" if nothing is. Links are looked up in the tree.
func (t *tree) check(v lwm2m.Value, p lwm2m.Path, definition *lwm2m.Resource, version lwm2m.Version) string {
	if reason := outside(v, definition.Range); reason != "" {
		return reason
	}
	if v.Type() == lwm2m.ObjectLink {
		return t.dangling(v.Link())
	}
	if p.Object() == objectServer && p.Resource() == serverBinding {
		return checkBinding(lwm2m.Binding(v.Text()), version)
	}
	return ""
}

// dangling says what is wrong with an object link: it must lead to an object
// instance, to an object (instance 65535) or to nothing. Spec: Core 1.2 §6.3.4.
func (t *tree) dangling(l lwm2m.Objlnk) string {
	o := t.object(l.Object)
	if l == lwm2m.NullLink || o != nil && (l.Instance == anyInstance || o.instance(l.Instance) != nil) {
		return ""
	}
	return "expected a link to an object instance of the device, found " + l.String()
}

// checkBinding says what is wrong with a binding for a version of the enabler.
func checkBinding(b lwm2m.Binding, version lwm2m.Version) string {
	if b == "" {
		return "expected a binding such as U, found nothing"
	}
	if unknown := b.Unknown(version); unknown != "" {
		return "expected letters of LwM2M " + version.String() + ", found " + strconv.Quote(unknown)
	}
	return ""
}
