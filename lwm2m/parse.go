package lwm2m

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// ValueError tells why a text is not a value of a type.
type ValueError struct {
	Type   Type
	Text   string
	Reason string // what was expected
}

func (e *ValueError) Error() string {
	return fmt.Sprintf("value %q: expected %s", e.Text, e.Reason)
}

// expectations says for each type what ParseValue takes.
var expectations = [...]string{
	None:       "nothing",
	String:     "text",
	Integer:    "an integer from -9223372036854775808 to 9223372036854775807",
	Unsigned:   "an integer from 0 to 18446744073709551615",
	Float:      "a number such as 21.5, 1e3, NaN or -Infinity",
	Boolean:    "true or false (1 or 0)",
	Opaque:     "octets in hexadecimal",
	Time:       "seconds since 1970, or a time such as 2026-11-23T10:00:00Z",
	ObjectLink: "an object link such as 66:0 (65535:65535 links to nothing)",
	CoreLink:   "links such as </3/0>,</4>",
}

// ParseValue reads what a person or a script writes for a value of a type. It
// takes all that Value.String writes, and for people also yes and no,
// RFC 3339 times, hexadecimal in groups. The error is a *ValueError.
func ParseValue(t Type, text string) (Value, error) {
	v, ok := parseValue(t, text)
	if !ok {
		return Value{}, &ValueError{t, text, expectations[min(int(t), len(expectations)-1)]}
	}
	return v, nil
}

func parseValue(t Type, text string) (Value, bool) {
	switch t {
	case String:
		return StringValue(text), true
	case CoreLink:
		return CoreLinkValue(text), true
	case Integer:
		i, err := strconv.ParseInt(text, 10, 64)
		return IntegerValue(i), err == nil
	case Unsigned:
		u, err := strconv.ParseUint(text, 10, 64)
		return UnsignedValue(u), err == nil
	case Float:
		return parseFloat(text)
	case Boolean:
		return parseBoolean(text)
	case Opaque:
		octets, err := hex.DecodeString(strings.NewReplacer(" ", "", ":", "").Replace(strings.TrimPrefix(text, "0x")))
		return OpaqueValue(string(octets)), err == nil
	case Time:
		return parseTime(text)
	case ObjectLink:
		l, err := ParseObjlnk(text)
		return ObjectLinkValue(l.Object, l.Instance), err == nil
	}
	return Value{}, text == ""
}

// parseFloat reads a decimal; of Go's other forms only the words are taken.
func parseFloat(text string) (Value, bool) {
	if strings.ContainsAny(text, "xXpP_") {
		return Value{}, false
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && !(errors.Is(err, strconv.ErrRange) && math.Abs(f) < 1) {
		return Value{}, false
	}
	return FloatValue(f), true
}

func parseBoolean(text string) (Value, bool) {
	switch strings.ToLower(text) {
	case "true", "1", "yes", "on":
		return BooleanValue(true), true
	case "false", "0", "no", "off":
		return BooleanValue(false), true
	}
	return Value{}, false
}

func parseTime(text string) (Value, bool) {
	if s, err := strconv.ParseInt(text, 10, 64); err == nil {
		return TimeValue(s), true
	}
	at, err := time.Parse(time.RFC3339, text)
	return TimeValue(at.Unix()), err == nil
}

// ParseObjlnk reads "66:0": two ids 0..65535. Spec: Core 1.1 Appendix C.
func ParseObjlnk(text string) (Objlnk, error) {
	object, instance, ok := strings.Cut(text, ":")
	o, err1 := strconv.ParseUint(object, 10, 16)
	i, err2 := strconv.ParseUint(instance, 10, 16)
	if !ok || err1 != nil || err2 != nil {
		return Objlnk{}, &ValueError{ObjectLink, text, expectations[ObjectLink]}
	}
	return Objlnk{uint16(o), uint16(i)}, nil
}
